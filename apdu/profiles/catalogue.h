#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "apdu/profiles/profile.h"

namespace tahvil::profiles {

/// The profiles that a terminal knows, sorted by name.
class Catalogue {
public:
    /// Those that come with the program.
    static Catalogue built_in();

    /// Adds one, in the place of that of the same name.
    void add(Profile profile);

    /// The key `before` of every profile names one of the catalogue. Throws InvalidInput "profile.unknown_name".
    void check() const;

    std::span<const Profile> profiles() const { return profiles_; }
    const Profile* find(std::string_view name) const;

private:
    std::vector<Profile> profiles_;
};

}  // namespace tahvil::profiles
