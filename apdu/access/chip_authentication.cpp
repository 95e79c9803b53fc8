#include "apdu/access/chip_authentication.h"

#include <optional>

#include "apdu/access/general_authenticate.h"
#include "apdu/error.h"
#include "apdu/tlv.h"

namespace tahvil::chip_authentication {

namespace {

constexpr tlv::Tag kMechanism = 0x80;
constexpr tlv::Tag kKeyReference = 0x84;
constexpr tlv::Tag kEphemeralKeyInTemplate = 0x91;
constexpr tlv::Tag kEphemeralKey = 0x80;
constexpr tlv::Tag kNonce = 0x81;
constexpr tlv::Tag kToken = 0x82;

constexpr std::string_view kStep = "GENERAL AUTHENTICATE of chip authentication";

Bytes key_reference(const Offer& offer) {
    if (!offer.key_id) return {};
    const auto number = static_cast<std::uint64_t>(*offer.key_id);
    return tlv::encode(kKeyReference, to_big_endian(number, number > 0xFF ? 2 : 1));
}

void set_authentication_template(Channel& card, const Offer& offer) {
    Bytes data = tlv::encode(kMechanism, offer.oid.content());
    append(data, key_reference(offer));
    card.require(Command::manage_security_environment(0x41, 0xA4, data), "MSE:Set AT of chip authentication");
}

}  // namespace

Terminal authenticate(SecureMessaging& card, const Offer& offer, const RandomSource& random) {
    Terminal terminal(offer.key.group(), random);
    if (offer.protocol.cipher == CipherAlgorithm::two_key_triple_des) {
        Bytes data = tlv::encode(kEphemeralKeyInTemplate, terminal.public_key());
        append(data, key_reference(offer));
        card.require(Command::manage_security_environment(0x41, 0xA6, data), "MSE:Set KAT of chip authentication");
    } else {
        set_authentication_template(card, offer);
        dynamic_authentication_data(general_authenticate(card, {kEphemeralKey, terminal.public_key()}, true), kStep);
    }
    card.restart(terminal.agree(offer.protocol, offer.key));
    return terminal;
}

void authenticate(SecureMessaging& card, const Offer& offer, const Terminal& ephemeral) {
    set_authentication_template(card, offer);
    const Bytes objects =
        dynamic_authentication_data(general_authenticate(card, {kEphemeralKey, ephemeral.public_key()}, true), kStep);
    std::optional<SessionKeys> keys;
    try {
        tlv::Cursor cursor(objects);
        const ByteView nonce = cursor.read(kNonce);
        const ByteView token = cursor.read(kToken);
        if (!cursor.at_end()) throw MalformedData("tlv.malformed", "an unknown object in DO'7C'");
        keys = ephemeral.agree(offer.oid, offer.key, nonce, token);
    } catch (const MalformedData&) {
        std::throw_with_nested(
            ProtocolViolation("access.malformed_answer", std::string(kStep) + ": the card's answer is malformed"));
    }
    if (!keys)
        throw ProtocolViolation("access.ca_token", "chip authentication: the chip's token does not prove its key",
                                "Refer the card: its chip is not the one that was issued.");
    card.restart(*keys);
}

}  // namespace tahvil::chip_authentication
