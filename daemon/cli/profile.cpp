#include <algorithm>
#include <ostream>

#include <boost/json.hpp>

#include "apdu/profiles/words.h"
#include "crypto/error.h"
#include "daemon/check/profile_folder.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

using profiles::Profile;
using profiles::word;

constexpr std::size_t kNameWidth = 14;
constexpr std::size_t kLabelWidth = 18;

std::string path_of(const profiles::File& file) {
    if (file.path.empty()) return "GET DATA " + to_hex(to_big_endian(file.object, file.object > 0xFFFF ? 3 : 2));
    std::string text;
    for (const std::uint16_t identifier : file.path)
        text += (text.empty() ? "" : "/") + to_hex(to_big_endian(identifier, 2));
    return text;
}

json::object to_json(const Profile& profile) {
    json::array applications;
    for (const profiles::Application& application : profile.applications) {
        json::array files;
        for (const std::string& name : application.files) {
            const profiles::File& file = *profile.file(name);
            files.push_back(json::object{{"name", name},
                                         {"place", path_of(file)},
                                         {"encoding", word(file.encoding)},
                                         {"access", word(file.access)},
                                         {"optional", file.optional}});
        }
        applications.push_back(json::object{{"name", application.name},
                                            {"aid", to_hex(application.aid)},
                                            {"recognises", application.recognises},
                                            {"files", std::move(files)}});
    }
    json::array proofs;
    for (const profiles::Proof& proof : profile.proofs) proofs.push_back(json::string(word(proof.method)));
    json::array pins;
    for (const profiles::Pin& pin : profile.pins)
        pins.push_back(json::object{{"name", pin.name}, {"format", word(pin.format)}, {"holder", pin.holder}});
    json::array signed_files;
    for (const profiles::SignedFile& file : profile.signed_files) signed_files.push_back(json::string(file.name));
    return {{"name", profile.name},
            {"title", profile.title},
            {"confirmed", profile.confirmed},
            {"source", profile.source},
            {"origin", profile.origin},
            {"layout", word(profile.layout)},
            {"country", profile.country},
            {"applications", std::move(applications)},
            {"signed_files", std::move(signed_files)},
            {"pins", std::move(pins)},
            {"chip_proofs", std::move(proofs)}};
}

const Profile& find(const profiles::Catalogue& catalogue, const std::string& name) {
    const Profile* profile = catalogue.find(name);
    if (profile == nullptr)
        throw InvalidInput("input.profile", "there is no profile of that name", "See `tahvil profile list`.");
    return *profile;
}

std::string joined(const auto& parts, const auto& text_of) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ", ") + std::string{text_of(part)};
    return text;
}

void line(const Console& console, Message label, std::string_view value) {
    if (!value.empty()) console.out << padded(console.say(label), kLabelWidth) << harmless(value) << '\n';
}

}  // namespace

ExitStatus run(const ProfileListArguments& arguments, const Context& context) {
    const profiles::Catalogue catalogue = daemon::load_profiles(arguments.folder.value_or(""));
    const Console& console = context.console;
    json::array listed;
    for (const Profile& profile : catalogue.profiles()) {
        listed.push_back(json::object{{"name", profile.name},
                                      {"title", profile.title},
                                      {"confirmed", profile.confirmed},
                                      {"origin", profile.origin}});
        if (context.json) continue;
        console.out << console.paint(Colour::strong, padded(profile.name, kNameWidth)) << harmless(profile.title)
                    << (profile.confirmed
                            ? std::string{}
                            : "  " + console.paint(Colour::doubtful, console.say(Message::profile_unconfirmed)))
                    << '\n';
    }
    if (context.json) console.out << json::serialize(json::object{{"profiles", std::move(listed)}}) << '\n';
    return ExitStatus::done;
}

ExitStatus run(const ProfileShowArguments& arguments, const Context& context) {
    const profiles::Catalogue catalogue = daemon::load_profiles(arguments.folder.value_or(""));
    const Profile& profile = find(catalogue, arguments.name);
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(to_json(profile)) << '\n';
        return ExitStatus::done;
    }
    console.out << console.paint(Colour::strong, harmless(profile.title)) << '\n';
    if (!profile.confirmed) line(console, Message::label_status, console.say(Message::profile_unconfirmed));
    line(console, Message::label_profile_source, profile.source);
    line(console, Message::label_profile_origin, profile.origin);
    line(console, Message::label_profile_layout, word(profile.layout));
    for (const profiles::Application& application : profile.applications) {
        line(console, Message::label_profile_application, application.name + "  " + to_hex(application.aid));
        for (const std::string& name : application.files) {
            const profiles::File& file = *profile.file(name);
            const std::string access =
                file.access == profiles::Access::free ? "" : ", " + std::string(word(file.access));
            console.out << "  " << padded(name, 2 * kLabelWidth) << path_of(file) << "  " << word(file.encoding)
                        << access << '\n';
        }
    }
    line(console, Message::label_profile_signed,
         joined(profile.signed_files, [](const auto& file) { return file.name; }));
    line(console, Message::label_profile_pins, joined(profile.pins, [](const auto& pin) { return pin.name; }));
    line(console, Message::label_profile_proofs,
         joined(profile.proofs, [](const auto& proof) { return word(proof.method); }));
    line(console, Message::label_profile_quirks, joined(profile.quirks, [](auto quirk) { return word(quirk); }));
    return ExitStatus::done;
}

ExitStatus run(const ProfileCheckArguments& arguments, const Context& context) {
    const Console& console = context.console;
    profiles::Catalogue catalogue = profiles::Catalogue::built_in();
    json::array checked;
    for (const std::filesystem::path& file : arguments.files) {
        // The first that is wrong ends it, with file, line and key.
        Profile profile = daemon::read_profile_file(file);
        checked.push_back(json::object{{"file", file.string()}, {"name", profile.name}});
        if (!context.json) console.out << console.say(Message::profile_is_good, {file.string(), profile.name}) << '\n';
        catalogue.add(std::move(profile));
    }
    catalogue.check();
    if (context.json) console.out << json::serialize(json::object{{"profiles", std::move(checked)}}) << '\n';
    return ExitStatus::done;
}

}  // namespace tahvil::cli
