#include "apdu/emulator/operating_system.h"

#include <algorithm>
#include <array>

#include "apdu/emulator/file_commands.h"
#include "apdu/tlv.h"
#include "crypto/asn1.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kEnvelope = 0xC2;
constexpr std::uint8_t kGetResponse = 0xC0;
constexpr std::uint8_t kGeneralAuthenticate = 0x86;
constexpr std::uint8_t kSecureMessaging = 0x0C;
constexpr std::uint8_t kLogicalChannel = 0x03;
constexpr std::uint8_t kProprietary = 0x80;
constexpr StatusWord kLogicalChannelNotSupported{0x6881};

constexpr std::uint16_t kAtrInfo = 0x2F01;
constexpr std::uint8_t kAtrInfoShort = 0x01;

// ISO/IEC 7816-4, 12.1.1: selection by DF name (whole or in part), EF.DIR and EF.ATR/INFO are there, READ BINARY, an
// MF; selection by path, identifier and short identifier; chaining, extended length and its limits in EF.ATR/INFO.
constexpr std::uint8_t kServiceData = 0xF8;
constexpr std::array<std::uint8_t, 2> kCapabilities{0xF4, 0x01};

std::uint8_t length_capabilities(const LinkSettings& link) {
    return link.extended_length ? 0xE0 : 0x80;
}

Bytes historical_bytes(const LinkSettings& link) {
    Bytes bytes{0x80, 0x31, kServiceData, 0x73, kCapabilities[0], kCapabilities[1], length_capabilities(link), 0x56};
    append(bytes, as_bytes("TAHVIL"));  // the card issuer's data
    return bytes;
}

Bytes atr_info(const LinkSettings& link) {
    Bytes content{0x43, 0x01, kServiceData, 0x47, 0x03, kCapabilities[0], kCapabilities[1], length_capabilities(link)};
    if (link.extended_length) {
        constexpr tlv::Tag kExtendedLengthInformation = 0x7F66;
        append(content, tlv::encode(kExtendedLengthInformation,
                                    {asn1::integer(link.command_buffer), asn1::integer(link.response_buffer)}));
    }
    return content;
}

Bytes status_bytes(StatusWord status) {
    return {status.sw1(), status.sw2()};
}

StatusWord more_to_come(std::size_t left) {
    return {static_cast<std::uint16_t>(0x6100U | (left >= 256 ? 0U : left))};
}

StatusWord exact_length(std::size_t length) {
    return {static_cast<std::uint16_t>(0x6C00U | (length & 0xFFU))};
}

}  // namespace

OperatingSystem::OperatingSystem(LinkSettings link, DedicatedFile master_file,
                                 std::vector<std::unique_ptr<Function>> functions)
    : link_(std::move(link)),
      master_file_(std::move(master_file)),
      functions_(std::move(functions)),
      session_(master_file_) {
    if (master_file_.find(kAtrInfo) == nullptr)
        master_file_.files.push_back({kAtrInfo, kAtrInfoShort, atr_info(link_), right::none});
    functions_.push_back(std::make_unique<FileCommands>());
}

OperatingSystem::~OperatingSystem() = default;

Bytes OperatingSystem::atr() const {
    if (!link_.atr.empty() && link_.link != Link::contactless) return link_.atr;
    const Bytes history = historical_bytes(link_);
    const auto count = static_cast<std::uint8_t>(history.size());
    if (link_.link == Link::contact_t0) return concat({Bytes{0x3B, count}, history});
    // TD1 to TD2 as PC/SC part 3, 3.1.3.2.3 has them for contactless cards; T=1 with a field size of 254 bytes for
    // contact.
    Bytes bytes =
        link_.link == Link::contactless ? Bytes{0x3B, 0x80, 0x80, 0x01} : Bytes{0x3B, 0x80, 0x81, 0x31, 0xFE, 0x45};
    bytes[1] = static_cast<std::uint8_t>(bytes[1] | count);
    append(bytes, history);
    std::uint8_t check = 0;
    for (const std::uint8_t byte : ByteView(bytes).subspan(1)) check = static_cast<std::uint8_t>(check ^ byte);
    bytes.push_back(check);
    return bytes;
}

void OperatingSystem::reset() {
    session_ = Session(master_file_);
    messaging_.reset();
    chain_.reset();
    envelope_ = SecretBytes();
    pending_.reset();
    for (const auto& function : functions_) function->reset();
}

std::size_t OperatingSystem::longest_command() const {
    return link_.extended_length ? std::max(link_.command_buffer, WireLimits::kShortCommand)
                                 : WireLimits::kShortCommand;
}

