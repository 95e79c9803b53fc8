#pragma once

#include <set>
#include <string>
#include <vector>

#include "apdu/profiles/probe.h"

namespace tahvil::profiles {

/// An application of a profile that a card has, and the files of it that are there.
struct Answered {
    const Profile* profile;
    const Application* application;
    std::set<std::string> files;
};

/// The profile (TOML) that a walk drafts, see probe(). `answers` are in the order of their profiles.
std::string draft(const Probe& found, const std::vector<Answered>& answers);

}  // namespace tahvil::profiles
