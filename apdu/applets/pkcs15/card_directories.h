#pragma once

#include <map>
#include <set>
#include <string>

#include "apdu/applets/certificate_card/card_files.h"
#include "apdu/applets/pkcs15/listing.h"

namespace tahvil::pkcs15 {

/// What the directories of a card list, with the files that say so: "directory_1" and so on; and the certificates that
/// are in them, by the names that complete() gives to certificates.
struct CardDirectories {
    Listing listing;
    std::map<std::string, Bytes> files;
    std::set<std::string> refused;    ///< that the card did not give
    std::set<std::string> malformed;  ///< that are not what they should be, "object_directory" among them
};

/// Reads the directories of certificates, private keys and authentication objects to which EF.OD points, up to 16 of
/// them. `kind` is the profile whose files `files` are. Throws what reading throws, but for CardRefused and
/// MalformedData.
CardDirectories read_directories(certificate_card::CardFiles& files, const profiles::Profile& kind,
                                 ByteView object_directory, const certificate_card::CardFiles::Progress& progress = {});

}  // namespace tahvil::pkcs15