std::size_t OperatingSystem::longest_response() const {
    return link_.extended_length ? std::max(link_.response_buffer, WireLimits::kShortResponse)
                                 : WireLimits::kShortResponse;
}

Bytes OperatingSystem::respond(ByteView command) {
    ++tally_.commands;
    tally_.bytes_in += command.size();
    Bytes response = answer(command);
    tally_.bytes_out += response.size();
    return response;
}

Bytes OperatingSystem::answer(ByteView bytes) {
    const bool t0 = link_.link == Link::contact_t0;
    const std::optional<ReceivedCommand> received = parse_command(bytes);
    if (!received || bytes.size() > limits().command || (received->extended && (t0 || !link_.extended_length)))
        return status_bytes(sw::wrong_length);
    const Command& command = received->command;
    if (t0 && !command.data().empty() && command.expected() != 0) return status_bytes(sw::wrong_length);
    if (command.ins() == kGetResponse && pending_) return get_response(command.expected());
    pending_.reset();
    if (command.ins() == kEnvelope && t0 && link_.extended_length) return take_envelope(command);
    envelope_ = SecretBytes();
    if (t0 && !command.data().empty()) {  // whether case 3 or case 4: the response is fetched by GET RESPONSE if at all
        const ReceivedCommand either{command.with_expected(Command::kMaxShortExpected), false};
        return deliver(execute(either, false), either, false);
    }
    return deliver(execute(*received, false), *received, false);
}

// ISO/IEC 7816-3, 12.2.5: an extended command goes over T=0 in ENVELOPEs; one that is not full, or empty, is the last.
Bytes OperatingSystem::take_envelope(const Command& envelope) {
    const ByteView segment = envelope.data();
    if (envelope_.size() + segment.size() > longest_command()) {
        envelope_ = SecretBytes();
        return status_bytes(sw::wrong_length);
    }
    SecretBytes whole(envelope_.size() + segment.size());
    std::ranges::copy(envelope_.view(), whole.writable().begin());
    std::ranges::copy(segment, whole.writable().begin() + static_cast<std::ptrdiff_t>(envelope_.size()));
    envelope_ = std::move(whole);
    const ByteView so_far = envelope_.view();
    constexpr std::size_t kLengthFields = 9;  // of an extended case 4 command, with its header
    const bool full = segment.size() == Command::kMaxShortData;
    const bool complete =
        so_far.size() > 7 && so_far[4] == 0 && so_far.size() == kLengthFields + from_big_endian(so_far.subspan(5, 2));
    if (full && !complete) return status_bytes(sw::ok);
    const std::optional<ReceivedCommand> received = parse_command(so_far);
    envelope_ = SecretBytes();
    if (!received) return status_bytes(sw::wrong_length);
    return deliver(execute(*received, true), *received, true);
}

Bytes OperatingSystem::get_response(std::size_t expected) {
    const std::size_t left = pending_->data.size() - pending_->given;
    if (expected == 0) return status_bytes(sw::wrong_length);
    if (link_.link == Link::contact_t0 && expected > left) return status_bytes(exact_length(left));
    return deliver_piece(expected);
}

Bytes OperatingSystem::deliver_piece(std::size_t expected) {
    const std::size_t left = pending_->data.size() - pending_->given;
    const std::size_t size = std::min({left, expected, limits().response - 2});
    Bytes bytes = to_bytes(ByteView(pending_->data).subspan(pending_->given, size));
    pending_->given += size;
    append(bytes, status_bytes(size == left ? pending_->status : more_to_come(left - size)));
    if (size == left) pending_.reset();
    return bytes;
}

Bytes OperatingSystem::deliver(Response response, const ReceivedCommand& received, bool enveloped) {
    const std::size_t size = response.data.size();
    const std::size_t expected = received.command.expected();
    if (size == 0) return status_bytes(response.status);
    const bool case2 = received.command.data().empty() && expected != 0 && !enveloped;
    const bool t0 = link_.link == Link::contact_t0;
    // With T=0 a case 2 command gets exactly what it asks for; a shorter Le than there is data is refused either way.
    const bool as_many_as_there_are = expected == Command::kMaxShortExpected || expected == Command::kMaxExpected;
    const bool refused = t0 ? size != expected : size > expected && !as_many_as_there_are;
    if (case2 && refused && size <= Command::kMaxShortExpected) return status_bytes(exact_length(size));
    pending_ = Pending{std::move(response.data), 0, response.status};
    if ((t0 && !case2) || expected == 0) return status_bytes(more_to_come(size));
    return deliver_piece(expected);
}

