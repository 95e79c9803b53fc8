#include "apdu/access/pace.h"

#include <utility>

#include "apdu/access/general_authenticate.h"
#include "apdu/error.h"
#include "apdu/tlv.h"

namespace tahvil::pace {

namespace {

constexpr tlv::Tag kMechanism = 0x80;
constexpr tlv::Tag kPasswordReference = 0x83;
constexpr tlv::Tag kDomainParameters = 0x84;

constexpr tlv::Tag kEncryptedNonce = 0x80;
constexpr tlv::Tag kTerminalMapping = 0x81;
constexpr tlv::Tag kChipMapping = 0x82;
constexpr tlv::Tag kTerminalKey = 0x83;
constexpr tlv::Tag kChipKey = 0x84;
constexpr tlv::Tag kTerminalToken = 0x85;
constexpr tlv::Tag kChipToken = 0x86;
constexpr tlv::Tag kAuthorityReference = 0x87;
constexpr tlv::Tag kPreviousAuthorityReference = 0x88;
constexpr tlv::Tag kChipAuthenticationData = 0x8A;

struct SetTemplate {
    StatusWord status;
    bool wanted_parameters = false;  ///< see Established
};

SetTemplate set_authentication_template(Channel& card, const Offer& offer, PasswordKind kind,
                                        const std::optional<Bytes>& holder_authorisation) {
    const auto send = [&](bool name_parameters) {
        Bytes data = tlv::encode(kMechanism, offer.info.protocol.content());
        append(data, tlv::encode(kPasswordReference, to_big_endian(static_cast<std::uint64_t>(kind), 1)));
        if (name_parameters && offer.parameter_id)
            append(data,
                   tlv::encode(kDomainParameters, to_big_endian(static_cast<std::uint64_t>(*offer.parameter_id), 1)));
        if (holder_authorisation) append(data, *holder_authorisation);
        return card.transmit(Command::manage_security_environment(0xC1, 0xA4, data)).status;
    };
    const StatusWord first = send(offer.ambiguous);
    if (first != sw::referenced_data_not_found || offer.ambiguous) return {first};
    // Some cards want the domain parameters named although there is only one choice.
    return {send(true), true};
}

/// 63Cx, which a card gives when it counts the tries of a password; nothing for another status.
std::optional<unsigned> tries_left(StatusWord status) {
    if ((status.value & 0xFFF0U) != 0x63C0U) return std::nullopt;
    return status.value & 0x0FU;
}

/// Nothing when the status is no answer to MSE:Set AT.
std::optional<PasswordState> password_state(StatusWord status) {
    constexpr StatusWord kWarning{0x6300};
    if (status.ok()) return PasswordState::usable;
    if (status == StatusWord{0x6283}) return PasswordState::deactivated;
    if (status == sw::authentication_method_blocked) return PasswordState::blocked;
    if (status == kWarning) return PasswordState::one_try_left;
    const std::optional<unsigned> tries = tries_left(status);
    if (!tries) return std::nullopt;
    if (*tries == 0) return PasswordState::blocked;
    return *tries == 1 ? PasswordState::one_try_left : PasswordState::usable;
}

void require_usable(PasswordState state, const Password& password, const Options& options) {
    const bool counted = password.kind() == PasswordKind::pin || password.kind() == PasswordKind::puk;
    switch (state) {
        case PasswordState::usable:
            return;
        case PasswordState::one_try_left:
            if (!counted || options.allow_last_try) return;
            throw AccessDenied("access.pin_suspended", "PACE: one try is left for the PIN, which is suspended",
                               "Enter the CAN first, then the PIN, and allow the last try.");
        case PasswordState::blocked:
            throw AccessDenied("access.pin_blocked", "PACE: the password is blocked", "Unblock it with the PUK.");
        case PasswordState::deactivated:
            throw AccessDenied("access.pin_deactivated", "PACE: the PIN is deactivated",
                               "Have it activated by the authority that issued the card.");
    }
}

/// With integrated mapping the chip has nothing to say: its DO'82' is empty or left out (Doc 9303-11, 4.4.4.1).
Bytes read_mapping(const Response& response, Mapping mapping) {
    static constexpr std::string_view step = "PACE, mapping of the nonce";
    if (mapping == Mapping::integrated && dynamic_authentication_data(response, step).empty()) return {};
    return single_authentication_object(response, kChipMapping, step);
}

/// The last step, whose answer carries the chip's token and what it adds (TR-03110-3, B.1).
struct FinalAnswer {
    Bytes token;
    Bytes chip_authentication_data;
    std::optional<Bytes> authority_reference;
    std::optional<Bytes> previous_authority_reference;
};

FinalAnswer read_final_answer(const Response& response) {
    static constexpr std::string_view step = "PACE, mutual authentication";
    const Bytes objects = dynamic_authentication_data(response, step);
    FinalAnswer answer;
    tlv::Cursor cursor(objects);
    try {
        answer.token = to_bytes(cursor.read(kChipToken));
        const auto optional = [&cursor](tlv::Tag tag) -> std::optional<Bytes> {
            const auto value = cursor.read_if(tag);
            return value ? std::optional(to_bytes(*value)) : std::nullopt;
        };
        answer.authority_reference = optional(kAuthorityReference);
        answer.previous_authority_reference = optional(kPreviousAuthorityReference);
        answer.chip_authentication_data = optional(kChipAuthenticationData).value_or(Bytes());
        if (!cursor.at_end()) throw MalformedData("tlv.malformed", "an unknown object in DO'7C'");
    } catch (const MalformedData&) {
        std::throw_with_nested(
            ProtocolViolation("access.malformed_answer", std::string(step) + ": the card's answer is malformed"));
    }
    return answer;
}

/// What the card sent is judged by crypto/; its refusal is the card's breach of the protocol.
template <typename Take>
void take(std::string_view step, Take judge) {
    try {
        judge();
    } catch (const CryptoError&) {
        std::throw_with_nested(ProtocolViolation("access.bad_key", std::string(step) + ": the card's key is refused"));
    } catch (const MalformedData&) {
        std::throw_with_nested(
            ProtocolViolation("access.malformed_answer", std::string(step) + ": the card's answer is malformed"));
    }
}

AccessDenied denied(const Password& password, StatusWord status) {
    if (password.kind() == PasswordKind::pin || password.kind() == PasswordKind::puk) {
        const std::optional<unsigned> tries = tries_left(status);
        const std::string left = tries ? ", tries left: " + std::to_string(*tries) : std::string();
        return {"access.pin_wrong", "PACE: the card does not accept the PIN" + left,
                "Ask the holder for the right one before another try."};
    }
    const bool can = password.kind() == PasswordKind::can;
    return {"access.pace_denied", "PACE: the card does not accept the password",
            can ? "Compare the CAN with the number printed on the card's front."
                : "Compare what was typed with what is printed on the card."};
}

}  // namespace

std::optional<PasswordState> query(Channel& card, const Offer& offer, PasswordKind kind) {
    return password_state(set_authentication_template(card, offer, kind, std::nullopt).status);
}

Established establish(Channel& card, const Offer& offer, const Password& password, const Options& options) {
    const SetTemplate selected =
        set_authentication_template(card, offer, password.kind(), options.holder_authorisation);
    const std::optional<PasswordState> state = password_state(selected.status);
    if (!state) throw CardRefused("MSE:Set AT of PACE", selected.status);
    require_usable(*state, password, options);

    Party terminal(Role::terminal, offer.info.protocol, offer.group, password, options.random);
    const Bytes nonce =
        single_authentication_object(general_authenticate(card, {}, false), kEncryptedNonce, "PACE, encrypted nonce");
    take("PACE, encrypted nonce", [&] { terminal.accept_nonce(nonce); });

    const Bytes own_mapping = terminal.mapping_data();
    const Bytes chip_mapping =
        read_mapping(general_authenticate(card, {kTerminalMapping, own_mapping}, false), offer.protocol.mapping);
    take("PACE, mapping of the nonce", [&] { terminal.map(chip_mapping); });

    const Bytes own_key = terminal.public_key();
    const Bytes chip_key = single_authentication_object(general_authenticate(card, {kTerminalKey, own_key}, false),
                                                        kChipKey, "PACE, key agreement");
    take("PACE, key agreement", [&] { terminal.agree(chip_key); });

    const Bytes own_token = terminal.token();
    const Response last = general_authenticate(card, {kTerminalToken, own_token}, true);
    if (last.status.sw1() == 0x63 || last.status == sw::security_status_not_satisfied ||
        last.status == sw::authentication_method_blocked || last.status == sw::wrong_data)
        throw denied(password, last.status);
    FinalAnswer answer = read_final_answer(last);
    if (!terminal.accepts(answer.token))
        throw ProtocolViolation("access.pace_token", "PACE: the card's token does not prove that it knows the password",
                                "Refer the card: it behaves unlike a genuine one.");
    SessionKeys keys = terminal.session_keys();
    return {std::move(keys),
            std::move(terminal),
            std::move(answer.chip_authentication_data),
            std::move(answer.authority_reference),
            std::move(answer.previous_authority_reference),
            selected.wanted_parameters};
}

}  // namespace tahvil::pace
