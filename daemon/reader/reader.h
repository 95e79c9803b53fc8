#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "crypto/bytes.h"
#include "daemon/reader/card_session.h"

namespace tahvil::daemon {

enum class CardPresence : std::uint8_t {
    absent,
    present,
    mute,  ///< something is in the reader that gives no answer to reset: upside down, broken or no card
};

struct ReaderState {
    CardPresence card = CardPresence::absent;
    Bytes atr;
    bool exclusive_elsewhere = false;  ///< another program keeps the card to itself
    /// Differs from an earlier value when a card was put in or taken out, so that a quick swap can not be missed.
    std::uint64_t insertions = 0;

    friend bool operator==(const ReaderState&, const ReaderState&) = default;
};

enum class ReaderKind : std::uint8_t { pcsc, embedded };

/// A source of cards: a PC/SC slot, or the embedded reader with an emulated card.
class Reader {
public:
    Reader(std::string id, std::string name, ReaderKind kind)
        : id_(std::move(id)), name_(std::move(name)), kind_(kind) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    virtual ~Reader() = default;

    /// Lower-case letters, digits and '-': stands in the path of a request.
    const std::string& id() const noexcept { return id_; }
    /// The name that people know it by; for PC/SC that of the service.
    const std::string& name() const noexcept { return name_; }
    ReaderKind kind() const noexcept { return kind_; }

    /// From any thread, without waiting.
    virtual ReaderState state() const = 0;

    /// Takes hold of the card; may block for ever, which is the business of the watchdog. Called by one thread at a
    /// time. Throws NoCard, CardGone or an Error of the reader.
    virtual std::unique_ptr<CardSession> open_session() = 0;

    /// `changed` is called, from any thread, after state() has changed. Replacing it waits for a call that is under
    /// way.
    void on_change(std::function<void()> changed) {
        const std::lock_guard lock(listener_mutex_);
        listener_ = std::move(changed);
    }

protected:
    void notify() {
        const std::lock_guard lock(listener_mutex_);
        if (listener_) listener_();
    }

private:
    const std::string id_;
    const std::string name_;
    const ReaderKind kind_;
    std::mutex listener_mutex_;
    std::function<void()> listener_;
};

}  // namespace tahvil::daemon
