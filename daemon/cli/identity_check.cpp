#include <chrono>
#include <fstream>
#include <iostream>
#include <ostream>

#include <pwd.h>
#include <unistd.h>

#include "crypto/error.h"
#include "daemon/cli/access_request.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"
#include "daemon/party/answer_verification.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kNameWidth = 20;

/// The account that the program runs under, where nobody says who the person is.
std::string account_name() {
    const passwd* const entry = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe): the only thread
    return entry == nullptr ? std::to_string(::getuid()) : std::string(entry->pw_name);
}

std::string wanted_names(const IdentityCheckArguments& arguments) {
    std::string names;
    for (const auto& [name, value] : arguments.want)
        names += (names.empty() ? "" : ", ") + name + (value.empty() ? "" : " " + value);
    return names;
}

/// What the holder agrees to, word for word: as it was shown elsewhere, or as it is shown now and a person says yes.
std::pair<std::string, std::string> consent_text(const IdentityCheckArguments& arguments, const Console& console) {
    if (!arguments.consent.empty()) return {arguments.consent, arguments.language};
    if (!console.input_is_terminal || !console.error_is_terminal) {
        throw InvalidInput("input.consent", "what the holder consented to is not given",
                           "Add --consent with the words that the holder agreed to, and --language.");
    }
    const std::string words =
        console.say(Message::consent_words, {arguments.party, wanted_names(arguments), arguments.purpose});
    console.error << harmless(words) << '\n' << console.say(Message::ask_consent) << ' ' << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer) || (answer != "yes" && answer != "بله")) {
        throw InvalidInput("input.no_consent", "the holder did not consent", "Then there is nothing to be asked.");
    }
    return {words, console.language == Language::persian ? "fa" : "en"};
}

json::object wanted(const IdentityCheckArguments& arguments) {
    json::object want;
    json::array attributes;
    for (const auto& [name, value] : arguments.want) {
        if (name == "age_over") {
            want[name] = std::stoi(value);
        } else if (!value.empty()) {
            want[name] = value;
        } else if (name == "card_valid" || name == "holder_present") {
            want[name] = true;
        } else {
            attributes.emplace_back(name);
        }
    }
    if (!attributes.empty()) want["attributes"] = std::move(attributes);
    return want;
}

json::object question(const IdentityCheckArguments& arguments, const Console& console) {
    const std::string person = arguments.operator_id.empty() ? account_name() : arguments.operator_id;
    const auto [words, language] = consent_text(arguments, console);
    json::array names;
    for (const auto& [name, value] : arguments.want) names.emplace_back(name);
    json::object consent{
        {"method", arguments.consent_by}, {"text", words}, {"language", language}, {"to", std::move(names)}};
    if (arguments.consent_by == "operator") consent["operator_id"] = person;
    json::object request{{"party", arguments.party},     {"nonce", arguments.nonce},  {"audience", arguments.audience},
                         {"purpose", arguments.purpose}, {"want", wanted(arguments)}, {"consent", std::move(consent)},
                         {"wait", arguments.wait}};
    if (!arguments.reader.empty()) request["reader"] = arguments.reader;
    if (arguments.holder == "pin") request["holder"] = json::object{{"method", "pin"}};
    if (arguments.holder == "portrait")
        request["holder"] = json::object{{"method", "portrait"}, {"operator_id", person}};
    return request;
}

/// The claims of the answer to this question. Without --trust the signature is held against the certificate that comes
/// with it, and whether a party trusts that one is asked by `tahvil receipt verify`.
json::object claims_of(const std::string& text, const IdentityCheckArguments& arguments) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto anchors = daemon::load_trust(arguments.trust, now).store;
    daemon::ReceiptVerification found =
        daemon::verify_identity_answer(text, {arguments.nonce, arguments.audience, now}, *anchors);
    for (const Check& check : found.checks)
        if (!check.passed() && (check.id != "answer.certificate" || !arguments.trust.empty()))
            throw MalformedData("daemon.answer",
                                "the answer can not be relied upon: " + check.id + ", " + check.reason);
    return std::move(found.claims);
}

void write_answer(const std::filesystem::path& path, const std::string& answer) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << answer << '\n';
    if (!file.flush()) {
        throw InvalidInput("output.file", path.string() + " can not be written", "Look at the folder and the disk.");
    }
}

std::string value_words(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    const json::object* const predicate = value.if_object();
    return predicate != nullptr && predicate->contains("answer") ? text(*predicate, "answer") : "...";
}

Colour colour_of(std::string_view answer) {
    if (answer == "true") return Colour::good;
    if (answer == "false") return Colour::bad;
    return answer == "undetermined" ? Colour::doubtful : Colour::plain;
}

/// Accept when everything that was asked is so, reject when something is not, refer for what is not known.
ExitStatus print(const json::object& claims, const IdentityCheckArguments& arguments, const Context& context) {
    const Console& console = context.console;
    ExitStatus status = text(claims, "decision") == "accept"   ? ExitStatus::done
                        : text(claims, "decision") == "reject" ? ExitStatus::rejected
                                                               : ExitStatus::referred;
    for (const auto& [name, asked] : arguments.want) {
        const json::value* const claim = claims.if_contains(name);
        const std::string answer = claim == nullptr ? console.say(Message::not_answered) : value_words(*claim);
        if (claim == nullptr || answer == "undetermined") {
            if (status == ExitStatus::done) status = ExitStatus::referred;
        } else if (claim->is_object() && answer == "false") {
            status = ExitStatus::rejected;
        }
        if (context.json) continue;
        console.out << padded(name + (asked.empty() ? "" : " " + harmless(asked)), kNameWidth) << "  "
                    << console.paint(colour_of(answer), harmless(answer)) << '\n';
    }
    if (context.json) return status;
    if (const std::string subject = text(claims, "sub"); !subject.empty())
        console.out << padded(console.say(Message::label_pseudonym), kNameWidth) << "  " << harmless(subject) << '\n';
    if (truth(claims, "specimen"))
        console.out << padded(console.say(Message::label_specimen), kNameWidth) << "  "
                    << console.say(Message::specimen_words) << '\n';
    return status;
}

}  // namespace

ExitStatus run(const IdentityCheckArguments& arguments, const Context& context) {
    const SecretBytes request =
        request_with_access(question(arguments, context.console), arguments.access, context.console);
    const json::object check = post_and_follow("/v1/identity-checks", request, context);
    const std::string answer = text(check, "answer");
    if (context.json) context.console.out << json::serialize(check) << '\n';
    if (arguments.out) write_answer(*arguments.out, answer);
    return print(claims_of(answer, arguments), arguments, context);
}

}  // namespace tahvil::cli
