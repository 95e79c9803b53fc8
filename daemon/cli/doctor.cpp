#include <algorithm>
#include <cerrno>
#include <ostream>
#include <vector>

#include <unistd.h>

#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"
#include "pcsc/usb_inventory.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

enum class Weight : std::uint8_t { good, note, trouble };

struct Finding {
    std::string id;
    Weight weight = Weight::good;
    std::string words;
    std::string remedy;
};

std::string_view name(Weight weight) {
    if (weight == Weight::good) return "good";
    return weight == Weight::note ? "note" : "trouble";
}

/// What was found, and the status of the first trouble.
class Findings {
public:
    explicit Findings(const Console& console) : console_(console) {}

    void good(const char* id, std::string words) { all_.push_back({id, Weight::good, std::move(words), {}}); }
    void note(const char* id, std::string words, std::string remedy = {}) {
        all_.push_back({id, Weight::note, std::move(words), std::move(remedy)});
    }
    void trouble(const char* id, ExitStatus status, std::string words, std::string remedy) {
        if (status_ == ExitStatus::done) status_ = status;
        all_.push_back({id, Weight::trouble, std::move(words), std::move(remedy)});
    }

    ExitStatus status() const { return status_; }

    void print() const {
        constexpr std::size_t width = 11;
        for (const Finding& finding : all_) {
            const auto [label, colour] = shown(finding.weight);
            console_.out << console_.paint(colour, padded(console_.say(label), width)) << harmless(finding.words)
                         << '\n';
            if (finding.remedy.empty()) continue;
            console_.out << std::string(width, ' ') << harmless(console_.say(Message::remedy_line, {finding.remedy}))
                         << '\n';
        }
    }

    void print_json() const {
        json::array findings;
        for (const Finding& finding : all_) {
            json::object one{{"id", finding.id}, {"result", name(finding.weight)}, {"detail", finding.words}};
            if (!finding.remedy.empty()) one["remedy"] = finding.remedy;
            findings.push_back(std::move(one));
        }
        console_.out << json::serialize(json::object{{"findings", std::move(findings)}}) << '\n';
    }

private:
    static std::pair<Message, Colour> shown(Weight weight) {
        if (weight == Weight::good) return {Message::finding_good, Colour::good};
        if (weight == Weight::note) return {Message::finding_note, Colour::doubtful};
        return {Message::finding_bad, Colour::bad};
    }

    const Console& console_;
    std::vector<Finding> all_;
    ExitStatus status_ = ExitStatus::done;
};

/// Whether the daemon can be asked at all.
bool look_at_socket(Findings& findings, const Context& context) {
    const Console& console = context.console;
    if (access(context.socket.c_str(), R_OK | W_OK) == 0) return true;
    if (errno == EACCES) {
        findings.trouble("socket", ExitStatus::not_permitted,
                         console.say(Message::doctor_socket_forbidden, {context.socket}),
                         console.say(Message::doctor_socket_forbidden_remedy));
    } else {
        findings.trouble("socket", ExitStatus::unreachable,
                         console.say(Message::doctor_socket_missing, {context.socket}),
                         console.say(Message::doctor_socket_missing_remedy));
    }
    return false;
}

void look_at_pcsc(Findings& findings, const json::object& health, const Console& console) {
    const json::object& pcsc = object(health, "pcsc");
    const std::string state = text(pcsc, "state");
    if (state == "connected") {
        findings.good("pcsc", console.say(Message::doctor_pcsc_connected));
    } else if (state == "off") {
        findings.note("pcsc", console.say(Message::doctor_pcsc_off));
    } else {
        findings.trouble("pcsc", ExitStatus::no_card,
                         console.say(Message::doctor_pcsc_unavailable, {text(object(pcsc, "last_error"), "detail")}),
                         console.say(Message::doctor_pcsc_remedy));
    }
}

