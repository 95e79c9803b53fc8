#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apdu/channel.h"
#include "apdu/profiles/catalogue.h"

namespace tahvil::profiles {

/// What a walk over one card found, as a beginning for whoever describes a card that is new.
struct Probe {
    struct Application {
        Bytes aid;
        std::vector<std::string> profiles;  ///< by name, that have it
        StatusWord status;                  ///< of its SELECT
    };
    struct File {
        enum class Outcome : std::uint8_t { read, refused, malformed };
        std::string application;  ///< "PROFILE/APPLICATION"
        std::string name;
        Outcome outcome = Outcome::read;
        std::optional<StatusWord> status;  ///< when refused
        std::size_t bytes = 0;             ///< when read
    };

    Bytes atr;
    std::vector<Bytes> listed;  ///< AIDs in EF.DIR, whether a profile has them or not
    std::vector<Application> applications;
    std::vector<File> files;
    /// A profile (TOML) of what answered, which read_profile() takes; empty where nothing did and EF.DIR lists nothing.
    std::string draft;
};

/// Walks over a card and only reads: READ BINARY of EF.DIR, SELECT of every AID that a profile has, and of the
/// applications that answer the files that their profiles list, and those that directories of ISO/IEC 7816-15 list. No
/// VERIFY, nothing that writes, no AID that is in no profile. `progress` is told the applications tried so far and how
/// many there are. Throws what the channel throws.
///
/// The draft is the first profile that answered (by its key `order`), without what the card refused to have, and with
/// the other applications that answered. It is never confirmed, and goes before the profiles that it is made from.
Probe probe(Channel& card, ByteView atr, const Catalogue& catalogue,
            const std::function<void(std::size_t done, std::size_t size)>& progress = {});

}  // namespace tahvil::profiles
