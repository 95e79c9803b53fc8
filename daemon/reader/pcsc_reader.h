#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/reader/reader.h"
#include "pcsc/context.h"
#include "pcsc/reader_monitor.h"
#include "pcsc/usb_inventory.h"

namespace tahvil::daemon {

/// A slot of the PC/SC service. What state it is in comes from the one monitor of all readers.
class PcscReader : public Reader {
public:
    /// `usb` is what the reader says of itself on the bus.
    PcscReader(std::string id, const pcsc::Slot& slot, std::optional<pcsc::UsbReader> usb);

    void update(const pcsc::Slot& slot);

    ReaderState state() const override;

    /// Throws NoCard, pcsc::SharingViolation, pcsc::CardUnusable and the other errors of the connection. The session
    /// takes the card from other programs, and resets it at its end.
    std::unique_ptr<CardSession> open_session() override;

    const std::optional<pcsc::UsbReader>& usb() const noexcept { return usb_; }

private:
    class Session;

    const std::optional<pcsc::UsbReader> usb_;
    mutable std::mutex mutex_;
    ReaderState state_;

    // Of the thread that opens sessions:
    std::shared_ptr<pcsc::Context> context_;
    bool asked_for_length_ = false;
    std::optional<std::size_t> max_apdu_data_;
};

}  // namespace tahvil::daemon
