#pragma once

#include <filesystem>

#include "apdu/profiles/catalogue.h"

namespace tahvil::daemon {

/// One profile from a file of at most 256 KiB. Throws InvalidInput: what profiles::read_profile() throws, and
/// "profile.unreadable".
profiles::Profile read_profile_file(const std::filesystem::path& file);

/// The built-in profiles, and in the place of those of the same name, or beside them, every *.toml of the folder; an
/// empty path names none. Throws InvalidInput as read_profile_file(), for two files of one name, and for a key `before`
/// that names nothing.
profiles::Catalogue load_profiles(const std::filesystem::path& folder);

}  // namespace tahvil::daemon
