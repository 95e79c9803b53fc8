#include "daemon/check/profile_folder.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "apdu/profiles/reader.h"
#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

constexpr std::uintmax_t kLargestFile = 256UL * 1024;

InvalidInput unreadable(const std::filesystem::path& path) {
    return {"profile.unreadable", path.string() + ": it can not be read, or is no profile by its size",
            "Look whether it is there and whether this user may read it."};
}

}  // namespace

profiles::Profile read_profile_file(const std::filesystem::path& file) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error || size > kLargestFile) throw unreadable(file);
    std::ifstream stream{file, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream.is_open() || stream.bad()) throw unreadable(file);
    return profiles::read_profile(text, file.string());
}

profiles::Catalogue load_profiles(const std::filesystem::path& folder) {
    profiles::Catalogue catalogue = profiles::Catalogue::built_in();
    if (folder.empty()) return catalogue;
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    if (error) throw unreadable(folder);
    std::ranges::sort(files);
    std::map<std::string, std::string> origins;
    for (const std::filesystem::path& file : files) {
        profiles::Profile profile = read_profile_file(file);
        const auto [first, added] = origins.emplace(profile.name, profile.origin);
        if (!added)
            throw InvalidInput(
                "profile.twice",
                profile.origin + ": name: " + first->second + " has the profile \"" + profile.name + "\" too",
                "Each name in one file.");
        catalogue.add(std::move(profile));
    }
    catalogue.check();
    return catalogue;
}

}  // namespace tahvil::daemon
