#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::pcsc {

/// One slot of the PC/SC service.
struct Slot {
    std::string name;
    bool card_present = false;
    bool mute = false;       ///< the card does not answer to reset
    bool exclusive = false;  ///< a program keeps the card to itself
    Bytes atr;
    std::uint16_t events = 0;  ///< differs from an earlier value when a card came or went in between

    friend bool operator==(const Slot&, const Slot&) = default;
};

/// Why the service can not be asked for its readers.
struct ServiceTrouble {
    std::string code;
    std::string words;
    std::string remedy;

    friend bool operator==(const ServiceTrouble&, const ServiceTrouble&) = default;
};

/// All that the service says of its readers at one moment. With trouble there are none.
struct MonitorReport {
    std::vector<Slot> slots;
    std::optional<ServiceTrouble> trouble;

    friend bool operator==(const MonitorReport&, const MonitorReport&) = default;
};

/// Follows readers and cards by waiting for events: within the service while it runs, and for its socket to appear
/// (inotify) while it does not. It wakes up once a day when nothing happens. The service may be absent at the start,
/// stop, and be restarted.
class ReaderMonitor {
public:
    /// The library takes 16 readers in one wait, and the one that announces new readers is the sixteenth.
    static constexpr std::size_t kMaxSlots = 15;

    /// `report` is called on the monitor's thread for the first finding and for every change after it.
    explicit ReaderMonitor(std::function<void(const MonitorReport&)> report);
    ReaderMonitor(const ReaderMonitor&) = delete;
    ReaderMonitor& operator=(const ReaderMonitor&) = delete;
    ~ReaderMonitor();

    /// No report begins after this has returned; not to be called from within one. If the service hangs, its thread is
    /// left behind, waiting for it, after `patience`.
    void stop(std::chrono::milliseconds patience = std::chrono::seconds(2));

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace tahvil::pcsc
