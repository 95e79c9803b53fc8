#pragma once

#include <string>
#include <vector>

#include "apdu/applets/pkcs15/objects.h"
#include "apdu/profiles/profile.h"

namespace tahvil::pkcs15 {

/// What the directories of one card list.
struct Listing {
    std::vector<Certificate> certificates;
    std::vector<PrivateKey> keys;
    std::vector<Password> passwords;
};

/// What the certificate at this place of the listing is called: "certificate_1" is the first.
std::string certificate_name(std::size_t index);

/// The profile of a kind of card, filled up with what one card of it lists: its certificates with their files, the
/// holder's PIN, and for the chip's proof a key that signs and has a certificate: one that needs no PIN before one that
/// does, one for authentication before one for signatures of intent. What the profile has itself stays.
profiles::Profile complete(profiles::Profile kind, const Listing& listing);

}  // namespace tahvil::pkcs15
