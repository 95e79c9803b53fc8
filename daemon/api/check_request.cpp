#include "daemon/api/check_request.h"

#include <algorithm>

#include "crypto/base64.h"
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

/// In Base64, and in memory that is wiped.
std::optional<SecretBytes> read_fingerprint(const Members& members) {
    constexpr std::size_t kLongest = 4 * 512 / 3;  // characters
    const auto text = members.secret_if("fingerprint", kLongest);
    if (!text) return std::nullopt;
    Bytes minutiae;
    try {
        minutiae = from_base64(as_text(text->view()), Base64::standard);
    } catch (const Error&) {
        members.refuse("fingerprint", "minutiae in Base64");
    }
    SecretBytes secret{minutiae};
    wipe(minutiae);
    return secret;
}

std::optional<SecretBytes> read_pin(const Members& members, std::string_view key) {
    auto pin = members.secret_if(key, kLongestPin);
    if (pin && (pin->size() < kShortestPin || !all_visible(pin->view())))
        members.refuse(key, "4 to 32 visible characters");
    return pin;
}

}  // namespace

AccessSecrets read_access(const Members& members) {
    AccessSecrets secrets;
    if (auto can = members.secret_if("can", kCanDigits)) {
        if (can->size() != kCanDigits || !all_digits(can->view())) members.refuse("can", "six digits");
        secrets.can = *std::move(can);
    }
    secrets.pin = read_pin(members, "pin");
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

namespace {

void read_holder(const Members& members, CardCheck& check) {
    if (const auto method = members.choice_if("method", {"pin", "portrait", "fingerprint"})) {
        check.holder = *method == "pin"        ? HolderMethod::pin
                       : *method == "portrait" ? HolderMethod::portrait
                                               : HolderMethod::fingerprint;
    }
    const std::string act = members.choice_if("act", {"verify", "change", "unblock"}).value_or("verify");
    check.pin_act = act == "verify" ? PinAct::verify : act == "change" ? PinAct::change : PinAct::unblock;
    check.pin_pad = members.choice_if("entry", {"request", "pin_pad"}).value_or("request") == "pin_pad";
    if (members.choice_if("language", {"en", "fa"}).value_or("en") == "fa")
        check.pad_language = pcsc::PadLanguage::persian;
    const bool of_pin = check.holder == HolderMethod::pin;
    if (!of_pin && check.pin_act != PinAct::verify) members.refuse("act", "beside the method pin only");
    if (!of_pin && check.pin_pad) members.refuse("entry", "pin_pad beside the method pin only");
    members.finish();
}

/// Each act with the secrets that it takes, and no others: what is not going to be used is not sent to a daemon.
void require_secrets(const Members& members, const CardCheck& check) {
    const AccessSecrets& access = check.access;
    const bool changes = check.pin_act == PinAct::change && !check.pin_pad;
    const bool unblocks = check.pin_act == PinAct::unblock;
    if (check.pin_pad && unblocks) members.refuse("holder", "a PIN is unblocked by PUK and new PIN in the request");
    if (check.pin_pad && (access.pin || access.new_pin))
        members.refuse("access", "no PIN beside the entry on a pin_pad");
    if (changes && !(access.pin && access.new_pin)) members.refuse("access", "pin and new_pin for the act change");
    if (unblocks && !access.puk) members.refuse("access", "a puk for the act unblock");
    if (changes && access.puk) members.refuse("access", "no puk for the act change");
    if (access.new_pin && !changes && !unblocks)
        members.refuse("access", "new_pin for the acts change and unblock only");
    if (access.fingerprint && check.holder != HolderMethod::fingerprint)
        members.refuse("access", "a fingerprint beside the method fingerprint only");
    if (unblocks && access.pin) members.refuse("access", "new_pin in place of pin for the act unblock");
}

}  // namespace

void read_question(const Members& members, CardCheck& check) {
    if (const auto access = members.object_if("access")) {
        auto new_pin = read_pin(*access, "new_pin");
        auto puk = read_pin(*access, "puk");
        auto fingerprint = read_fingerprint(*access);
        check.access = read_access(*access);
        check.access.fingerprint = std::move(fingerprint);
        check.access.new_pin = std::move(new_pin);
        check.access.puk = std::move(puk);
    }
    if (const auto holder = members.object_if("holder")) read_holder(*holder, check);
    require_secrets(members, check);
}

CheckRequest read_check_request(ByteView body, uid_t owner) {
    const JsonBody document{body};
    const Members members = document.members();
    CheckRequest request;
    request.owner = owner;
    request.reader = members.text_if("reader", kReaderId);
    request.check.purpose =
        *purpose_by_name(members.choice("purpose", {"handover", "field", "identity_check", "read"}));
    read_question(members, request.check);
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
