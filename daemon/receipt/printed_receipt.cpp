#include "daemon/receipt/printed_receipt.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/certificate.h"
#include "daemon/receipt/qr_code.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/text/digits.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;
using Words = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kType = "tahvil-receipt+sd-jwt";

constexpr std::array<Words, 11> kItems{{
    {"card_is_the_records", "کارت همان کارت پرونده است"},
    {"verdict_accepted", "حکم بررسی کارت"},
    {"card_genuine", "اصالت کارت"},
    {"chip_proved", "اصالت تراشه"},
    {"not_revoked", "باطل نشده است"},
    {"not_expired", "اعتبار دارد"},
    {"holder_of_age", "سن دارنده"},
    {"holder_verified", "احراز هویت دارنده"},
    {"fee_settled", "هزینه"},
    {"transport_pin_changed", "تغییر رمز نخستین"},
    {"old_card_collected", "کارت پیشین"},
}};

constexpr std::array<Words, 4> kStates{{
    {"satisfied", "تأیید شد"},
    {"not_applicable", "لازم نبود"},
    {"approved", "با تأیید سرپرست"},
    {"pending", "انجام نشد"},
}};

constexpr std::array<Words, 11> kMethods{{
    {"fingerprint_on_card", "اثر انگشت روی کارت"},
    {"pin", "رمز کارت"},
    {"portrait", "مقایسهٔ چهره"},
    {"two_persons", "گواهی دو نفر"},
    {"paid", "پرداخت شد"},
    {"waived", "بخشوده شد"},
    {"changed", "دارنده تغییر داد"},
    {"no_transport_pin", "رمز نخستین ندارد"},
    {"collected", "تحویل گرفته شد"},
    {"first_card", "نخستین کارت"},
    {"reported_lost", "گم‌شدن اعلام شد"},
}};

// The lines of the page that name who and what.
constexpr std::array<Words, 5> kPersonal{{
    {"given_name", "نام"},
    {"family_name", "نام خانوادگی"},
    {"national_code", "کد ملی"},
    {"tracking_code", "کد رهگیری"},
    {"card_serial", "شمارهٔ سریال کارت"},
}};

constexpr std::string_view kStyle =
    "@page{size:A4;margin:14mm}*{box-sizing:border-box}"
    "body{font:10pt/1.45 Vazirmatn,'Noto Naskh Arabic','Noto Sans Arabic',Tahoma,sans-serif;color:#111;max-width:182mm;"
    "margin:0 auto}"
    "h1{font-size:17pt;margin:0}header{display:flex;justify-content:space-between;align-items:flex-start;"
    "border-bottom:1.5pt solid #111;padding-bottom:3mm;margin-bottom:3mm}"
    "svg{width:42mm;height:42mm;display:block}table{border-collapse:collapse;width:100%;margin-bottom:3mm}"
    "th,td{border:.5pt solid #999;padding:.5mm 2.5mm;text-align:right;vertical-align:top}th{font-weight:600}"
    "table.facts th{width:44mm;background:#f2f2f2}bdi{unicode-bidi:isolate}.ltr{direction:ltr;display:inline-block;"
    "font-family:'DejaVu Sans Mono',monospace;font-size:8.5pt;overflow-wrap:anywhere}"
    ".signs{display:flex;justify-content:space-between;margin:14mm 0 4mm}.signs div{width:70mm;border-top:.5pt solid "
    "#111;padding-top:1mm;text-align:center}footer{font-size:8.5pt;color:#444}tr,header,.signs{break-inside:avoid}";

/// The Persian of a word that the table has, or the word.
template <std::size_t Size>
std::string_view persian(const std::array<Words, Size>& words, std::string_view word) {
    const auto* const found = std::ranges::find(words, word, &Words::first);
    return found == words.end() ? word : found->second;
}

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char each : text) {
        switch (each) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            case '"':
                safe += "&quot;";
                break;
            case '\'':
                safe += "&#39;";
                break;
            default:
                safe += each;
        }
    }
    return safe;
}

