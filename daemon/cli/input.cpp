#include "daemon/cli/input.h"

#include <algorithm>

#include "apdu/applets/mrz.h"
#include "crypto/error.h"
#include "daemon/party/relying_party.h"
#include "daemon/text/date.h"
#include "daemon/text/digits.h"
#include "daemon/text/national_code.h"
#include "daemon/text/time.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kCanLength = 6;
constexpr std::size_t kShortestPin = 4;
constexpr std::size_t kLongestPin = 32;
constexpr std::size_t kLongestDocumentNumber = 22;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestSerial = 64;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// with_ascii_digits() for secrets, in place: what it leaves behind is wiped.
SecretBytes ascii_digits(ByteView typed) {
    SecretBytes result(typed);
    const auto text = result.writable();
    std::size_t size = 0;
    for (std::size_t i = 0; i < typed.size(); ++i) {
        const bool arabic = i + 1 < typed.size() && typed[i] == 0xD9 && typed[i + 1] >= 0xA0 && typed[i + 1] <= 0xA9;
        const bool persian = i + 1 < typed.size() && typed[i] == 0xDB && typed[i + 1] >= 0xB0 && typed[i + 1] <= 0xB9;
        text[size++] = arabic || persian ? static_cast<std::uint8_t>('0' + (typed[++i] & 0x0FU)) : typed[i];
    }
    result.truncate(size);
    return result;
}

InvalidInput bad_mrz() {
    return {"input.mrz", "the MRZ has not three lines of 30, two of 36 or two of 44 letters, digits and '<'",
            "Type the lines at the foot of the document as they are, every '<' too."};
}

mrz::Mrz parsed_mrz(std::string_view zone) {
    try {
        return mrz::parse(zone);
    } catch (const MalformedData&) {
        throw bad_mrz();
    }
}

std::string checked_text(std::string_view field, std::string_view value, std::size_t longest) {
    const bool control = std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (value.empty() || value.size() > longest || control) {
        throw InvalidInput("input.expect", "the expected " + std::string(field) + " is empty or too long",
                           "Give up to " + std::to_string(longest) + " bytes of text.");
    }
    return std::string(value);
}

}  // namespace

SecretBytes checked_can(ByteView typed) {
    SecretBytes can = ascii_digits(typed);
    if (can.size() != kCanLength || !std::ranges::all_of(as_text(can.view()), is_digit)) {
        throw InvalidInput("input.can", "the CAN is not six digits",
                           "Type the six digits printed on the card's front.");
    }
    return can;
}

SecretBytes checked_pin(ByteView typed) {
    SecretBytes pin = ascii_digits(typed);
    const bool printable = std::ranges::all_of(as_text(pin.view()), [](char c) { return c > ' ' && c <= '~'; });
    if (pin.size() < kShortestPin || pin.size() > kLongestPin || !printable) {
        throw InvalidInput("input.pin", "the PIN has not 4 to 32 digits or Latin characters",
                           "Let the holder type the PIN again.");
    }
    return pin;
}

std::vector<SecretBytes> checked_mrz(const std::vector<SecretBytes>& typed) {
    std::vector<SecretBytes> lines;
    std::string zone;
    for (const SecretBytes& line : typed) {
        lines.push_back(ascii_digits(line.view()));
        for (auto& byte : lines.back().writable()) byte = static_cast<std::uint8_t>(upper(static_cast<char>(byte)));
        zone += as_text(lines.back().view());
    }
    const std::size_t width = lines.empty() ? 0 : lines.front().size();
    const bool known = (lines.size() == 3 && width == 30) || (lines.size() == 2 && (width == 36 || width == 44));
    if (!known || !std::ranges::all_of(lines, [&](const auto& line) { return line.size() == width; })) throw bad_mrz();
    for (const std::string& field : parsed_mrz(zone).wrong_check_digits) {
        if (field == "document_number" || field == "birth_date" || field == "expiry_date") {
            throw InvalidInput("input.mrz_check_digit", "a check digit of the MRZ is wrong",
                               "A character is mistyped: compare the lines with the document, O and 0 above all.");
        }
    }
    return lines;
}

std::string checked_document_number(std::string_view typed) {
    std::string number = daemon::with_ascii_digits(typed);
    std::ranges::transform(number, number.begin(), upper);
    while (number.ends_with('<')) number.pop_back();
    const auto allowed = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '<'; };
    if (number.empty() || number.size() > kLongestDocumentNumber || !std::ranges::all_of(number, allowed)) {
        throw InvalidInput("input.document_number", "the document number is not 1 to 22 Latin letters and digits",
                           "Type it as it stands in the MRZ, without its check digit.");
    }
    return number;
}

