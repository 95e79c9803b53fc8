#include "daemon/cli/path_text.h"

#include <ostream>

#include "daemon/cli/check_words.h"

namespace tahvil::cli {

void print_path(std::ostream& to, const Console& console, const std::vector<trust::PathStep>& steps) {
    to << '\n' << console.say(Message::title_explained) << '\n';
    const std::string* looked_for = nullptr;
    for (const trust::PathStep& step : steps) {
        if (looked_for == nullptr || *looked_for != step.certificate) {
            to << "  " << harmless(console.say(Message::step_issuer_of, {step.certificate})) << '\n';
            looked_for = &step.certificate;
        }
        const std::string candidate =
            step.candidate.empty() ? console.say(Message::step_nothing) : harmless(step.candidate);
        const std::string answer = console.say(step.accepted ? Message::step_accepted : Message::step_refused);
        to << "    " << candidate << "\n      " << answer;
        if (!step.reason.empty()) to << " - " << reason_words(console.language, harmless(step.reason));
        to << '\n';
        if (!step.words.empty()) to << "      " << harmless(step.words) << '\n';
        if (!step.openssl.empty()) to << "      OpenSSL: " << harmless(step.openssl) << '\n';
    }
}

}  // namespace tahvil::cli
