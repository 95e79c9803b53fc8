#pragma once

#include <optional>

#include "apdu/channel.h"
#include "apdu/profiles/profile.h"
#include "crypto/key.h"
#include "crypto/random.h"
#include "crypto/signature.h"

/// A chip proves that it holds a key by signing what it can not have seen before.
namespace tahvil::signed_challenge {

constexpr std::size_t kChallengeSize = 32;  ///< bytes

/// Lets the card sign a fresh challenge in the way of the proof, with the key that the proof names, and verifies that
/// with `key`: RSASSA-PKCS1-v1_5, or ECDSA in either of its two forms, with the digest that fits the key's size.
/// Returns how it was signed, or nothing when the signature is not that key's.
///
/// The application of the proof is selected, and its PIN verified where it needs one. Throws CardRefused,
/// ProtocolViolation, and MalformedData "crypto.unknown_key" for a key that can not sign.
std::optional<SignatureAlgorithm> authenticate(Channel& card, const profiles::Proof& proof, const PublicKey& key,
                                               const RandomSource& random);

}  // namespace tahvil::signed_challenge
