#include "daemon/reader/embedded_reader.h"

#include <cstdint>
#include <utility>

#include "apdu/error.h"
#include "daemon/reader/error.h"

namespace tahvil::daemon {

/// What reader and session share: the session may outlive a card, and the reader.
class EmbeddedReader::Slot {
public:
    explicit Slot(std::string reader) : reader_(std::move(reader)) {}

    void put(std::shared_ptr<EmbeddedCard> card) {
        const std::lock_guard lock(mutex_);
        if (card_) ++insertions_;
        if (card) ++insertions_;
        card_ = std::move(card);
    }

    void reset() {
        const std::lock_guard lock(mutex_);
        ++resets_;
    }

    ReaderState state() const {
        const std::lock_guard lock(mutex_);
        ReaderState state;
        state.insertions = insertions_;
        if (card_) {
            state.card = CardPresence::present;
            state.atr = card_->atr;
        }
        return state;
    }

    std::shared_ptr<EmbeddedCard> card() const {
        const std::lock_guard lock(mutex_);
        return card_;
    }

    std::uint64_t resets() const {
        const std::lock_guard lock(mutex_);
        return resets_;
    }

    const std::string& reader() const { return reader_; }

private:
    const std::string reader_;
    mutable std::mutex mutex_;
    std::shared_ptr<EmbeddedCard> card_;
    std::uint64_t insertions_ = 0;
    std::uint64_t resets_ = 0;
};

class EmbeddedReader::Session : public CardSession, private Wire {
public:
    explicit Session(std::shared_ptr<Slot> slot)
        : slot_(std::move(slot)), card_(slot_->card()), epoch_(slot_->resets()) {
        if (!card_) throw NoCard(slot_->reader());
        power_up();
    }

    Wire& wire() override { return *this; }
    ByteView atr() const override { return card_->atr; }
    std::uint64_t epoch() const override { return epoch_; }

private:
    WireLimits limits() const override { return card_->wire->limits(); }

    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        check();
        const std::size_t length = card_->wire->exchange(command, response);
        check();
        return length;
    }

    void check() {
        if (slot_->card() != card_) throw CardGone("the card was taken out of reader \"" + slot_->reader() + "\"");
        const std::uint64_t resets = slot_->resets();
        if (std::exchange(epoch_, resets) == resets) return;
        power_up();
        throw CardReset("the card in reader \"" + slot_->reader() + "\" was reset");
    }

    // On the thread of the session only: the card is not made for two.
    void power_up() {
        if (card_->reset) card_->reset();
    }

    const std::shared_ptr<Slot> slot_;
    const std::shared_ptr<EmbeddedCard> card_;
    std::uint64_t epoch_;
};

EmbeddedReader::EmbeddedReader(std::string id, std::string name)
    : Reader(std::move(id), name, ReaderKind::embedded), slot_(std::make_shared<Slot>(std::move(name))) {}

EmbeddedReader::~EmbeddedReader() {
    slot_->put(nullptr);
}

void EmbeddedReader::insert(EmbeddedCard card) {
    slot_->put(std::make_shared<EmbeddedCard>(std::move(card)));
    notify();
}

void EmbeddedReader::remove() {
    slot_->put(nullptr);
    notify();
}

void EmbeddedReader::reset() {
    slot_->reset();
}

ReaderState EmbeddedReader::state() const {
    return slot_->state();
}

std::unique_ptr<CardSession> EmbeddedReader::open_session() {
    return std::make_unique<Session>(slot_);
}

}  // namespace tahvil::daemon
