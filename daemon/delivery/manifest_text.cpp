#include "daemon/delivery/manifest_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/strict_json.h"
#include "daemon/text/date.h"
#include "daemon/text/digits.h"
#include "daemon/text/folding.h"
#include "daemon/text/length.h"
#include "daemon/text/national_code.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxFee = 1'000'000'000'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[noreturn]] void syntax(const std::string& what) {
    throw MalformedData("manifest.syntax", "a manifest " + what, "Ask its sender for a CSV or JSON lines file.");
}

[[noreturn]] void refuse(const std::string& code, const std::string& what) {
    throw InvalidInput(code, what);
}

std::string text_of(const std::string& value, std::size_t most) {
    folding_key(value);  // throws when it is no UTF-8
    if (characters(value) > most) refuse("manifest.too_long", "longer than " + std::to_string(most) + " characters");
    if (std::ranges::any_of(value, [](char each) { return static_cast<unsigned char>(each) < 0x20; }))
        refuse("manifest.control", "a control character");
    return value;
}

std::string digits_of(const std::string& value, std::size_t least, std::size_t most) {
    const std::string digits = with_ascii_digits(value);
    if (digits.size() < least || digits.size() > most ||
        !std::ranges::all_of(digits, [](char each) { return each >= '0' && each <= '9'; }))
        refuse("manifest.digits",
               std::to_string(least) + (least == most ? "" : " to " + std::to_string(most)) + " digits are expected");
    return digits;
}

std::string code_of(const std::string& value) {
    return text_of(with_ascii_digits(value), 64);
}

std::int64_t fee_of(const std::string& value) {
    const std::string digits = digits_of(value, 1, 13);
    std::int64_t fee = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), fee);
    if (fee > kMaxFee) refuse("manifest.fee", "a fee beyond any");
    return fee;
}

struct Column {
    std::string_view name;
    bool required;
    void (*take)(ExpectedCard&, const std::string&);
};

constexpr std::array kColumns{
    Column{"tracking_code", true,
           [](ExpectedCard& card, const std::string& value) { card.tracking_code = code_of(value); }},
    Column{"national_code", true,
           [](ExpectedCard& card, const std::string& value) { card.national_code = parse_national_code(value); }},
    Column{"given_name", true,
           [](ExpectedCard& card, const std::string& value) { card.given_name = text_of(value, 200); }},
    Column{"family_name", true,
           [](ExpectedCard& card, const std::string& value) { card.family_name = text_of(value, 200); }},
    Column{"birth_date", false,
           [](ExpectedCard& card, const std::string& value) { card.birth_date = parse_typed_date(value); }},
    Column{
        "birth_certificate_serial", false,
        [](ExpectedCard& card, const std::string& value) { card.birth_certificate_serial = digits_of(value, 1, 10); }},
    Column{"birth_certificate_series", false,
           [](ExpectedCard& card, const std::string& value) { card.birth_certificate_series = text_of(value, 32); }},
    Column{"batch", false, [](ExpectedCard& card, const std::string& value) { card.batch = code_of(value); }},
    Column{"card_serial", false,
           [](ExpectedCard& card, const std::string& value) { card.card_serial = code_of(value); }},
    Column{"card_signer", false,
           [](ExpectedCard& card, const std::string& value) { card.card_signer = text_of(value, 300); }},
    Column{"can", false,
           [](ExpectedCard& card, const std::string& value) {
               card.access.can = SecretBytes(as_bytes(digits_of(value, 6, 16)));
           }},
    Column{"document_number", false,
           [](ExpectedCard& card, const std::string& value) { card.access.document_number = code_of(value); }},
    Column{"document_expiry", false,
           [](ExpectedCard& card, const std::string& value) { card.access.expires = parse_typed_date(value); }},
    Column{"fee", false, [](ExpectedCard& card, const std::string& value) { card.fee = fee_of(value); }},
    Column{"office", false, [](ExpectedCard& card, const std::string& value) { card.office = code_of(value); }},
    Column{"phone", false, [](ExpectedCard& card, const std::string& value) { card.phone = code_of(value); }},
};

