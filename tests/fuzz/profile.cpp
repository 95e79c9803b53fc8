#include "apdu/profiles/reader.h"
#include "crypto/error.h"

namespace {

using namespace tahvil;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

}  // namespace

/// Any text as a profile: refused with the place, or one whose names all lead somewhere.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const profiles::Profile profile = profiles::read_profile(as_text(ByteView(data, size)), "fuzz.toml");
        for (const profiles::Application& application : profile.applications) {
            require(application.aid.size() >= 5 && application.aid.size() <= 16);
            for (const std::string& file : application.files) require(profile.file(file) != nullptr);
        }
        for (const profiles::File& file : profile.files) {
            require(profile.application(file.application) != nullptr);
            require(file.max_bytes <= profile.largest_file);
            require(file.pin.empty() || profile.pin(file.pin) != nullptr);
        }
        for (const profiles::SignedFile& file : profile.signed_files) {
            for (const std::string& name : file.covers) require(profile.file(name) != nullptr);
        }
        for (const profiles::Pin& pin : profile.pins) require(pin.shortest <= pin.longest);
    } catch (const InvalidInput& error) {
        require(std::string_view(error.what()).starts_with("fuzz.toml:"));
    }
    return 0;
}
