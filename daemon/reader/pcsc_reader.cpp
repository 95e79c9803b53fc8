#include "daemon/reader/pcsc_reader.h"

#include <utility>

#include "daemon/reader/error.h"
#include "pcsc/card_connection.h"
#include "pcsc/error.h"
#include "pcsc/transaction.h"

namespace tahvil::daemon {

namespace {

ReaderState state_of(const pcsc::Slot& slot) {
    ReaderState state;
    if (slot.card_present) state.card = slot.mute ? CardPresence::mute : CardPresence::present;
    state.atr = slot.atr;
    state.exclusive_elsewhere = slot.exclusive;
    state.insertions = slot.events;
    return state;
}

std::unique_ptr<pcsc::CardConnection> connect(std::shared_ptr<pcsc::Context>& context, const std::string& reader) {
    const bool fresh = context == nullptr;
    if (fresh) context = std::make_shared<pcsc::Context>();
    try {
        return std::make_unique<pcsc::CardConnection>(*context, reader, pcsc::ShareMode::shared);
    } catch (const pcsc::ServiceUnavailable&) {
        context.reset();
        if (fresh) throw;
    }
    // The service was restarted since the last session.
    return connect(context, reader);
}

}  // namespace

class PcscReader::Session : public CardSession {
public:
    Session(std::shared_ptr<pcsc::Context> context, std::unique_ptr<pcsc::CardConnection> connection, WireLimits limits,
            Bytes atr_seen)
        : context_(std::move(context)),
          connection_(std::move(connection)),
          atr_seen_(std::move(atr_seen)),
          transaction_(*connection_, limits) {}

    Wire& wire() override { return transaction_; }
    ByteView atr() const override { return connection_->atr().empty() ? atr_seen_ : connection_->atr(); }
    std::uint64_t epoch() const override { return transaction_.epoch(); }
    pcsc::Control control() override { return connection_->control(); }

private:
    const std::shared_ptr<pcsc::Context> context_;
    const std::unique_ptr<pcsc::CardConnection> connection_;
    const Bytes atr_seen_;  // by the monitor
    pcsc::Transaction transaction_;
};

PcscReader::PcscReader(std::string id, const pcsc::Slot& slot, std::optional<pcsc::UsbReader> usb)
    : Reader(std::move(id), slot.name, ReaderKind::pcsc), usb_(std::move(usb)), state_(state_of(slot)) {}

void PcscReader::update(const pcsc::Slot& slot) {
    {
        const std::lock_guard lock(mutex_);
        ReaderState state = state_of(slot);
        if (state == state_) return;
        state_ = std::move(state);
    }
    notify();
}

ReaderState PcscReader::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::unique_ptr<CardSession> PcscReader::open_session() {
    std::unique_ptr<pcsc::CardConnection> connection;
    try {
        connection = connect(context_, name());
    } catch (const pcsc::NoCardInReader&) {
        throw NoCard(name());
    }
    if (!std::exchange(asked_for_length_, true)) max_apdu_data_ = connection->max_apdu_data();
    std::optional<pcsc::ExchangeLevel> level;
    if (usb_ && usb_->ccid) level = usb_->ccid->exchange_level;
    return std::make_unique<Session>(context_, std::move(connection), pcsc::wire_limits(max_apdu_data_, level),
                                     state().atr);
}

}  // namespace tahvil::daemon
