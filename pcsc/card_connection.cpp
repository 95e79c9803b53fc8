#include "pcsc/card_connection.h"

#include <array>
#include <utility>

#include <winscard.h>

#include "pcsc/error.h"
#include "pcsc/handle.h"

namespace tahvil::pcsc {

namespace {

constexpr std::size_t kMaxAttribute = 264;      // MAX_BUFFER_SIZE, what the service passes on
constexpr std::uint32_t kAtrOfDriver = 0x0303;  // TAG_IFD_ATR, which every driver of pcsclite has

DWORD share_mode(ShareMode mode) {
    return mode == ShareMode::exclusive ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED;
}

DWORD disposition_value(Disposition disposition) {
    switch (disposition) {
        case Disposition::reset:
            return SCARD_RESET_CARD;
        case Disposition::unpower:
            return SCARD_UNPOWER_CARD;
        case Disposition::leave:
            break;
    }
    return SCARD_LEAVE_CARD;
}

}  // namespace

struct CardConnection::Handle {
    SCARDHANDLE value = 0;
};

CardConnection::CardConnection(const Context& context, std::string reader, ShareMode mode)
    : reader_(std::move(reader)), mode_(mode), handle_(std::make_unique<Handle>()) {
    DWORD protocol = SCARD_PROTOCOL_UNDEFINED;
    check(SCardConnect(context.handle().value, reader_.c_str(), share_mode(mode_), SCARD_PROTOCOL_ANY, &handle_->value,
                       &protocol),
          "connecting to the card in reader \"" + reader_ + "\"");
    take_over(protocol);
}

CardConnection::~CardConnection() {
    SCardDisconnect(handle_->value, SCARD_LEAVE_CARD);
}

void CardConnection::take_over(unsigned long protocol) {
    transmission_ = protocol == SCARD_PROTOCOL_T0 ? Transmission::t0 : Transmission::t1;
    // Not by SCardStatus: that of pcsclite 1.9 fills a table which it shares, without a lock, with the monitor's wait
    // in another thread.
    atr_ = attribute(kAtrOfDriver).value_or(Bytes());
    if (atr_.size() > MAX_ATR_SIZE) atr_.clear();
}

void CardConnection::reconnect() {
    DWORD protocol = SCARD_PROTOCOL_UNDEFINED;
    check(SCardReconnect(handle_->value, share_mode(mode_), SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol),
          "connecting to the card in reader \"" + reader_ + "\" again");
    take_over(protocol);
}

std::size_t CardConnection::transmit(ByteView command, std::span<std::uint8_t> response) {
    const SCARD_IO_REQUEST* const request = transmission_ == Transmission::t0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    DWORD length = response.size();
    const LONG result =
        SCardTransmit(handle_->value, request, command.data(), command.size(), nullptr, response.data(), &length);
    if (static_cast<ReturnCode>(result) == static_cast<ReturnCode>(SCARD_E_INSUFFICIENT_BUFFER)) {
        throw LimitExceeded("card.response_too_long", "the card in reader \"" + reader_ +
                                                          "\" answered with more than " +
                                                          std::to_string(response.size()) + " bytes");
    }
    check(result, "exchange with the card in reader \"" + reader_ + "\"");
    return length;
}

void CardConnection::begin_transaction() {
    check(SCardBeginTransaction(handle_->value), "taking hold of the card in reader \"" + reader_ + "\"");
}

void CardConnection::end_transaction(Disposition disposition) noexcept {
    SCardEndTransaction(handle_->value, disposition_value(disposition));
}

std::size_t CardConnection::control(std::uint32_t code, ByteView command, std::span<std::uint8_t> response) {
    DWORD length = 0;
    const LONG result =
        SCardControl(handle_->value, code, command.data(), command.size(), response.data(), response.size(), &length);
    if (static_cast<ReturnCode>(result) == static_cast<ReturnCode>(SCARD_E_INSUFFICIENT_BUFFER)) {
        throw LimitExceeded("reader.response_too_long", "reader \"" + reader_ +
                                                            "\" answered a control command with more than " +
                                                            std::to_string(response.size()) + " bytes");
    }
    check(result, "control command for reader \"" + reader_ + "\"");
    return length;
}

std::optional<Bytes> CardConnection::attribute(std::uint32_t id) {
    std::array<BYTE, kMaxAttribute> value{};
    DWORD length = value.size();
    const LONG result = SCardGetAttrib(handle_->value, id, value.data(), &length);
    // Drivers refuse what they do not have with different codes; none of them stops a check.
    if (result != SCARD_S_SUCCESS || length > value.size()) return std::nullopt;
    return Bytes(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(length));
}

std::optional<std::size_t> CardConnection::max_apdu_data() {
    const auto properties = read_properties(control(), read_features(control()));
    const auto found = properties.find(property::max_apdu_data);
    if (found == properties.end()) return std::nullopt;
    return found->second;
}

Control CardConnection::control() {
    return [this](std::uint32_t code, ByteView command, std::span<std::uint8_t> response) {
        return control(code, command, response);
    };
}

}  // namespace tahvil::pcsc
