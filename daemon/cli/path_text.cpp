#include "daemon/cli/path_text.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "daemon/cli/check_words.h"

namespace tahvil::cli {

namespace {

struct Sentence {
    std::string_view reason;
    Message message;
};

constexpr auto kSentences = std::to_array<Sentence>({
    {"issuer_unknown", Message::step_issuer_unknown},
    {"issuer_key_refused", Message::step_issuer_key_refused},
    {"another_key", Message::step_another_key},
    {"signature_invalid", Message::step_signature_invalid},
    {"issuer_distrusted", Message::step_issuer_distrusted},
    {"unknown_critical_extension", Message::step_unknown_critical_extension},
    {"not_an_issuer", Message::step_not_an_issuer},
    {"country_differs", Message::step_country_differs},
    {"issuer_questioned", Message::step_issuer_questioned},
    {"anchor_of_another_purpose", Message::step_anchor_of_another_purpose},
    {"path_too_long", Message::step_path_too_long},
    {"key_usage", Message::step_key_usage},
    {"extended_key_usage", Message::step_extended_key_usage},
});

/// The step's own sentence, in the language of the one who reads it; nothing where the reason says it all.
std::string sentence(const Console& console, const trust::PathStep& step) {
    if (step.words.empty()) return {};
    const auto value = [&step](std::size_t i) { return i < step.values.size() ? step.values[i] : std::string(); };
    const auto found = std::ranges::find(kSentences, step.reason, &Sentence::reason);
    if (step.accepted)
        return console.say(step.values.empty() ? Message::step_signed : Message::step_anchor, {value(0)});
    if (found == kSentences.end()) return step.words;
    return console.say(found->message, {value(0), value(1), value(2)});
}

}  // namespace

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
        if (const std::string words = sentence(console, step); !words.empty())
            to << "      " << harmless(words) << '\n';
        if (!step.openssl.empty()) to << "      OpenSSL: " << harmless(step.openssl) << '\n';
    }
}

}  // namespace tahvil::cli
