#include "daemon/cli/verdict_text.h"

#include <array>
#include <ostream>
#include <span>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/cli/check_words.h"
#include "daemon/cli/json_value.h"
#include "daemon/text/date.h"
#include "daemon/text/time.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kResultWidth = 15;
constexpr std::size_t kWordsWidth = 40;
constexpr std::size_t kLabelWidth = 18;

struct Named {
    std::string_view key;
    Message message;
};

struct Shown {
    std::string words;
    Colour colour = Colour::plain;
};

Shown decision(const Console& console, std::string_view name) {
    if (name == "accept") return {console.say(Message::decision_accept), Colour::good};
    if (name == "reject") return {console.say(Message::decision_reject), Colour::bad};
    return {console.say(Message::decision_refer), Colour::doubtful};
}

Shown result(const Console& console, std::string_view name) {
    if (name == "passed") return {console.say(Message::result_passed), Colour::good};
    if (name == "failed") return {console.say(Message::result_failed), Colour::bad};
    if (name == "undetermined") return {console.say(Message::result_undetermined), Colour::doubtful};
    if (name == "not_supported") return {console.say(Message::result_not_supported), Colour::faint};
    if (name == "not_performed") return {console.say(Message::result_not_performed), Colour::faint};
    return {console.say(Message::result_aborted), Colour::bad};
}

std::string purpose(const Console& console, std::string_view name) {
    constexpr auto table = std::to_array<Named>({{"handover", Message::purpose_handover},
                                                 {"field", Message::purpose_field},
                                                 {"identity_check", Message::purpose_identity_check},
                                                 {"read", Message::purpose_read}});
    for (const auto& entry : table) {
        if (entry.key == name) return console.say(entry.message);
    }
    return harmless(name);
}

/// A date of the wire, with the other calendar's beside it.
std::string both_calendars(const std::string& iso) {
    try {
        return iso + " (" + daemon::to_solar_hijri(daemon::parse_iso_date(iso)) + ")";
    } catch (const Error&) {
        return harmless(iso);
    }
}

void title(const Console& console, Message message) {
    console.out << '\n' << console.paint(Colour::strong, console.say(message)) << '\n';
}

void line(const Console& console, Message label, std::string_view value) {
    if (value.empty()) return;
    console.out << "  " << padded(console.say(label), kLabelWidth) << harmless(value) << '\n';
}

std::string in_one_line(const json::value& detail) {
    if (detail.is_string()) return std::string(detail.get_string());
    if (!detail.is_object()) return json::serialize(detail);
    std::string text_;
    for (const auto& [key, value] : detail.get_object()) {
        text_ += (text_.empty() ? "" : "; ") + std::string(key) + ": " + in_one_line(value);
    }
    return text_;
}

void print_check(const Console& console, const json::object& check) {
    const std::string id = text(check, "id");
    const std::string reason = text(check, "reason");
    const Shown shown = result(console, text(check, "result"));
    console.out << "  " << console.paint(shown.colour, padded(shown.words, kResultWidth))
                << padded(check_words(console.language, harmless(id)), kWordsWidth)
                << console.paint(Colour::faint, harmless(id)) << '\n';
    std::string beneath = reason.empty() ? std::string() : reason_words(console.language, harmless(reason));
    if (const json::value* detail = check.if_contains("detail")) {
        const std::string words = harmless(in_one_line(*detail));
        beneath += (beneath.empty() || words.empty() ? "" : " - ") + words;
    }
    if (!beneath.empty()) {
        console.out << std::string(2 + kResultWidth, ' ') << console.paint(Colour::faint, beneath) << '\n';
    }
}

void print_fields(const Console& console, Message heading, const json::object& fields, std::span<const Named> names) {
    bool any = false;
    for (const auto& [key, message] : names) {
        std::string value = text(fields, key);
        if (key == "portrait") value = text(object(fields, key), "media_type");
        if (value.empty()) continue;
        if (!any) title(console, heading);
        any = true;
        line(console, message, key.ends_with("_date") ? both_calendars(value) : value);
    }
}

