#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apdu/applets/lds/file.h"
#include "apdu/emulator/card.h"
#include "apdu/emulator/fault.h"
#include "apdu/emulator/operating_system.h"
#include "apdu/emulator/person.h"
#include "apdu/emulator/specimen_pki.h"
#include "crypto/cipher.h"
#include "crypto/protocol/cv_certificate.h"
#include "crypto/random.h"

namespace tahvil::emulator {

enum class AccessProtocol : std::uint8_t { bac, pace_gm, pace_im, pace_cam };
enum class ChipProof : std::uint8_t { none, ca, aa_rsa, aa_ecdsa };

/// "bac", "pace-gm", "pace-im", "pace-cam". Throws InvalidInput "input.access".
AccessProtocol parse_access(std::string_view text);
/// "none", "ca", "aa-rsa", "aa-ecdsa". Throws InvalidInput "input.chip".
ChipProof parse_chip_proof(std::string_view text);

struct ChipKeyOptions {
    CipherAlgorithm cipher = CipherAlgorithm::aes256;
    int parameter_id = 16;  ///< standardized domain parameters
};

/// How a specimen is to be made.
struct SpecimenOptions {
    LinkSettings link;
    std::vector<AccessProtocol> access{AccessProtocol::pace_gm};
    ChipProof chip = ChipProof::ca;
    CipherAlgorithm cipher = CipherAlgorithm::aes128;  ///< of PACE and chip authentication
    int parameter_id = 13;                             ///< standardized domain parameters of both; brainpoolP256r1
    int chip_authentication_version = 1;               ///< with 2 the keys are in EF.CardSecurity
    /// Keys of chip authentication beside the first, each with a cipher of its own; with any, all have identifiers.
    std::vector<ChipKeyOptions> further_chip_keys;
    std::string pin;                     ///< for PACE, six digits; none when empty
    std::string puk;                     ///< likewise, ten digits
    Bytes portrait;                      ///< JPEG or JPEG 2000; a drawn one when empty
    std::size_t portrait_size = 20'000;  ///< bytes of a drawn one
    /// The trust point for terminal authentication, which then guards EF.DG3 and EF.DG4; without it there are none.
    std::optional<cv::Certificate> terminal_authority;
    FaultSpec fault;
};

struct Specimen {
    std::unique_ptr<Card> card;        ///< misbehaving, if that was asked for
    const OperatingSystem* system;     ///< of the card, lives with it
    Person person;                     ///< as the card says, expired if that was asked for
    std::map<lds::File, Bytes> files;  ///< what a terminal reads
};

/// Makes an eMRTD of the LDS (Doc 9303-10): EF.COM, DG1, DG2, DG11, DG14 and DG15 as the chip proof needs them, and
/// EF.SOD, with fresh chip keys. `pki` issues it, unless the issuer is to be unknown. Throws InvalidInput for options
/// that do not go together (chip authentication mapping with DH or triple DES, say).
Specimen personalise(const Person& person, const SpecimenPki& pki, const SpecimenOptions& options, trust::Time now,
                     const RandomSource& random = system_random);

}  // namespace tahvil::emulator
