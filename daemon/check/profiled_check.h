#pragma once

#include <functional>
#include <map>
#include <string>

#include "apdu/card_channel.h"
#include "apdu/profiles/recognition.h"
#include "daemon/check/card_check.h"

namespace tahvil::daemon {

/// What a check of a profiled card takes along, beside the card.
struct ProfiledRun {
    const Knowledge& knowledge;
    const RandomSource& random;
    const CardCheck& asked;
    std::function<void(std::string_view step)> begin;                  ///< told before each
    std::function<void(std::size_t done, std::size_t size)> progress;  ///< of the file that is being read
    pcsc::Control reader;                                              ///< for its PIN pad; may be empty
    bool& pin_sent;                                                    ///< set before a try of a PIN can be spent
};

/// The check of a card that rests on X.509, by its profile: reads what is free to read, verifies paths, signed files
/// and the document, lets the chip prove its key, and asks for the PIN where the request has one. In this order, so
/// that a PIN never goes to a card that has been found false, and so that a proof that needs the PIN comes after it.
///
/// Adds to the verdict everything from access.card_authentication to expected.*, and returns the files that were read,
/// by their names. Throws what the channel throws, AccessDenied "access.last_try" where one more wrong PIN could block
/// it and the request does not allow that, and InvalidInput for a PIN that can not be this card's.
std::map<std::string, Bytes> check_profiled_card(CardChannel& card, const profiles::Recognition& recognised,
                                                 const ProfiledRun& run, Verdict& verdict);

}  // namespace tahvil::daemon
