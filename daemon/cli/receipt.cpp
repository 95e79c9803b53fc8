#include <chrono>
#include <ostream>

#include "crypto/error.h"
#include "daemon/cli/check_list.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/json_value.h"
#include "daemon/party/answer_verification.h"
#include "daemon/receipt/receipt_verification.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/text/time.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kNameWidth = 20;
constexpr const char* kDefaultTrust = "/var/lib/tahvil/trust";

void print_claims(const Console& console, const json::object& claims) {
    console.out << '\n';
    print_fact(console, Message::label_record, text(claims, "record"));
    print_fact(console, Message::label_office, text(claims, "iss"));
    print_fact(console, Message::label_terminal, text(claims, "terminal"));
    print_fact(console, Message::label_operator, text(claims, "operator"));
    print_fact(console, Message::label_at,
               daemon::to_iso(std::chrono::sys_seconds(std::chrono::seconds(number(claims, "iat")))));
    print_fact(console, Message::label_name, text(claims, "given_name") + " " + text(claims, "family_name"));
    print_fact(console, Message::label_national_code, text(claims, "national_code"));
    print_fact(console, Message::label_card_serial, text(claims, "card_serial"));
    print_fact(console, Message::label_tracking_code, text(claims, "tracking_code"));
}

/// Claims that a party has from the holder, and those that bind the answer.
void print_answer(const Console& console, const json::object& claims) {
    console.out << '\n';
    print_fact(console, Message::label_office, text(claims, "iss"));
    print_fact(console, Message::label_terminal, text(claims, "terminal"));
    print_fact(console, Message::label_pseudonym, text(claims, "sub"));
    for (const auto& [name, value] : claims) {
        const json::object* const predicate = value.if_object();
        if (predicate == nullptr || !predicate->contains("answer")) continue;
        const json::value* const asked = predicate->if_contains("asked");
        const std::string of = asked == nullptr ? "" : " " + json::serialize(*asked);
        console.out << padded(harmless(std::string{name} + of), kNameWidth) << "  "
                    << harmless(text(*predicate, "answer")) << '\n';
    }
}

daemon::ReceiptVerification verify(const ReceiptVerifyArguments& arguments, std::string_view file,
                                   std::chrono::sys_seconds now) {
    const bool is_answer = daemon::is_identity_answer(file);
    if (is_answer && arguments.nonce.empty())
        throw InvalidInput("input.nonce", "this is an answer to a relying party", "Give --nonce and --audience too.");
    std::vector<std::filesystem::path> trust = arguments.trust;
    if (trust.empty()) trust.emplace_back(kDefaultTrust);
    const auto anchors = daemon::load_trust(trust, now).store;
    if (arguments.nonce.empty()) return daemon::verify_receipt(file, *anchors);
    return daemon::verify_identity_answer(file, {arguments.nonce, arguments.audience, arguments.at.value_or(now)},
                                          *anchors);
}

}  // namespace

ExitStatus run(const ReceiptVerifyArguments& arguments, const Context& context) {
    const Bytes file = read_input_file(arguments.file, daemon::kMaxSdJwt);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const daemon::ReceiptVerification found = verify(arguments, as_text(file), now);
    const ExitStatus status = status_of_checks(found.checks);
    if (context.json) {
        context.console.out << json::serialize(
                                   json::object{{"checks", checks_json(found.checks)}, {"claims", found.claims}})
                            << '\n';
        return status;
    }
    const Console& console = context.console;
    print_checks(console, found.checks);
    const bool is_answer = !arguments.nonce.empty();
    const Message good = is_answer ? Message::answer_verified : Message::receipt_verified;
    const Message bad = is_answer ? Message::answer_not_verified : Message::receipt_not_verified;
    console.out << '\n'
                << (found.passed() ? console.paint(Colour::good, console.say(good))
                                   : console.paint(Colour::bad, console.say(bad)))
                << '\n';
    if (!found.passed()) return status;
    if (is_answer) {
        print_answer(console, found.claims);
    } else {
        print_claims(console, found.claims);
    }
    return status;
}

}  // namespace tahvil::cli
