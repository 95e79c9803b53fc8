#include <ostream>
#include <set>

#include "crypto/error.h"
#include "daemon/check/document_check.h"
#include "daemon/cli/console.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/verbs.h"
#include "daemon/cli/verified.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::cli {

namespace {

daemon::LdsDocument read_folder(const std::filesystem::path& folder) {
    std::error_code error;
    daemon::LdsDocument document;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const auto file = lds::file_by_name(entry.path().filename().string());
        if (file && entry.is_regular_file(error)) {
            document.files[*file] = read_input_file(entry.path(), kLargestCardFile);
        }
    }
    if (error || document.files.empty()) {
        throw InvalidInput("file.no_card_files", "\"" + folder.string() + "\" is no folder with the files of a card",
                           "They are named EF.SOD, EF.DG1 and so on, as `tahvil read` writes them.");
    }
    return document;
}

daemon::LdsDocument read_files(const VerifyArguments& arguments) {
    daemon::LdsDocument document;
    const auto add = [&](lds::File file, const std::optional<std::filesystem::path>& path) {
        if (path) document.files[file] = read_input_file(*path, kLargestCardFile);
    };
    add(lds::File::security_object, arguments.security_object);
    add(lds::File::com, arguments.com);
    add(lds::File::card_security, arguments.card_security);
    for (const auto& [number, path] : arguments.data_groups) add(lds::data_group(number), path);
    return document;
}

/// What could not be used of what --trust names: whole files always, because without them an unknown issuer would be a
/// riddle, and single certificates of a list for those who ask.
void print_refused(const Console& console, const daemon::LoadedTrust& trust, bool everything) {
    std::set<std::string> lines;
    for (const trust::ImportReport& report : trust.reports) {
        if (!everything && report.count(trust::Outcome::refused) < report.items.size()) continue;
        for (const trust::ImportItem& item : report.items) {
            if (item.outcome != trust::Outcome::refused) continue;
            const std::string words = item.words.empty() ? item.reason : item.words;
            lines.insert(harmless(console.say(Message::trust_refused, {item.what, words})));
        }
    }
    for (const std::string& line : lines) console.error << line << '\n';
}

}  // namespace

ExitStatus run(const VerifyArguments& arguments, const Context& context) {
    const auto now = std::chrono::system_clock::now();
    const daemon::LdsDocument document = arguments.folder ? read_folder(*arguments.folder) : read_files(arguments);

    daemon::Knowledge knowledge;
    knowledge.at = arguments.at.value_or(std::chrono::floor<std::chrono::seconds>(now));
    const daemon::LoadedTrust trust = daemon::load_trust(arguments.trust, knowledge.at);
    print_refused(context.console, trust, arguments.explain);
    knowledge.trust = trust.store;
    knowledge.explain = arguments.explain;
    knowledge.policy = std::make_shared<const daemon::Policy>(daemon::Policy::shipped("standard"));
    knowledge.software = "tahvil " TAHVIL_VERSION;

    const auto id = daemon::make_id(std::chrono::floor<std::chrono::milliseconds>(now), system_random);
    const daemon::VerifiedDocument verified = daemon::verify_document(document, {}, knowledge, id);
    return print_verified(verified, {daemon::Part::document, daemon::Part::holder}, arguments.explain, context);
}

}  // namespace tahvil::cli
