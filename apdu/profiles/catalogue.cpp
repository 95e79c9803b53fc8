#include "apdu/profiles/catalogue.h"

#include <algorithm>

#include "apdu/profiles/reader.h"
#include "apdu/profiles/shipped.h"
#include "crypto/error.h"

namespace tahvil::profiles {

Catalogue Catalogue::built_in() {
    Catalogue catalogue;
    for (const std::string_view text : shipped()) catalogue.add(read_profile(text, "built-in profile"));
    return catalogue;
}

void Catalogue::add(Profile profile) {
    const auto at = std::ranges::lower_bound(profiles_, profile.name, {}, &Profile::name);
    if (at != profiles_.end() && at->name == profile.name) {
        *at = std::move(profile);
    } else {
        profiles_.insert(at, std::move(profile));
    }
}

void Catalogue::check() const {
    for (const Profile& profile : profiles_) {
        for (const std::string& name : profile.before) {
            if (find(name) == nullptr)
                throw InvalidInput("profile.unknown_name",
                                   profile.origin + ": before: there is no profile \"" + name + "\"",
                                   "Name profiles of `tahvil profile list`.");
        }
    }
}

const Profile* Catalogue::find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(profiles_, name, {}, &Profile::name);
    return at != profiles_.end() && at->name == name ? &*at : nullptr;
}

}  // namespace tahvil::profiles
