#include "apdu/emulator/chip_authentication.h"

#include "apdu/tlv.h"
#include "crypto/error.h"
#include "crypto/protocol/public_key_object.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kManageSecurityEnvironment = 0x22;
constexpr std::uint8_t kGeneralAuthenticate = 0x86;
constexpr std::uint8_t kSetForComputation = 0x41;  // P1
constexpr std::uint8_t kAuthenticationTemplate = 0xA4;
constexpr std::uint8_t kKeyAgreementTemplate = 0xA6;

constexpr tlv::Tag kDynamicAuthenticationData = 0x7C;
constexpr tlv::Tag kMechanism = 0x80;
constexpr tlv::Tag kPrivateKeyReference = 0x84;
constexpr tlv::Tag kKeyOfTerminalInTemplate = 0x91;
constexpr tlv::Tag kKeyOfTerminal = 0x80;
constexpr tlv::Tag kNonce = 0x81;
constexpr tlv::Tag kToken = 0x82;

chip_authentication::Protocol protocol_of(const ChipAuthentication::Key& key) {
    const auto protocol = chip_authentication::protocol_by_oid(key.protocol);
    if (!protocol) throw InvalidInput("input.protocol", "no protocol of chip authentication");
    return *protocol;
}

Bytes compressed(const ChipAuthentication::Key& key, ByteView terminal_key) {
    const Group& group = key.key.public_key().group();
    return compress_public_key(group, group.receive(terminal_key));
}

bool with_triple_des(const ChipAuthentication::Key& key) {
    return key.version == 1 && protocol_of(key).cipher == CipherAlgorithm::two_key_triple_des;
}

}  // namespace

ChipAuthentication::ChipAuthentication(std::vector<Key> keys, RandomSource random)
    : keys_(std::move(keys)), random_(std::move(random)) {}

std::optional<Response> ChipAuthentication::answer(const Command& command, Session& session, Tally& /*tally*/) {
    const bool set = command.ins() == kManageSecurityEnvironment && command.p1() == kSetForComputation;
    const bool key_agreement = set && command.p2() == kKeyAgreementTemplate;
    const bool authentication = set && command.p2() == kAuthenticationTemplate;
    const bool authenticate_now = command.ins() == kGeneralAuthenticate && session.chosen == this;
    if (!key_agreement && !authentication && !authenticate_now) return std::nullopt;
    if (!session.may(right::access)) return status_only(sw::security_status_not_satisfied);
    if (key_agreement) return set_key_agreement_template(command, session);
    if (authentication) return set_authentication_template(command, session);
    return authenticate(command, session);
}

/// The key that is meant: the only one, where neither protocol nor identifier tells.
const ChipAuthentication::Key* ChipAuthentication::find(const std::optional<asn1::Oid>& protocol,
                                                        const std::optional<ByteView>& identifier) const {
    const Key* found = nullptr;
    for (const Key& key : keys_) {
        if (protocol ? key.protocol != *protocol || with_triple_des(key) : !with_triple_des(key)) continue;
        if (identifier &&
            (!key.identifier || !equal(*identifier, to_big_endian(static_cast<unsigned>(*key.identifier), 1))))
            continue;
        if (found != nullptr) return nullptr;
        found = &key;
    }
    return found;
}

Response ChipAuthentication::set_key_agreement_template(const Command& command, Session& session) const {
    const auto terminal_key = tlv::find(command.data(), kKeyOfTerminalInTemplate);
    if (!terminal_key) return status_only(sw::wrong_data);
    const Key* const key = find(std::nullopt, tlv::find(command.data(), kPrivateKeyReference));
    if (key == nullptr) return status_only(sw::referenced_data_not_found);
    session.next_keys = chip_authentication::chip_agree(protocol_of(*key), key->key, *terminal_key);
    session.terminal_ephemeral = compressed(*key, *terminal_key);
    return status_only(sw::ok);
}

Response ChipAuthentication::set_authentication_template(const Command& command, Session& session) {
    const auto mechanism = tlv::find(command.data(), kMechanism);
    if (!mechanism) return status_only(sw::wrong_data);
    chosen_ = find(asn1::Oid::from_content(*mechanism), tlv::find(command.data(), kPrivateKeyReference));
    session.chosen = chosen_ == nullptr ? nullptr : this;
    return status_only(chosen_ == nullptr ? sw::referenced_data_not_found : sw::ok);
}

Response ChipAuthentication::authenticate(const Command& command, Session& session) const {
    session.chosen = nullptr;
    tlv::Cursor outer(command.data());
    const auto terminal_key = tlv::find(outer.read(kDynamicAuthenticationData), kKeyOfTerminal);
    if (!terminal_key || !outer.at_end()) return status_only(sw::wrong_data);
    const Bytes terminal_ephemeral = compressed(*chosen_, *terminal_key);
    if (chosen_->version == 1) {
        session.next_keys = chip_authentication::chip_agree(protocol_of(*chosen_), chosen_->key, *terminal_key);
        session.terminal_ephemeral = terminal_ephemeral;
        return {tlv::encode(kDynamicAuthenticationData, ByteView()), sw::ok};
    }
    // TR-03110-2, 3.4: it must be the key that terminal authentication has bound.
    if (session.terminal_authenticated && !equal(session.terminal_ephemeral, terminal_ephemeral))
        return status_only(sw::verification_failed);
    if (session.terminal_authenticated) session.secured |= right::chip;
    auto answer = chip_authentication::chip_answer(chosen_->protocol, chosen_->key, *terminal_key, random_);
    session.next_keys = std::move(answer.session);
    return {
        tlv::encode(kDynamicAuthenticationData, {tlv::encode(kNonce, answer.nonce), tlv::encode(kToken, answer.token)}),
        sw::ok};
}

}  // namespace tahvil::emulator
