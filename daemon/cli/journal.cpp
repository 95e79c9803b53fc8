#include <fstream>
#include <ostream>

#include "crypto/error.h"
#include "crypto/signed_note.h"
#include "crypto/trust/certificate.h"
#include "daemon/cli/check_list.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/json_value.h"
#include "daemon/journal/export_format.h"
#include "daemon/journal/verification.h"
#include "daemon/receipt/sd_jwt.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kPage = 1000;
constexpr std::uint64_t kSmallFile = 64UL * 1024;  // bytes of a key file

/// Hands each entry of [from, to) to `each`, as it was hashed.
void for_each_entry(client::Client& client, std::uint64_t from, std::uint64_t to, const auto& each) {
    while (from < to) {
        const json::object page = parse_answer(client
                                                   .get("/v1/journal/entries?from=" + std::to_string(from) +
                                                        "&count=" + std::to_string(std::min(kPage, to - from)))
                                                   .body);
        const json::array& entries = array(page, "entries");
        if (entries.empty()) return;
        for (const json::value& entry : entries) {
            if (entry.is_string()) each(std::string_view(entry.get_string()));
            ++from;
        }
    }
}

/// Keys that were typed, or that stand in a file, one on a line.
std::vector<signed_note::VerifierKey> read_keys(const std::vector<std::string>& typed) {
    std::vector<signed_note::VerifierKey> keys;
    for (const std::string& each : typed) {
        std::string lines = each;
        if (std::filesystem::exists(each)) lines = as_text(read_input_file(each, kSmallFile));
        while (!lines.empty()) {
            const std::string line = lines.substr(0, lines.find('\n'));
            lines.erase(0, line.size() + 1);
            if (!line.empty()) keys.push_back(signed_note::VerifierKey::parse(line));
        }
    }
    return keys;
}

/// The head that a receipt names. Whether the receipt itself is genuine is asked by `receipt verify`; the head is
/// signed by itself.
std::string checkpoint_in(const std::filesystem::path& file) {
    const Bytes content = read_input_file(file, daemon::kMaxSdJwt);
    std::string_view text_ = as_text(content);
    while (!text_.empty() && text_.back() == '\n') text_.remove_suffix(1);
    const daemon::SdJwt receipt = daemon::SdJwt::parse(text_);
    if (receipt.certificates().empty())
        throw MalformedData("sd_jwt.malformed", "\"" + file.string() + "\" is a receipt without a certificate");
    const PublicKey key = trust::Certificate::parse(receipt.certificates().front()).public_key();
    const daemon::SdJwtCheck check = receipt.check(key, std::nullopt);
    return text(object(check.claims, "journal"), "checkpoint");
}

}  // namespace

ExitStatus run(const JournalShowArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const std::uint64_t to = arguments.from + arguments.count;
    json::array entries;
    for_each_entry(client, arguments.from, to, [&](std::string_view entry) {
        if (context.json)
            entries.push_back(json::parse(entry));
        else
            context.console.out << harmless(entry) << '\n';
    });
    if (context.json) context.console.out << json::serialize(json::object{{"entries", std::move(entries)}}) << '\n';
    return ExitStatus::done;
}

ExitStatus run(const JournalExportArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const json::object head = parse_answer(client.get("/v1/journal/checkpoint").body);
    std::ofstream file(arguments.file, std::ios::binary | std::ios::trunc);
    file << daemon::kExportFormat << '\n';
    const auto size = static_cast<std::uint64_t>(number(head, "size"));
    for_each_entry(client, 0, size, [&](std::string_view entry) { file << entry << '\n'; });
    file << '\n' << text(head, "checkpoint") << std::flush;
    if (!file)
        throw InvalidInput("file.unwritable", "\"" + arguments.file.string() + "\" can not be written",
                           "Name a file in a folder that you may write to.");
    if (context.json) {
        context.console.out << json::serialize(head) << '\n';
        return ExitStatus::done;
    }
    context.console.out << harmless(context.console.say(Message::journal_exported,
                                                        {std::to_string(size), arguments.file.string()}))
                        << '\n';
    for (const json::value& key : array(head, "keys"))
        if (key.is_string()) context.console.out << harmless(std::string(key.get_string())) << '\n';
    return ExitStatus::done;
}

ExitStatus run(const JournalVerifyArguments& arguments, const Context& context) {
    const std::vector<signed_note::VerifierKey> keys = read_keys(arguments.keys);
    std::vector<std::string> earlier;
    for (const auto& file : arguments.checkpoints)
        earlier.emplace_back(as_text(read_input_file(file, signed_note::kMaxNote)));
    for (const auto& file : arguments.receipts) earlier.push_back(checkpoint_in(file));
    std::ifstream file(arguments.file, std::ios::binary);
    if (!file)
        throw InvalidInput("file.unreadable", "\"" + arguments.file.string() + "\" can not be read",
                           "Look whether it is there and whether you may read it.");
    const daemon::JournalVerification found = daemon::verify_journal(file, keys, earlier);
    const ExitStatus status = status_of_checks(found.checks);
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(json::object{{"checks", checks_json(found.checks)}}) << '\n';
        return status;
    }
    print_checks(console, found.checks);
    console.out << '\n'
                << (found.passed() && found.head
                        ? console.paint(Colour::good,
                                        console.say(Message::journal_verified, {std::to_string(found.head->size)}))
                        : console.paint(Colour::bad, console.say(Message::journal_not_verified)))
                << '\n';
    return status;
}

}  // namespace tahvil::cli
