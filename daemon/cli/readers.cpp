#include <ostream>

#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kIdWidth = 28;
constexpr std::size_t kStateWidth = 22;

std::string state_words(const Console& console, std::string_view state) {
    if (state == "empty") return console.say(Message::reader_state_empty);
    if (state == "card") return console.say(Message::reader_state_card);
    if (state == "busy") return console.say(Message::reader_state_busy);
    if (state == "mute") return console.say(Message::reader_state_mute);
    return harmless(state);
}

Colour state_colour(std::string_view state) {
    if (state == "card" || state == "busy") return Colour::good;
    return state == "mute" ? Colour::bad : Colour::plain;
}

void beneath(const Console& console, const std::string& words) {
    if (!words.empty()) console.out << "    " << console.paint(Colour::faint, harmless(words)) << '\n';
}

std::string joined(const json::array& values) {
    std::string words;
    for (const json::value& value : values) {
        words += (words.empty() ? "" : ", ") +
                 (value.is_string() ? std::string(value.get_string()) : json::serialize(value));
    }
    return words;
}

/// What the reader says of itself on the bus, and its class descriptor.
std::string usb_words(const json::object& usb) {
    if (usb.empty()) return {};
    std::string words = "USB " + text(usb, "vendor_id") + ":" + text(usb, "product_id") + " " +
                        text(usb, "manufacturer") + " " + text(usb, "product");
    const json::object& ccid = object(usb, "ccid");
    if (ccid.empty()) return words + "; " + text(usb, "trouble");
    words += "; CCID " + text(ccid, "release") + ", " + joined(array(ccid, "protocols")) + ", " +
             text(ccid, "exchange_level") + ", " + joined(array(ccid, "volts")) + " V, " +
             text(ccid, "max_message_length") + " bytes";
    if (truth(ccid, "pin_verify")) words += ", PIN pad";
    return words;
}

void print_reader(const Console& console, const json::object& reader) {
    const std::string state = text(reader, "state");
    console.out << console.paint(Colour::strong, padded(harmless(text(reader, "id")), kIdWidth)) << ' '
                << console.paint(state_colour(state), padded(state_words(console, state), kStateWidth))
                << harmless(text(reader, "name")) << '\n';
    if (text(reader, "kind") == "embedded") beneath(console, console.say(Message::reader_embedded));
    if (truth(reader, "in_use_elsewhere")) beneath(console, console.say(Message::reader_in_use));
    if (const std::string atr = text(reader, "atr"); !atr.empty()) beneath(console, "ATR " + atr);
    if (const std::string profile = text(reader, "profile"); !profile.empty())
        beneath(console, console.say(Message::label_profile) + " " + profile);
    beneath(console, usb_words(object(reader, "usb")));
    if (const json::object& fault = object(reader, "fault"); !fault.empty()) {
        console.out << "    " << console.paint(Colour::bad, harmless(text(fault, "detail"))) << ' '
                    << harmless(text(fault, "remedy")) << '\n';
    }
}

std::string event_words(const Console& console, std::string_view type) {
    if (type == "reader.added") return console.say(Message::event_reader_added);
    if (type == "reader.removed") return console.say(Message::event_reader_removed);
    if (type == "reader.fault") return console.say(Message::event_reader_fault);
    if (type == "card.inserted") return console.say(Message::event_card_inserted);
    if (type == "card.removed") return console.say(Message::event_card_removed);
    if (type == "reader.fault_cleared") return console.say(Message::event_reader_fault_cleared);
    if (type == "reader.changed") return console.say(Message::event_reader_changed);
    if (type == "pcsc.found") return console.say(Message::event_pcsc_found);
    if (type == "pcsc.lost") return console.say(Message::event_pcsc_lost);
    return {};
}

void print_event(const Context& context, const client::Event& event) {
    const bool shown =
        event.type.starts_with("reader.") || event.type.starts_with("card.") || event.type.starts_with("pcsc.");
    if (!shown) return;
    if (context.json) {
        context.console.out << event.data << std::endl;
        return;
    }
    const json::object data = parse_answer(event.data);
    const json::value* reader = data.if_contains("reader");
    const std::string id =
        reader != nullptr && reader->is_object() ? text(reader->get_object(), "id") : text(data, "reader");
    context.console.out << text(data, "at") << "  " << padded(harmless(id), kIdWidth) << ' '
                        << event_words(context.console, event.type) << std::endl;
}

}  // namespace

ExitStatus run(const ReadersArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const std::string body = client.get("/v1/readers").body;
    if (context.json) {
        context.console.out << body << '\n';
    } else {
        const json::object answer = parse_answer(body);
        const json::array& readers = array(answer, "readers");
        if (readers.empty()) context.console.out << context.console.say(Message::no_readers) << '\n';
        for (const json::value& reader : readers) {
            if (reader.is_object()) print_reader(context.console, reader.get_object());
        }
    }
    if (!arguments.watch) return ExitStatus::done;
    context.console.out.flush();
    client.events([&](const client::Event& event) {
        print_event(context, event);
        return context.console.out.good();
    });
    return ExitStatus::done;
}

}  // namespace tahvil::cli
