#pragma once

#include <map>
#include <memory>
#include <string>

#include "apdu/emulator/fault.h"
#include "apdu/emulator/operating_system.h"
#include "apdu/emulator/person.h"
#include "apdu/emulator/specimen_pki.h"
#include "crypto/protocol/cv_certificate.h"
#include "crypto/random.h"

namespace tahvil::emulator {

struct EidOptions {
    LinkSettings link;
    std::string pin = "123123";      ///< six digits
    std::string puk = "9876543210";  ///< ten digits
    FaultSpec fault;                 ///< of how it is made: none, cloned or unknown_issuer
};

struct EidCard {
    std::unique_ptr<Card> card;     ///< misbehaving, if that was asked for
    const OperatingSystem* system;  ///< of the card, lives with it
    std::map<unsigned, Bytes> data_groups;
    Bytes card_security;
};

/// Makes a card in the manner of the German eID: PACE with CAN, PIN or PUK, terminal authentication version 2, chip
/// authentication version 2, in this order, and then the data groups that the terminal may read (TR-03110-2, 2.4).
/// Nothing signs the data: they rest on EF.CardSecurity, which `pki` signs. `terminal_authority` is the trust point.
EidCard personalise_eid(const Person& person, const SpecimenPki& pki, const cv::Certificate& terminal_authority,
                        const EidOptions& options, trust::Time now, const RandomSource& random = system_random);

}  // namespace tahvil::emulator
