#pragma once

#include <array>

#include "apdu/emulator/national_card.h"

namespace tahvil::emulator {

inline constexpr std::array<std::uint8_t, 12> kBelpicApplication{0xA0, 0x00, 0x00, 0x01, 0x77, 0x50,
                                                                 0x4B, 0x43, 0x53, 0x2D, 0x31, 0x35};

/// Makes a card in the manner of the Belgian identity card (card content 4.2, applet 1.7), all keys RSA 2048. DF01 has
/// identity 4031, its signature 4032, address 4033 (filled up with zeros), its signature 4034, photo 4035 and the basic
/// public key 4040; DF00 the directories 5031 and 5032, the certificates authentication 5038, signature 5039, citizen
/// CA 503A, root 503B and registry 503C. The PIN, reference 01, goes in the form of ISO 9564-1, format 2, and an empty
/// VERIFY is a wrong PIN. Values: the files of DF01 by their identifiers ("4031"), "authentication", "signature" and
/// "registry" the certificates.
NationalCard personalise_belpic(const Person& holder, const NationalPki& pki, const NationalCardOptions& options,
                                trust::Time now, const RandomSource& random = system_random);

/// A PIN of 4 to 12 digits in the eight bytes of ISO 9564-1, format 2.
SecretBytes iso_9564_pin(std::string_view digits);

}  // namespace tahvil::emulator
