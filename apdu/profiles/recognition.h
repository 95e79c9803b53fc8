#pragma once

#include <string>
#include <vector>

#include "apdu/channel.h"
#include "apdu/profiles/catalogue.h"

namespace tahvil::profiles {

/// What one pass over a card found it to be.
struct Recognition {
    enum class Outcome : std::uint8_t {
        recognised,
        none,       ///< no application of any profile answers
        ambiguous,  ///< it is of two profiles, neither of which goes before the other
    };

    Outcome outcome = Outcome::none;
    const Profile* profile = nullptr;          ///< when recognised
    const Application* application = nullptr;  ///< the one that is selected now
    std::vector<std::string> candidates;       ///< names, when ambiguous
};

/// Finds out by SELECT of AIDs which profile a card is of, in one pass that ends with the first AID that answers.
///
/// The order: AIDs of profiles that have this answer to reset as a hint; then those that EF.DIR lists (one READ BINARY
/// by short identifier, ISO/IEC 7816-4, 12.2.1); then all others by the key `order` of their profiles, those of
/// `passed_over` excepted, that are known not to answer. Only AIDs of profiles are sent. A card that knows itself in
/// either way is recognised in at most two commands more than the one SELECT that it takes.
Recognition recognise(Channel& card, ByteView atr, const Catalogue& catalogue, std::string_view passed_over = {});

/// SELECT of an application as the profile has it. Throws what the channel throws; a status word is no error.
StatusWord select(Channel& card, const Profile& profile, const Application& application);

}  // namespace tahvil::profiles
