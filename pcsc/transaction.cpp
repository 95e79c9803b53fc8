#include "pcsc/transaction.h"

#include <algorithm>

#include <winscard.h>

#include "apdu/command.h"
#include "apdu/error.h"
#include "pcsc/error.h"

namespace tahvil::pcsc {

namespace {

// Another program that resets the card again and again is not raced for ever.
constexpr int kMaxResets = 8;

static_assert(MAX_BUFFER_SIZE_EXTENDED >= WireLimits::kExtendedResponse);

}  // namespace

Transaction::Transaction(CardConnection& connection, WireLimits limits) : connection_(connection), limits_(limits) {
    begin();
}

Transaction::~Transaction() {
    if (held_) connection_.end_transaction(Disposition::reset);
}

void Transaction::begin() {
    for (int resets = 0;; ++resets) {
        try {
            connection_.begin_transaction();
            held_ = true;
            return;
        } catch (const CardReset&) {
            if (resets == kMaxResets) throw;
            connection_.reconnect();
        }
    }
}

WireLimits Transaction::limits() const {
    WireLimits limits = limits_;
    limits.transmission = connection_.transmission();
    if (limits.transmission == Transmission::t0) {
        limits.command = WireLimits::kShortCommand;
        limits.response = WireLimits::kShortResponse;
    }
    return limits;
}

std::size_t Transaction::exchange(ByteView command, std::span<std::uint8_t> response) {
    if (!held_) throw CardGone("the session with the card in reader \"" + connection_.reader() + "\" is over");
    try {
        return connection_.transmit(command, response);
    } catch (const CardReset&) {
        // The transaction went with the reset.
        held_ = false;
        ++epoch_;
        connection_.reconnect();
        begin();
        throw;
    }
}

WireLimits wire_limits(std::optional<std::size_t> max_apdu_data, std::optional<ExchangeLevel> level) {
    WireLimits limits;
    const bool short_by_class = level == ExchangeLevel::short_apdu || level == ExchangeLevel::character;
    // The driver knows better than the descriptor: it may join what the reader takes in parts.
    const std::size_t data = max_apdu_data.value_or(short_by_class ? 0 : Command::kMaxExpected);
    if (data <= Command::kMaxShortExpected) return limits;
    limits.command = 7 + std::min(data, Command::kMaxData) + 2;
    limits.response = std::min(data, Command::kMaxExpected) + 2;
    return limits;
}

}  // namespace tahvil::pcsc
