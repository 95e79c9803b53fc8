#include "apdu/emulator/belpic_commands.h"

#include <array>
#include <utility>

#include "apdu/emulator/card_signature.h"
#include "crypto/asn1.h"
#include "crypto/digest.h"

namespace tahvil::emulator {

namespace {

namespace instruction {
constexpr std::uint8_t verify = 0x20;
constexpr std::uint8_t manage_security_environment = 0x22;
constexpr std::uint8_t perform_security_operation = 0x2A;
constexpr std::uint8_t internal_authenticate = 0x88;
constexpr std::uint8_t select = 0xA4;
constexpr std::uint8_t read_binary = 0xB0;
constexpr std::uint8_t get_card_data = 0xE4;
constexpr std::uint8_t log_off = 0xE6;
}  // namespace instruction

constexpr std::uint8_t kProprietary = 0x80;
constexpr std::uint8_t kByName = 0x04;
constexpr std::uint8_t kByPath = 0x08;
constexpr std::uint8_t kNoAnswer = 0x0C;
constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr StatusWord kWrongReference{0x6B00};
constexpr StatusWord kAlgorithmNotSupported{0x9484};

// Algorithms of MSE:SET.
constexpr std::uint8_t kPkcs1 = 0x01;  // over a DigestInfo
constexpr std::uint8_t kPkcs1Sha1 = 0x02;
constexpr std::uint8_t kPkcs1Sha256 = 0x08;

std::uint16_t two_bytes(ByteView bytes) {
    return static_cast<std::uint16_t>(from_big_endian(bytes.first(2)));
}

Bytes digest_info(DigestAlgorithm algorithm, ByteView value) {
    return asn1::sequence({asn1::sequence({asn1::oid(oid_of(algorithm)), asn1::null()}), asn1::octet_string(value)});
}

Response select_path(const Command& command, Session& session) {
    ByteView path = command.data();
    if (command.p2() != kNoAnswer) return status_only(kWrongReference);
    if (path.empty() || path.size() % 2 != 0) return status_only(sw::wrong_data);
    const Selection before = session.selection;
    session.selection.select_master_file();
    if (two_bytes(path) == kMasterFile) path = path.subspan(2);
    for (; !path.empty(); path = path.subspan(2)) {
        const ElementaryFile* const file = session.selection.directory().find(two_bytes(path));
        if (file != nullptr && path.size() == 2)
            session.selection.select_file(file);
        else if (!session.selection.descend(two_bytes(path))) {
            session.selection = before;
            return status_only(sw::file_not_found);
        }
    }
    return status_only(sw::ok);
}

std::optional<Response> read_binary(const Command& command, const Session& session) {
    const ElementaryFile* const file = session.selection.file();
    if (file == nullptr || !session.may(file->to_read)) return std::nullopt;
    const std::size_t offset = static_cast<std::size_t>(command.p1()) << 8U | command.p2();
    if (offset >= file->content.size()) return status_only(sw::wrong_offset);
    const std::size_t left = file->content.size() - offset;
    if (command.expected() >= Command::kMaxShortExpected && left < Command::kMaxShortExpected)
        return status_only({static_cast<std::uint16_t>(0x6C00U | left)});
    return Response{to_bytes(ByteView(file->content).subspan(offset, std::min(left, command.expected()))), sw::ok};
}

}  // namespace

BelpicCommands::BelpicCommands(Keys keys, Rights to_sign, Bytes card_data)
    : keys_(std::move(keys)), to_sign_(to_sign), card_data_(std::move(card_data)) {}

void BelpicCommands::reset() {
    chosen_ = nullptr;
    verified_just_now_ = false;
}

std::optional<Response> BelpicCommands::answer(const Command& command, Session& session, Tally& /*tally*/) {
    const bool verified_just_now = std::exchange(verified_just_now_, command.ins() == instruction::verify);
    if ((command.cla() & kProprietary) != 0) {
        if (command.ins() == instruction::get_card_data) return Response{card_data_, sw::ok};
        if (command.ins() != instruction::log_off) return std::nullopt;
        session.verified = right::none;
        return status_only(sw::ok);
    }
    switch (command.ins()) {
        case instruction::select:
            if (command.p1() == kByName) session.verified = right::none;
            return command.p1() == kByPath ? std::optional(select_path(command, session)) : std::nullopt;
        case instruction::read_binary:
            return read_binary(command, session);
        case instruction::manage_security_environment:
            return prepare_signature(command);
        case instruction::perform_security_operation:
            return sign(command, session, verified_just_now);
        case instruction::internal_authenticate:
            return internal_authenticate(command);
        default:
            return std::nullopt;
    }
}

Response BelpicCommands::prepare_signature(const Command& command) {
    chosen_ = nullptr;
    if (command.p1() != 0x41 || command.p2() != 0xB6) return status_only(kWrongReference);
    const ByteView data = command.data();
    if (data.size() != 5) return status_only(sw::wrong_length);
    if (data[0] != 0x04 || data[1] != 0x80 || data[3] != 0x84) return status_only(sw::wrong_data);
    algorithm_ = data[2];
    if (algorithm_ != kPkcs1 && algorithm_ != kPkcs1Sha1 && algorithm_ != kPkcs1Sha256)
        return status_only(kAlgorithmNotSupported);
    if (data[4] == kAuthenticationKey) chosen_ = &keys_.authentication;
    if (data[4] == kSignatureKey) chosen_ = &keys_.signature;
    return status_only(chosen_ == nullptr ? sw::referenced_data_not_found : sw::ok);
}

Response BelpicCommands::sign(const Command& command, const Session& session, bool verified_just_now) const {
    if (command.p1() != 0x9E || command.p2() != 0x9A) return status_only(kWrongReference);
    if (chosen_ == nullptr) return status_only(sw::conditions_not_satisfied);
    if (!session.may(to_sign_) || (chosen_ == &keys_.signature && !verified_just_now))
        return status_only(sw::security_status_not_satisfied);
    if (algorithm_ == kPkcs1) return {card_signature(*chosen_, command.data()), sw::ok};
    const auto digest = algorithm_ == kPkcs1Sha1 ? DigestAlgorithm::sha1 : DigestAlgorithm::sha256;
    if (command.data().size() != digest_size(digest)) return status_only(sw::wrong_length);
    return {card_signature(*chosen_, digest_info(digest, command.data())), sw::ok};
}

Response BelpicCommands::internal_authenticate(const Command& command) const {
    constexpr std::size_t kChallenge = 20;
    constexpr std::array<std::uint8_t, 2> kHeader{0x94, kChallenge};
    if (command.p1() != kPkcs1Sha1 || command.p2() != kBasicKey) return status_only(kWrongReference);
    const ByteView data = command.data();
    if (data.size() != kHeader.size() + kChallenge) return status_only(sw::wrong_length);
    if (!equal(data.first(kHeader.size()), kHeader)) return status_only(sw::wrong_data);
    return {card_signature(keys_.basic, digest_info(DigestAlgorithm::sha1, data.subspan(kHeader.size()))), sw::ok};
}

}  // namespace tahvil::emulator
