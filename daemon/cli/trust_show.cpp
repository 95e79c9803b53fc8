#include <algorithm>
#include <ostream>

#include "crypto/error.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/trust_source.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kShortId = 16;
constexpr std::size_t kStatusWidth = 13;
constexpr std::size_t kLabelWidth = 18;

Colour colour_of(std::string_view status) {
    if (status == "trusted") return Colour::good;
    if (status == "distrusted") return Colour::bad;
    return status == "questioned" ? Colour::doubtful : Colour::faint;
}

std::string joined(const json::array& words) {
    std::string text_;
    for (const json::value& word : words) {
        if (word.is_string()) text_ += (text_.empty() ? "" : ", ") + std::string(word.get_string());
    }
    return text_;
}

void line(const Console& console, Message label, std::string_view value) {
    if (!value.empty()) console.out << padded(console.say(label), kLabelWidth) << harmless(value) << '\n';
}

std::string source_words(const Console& console, const json::object& source) {
    std::string words = text(source, "kind") + "  " + text(source, "file");
    for (const char* key : {"country", "signed_at", "signer"}) {
        if (const std::string value = text(source, key); !value.empty()) words += "  " + value;
    }
    if (truth(source, "superseded")) words += "  (" + console.say(Message::word_superseded) + ")";
    if (truth(source, "rollback")) words += "  (" + console.say(Message::word_rollback) + ")";
    return harmless(words);
}

}  // namespace

ExitStatus run(const TrustListArguments& arguments, const Context& context) {
    const json::object store = trust_store(arguments.store, context);
    if (context.json) {
        context.console.out << json::serialize(store) << '\n';
        return ExitStatus::done;
    }
    const Console& console = context.console;
    if (array(store, "certificates").empty()) console.out << console.say(Message::trust_nothing) << '\n';
    for (const json::value& value : array(store, "certificates")) {
        if (!value.is_object()) continue;
        const json::object& anchor = value.get_object();
        const std::string status = text(anchor, "status");
        console.out << text(anchor, "id").substr(0, kShortId) << "  "
                    << console.paint(colour_of(status), padded(harmless(status), kStatusWidth))
                    << harmless(text(anchor, "subject")) << "  "
                    << console.paint(Colour::faint, harmless(joined(array(anchor, "purposes")))) << '\n';
    }
    return ExitStatus::done;
}

ExitStatus run(const TrustShowArguments& arguments, const Context& context) {
    const json::object store = trust_store(arguments.store, context);
    const json::object& anchor = find_certificate(store, arguments.id);
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(anchor) << '\n';
        return ExitStatus::done;
    }
    line(console, Message::label_id, text(anchor, "id"));
    line(console, Message::label_subject, text(anchor, "subject"));
    line(console, Message::label_certificate_issuer, text(anchor, "issuer"));
    line(console, Message::label_serial, text(anchor, "serial"));
    line(console, Message::label_validity, text(anchor, "not_before") + " - " + text(anchor, "not_after"));
    line(console, Message::label_status, text(anchor, "status"));
    line(console, Message::label_purposes, joined(array(anchor, "purposes")));
    if (truth(anchor, "specimen")) line(console, Message::label_specimen, console.say(Message::specimen_words));
    const json::array& sources = array(store, "sources");
    for (const json::value& index : array(anchor, "sources")) {
        const json::value* source = index.is_number() ? sources.if_contains(index.to_number<std::size_t>()) : nullptr;
        if (source == nullptr || !source->is_object()) continue;
        line(console, Message::label_source, source_words(console, source->get_object()));
    }
    return ExitStatus::done;
}

ExitStatus run(const TrustStatusArguments& arguments, const Context& context) {
    const json::object store = trust_store(arguments.store, context);
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(store) << '\n';
        return ExitStatus::done;
    }
    const json::array& certificates = array(store, "certificates");
    const auto anchors = std::ranges::count_if(certificates, [](const json::value& one) {
        return one.is_object() && text(one.get_object(), "status") == "trusted";
    });
    if (certificates.empty()) console.out << console.say(Message::trust_nothing) << '\n';
    console.out << console.say(Message::store_version, {text(store, "version"), text(store, "created_at")}) << '\n'
                << console.say(Message::store_counts, {std::to_string(certificates.size()), std::to_string(anchors),
                                                       std::to_string(array(store, "revocation_lists").size()),
                                                       std::to_string(array(store, "ocsp_answers").size()),
                                                       std::to_string(array(store, "hot_lists").size())})
                << '\n';
    if (array(store, "sources").empty()) return ExitStatus::done;
    console.out << '\n' << console.paint(Colour::strong, console.say(Message::title_sources)) << '\n';
    for (const json::value& source : array(store, "sources")) {
        if (source.is_object()) console.out << "  " << source_words(console, source.get_object()) << '\n';
    }
    return ExitStatus::done;
}

}  // namespace tahvil::cli
