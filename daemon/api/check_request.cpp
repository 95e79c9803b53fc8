#include "daemon/api/check_request.h"

#include <algorithm>

#include "crypto/error.h"
#include "crypto/protocol/mrz_information.h"
#include "daemon/api/json_body.h"
#include "daemon/text/date.h"
#include "daemon/text/national_code.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kCanDigits = 6;
constexpr std::size_t kShortestPin = 4;
constexpr std::size_t kLongestPin = 32;
constexpr std::size_t kNonce = 128;
constexpr std::size_t kMrzLines = 3;
constexpr std::size_t kMrzLine = 44;
constexpr std::size_t kDocumentNumber = 22;
constexpr std::size_t kDate = 10;
constexpr std::size_t kReaderId = 256;
constexpr std::size_t kName = 256;
constexpr std::size_t kCardSerial = 64;

bool all_digits(ByteView text) {
    return std::all_of(text.begin(), text.end(), [](std::uint8_t c) { return c >= '0' && c <= '9'; });
}

/// ASCII without spaces.
bool all_visible(ByteView text) {
    return std::all_of(text.begin(), text.end(), [](std::uint8_t c) { return c > ' ' && c <= '~'; });
}

Date read_date(const Members& members, std::string_view key, std::string_view text) {
    try {
        return parse_iso_date(text);
    } catch (const InvalidInput&) {
        members.refuse(key, "a date that exists, YYYY-MM-DD, Gregorian");
    }
}

/// A date as the MRZ has it, YYMMDD.
SecretBytes mrz_date(const Members& members, std::string_view key) {
    const auto typed = members.secret_if(key, kDate);
    if (!typed) members.refuse(key, "a date, YYYY-MM-DD, beside document_number and the other date");
    read_date(members, key, as_text(typed->view()));
    const ByteView text = typed->view();
    return SecretBytes{concat({text.subspan(2, 2), text.subspan(5, 2), text.subspan(8, 2)})};
}

}  // namespace

AccessSecrets read_access(const Members& members) {
    AccessSecrets secrets;
    if (auto can = members.secret_if("can", kCanDigits)) {
        if (can->size() != kCanDigits || !all_digits(can->view())) members.refuse("can", "six digits");
        secrets.can = *std::move(can);
    }
    if (auto pin = members.secret_if("pin", kLongestPin)) {
        if (pin->size() < kShortestPin || !all_visible(pin->view()))
            members.refuse("pin", "4 to 32 visible characters");
        secrets.pin = *std::move(pin);
    }
    secrets.allow_last_try = members.truth("allow_last_try", false);
    const std::vector<SecretBytes> lines = members.secrets_if("mrz", kMrzLines, kMrzLine);
    const auto number = members.secret_if("document_number", kDocumentNumber);
    if (!lines.empty()) {
        if (number) members.refuse("mrz", "either mrz or document_number with two dates");
        std::vector<std::string_view> texts;
        for (const SecretBytes& line : lines) texts.push_back(as_text(line.view()));
        secrets.mrz_information = information_from_lines(texts);
    } else if (members.has("mrz")) {
        members.refuse("mrz", "two or three lines");
    } else if (number) {
        const SecretBytes birth = mrz_date(members, "birth_date");
        const SecretBytes expiry = mrz_date(members, "expiry_date");
        secrets.mrz_information =
            mrz_information(as_text(number->view()), as_text(birth.view()), as_text(expiry.view()));
    } else if (members.has("birth_date") || members.has("expiry_date")) {
        members.refuse("document_number", "the document number beside both dates");
    }
    members.finish();
    return secrets;
}

namespace {

Expected read_expected(const Members& members) {
    Expected expected;
    if (auto code = members.text_if("national_code", 10)) {
        if (fault_of_national_code(*code)) members.refuse("national_code", "ten digits whose check digit is right");
        expected.national_code = *std::move(code);
    }
    expected.name = members.text_if("name", kName);
    if (expected.name && expected.name->empty()) members.refuse("name", "a name");
    if (const auto date = members.text_if("birth_date", kDate))
        expected.birth_date = read_date(members, "birth_date", *date);
    expected.card_serial = members.text_if("card_serial", kCardSerial);
    if (expected.card_serial && expected.card_serial->empty()) members.refuse("card_serial", "a serial number");
    members.finish();
    return expected;
}

}  // namespace

std::optional<HolderMethod> read_holder(const Members& members) {
    const auto method = members.choice_if("method", {"pin", "portrait"});
    members.finish();
    if (!method) return std::nullopt;
    return *method == "pin" ? HolderMethod::pin : HolderMethod::portrait;
}

CheckRequest read_check_request(ByteView body, uid_t owner) {
    const JsonBody document{body};
    const Members members = document.members();
    CheckRequest request;
    request.owner = owner;
    request.reader = members.text_if("reader", kReaderId);
    request.check.purpose =
        *purpose_by_name(members.choice("purpose", {"handover", "field", "identity_check", "read"}));
    if (const auto access = members.object_if("access")) request.check.access = read_access(*access);
    if (const auto holder = members.object_if("holder")) request.check.holder = read_holder(*holder);
    if (const auto expected = members.object_if("expected")) request.check.expected = read_expected(*expected);
    request.check.nonce = members.text_if("nonce", kNonce).value_or("");
    if (members.has("nonce") && (request.check.nonce.empty() || !all_visible(as_bytes(request.check.nonce))))
        members.refuse("nonce", "1 to 128 visible characters");
    for (const std::string& part : members.choices("want", {"document", "holder", "portrait", "files"}))
        request.check.want.insert(*part_by_name(part));
    members.finish();
    return request;
}

}  // namespace tahvil::daemon::api
