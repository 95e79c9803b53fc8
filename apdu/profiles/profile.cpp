#include "apdu/profiles/profile.h"

#include <algorithm>

namespace tahvil::profiles {

namespace {

template <typename Part>
const Part* find(const std::vector<Part>& parts, std::string_view name) {
    const auto found = std::ranges::find(parts, name, &Part::name);
    return found == parts.end() ? nullptr : &*found;
}

}  // namespace

bool Profile::has(Quirk quirk) const {
    return std::ranges::find(quirks, quirk) != quirks.end();
}

const Application* Profile::application(std::string_view name_) const {
    return find(applications, name_);
}

const File* Profile::file(std::string_view name_) const {
    return find(files, name_);
}

const Certificate* Profile::certificate(std::string_view name_) const {
    return find(certificates, name_);
}

const SignedFile* Profile::signed_file(std::string_view name_) const {
    return find(signed_files, name_);
}

const Pin* Profile::pin(std::string_view name_) const {
    return find(pins, name_);
}

const Pin* Profile::holder_pin() const {
    const auto found = std::ranges::find_if(pins, &Pin::holder);
    return found == pins.end() ? nullptr : &*found;
}

}  // namespace tahvil::profiles