void look_at_readers(Findings& findings, const json::array& readers, const Console& console) {
    for (const json::value& value : readers) {
        if (!value.is_object()) continue;
        const json::object& reader = value.get_object();
        const json::object& fault = object(reader, "fault");
        const std::string id = text(reader, "id");
        if (fault.empty()) {
            findings.good("reader", console.say(Message::doctor_reader, {id, text(reader, "state")}));
        } else {
            findings.trouble("reader", ExitStatus::no_card,
                             console.say(Message::doctor_reader, {id, text(fault, "detail")}), text(fault, "remedy"));
        }
    }
    if (readers.empty()) {
        findings.trouble("reader", ExitStatus::no_card, console.say(Message::doctor_no_reader),
                         console.say(Message::doctor_no_reader_remedy));
    }
}

/// Readers on the bus that the daemon does not show, because pcscd or its driver does not know them.
void look_at_usb(Findings& findings, const json::array& readers, const Console& console) {
    for (const pcsc::UsbReader& usb : pcsc::list_usb_readers()) {
        const std::string product = usb.manufacturer + " " + usb.product;
        if (!usb.ccid) findings.note("usb", console.say(Message::doctor_usb_trouble, {product, usb.trouble}));
        const bool known = std::ranges::any_of(readers, [&](const json::value& reader) {
            if (!reader.is_object()) return false;
            const json::object& facts = object(reader.get_object(), "usb");
            return number(facts, "bus") == usb.bus && number(facts, "address") == usb.address &&
                   number(facts, "interface") == usb.interface_number;
        });
        if (!known) {
            findings.trouble("usb", ExitStatus::no_card, console.say(Message::doctor_usb_unclaimed, {product}),
                             console.say(Message::doctor_no_reader_remedy));
        }
    }
}

void look_at_trust(Findings& findings, const json::object& health, const Console& console) {
    const json::object& trust = object(health, "trust");
    if (number(trust, "certificates") > 0) {
        findings.good("trust",
                      console.say(Message::doctor_trust, {text(trust, "certificates"), text(trust, "version")}));
    } else {
        findings.trouble("trust", ExitStatus::referred, console.say(Message::doctor_trust_empty),
                         console.say(Message::doctor_trust_empty_remedy));
    }
}

void look_at_desk(Findings& findings, const json::object& health, const Console& console) {
    const json::object& desk = object(health, "desk");
    const json::object& fault = object(desk, "last_error");
    if (text(desk, "state") == "off") {
        findings.note("desk", console.say(Message::doctor_desk_off));
    } else if (fault.empty() && text(desk, "state") == "open") {
        findings.good("desk", console.say(Message::doctor_desk_open));
    } else {
        findings.trouble("desk", ExitStatus::referred,
                         console.say(Message::doctor_desk_trouble, {text(fault, "detail")}), text(fault, "remedy"));
    }
}

void look_at_daemon(Findings& findings, const Context& context) {
    const Console& console = context.console;
    client::Client client(context.socket);
    const json::object health = parse_answer(client.get("/v1/health").body);
    findings.good("daemon", console.say(Message::doctor_daemon, {text(health, "version")}));
    if (truth(health, "demo")) {
        findings.note("demo", console.say(Message::doctor_demo), console.say(Message::doctor_demo_remedy));
    }
    look_at_pcsc(findings, health, console);
    const json::object answer = parse_answer(client.get("/v1/readers").body);
    look_at_readers(findings, array(answer, "readers"), console);
    look_at_usb(findings, array(answer, "readers"), console);
    look_at_trust(findings, health, console);
    look_at_desk(findings, health, console);
}

}  // namespace

ExitStatus run(const DoctorArguments&, const Context& context) {
    Findings findings(context.console);
    if (look_at_socket(findings, context)) {
        try {
            look_at_daemon(findings, context);
        } catch (const client::Unreachable& error) {
            findings.trouble("daemon", ExitStatus::unreachable,
                             context.console.say(Message::doctor_no_answer, {context.socket, describe(error)}),
                             context.console.say(Message::doctor_no_answer_remedy));
        } catch (const client::Refused& error) {
            findings.trouble("daemon", static_cast<ExitStatus>(client::exit_status(error)), describe(error),
                             std::string(error.remedy()));
        }
    }
    if (context.json) {
        findings.print_json();
    } else {
        findings.print();
    }
    return findings.status();
}

}  // namespace tahvil::cli