Response OperatingSystem::execute(const ReceivedCommand& received, bool enveloped) {
    const Command& command = received.command;
    // What comes back in one piece, or in pieces by GET RESPONSE after a short command.
    const std::size_t room = received.extended || enveloped ? longest_response() : WireLimits::kShortResponse;
    if ((command.cla() & kProprietary) == 0) {
        if ((command.cla() & kLogicalChannel) != 0) return status_only(kLogicalChannelNotSupported);
        const unsigned secure = command.cla() & kSecureMessaging;
        if (secure == kSecureMessaging) return execute_wrapped(command, room);
        if (secure != 0) return status_only(sw::secure_messaging_not_supported);
    }
    // Doc 9303-11, 9.8: a plain command ends the session of secure messaging.
    end_secure_messaging();
    session_.under_secure_messaging = false;
    session_.response_room = room - 2;
    Response response = execute_plain(command);
    if (session_.next_keys) {
        messaging_.emplace(*session_.next_keys);
        session_.next_keys.reset();
    }
    return response;
}

Response OperatingSystem::execute_wrapped(const Command& command, std::size_t room) {
    if (!messaging_) return status_only(sw::secure_messaging_object_incorrect);
    const auto opened = messaging_->open(command);
    if (const auto* const status = std::get_if<StatusWord>(&opened)) {
        end_secure_messaging();
        return status_only(*status);
    }
    session_.under_secure_messaging = true;
    // A wrapped response to a short command may run over 256 bytes: the rest then comes by GET RESPONSE.
    const auto& plain = std::get<Command>(opened);
    session_.response_room =
        room == WireLimits::kShortResponse ? Command::kMaxShortExpected : messaging_->plain_size(room);
    const Response response = execute_plain(plain);
    Response wrapped{messaging_->wrap(response), response.status};
    if (session_.next_keys) {
        messaging_.emplace(*session_.next_keys);
        session_.next_keys.reset();
    }
    return wrapped;
}

Response OperatingSystem::execute_plain(const Command& command) {
    const bool proprietary = (command.cla() & kProprietary) != 0;
    // Command chaining (ISO/IEC 7816-4, 5.3.3). GENERAL AUTHENTICATE chains the steps of a protocol instead: each of
    // its commands is whole, and has a response (Doc 9303-11, 4.4.4.1).
    if (command.ins() == kGeneralAuthenticate || proprietary) {
        chain_.reset();
        return dispatch(command);
    }
    const bool goes_on =
        chain_ && chain_->ins == command.ins() && chain_->p1 == command.p1() && chain_->p2 == command.p2();
    if (chain_ && !goes_on) {
        chain_.reset();
        return status_only(sw::last_command_of_chain_expected);
    }
    if (!chain_ && !command.is_chained()) return dispatch(command);
    if (!chain_) chain_ = Chain{command.ins(), command.p1(), command.p2(), {}};
    if (chain_->data.size() + command.data().size() > Command::kMaxData) {
        chain_.reset();
        return status_only(sw::wrong_length);
    }
    SecretBytes whole(chain_->data.size() + command.data().size());
    std::ranges::copy(chain_->data.view(), whole.writable().begin());
    std::ranges::copy(command.data(), whole.writable().begin() + static_cast<std::ptrdiff_t>(chain_->data.size()));
    if (command.is_chained()) {
        chain_->data = std::move(whole);
        return status_only(sw::ok);
    }
    chain_.reset();
    return dispatch(
        Command(command.cla(), command.ins(), command.p1(), command.p2(), whole.view(), command.expected()));
}

Response OperatingSystem::dispatch(const Command& command) try {
    for (const auto& function : functions_)
        if (auto response = function->answer(command, session_, tally_)) return std::move(*response);
    return status_only((command.cla() & kProprietary) != 0 ? sw::class_not_supported : sw::instruction_not_supported);
} catch (const MalformedData&) {
    return status_only(sw::wrong_data);
} catch (const InvalidInput&) {
    return status_only(sw::wrong_data);
} catch (const CryptoError&) {
    return status_only(sw::wrong_data);
}

void OperatingSystem::end_secure_messaging() {
    messaging_.reset();
    session_.secured = right::none;
    session_.under_secure_messaging = false;
    session_.card_ephemeral.clear();
    session_.terminal_ephemeral.clear();
    session_.terminal_authenticated = false;
    session_.confirmed_rights.reset();
}

}  // namespace tahvil::emulator
