#include "apdu/card_channel.h"

#include <algorithm>

#include "apdu/error.h"

namespace tahvil {

namespace {

constexpr std::size_t kExtendedHeader = 7;    // class, instruction, P1, P2, three bytes of Lc
constexpr std::size_t kExtendedExpected = 2;  // two bytes of Le
constexpr std::size_t kStatus = 2;
constexpr std::uint8_t kMoreData = 0x61;
constexpr std::uint8_t kWrongExpected = 0x6C;
constexpr std::uint8_t kChained = 0x10;
constexpr std::uint8_t kLogicalChannel = 0x03;

std::size_t named_length(StatusWord status) {
    return status.sw2() == 0 ? Command::kMaxShortExpected : status.sw2();
}

std::size_t limited(std::size_t wire, std::size_t card) {
    return card == 0 ? wire : std::min(wire, card);
}

/// A command's bytes, which may hold a PIN, are gone when it was sent.
struct Wiping {
    std::span<std::uint8_t> memory;
    ~Wiping() { wipe(memory); }
};

}  // namespace

CardChannel::CardChannel(Wire& wire, CardCapabilities capabilities)
    : wire_(wire), wire_limits_(wire.limits()), capabilities_(capabilities), buffer_(wire_limits_.response) {
    if (wire_limits_.command < WireLimits::kShortCommand || wire_limits_.response < WireLimits::kShortResponse)
        throw InvalidInput("input.wire", "a wire that can not carry a short APDU");
}

bool CardChannel::extended() const {
    if (!capabilities_.extended_length) return false;
    // Over T=0 the extended command goes piece by piece in ENVELOPE, whatever the reader's buffer is.
    return wire_limits_.transmission == Transmission::t0 || wire_limits_.command > WireLimits::kShortCommand;
}

ChannelLimits CardChannel::limits() const {
    if (!extended())
        return {capabilities_.command_chaining ? Command::kMaxData : Command::kMaxShortData,
                Command::kMaxShortExpected};
    const bool enveloped = wire_limits_.transmission == Transmission::t0;
    const std::size_t command =
        limited(enveloped ? WireLimits::kExtendedCommand : wire_limits_.command, capabilities_.command_limit);
    const std::size_t response =
        limited(enveloped ? WireLimits::kExtendedResponse : wire_limits_.response, capabilities_.response_limit);
    return {std::clamp(command, WireLimits::kShortCommand, WireLimits::kExtendedCommand) - kExtendedHeader -
                kExtendedExpected,
            std::clamp(response, WireLimits::kShortResponse, WireLimits::kExtendedResponse) - kStatus};
}

CardChannel::Part CardChannel::exchange(const Command& command, bool extended) {
    const std::size_t length = command.encoded_size(extended);
    if (command_.size() < length) command_ = SecretBytes(length);
    const Wiping bytes{command_.writable().first(length)};
    command.encode(extended, bytes.memory);
    const auto start = std::chrono::steady_clock::now();
    const std::size_t size = wire_.exchange(bytes.memory, buffer_);
    traffic_.card_time += std::chrono::steady_clock::now() - start;
    ++traffic_.exchanges;
    traffic_.bytes_sent += length;
    traffic_.bytes_received += size;
    if (size < kStatus || size > buffer_.size())
        throw ProtocolViolation("card.truncated", "the card's response has no status word");
    const ByteView answer = ByteView(buffer_).first(size);
    return {answer.first(size - kStatus),
            StatusWord{static_cast<std::uint16_t>(from_big_endian(answer.last(kStatus)))}};
}

CardChannel::Part CardChannel::send_enveloped(const Command& command) {
    const SecretBytes whole = command.encode(true);
    ByteView rest = whole.view();
    while (true) {
        const ByteView piece = rest.first(std::min(rest.size(), Command::kMaxShortData));
        rest = rest.subspan(piece.size());
        const Part part = exchange(Command::envelope(piece).with_expected(0), false);
        // The piece that is not full is the last one, be it empty (ISO/IEC 7816-3, 12.2.4).
        if (piece.size() < Command::kMaxShortData || !part.status.ok()) return part;
    }
}

CardChannel::Part CardChannel::send(const Command& command) {
    const bool t0 = wire_limits_.transmission == Transmission::t0;
    if (!command.fits_short()) {
        if (!extended()) throw InvalidInput("input.command", "the card or the reader takes only short commands");
        return t0 ? send_enveloped(command) : exchange(command, true);
    }
    const bool case_4 = !command.data().empty() && command.expected() != 0;
    return exchange(t0 && case_4 ? command.with_expected(0) : command, false);
}

Response CardChannel::collect(const Command& command, Part part) {
    Response response;
    for (std::size_t parts = 0; part.status.sw1() == kMoreData; ++parts) {
        append(response.data, part.data);
        if (parts == kMaxResponseParts || response.data.size() > kMaxResponseBytes)
            throw ProtocolViolation("card.endless_response", "the card announces more data without an end");
        const auto cla = static_cast<std::uint8_t>(command.cla() & kLogicalChannel);
        part = exchange(Command::get_response(cla, named_length(part.status)), false);
        if (part.status.sw1() == kWrongExpected)
            part = exchange(Command::get_response(cla, named_length(part.status)), false);
    }
    append(response.data, part.data);
    if (response.data.size() > kMaxResponseBytes)
        throw ProtocolViolation("card.endless_response", "the card sends more data than a response can hold");
    response.status = part.status;
    return response;
}

Response CardChannel::transmit(const Command& command) {
    const ByteView data = command.data();
    const bool chain = data.size() > Command::kMaxShortData && !extended() && capabilities_.command_chaining;
    if (!chain) {
        Part part = send(command);
        if (part.status.sw1() == kWrongExpected) part = send(command.with_expected(named_length(part.status)));
        return collect(command, part);
    }
    std::size_t sent = 0;
    for (; data.size() - sent > Command::kMaxShortData; sent += Command::kMaxShortData) {
        const Command link(static_cast<std::uint8_t>(command.cla() | kChained), command.ins(), command.p1(),
                           command.p2(), data.subspan(sent, Command::kMaxShortData));
        const Part part = exchange(link, false);
        if (!part.status.ok()) return {{}, part.status};
    }
    const Command last(command.cla(), command.ins(), command.p1(), command.p2(), data.subspan(sent),
                       command.expected());
    return collect(command, send(last));
}

}  // namespace tahvil