void print_evaluation(const Console& console, const json::object& verdict) {
    title(console, Message::title_evaluated);
    const json::object& evaluated = object(verdict, "evaluated");
    const json::object& trust = object(verdict, "trust");
    line(console, Message::label_at, text(evaluated, "at"));
    line(console, Message::label_anchor, text(trust, "anchor"));
    if (truth(trust, "specimen")) line(console, Message::label_specimen, console.say(Message::specimen_words));
    line(console, Message::label_revocation_as_of, text(trust, "revocation_as_of"));
    line(console, Message::label_trust_version,
         console.say(Message::version_words, {text(evaluated, "trust_version")}));
    line(console, Message::label_policy, text(evaluated, "policy"));
    const json::object& profile = object(verdict, "profile");
    std::string name = text(profile, "name");
    if (!name.empty() && !truth(profile, "confirmed")) name += " (" + console.say(Message::profile_unconfirmed) + ")";
    line(console, Message::label_profile, name);
    const json::object& timing = object(verdict, "timing");
    if (number(timing, "apdus") > 0) {
        line(console, Message::label_timing,
             console.say(Message::timing_words,
                         {text(timing, "total_ms"), text(timing, "card_ms"), text(timing, "apdus"),
                          text(timing, "bytes_sent"), text(timing, "bytes_received")}));
    }
}

}  // namespace

void print_verdict(const Console& console, const json::object& verdict) {
    const Shown shown = decision(console, text(verdict, "decision"));
    console.out << console.paint(shown.colour, shown.words) << "  " << purpose(console, text(verdict, "purpose"))
                << "  " << console.paint(Colour::faint, harmless(text(verdict, "id"))) << '\n';

    if (const json::array& because = array(verdict, "because"); !because.empty()) {
        title(console, Message::title_because);
        for (const json::value& reason : because) console.out << "  " << harmless(in_one_line(reason)) << '\n';
    }
    title(console, Message::title_checks);
    for (const json::value& check : array(verdict, "checks")) {
        if (check.is_object()) print_check(console, check.get_object());
    }
    if (const json::array& deviations = array(verdict, "deviations"); !deviations.empty()) {
        title(console, Message::title_deviations);
        for (const json::value& deviation : deviations) {
            if (!deviation.is_object()) continue;
            const std::string code = text(deviation.get_object(), "code");
            console.out << "  " << padded(harmless(code), kWordsWidth)
                        << harmless(text(deviation.get_object(), "detail")) << '\n';
            if (const std::string words = deviation_words(console.language, code); !words.empty())
                console.out << "    " << console.paint(Colour::faint, words) << '\n';
        }
    }
    constexpr auto document = std::to_array<Named>({{"type", Message::label_document_type},
                                                    {"issuer", Message::label_issuer},
                                                    {"authority", Message::label_authority},
                                                    {"number", Message::label_number},
                                                    {"issue_date", Message::label_issue_date},
                                                    {"expiry_date", Message::label_expiry_date}});
    print_fields(console, Message::title_document, object(verdict, "document"), document);
    constexpr auto holder = std::to_array<Named>({{"name", Message::label_name},
                                                  {"latin_name", Message::label_latin_name},
                                                  {"national_code", Message::label_national_code},
                                                  {"birth_date", Message::label_birth_date},
                                                  {"sex", Message::label_sex},
                                                  {"nationality", Message::label_nationality},
                                                  {"portrait", Message::label_portrait}});
    print_fields(console, Message::title_holder, object(verdict, "holder"), holder);
    print_evaluation(console, verdict);
}

ExitStatus status_of_decision(const json::object& verdict) {
    const std::string decision = text(verdict, "decision");
    if (decision == "accept") return ExitStatus::done;
    return decision == "reject" ? ExitStatus::rejected : ExitStatus::referred;
}

}  // namespace tahvil::cli
