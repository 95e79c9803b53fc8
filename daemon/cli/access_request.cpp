#include "daemon/cli/access_request.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/error.h"
#include "daemon/cli/input.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/secret_input.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kMrzLines = 3;
constexpr std::size_t kFirstRoom = 1024;

/// JSON written into memory that is wiped.
class SecretJson {
public:
    void raw(std::string_view text) {
        if (size_ + text.size() > room_.size()) {
            SecretBytes larger(std::max(room_.size() * 2, size_ + text.size()));
            std::ranges::copy(room_.view().first(size_), larger.writable().begin());
            room_ = std::move(larger);
        }
        std::ranges::copy(as_bytes(text), room_.writable().subspan(size_).begin());
        size_ += text.size();
    }

    void string(std::string_view text) {
        constexpr std::string_view digits = "0123456789abcdef";
        raw("\"");
        for (const char& c : text) {
            const auto value = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                raw("\\");
                raw({&c, 1});
            } else if (value < 0x20) {
                raw("\\u00");
                raw(digits.substr(value >> 4U, 1));
                raw(digits.substr(value & 0x0FU, 1));
            } else {
                raw({&c, 1});
            }
        }
        raw("\"");
    }

    /// Begins a member; the first of an object goes without a comma.
    void key(std::string_view name) {
        if (room_.view()[size_ - 1] != '{') raw(",");
        string(name);
        raw(":");
    }

    void member(std::string_view name, std::string_view value) {
        key(name);
        string(value);
    }

    SecretBytes take() {
        room_.truncate(size_);
        return std::move(room_);
    }

private:
    SecretBytes room_{kFirstRoom};
    std::size_t size_ = 0;
};

/// The lines of a secret, from wherever they come; none when there is no such secret.
std::vector<SecretBytes> lines_of(const SecretSource& source, std::size_t most, auto ask) {
    switch (source.kind) {
        case SecretSource::Kind::none:
            return {};
        case SecretSource::Kind::command_line:
            return source.given;
        case SecretSource::Kind::descriptor:
            return read_lines(source.descriptor, most);
        case SecretSource::Kind::terminal:
            break;
    }
    std::vector<SecretBytes> lines;
    while (lines.size() < most) {
        lines.push_back(ask(lines.size() + 1));
        if (lines.back().empty()) {
            lines.pop_back();
            break;
        }
    }
    return lines;
}

/// A CAN, asked for even where the command line names no way in, as long as somebody is there to ask.
SecretBytes can_of(const AccessArguments& access, const Console& console) {
    SecretSource source = access.can;
    const bool optional = access.names_nothing() && access.pin_act == "verify";
    if (optional && console.input_is_terminal && console.error_is_terminal) source.kind = SecretSource::Kind::terminal;
    if (source.kind == SecretSource::Kind::none) return {};
    const Message prompt = optional ? Message::ask_can_or_nothing : Message::ask_can;
    const auto lines = lines_of(source, 1, [&](std::size_t) { return ask_without_echo(console.say(prompt)); });
    if (lines.empty() && optional) return {};
    return checked_can(lines.empty() ? ByteView() : lines.front().view());
}

/// Nobody sees what they type, so that it is asked for twice.
SecretBytes ask_new_pin(const Console& console) {
    SecretBytes pin = ask_without_echo(console.say(Message::ask_new_pin));
    const SecretBytes again = ask_without_echo(console.say(Message::ask_new_pin_again));
    if (!equal(pin.view(), again.view()))
        throw InvalidInput("input.new_pin", "the new PIN was not the same the second time", "Type it again.");
    return pin;
}

void write_pin(SecretJson& json, std::string_view name, const SecretSource& source, auto ask) {
    if (source.kind == SecretSource::Kind::none) return;
    const auto typed = lines_of(source, 1, ask);
    json.member(name, as_text(checked_pin(typed.empty() ? ByteView() : typed.front().view()).view()));
}

/// A template of a sensor, in Base64.
SecretBytes read_template(const std::string& path) {
    constexpr std::size_t kMost = 512;
    Bytes minutiae = read_input_file(path, kMost);
    std::string text = to_base64(minutiae, Base64::standard);
    SecretBytes secret{as_bytes(text)};
    wipe(minutiae);
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return secret;
}

void write_access(SecretJson& json, const AccessArguments& access, const Console& console) {
    json.raw("{");
    if (const SecretBytes can = can_of(access, console); !can.empty()) json.member("can", as_text(can.view()));
    if (access.mrz.kind != SecretSource::Kind::none) {
        const auto typed = lines_of(access.mrz, kMrzLines, [&](std::size_t number) {
            return ask_without_echo(console.say(Message::ask_mrz_line, {std::to_string(number)}));
        });
        json.key("mrz");
        bool first = true;
        for (const SecretBytes& line : checked_mrz(typed)) {
            json.raw(first ? "[" : ",");
            json.string(as_text(line.view()));
            first = false;
        }
        json.raw("]");
    }
    if (!access.document_number.empty()) {
        json.member("document_number", access.document_number);
        json.member("birth_date", access.birth_date);
        json.member("expiry_date", access.expiry_date);
    }
    write_pin(json, "pin", access.pin, [&](std::size_t) { return ask_without_echo(console.say(Message::ask_pin)); });
    write_pin(json, "puk", access.puk, [&](std::size_t) { return ask_without_echo(console.say(Message::ask_puk)); });
    write_pin(json, "new_pin", access.new_pin, [&](std::size_t) { return ask_new_pin(console); });
    if (!access.fingerprint.empty()) {
        const SecretBytes minutiae = read_template(access.fingerprint);
        json.member("fingerprint", as_text(minutiae.view()));
    }
    if (access.allow_last_try) {
        json.key("allow_last_try");
        json.raw("true");
    }
    json.raw("}");
}

}  // namespace

SecretBytes request_with_access(const boost::json::object& request, const AccessArguments& access,
                                const Console& console) {
    SecretJson json;
    std::string open = boost::json::serialize(request);
    open.pop_back();  // the brace that closes it
    json.raw(open);
    json.key("access");
    write_access(json, access, console);
    json.raw("}");
    return json.take();
}

}  // namespace tahvil::cli
