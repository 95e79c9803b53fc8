#include "apdu/emulator/card_signature.h"

#include <algorithm>
#include <utility>

#include "apdu/tlv.h"
#include "crypto/error.h"
#include "crypto/signature.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kManageSecurityEnvironment = 0x22;
constexpr std::uint8_t kPerformSecurityOperation = 0x2A;
constexpr std::uint8_t kInternalAuthenticate = 0x88;
constexpr std::uint8_t kSetForComputation = 0x41;  // P1 of MSE
constexpr std::uint8_t kSignatureTemplate = 0xB6;
constexpr std::uint8_t kAuthenticationTemplate = 0xA4;
constexpr std::uint8_t kDigitalSignature = 0x9E;  // P1 of PSO: what comes out
constexpr std::uint8_t kDataToBeSigned = 0x9A;    // P2 of PSO: what goes in
constexpr tlv::Tag kKeyReference = 0x84;

/// RFC 8017, 9.2: 00 01 FF..FF 00 and the DigestInfo, with at least eight FF.
Bytes padded(ByteView digest_info, std::size_t size) {
    constexpr std::size_t kLeastPadding = 11;
    if (digest_info.size() + kLeastPadding > size) throw InvalidInput("input.range", "more than the key can sign");
    Bytes block(size - digest_info.size(), 0xFF);
    block[0] = 0x00;
    block[1] = 0x01;
    block.back() = 0x00;
    append(block, digest_info);
    return block;
}

Response signature_of(const PrivateKey& key, Rights to_use, const Command& command, const Session& session) {
    if (!session.may(to_use)) return status_only(sw::security_status_not_satisfied);
    return {card_signature(key, command.data()), sw::ok};
}

}  // namespace

Bytes card_signature(const PrivateKey& key, ByteView input) {
    if (input.empty()) throw InvalidInput("input.range", "nothing to sign");
    const PublicKey& shown = key.public_key();
    if (shown.kind() == KeyKind::rsa) return rsa_private_operation(key, padded(input, shown.rsa_modulus().size()));
    if (input.size() > order_size(shown.curve())) throw InvalidInput("input.range", "more than the key can sign");
    return ecdsa_der_to_plain(shown.curve(), ecdsa_sign_digest(key, input));
}

CardSignature::CardSignature(std::vector<Key> keys) : keys_(std::move(keys)) {}

std::optional<Response> CardSignature::answer(const Command& command, Session& session, Tally& /*tally*/) {
    if (command.ins() == kManageSecurityEnvironment && command.p1() == kSetForComputation &&
        (command.p2() == kSignatureTemplate || command.p2() == kAuthenticationTemplate))
        return choose(command);
    if (command.ins() == kPerformSecurityOperation && command.p1() == kDigitalSignature &&
        command.p2() == kDataToBeSigned) {
        if (chosen_to_sign_ == nullptr) return status_only(sw::conditions_not_satisfied);
        return signature_of(chosen_to_sign_->key, chosen_to_sign_->to_use, command, session);
    }
    if (command.ins() == kInternalAuthenticate) {
        if (command.p1() != 0 || command.p2() != 0) return status_only(sw::wrong_parameters);
        if (chosen_to_authenticate_ == nullptr) return status_only(sw::conditions_not_satisfied);
        return signature_of(chosen_to_authenticate_->key, chosen_to_authenticate_->to_use, command, session);
    }
    return std::nullopt;
}

Response CardSignature::choose(const Command& command) {
    const bool to_sign = command.p2() == kSignatureTemplate;
    const Key*& chosen = to_sign ? chosen_to_sign_ : chosen_to_authenticate_;
    chosen = nullptr;
    const auto reference = tlv::find(command.data(), kKeyReference);
    if (!reference || reference->size() != 1) return status_only(sw::wrong_data);
    const Uses other = to_sign ? Uses::authentication : Uses::signature;
    const auto found = std::ranges::find_if(
        keys_, [&](const Key& key) { return key.reference == (*reference)[0] && key.uses != other; });
    if (found == keys_.end()) return status_only(sw::referenced_data_not_found);
    chosen = &*found;
    return status_only(sw::ok);
}

}  // namespace tahvil::emulator