const Column* find_column(std::string_view name) {
    const auto* const found = std::ranges::find(kColumns, name, &Column::name);
    return found == kColumns.end() ? nullptr : found;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

/// Collects what is good and what is not.
class Rows {
public:
    void add(std::size_t line, const std::map<std::string_view, std::string>& values) {
        ExpectedCard card;
        bool good = true;
        for (const Column& column : kColumns) {
            const auto found = values.find(column.name);
            const std::string value = found == values.end() ? std::string() : std::string(trimmed(found->second));
            if (value.empty()) {
                if (column.required) {
                    fault(line, column.name, "manifest.missing", "a value is missing");
                    good = false;
                }
                continue;
            }
            try {
                column.take(card, value);
            } catch (const InvalidInput& error) {
                fault(line, column.name, std::string(error.code()), error.what());
                good = false;
            }
        }
        if (good) manifest_.rows.push_back({line, std::move(card)});
    }
    void fault(std::size_t line, std::string_view column, std::string code, std::string what) {
        manifest_.faults.push_back({line, std::string(column), std::move(code), std::move(what)});
    }
    Manifest take() { return std::move(manifest_); }

private:
    Manifest manifest_;
};

/// A reader of RFC 4180, with LF alone for CRLF too.
class Csv {
public:
    explicit Csv(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    std::size_t line() const { return line_; }

    /// The fields of the next row; nothing when it can not be made out, and the reader is then at the next line.
    std::optional<std::vector<std::string>> next() {
        std::vector<std::string> fields;
        const std::string_view from = rest_;
        const std::size_t from_line = line_;
        const auto give_up = [&]() -> std::optional<std::vector<std::string>> {
            rest_ = from;
            line_ = from_line;
            const std::size_t end = rest_.find('\n');
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            ++line_;
            return std::nullopt;
        };
        while (true) {
            std::string field;
            if (rest_.starts_with('"')) {
                rest_.remove_prefix(1);
                while (true) {
                    const std::size_t quote = rest_.find('"');
                    if (quote == std::string_view::npos || quote > kMaxManifestLine) return give_up();
                    field += rest_.substr(0, quote);
                    line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, quote), '\n'));
                    rest_.remove_prefix(quote + 1);
                    if (!rest_.starts_with('"')) break;
                    field += '"';
                    rest_.remove_prefix(1);
                }
            } else {
                const std::size_t end = std::min(rest_.find_first_of(",\n\""), rest_.size());
                if (end < rest_.size() && rest_[end] == '"') return give_up();
                field = rest_.substr(0, end);
                rest_.remove_prefix(end);
                if (field.ends_with('\r') && !rest_.starts_with(',')) {
                    field.pop_back();
                    if (rest_.empty()) return give_up();
                }
            }
            fields.push_back(std::move(field));
            if (fields.size() > kColumns.size()) return give_up();
            if (rest_.starts_with(',')) {
                rest_.remove_prefix(1);
                continue;
            }
            if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
            if (!rest_.empty() && !rest_.starts_with('\n')) return give_up();
            if (!rest_.empty()) rest_.remove_prefix(1);
            ++line_;
            return fields;
        }
    }

private:
    std::string_view rest_;
    std::size_t line_ = 1;
};

Manifest read_csv(std::string_view text) {
    Csv csv(text);
    const auto names = csv.next();
    if (!names) syntax("whose line of column names can not be read");
    std::vector<std::string_view> columns;
    for (const std::string& name : *names) {
        const Column* const column = find_column(trimmed(name));
        if (column == nullptr) syntax("with an unknown column, number " + std::to_string(columns.size() + 1));
        if (std::ranges::find(columns, column->name) != columns.end())
            syntax("in which the column " + std::string(column->name) + " stands twice");
        columns.push_back(column->name);
    }
    for (const Column& column : kColumns)
        if (column.required && std::ranges::find(columns, column.name) == columns.end())
            syntax("without the column " + std::string(column.name));
    Rows rows;
    while (!csv.at_end()) {
        const std::size_t line = csv.line();
        const auto fields = csv.next();
        if (fields && fields->size() == 1 && fields->front().empty()) continue;  // an empty line
        if (!fields || fields->size() != columns.size()) {
            rows.fault(line, "", "manifest.row", "not as many values as columns, or quotes that do not close");
            continue;
        }
        std::map<std::string_view, std::string> values;
        for (std::size_t i = 0; i < columns.size(); ++i) values[columns[i]] = (*fields)[i];
        rows.add(line, values);
    }
    return rows.take();
}

Manifest read_json_lines(std::string_view text) {
    Rows rows;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view row = trimmed(text.substr(0, end));
        if (row.ends_with('\r')) row.remove_suffix(1);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (row.empty()) continue;
        if (row.size() > kMaxManifestLine) {
            rows.fault(line, "", "manifest.too_long", "a line that is too long");
            continue;
        }
        try {
            const json::value value = parse_strict_json(row, 2);
            if (!value.is_object()) refuse("manifest.row", "not an object of JSON");
            std::map<std::string_view, std::string> values;
            for (const auto& member : value.get_object()) {
                const Column* const column = find_column(member.key());
                if (column == nullptr) refuse("manifest.row", "a name that is not known");
                if (const json::string* const string = member.value().if_string())
                    values[column->name] = *string;
                else if (member.value().is_int64() && column->name == "fee")
                    values[column->name] = std::to_string(member.value().get_int64());
                else
                    refuse("manifest.row", "a value that is no text: " + std::string(column->name));
            }
            rows.add(line, values);
        } catch (const InvalidInput& error) {
            rows.fault(line, "", std::string(error.code()), error.what());
        } catch (const MalformedData& error) {
            rows.fault(line, "", std::string(error.code()), error.what());
        }
    }
    return rows.take();
}

}  // namespace

Manifest read_manifest(std::string_view text) {
    if (text.size() > kMaxManifest) syntax("that is too large");
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const std::size_t first = text.find_first_not_of(" \r\n");
    if (first == std::string_view::npos) return {};
    return text[first] == '{' ? read_json_lines(text) : read_csv(text);
}

}  // namespace tahvil::daemon
