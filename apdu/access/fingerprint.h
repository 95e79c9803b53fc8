#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "apdu/access/pin.h"
#include "apdu/channel.h"
#include "apdu/profiles/profile.h"

/// Fingers that the card itself compares: VERIFY with biometric data (ISO/IEC 7816-11, 5; 7816-4, 11.5.6). The template
/// comes from the software of a sensor, in the compact form for cards of ISO/IEC 19794-2:2005, 8: three bytes a
/// minutia.
namespace tahvil::fingerprint {

constexpr std::size_t kMinutiaSize = 3;  // bytes

/// What a card says of one finger that it holds: a biometric information template (ISO/IEC 7816-11, 7).
struct Information {
    std::uint8_t reference = 0;
    std::optional<std::uint8_t> position;  ///< biometric subtype: 05 right thumb, 09 right index finger, ...
    std::optional<std::size_t> least;      ///< minutiae that it takes (19794-2:2005, 8.3.2)
    std::optional<std::size_t> most;
};

/// The templates in DO'7F60' or, of several fingers, DO'7F61'. Throws MalformedData "fingerprint.malformed" and
/// "tlv.malformed".
std::vector<Information> parse_information(ByteView object);

/// What the card says of the finger of the profile: by GET DATA of DO'7F61', where the profile says that it has one.
/// Nothing where the card gives none, or none of this reference. Throws what the channel throws, and MalformedData.
std::optional<Information> read_information(Channel& card, const profiles::Fingerprint& finger);

/// How many minutiae the finger takes, by the card or else by the profile. Throws InvalidInput "access.fingerprint" for
/// a template that is not made of whole minutiae, or of too few or too many.
void require_size(ByteView minutiae, const profiles::Fingerprint& finger,
                  const std::optional<Information>& information);

/// The tries that are left, as pin::query().
pin::State query(Channel& card, const profiles::Fingerprint& finger);

/// VERIFY (INS 21) of the template in DO'7F2E'. Throws CardRefused for an answer that says nothing of it.
pin::Answer verify(Channel& card, const profiles::Fingerprint& finger, ByteView minutiae);

}  // namespace tahvil::fingerprint
