#include <chrono>
#include <ostream>

#include "crypto/error.h"
#include "daemon/cli/check_list.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/json_value.h"
#include "daemon/receipt/receipt_verification.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/text/time.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

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

}  // namespace

ExitStatus run(const ReceiptVerifyArguments& arguments, const Context& context) {
    const Bytes file = read_input_file(arguments.file, daemon::kMaxSdJwt);
    std::vector<std::filesystem::path> trust = arguments.trust;
    if (trust.empty()) trust.emplace_back(kDefaultTrust);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const daemon::ReceiptVerification found =
        daemon::verify_receipt(as_text(file), *daemon::load_trust(trust, now).store);
    const ExitStatus status = status_of_checks(found.checks);
    if (context.json) {
        context.console.out << json::serialize(
                                   json::object{{"checks", checks_json(found.checks)}, {"claims", found.claims}})
                            << '\n';
        return status;
    }
    const Console& console = context.console;
    print_checks(console, found.checks);
    console.out << '\n'
                << (found.passed() ? console.paint(Colour::good, console.say(Message::receipt_verified))
                                   : console.paint(Colour::bad, console.say(Message::receipt_not_verified)))
                << '\n';
    if (found.passed()) print_claims(console, found.claims);
    return status;
}

}  // namespace tahvil::cli
