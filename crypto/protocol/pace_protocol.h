#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/cipher.h"
#include "crypto/group.h"
#include "crypto/protocol/security_infos.h"

namespace tahvil::pace {

/// How the nonce becomes the generator of the key agreement (Doc 9303-11, 4.4.3.3).
enum class Mapping : std::uint8_t { generic, integrated, chip_authentication };

/// What a PACE object identifier says (Doc 9303-11, 9.2.3).
struct Protocol {
    bool elliptic = true;  ///< ECDH, or DH
    Mapping mapping = Mapping::generic;
    CipherAlgorithm cipher = CipherAlgorithm::aes128;

    friend bool operator==(const Protocol&, const Protocol&) = default;
};

/// Nothing for an identifier that is none of the table's.
std::optional<Protocol> protocol_by_oid(const asn1::Oid& identifier);
/// Throws InvalidInput for what the table does not have: DH or triple DES with chip authentication mapping.
asn1::Oid oid_of(const Protocol& protocol);
std::string description(const Protocol& protocol);  ///< "PACE-ECDH-GM-AES-128"

/// One way to run PACE that a card offers and this program can take.
struct Offer {
    PaceInfo info;  ///< as the card gave it: the identifier for MSE:Set AT and for the tokens
    Protocol protocol;
    Group group;
    /// What MSE:Set AT names in DO'84': the identifier of the domain parameters, where there is one.
    std::optional<int> parameter_id;
    /// DO'84' must be there: the card has more than one set of domain parameters.
    bool ambiguous = false;

    /// The bits of security of the weaker of group and cipher.
    unsigned strength() const;
};

/// The offers of EF.CardAccess that can be taken: version 2, domain parameters that are standardized or, given
/// explicitly, equal to such ones, and of the kind that the protocol asks for; no integrated mapping on secp224r1,
/// which it can not reach. In the card's order.
std::vector<Offer> offers(const SecurityInfos& card_access);

/// What may be taken, and what is preferred among offers of equal strength. A mapping or cipher that is not listed is
/// refused.
struct Preference {
    std::vector<Mapping> mappings{Mapping::chip_authentication, Mapping::generic, Mapping::integrated};
    std::vector<CipherAlgorithm> ciphers{CipherAlgorithm::aes256, CipherAlgorithm::aes192, CipherAlgorithm::aes128,
                                         CipherAlgorithm::two_key_triple_des};
    unsigned minimum_strength = 80;  ///< bits; 80 lets everything of the standard through
};

/// The strongest offer that the preference allows; among equally strong ones the one whose mapping, then cipher, stands
/// first in the preference. Nothing when none is left.
std::optional<Offer> choose(const std::vector<Offer>& offers, const Preference& preference = {});

}  // namespace tahvil::pace
