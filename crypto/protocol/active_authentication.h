#pragma once

#include <optional>

#include "crypto/key.h"
#include "crypto/protocol/security_infos.h"
#include "crypto/random.h"

/// Active Authentication (Doc 9303-11, 6.1): what both sides compute around INTERNAL AUTHENTICATE.
namespace tahvil::active_authentication {

inline constexpr std::size_t kChallengeSize = 8;  ///< RND.IFD

enum class SignatureForm : std::uint8_t {
    recoverable,  ///< RSA with ISO/IEC 9796-2 scheme 1
    plain,        ///< ECDSA, r and s one after the other: what 6.1.2.3 asks for
    der,          ///< ECDSA as a DER sequence, which some chips send
};

/// How a chip proved that it has the key.
struct Proof {
    SignatureForm form{};
    DigestAlgorithm digest{};
};

/// The digest that ActiveAuthenticationInfo of EF.DG14 states for ECDSA, when there is one entry and it is known.
std::optional<DigestAlgorithm> stated_digest(const SecurityInfos& data_group_14);

/// The proof, when the answer is the key's signature over this challenge; nothing otherwise.
///
/// RSA: the digest follows from the trailer, BC and 33CC (SHA-1), 38CC, 34CC, 36CC and 35CC; both forms of opening in
/// ISO/IEC 9796-2, B.4 and B.6, are done; only partial recovery (6A) with all of the capacity used is taken.
/// ECDSA: with `stated`, where it is given; otherwise with each digest that is not longer than the key (6.1.2.3),
/// longest first, and last with SHA-1, which some chips use against the rule.
std::optional<Proof> verify(const PublicKey& key, ByteView challenge, ByteView signature,
                            std::optional<DigestAlgorithm> stated = {});

/// \name The chip's side
/// @{
/// ISO/IEC 9796-2 scheme 1 with trailer BC for SHA-1 and two bytes for the others; M1 is drawn from `random`.
Bytes sign_rsa(const PrivateKey& key, DigestAlgorithm algorithm, ByteView challenge,
               const RandomSource& random = system_random);
Bytes sign_ecdsa(const PrivateKey& key, DigestAlgorithm algorithm, SignatureForm form, ByteView challenge);
/// @}

}  // namespace tahvil::active_authentication
