#include "apdu/access/bac.h"

#include <optional>

#include "apdu/error.h"

namespace tahvil::bac {

namespace {

bool is_denial(StatusWord status) {
    return status.sw1() == 0x63 || status == sw::security_status_not_satisfied ||
           status == sw::conditions_not_satisfied || status == sw::secure_messaging_object_incorrect ||
           status == sw::wrong_data;
}

}  // namespace

SessionKeys establish(Channel& card, const AccessKeys& keys, const RandomSource& random) {
    Terminal terminal(keys, random);
    const Bytes challenge = card.require(Command::get_challenge(kNonceSize), "GET CHALLENGE of BAC");
    if (challenge.size() != kNonceSize)
        throw ProtocolViolation("access.bac_challenge", "BAC: the card's challenge is not of 8 bytes");
    const Response answer =
        card.transmit(Command::external_authenticate(terminal.cryptogram(challenge), kCryptogramSize));
    if (is_denial(answer.status))
        throw AccessDenied("access.bac_denied", "BAC: the card does not accept the key made from the MRZ",
                           "Compare document number, birth date and expiry date with the printed MRZ.");
    if (!answer.status.ok()) throw CardRefused("EXTERNAL AUTHENTICATE of BAC", answer.status);
    std::optional<SessionKeys> session = terminal.finish(answer.data);
    if (!session)
        throw ProtocolViolation("access.bac_cryptogram", "BAC: the card's cryptogram does not prove the access key",
                                "Refer the card: it behaves unlike a genuine one.");
    return std::move(*session);
}

}  // namespace tahvil::bac