std::string text_of(const json::object& claims, std::string_view name) {
    const json::value* const value = claims.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A code or id, which reads from left to right whatever stands around it.
std::string code(std::string_view text) {
    return "<bdi class=\"ltr\">" + escaped(text) + "</bdi>";
}

std::string row(std::string_view head, const std::string& cell) {
    return "<tr><th>" + std::string(head) + "</th><td>" + cell + "</td></tr>";
}

std::string slashed(std::string day) {
    std::ranges::replace(day, '-', '/');
    return day;
}

std::string when(std::int64_t at, const OfficeCalendar& calendar) {
    const std::chrono::sys_seconds time{std::chrono::seconds(at)};
    const Date day = calendar.day_of(time);
    return "<bdi>" + with_persian_digits(slashed(to_solar_hijri(day)) + " ساعت " + calendar.clock_of(time)) +
           "</bdi> (<bdi class=\"ltr\">" + to_iso(day) + "</bdi>)";
}

std::string checklist_rows(const json::object& claims) {
    std::string rows;
    const json::value* const items = claims.if_contains("checklist");
    if (items == nullptr || !items->is_array()) return rows;
    for (const json::value& each : items->get_array()) {
        if (!each.is_object()) continue;
        const json::object& item = each.get_object();
        rows +=
            "<tr><td>" + escaped(persian(kItems, text_of(item, "item"))) + "</td><td>" +
            escaped(persian(kStates, text_of(item, "state"))) + "</td><td>" +
            (text_of(item, "method") == "check" ? "بررسی کارت" : escaped(persian(kMethods, text_of(item, "method")))) +
            "</td></tr>";
    }
    return rows;
}

struct SignedText {
    std::string_view signing_input;
    std::string_view signature;  // base64url
};

SignedText split(std::string_view sd_jwt) {
    const std::string_view jwt = sd_jwt.substr(0, sd_jwt.find('~'));
    const std::size_t dot = jwt.rfind('.');
    return {jwt.substr(0, dot), jwt.substr(dot + 1)};
}

std::string short_form_of(std::string_view sd_jwt, const SdJwt& parsed, std::string_view id) {
    const SignedText text = split(sd_jwt);
    return "tahvil-receipt:1:" + std::string(id) + ":" +
           to_base64(digest(DigestAlgorithm::sha256, as_bytes(text.signing_input)), Base64::url) + ":" +
           std::string(text.signature) + ":" +
           to_base64(digest(DigestAlgorithm::sha256, parsed.certificates().front()), Base64::url);
}

struct Verified {
    SdJwt receipt;
    json::object claims;
};

Verified verified(std::string_view sd_jwt) {
    SdJwt receipt = SdJwt::parse(sd_jwt);
    if (receipt.type() != kType)
        throw InvalidInput("receipt.type", "a signed text that is no receipt", "Give a receipt of a handover.");
    // Whether the certificate counts is for who verifies; a paper must only not say what nobody signed.
    SdJwtCheck check;
    if (!receipt.certificates().empty())
        check = receipt.check(trust::Certificate::parse(receipt.certificates().front()).public_key(),
                              std::chrono::sys_seconds::max());
    if (check.result == SdJwtCheck::Result::bad_signature)
        throw InvalidInput("receipt.signature", "a receipt whose signature is not of the certificate in it",
                           "Take the receipt from the terminal again.");
    return {std::move(receipt), std::move(check.claims)};
}

}  // namespace

std::string short_form(std::string_view sd_jwt) {
    const Verified receipt = verified(sd_jwt);
    return short_form_of(sd_jwt, receipt.receipt, text_of(receipt.claims, "jti"));
}

std::string print_receipt(std::string_view sd_jwt, const OfficeCalendar& calendar) {
    const auto [receipt, claims] = verified(sd_jwt);
    const std::string id = text_of(claims, "jti");
    const json::value* const at = claims.if_contains("iat");
    const json::value* const journal = claims.if_contains("journal");

    std::string facts = row("شمارهٔ رسید", code(id)) + row("پرونده", code(text_of(claims, "record"))) +
                        row("دفتر", code(text_of(claims, "iss"))) + row("پایانه", code(text_of(claims, "terminal"))) +
                        row("متصدی", code(text_of(claims, "operator")));
    if (at != nullptr && at->is_int64()) facts += row("زمان تحویل", when(at->get_int64(), calendar));
    for (const auto& [claim, head] : kPersonal)
        if (const std::string value = text_of(claims, claim); !value.empty()) {
            const bool is_name = claim.ends_with("_name");
            facts += row(head, is_name ? "<bdi>" + escaped(value) + "</bdi>" : code(value));
        }
    if (journal != nullptr && journal->is_object())
        if (const json::value* const position = journal->get_object().if_contains("position"))
            facts += row("ردیف دفتر رویدادها", code(json::serialize(*position)));
    facts += row("چکیدهٔ حکم بررسی کارت", code(text_of(claims, "verdict")));

    return "<!DOCTYPE html>\n<html lang=\"fa\" dir=\"rtl\"><head><meta charset=\"utf-8\">"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
           "<title>رسید تحویل کارت " +
           escaped(id) + "</title><style>" + std::string(kStyle) +
           "</style></head>\n<body><header><div><h1>رسید تحویل کارت هوشمند</h1>"
           "<p>کارت زیر پس از بررسی، به دارندهٔ آن تحویل داده شد.</p></div>" +
           qr_svg(short_form_of(sd_jwt, receipt, id)) + "</header>\n<table class=\"facts\">" + facts +
           "</table>\n<table><thead><tr><th>مورد</th><th>نتیجه</th><th>روش</th></tr></thead><tbody>" +
           checklist_rows(claims) +
           "</tbody></table>\n<div class=\"signs\"><div>امضای دارنده</div><div>مهر و امضای دفتر</div></div>\n"
           "<footer>رمزینهٔ بالا شمارهٔ رسید، چکیدهٔ آن، امضای رقمی پایانه و شناسهٔ کلید را در بر دارد و هیچ دادهٔ شخصی در "
           "آن نیست. اصل رسید پرونده‌ای است که با فرمان <bdi class=\"ltr\">tahvil "
           "receipt "
           "verify</bdi> "
           "سنجیده "
           "می‌شود."
           "</footer></body></html>\n";
}

}  // namespace tahvil::daemon