std::pair<std::string, std::string> checked_expectation(std::string_view typed) {
    const std::size_t sign = typed.find('=');
    const std::string_view field = typed.substr(0, sign);
    const std::string_view value = sign == std::string_view::npos ? std::string_view() : typed.substr(sign + 1);
    if (field == "national_code") return {std::string(field), daemon::parse_national_code(value)};
    if (field == "birth_date") return {std::string(field), daemon::to_iso(daemon::parse_typed_date(value))};
    if (field == "name") return {std::string(field), checked_text(field, value, kLongestName)};
    if (field == "card_serial") return {std::string(field), checked_text(field, value, kLongestSerial)};
    throw InvalidInput("input.expect", "what is expected is not of the form FIELD=VALUE",
                       "FIELD is one of national_code, name, birth_date and card_serial.");
}

std::vector<std::pair<std::string, std::string>> checked_want(std::string_view typed) {
    std::vector<std::pair<std::string, std::string>> items;
    while (!typed.empty()) {
        const std::string_view item = typed.substr(0, typed.find(','));
        typed.remove_prefix(std::min(typed.size(), item.size() + 1));
        const std::string_view name = item.substr(0, item.find(':'));
        const std::string_view value = name.size() == item.size() ? std::string_view() : item.substr(name.size() + 1);
        const auto predicate = daemon::predicate_by_name(name);
        const bool with_value =
            predicate && *predicate != daemon::Predicate::card_valid && *predicate != daemon::Predicate::holder_present;
        if ((!predicate && !daemon::attribute_by_name(name)) || with_value == value.empty()) {
            throw InvalidInput("input.want", "what is asked is no list of NAME and NAME:VALUE",
                               "Such as age_over:18,holder_present,name. With a value: age_over, national_code_is, "
                               "name_is, birth_date_is, nationality_is; without one: card_valid, holder_present, " +
                                   daemon::attribute_names() + ".");
        }
        std::string checked{value};
        if (name == "national_code_is") checked = daemon::parse_national_code(value);
        if (name == "birth_date_is") checked = daemon::to_iso(daemon::parse_typed_date(value));
        if (name == "age_over") {
            checked = daemon::with_ascii_digits(value);
            if (checked.size() > 3 || !std::ranges::all_of(checked, is_digit))
                throw InvalidInput("input.want", "an age is a number of years", "Such as age_over:18.");
        }
        items.emplace_back(name, std::move(checked));
    }
    return items;
}

std::chrono::sys_seconds checked_time(std::string_view typed) {
    const std::size_t clock = typed.find('T');
    if (clock == std::string_view::npos) return std::chrono::sys_days(daemon::parse_typed_date(typed));
    // What programs write (RFC 3339): fractions of a second, which are cut off, and a distance from UTC.
    std::string plain(typed);
    std::chrono::minutes ahead{0};
    if (const std::size_t sign = plain.find_first_of("+-", clock); sign != std::string::npos) {
        const auto distance =
            daemon::parse_iso_time("1970-01-01T" + plain.substr(sign + 1) + ":00Z").time_since_epoch();
        ahead = std::chrono::floor<std::chrono::minutes>(plain[sign] == '-' ? -distance : distance);
        plain.replace(sign, std::string::npos, "Z");
    }
    if (const std::size_t point = plain.find('.', clock); point != std::string::npos) {
        std::size_t end = point + 1;
        while (end < plain.size() && is_digit(plain[end])) ++end;
        if (end == point + 1) throw InvalidInput("time.syntax", "a time with a point and no fraction of a second");
        plain.erase(point, end - point);
    }
    return daemon::parse_iso_time(plain) - ahead;
}

std::string checked_issuing_state(std::string_view typed) {
    const bool letters = std::ranges::all_of(typed, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (typed.empty() || typed.size() > 3 || !letters) {
        throw InvalidInput("input.issuing_state", "an issuing state is one to three capital letters",
                           "As the MRZ has it, such as IRN.");
    }
    return std::string(typed);
}

std::pair<std::string, std::uint16_t> checked_host_and_port(std::string_view typed) {
    const std::size_t colon = typed.rfind(':');
    std::string_view host = typed.substr(0, colon);
    const std::string_view port = colon == std::string_view::npos ? std::string_view() : typed.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const bool number = !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit);
    const int value = number ? std::stoi(std::string(port)) : 0;
    if (host.empty() || value < 1 || value > 65535) {
        throw InvalidInput("input.host_port", "an address is not of the form HOST:PORT", "Such as localhost:35963.");
    }
    return {std::string(host), static_cast<std::uint16_t>(value)};
}

std::pair<unsigned, std::string> checked_data_group(std::string_view typed) {
    const std::size_t sign = typed.find('=');
    const std::string_view digits = typed.substr(0, sign);
    const std::string_view file = sign == std::string_view::npos ? std::string_view() : typed.substr(sign + 1);
    const bool number = !digits.empty() && digits.size() <= 2 && std::ranges::all_of(digits, is_digit);
    const int value = number ? std::stoi(std::string(digits)) : 0;
    if (value < 1 || value > 16 || file.empty()) {
        throw InvalidInput("input.data_group", "a data group is not of the form N=FILE",
                           "N is a number from 1 to 16, such as --dg 1=EF.DG1.");
    }
    return {static_cast<unsigned>(value), std::string(file)};
}

}  // namespace tahvil::cli
