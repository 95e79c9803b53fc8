#include "daemon/cli/check_words.h"

#include <algorithm>
#include <array>
#include <span>

#include "crypto/trust/deviation.h"

namespace tahvil::cli {

namespace {

struct Entry {
    std::string_view id;
    std::string_view english;
    std::string_view persian;
};

constexpr auto kChecks = std::to_array<Entry>({
    {"chip.answered", "The card answers", "کارت پاسخ می‌دهد"},
    {"chip.recognised", "The kind of card is known", "نوع کارت شناخته شد"},
    {"access.pace", "Opened by PACE", "باز شدن با PACE"},
    {"access.bac", "Opened by BAC", "باز شدن با BAC"},
    {"access.card_authentication", "Opened by the issuer's keys", "باز شدن با کلیدهای صادرکننده"},
    {"read.complete", "All files were read", "همهٔ پرونده‌ها خوانده شد"},
    {"passive_authentication.structure", "Signed list of hashes is well-formed", "ساختار فهرست امضاشده"},
    {"passive_authentication.signature", "Data is signed", "امضای داده‌ها"},
    {"passive_authentication.chain", "Issuer is trusted", "صادرکننده مورد اعتماد است"},
    {"passive_authentication.validity", "Certificates are valid", "اعتبار زمانی گواهی‌ها"},
    {"passive_authentication.revocation", "Signer is not revoked", "امضاکننده باطل نشده"},
    {"passive_authentication.data_group_hashes", "Data is as it was signed",
     "داده‌ها دست‌نخورده‌اند"},
    {"passive_authentication.com_consistent", "List of files agrees", "همخوانی فهرست پرونده‌ها"},
    {"card_security.signature", "Chip's keys are signed", "امضای کلیدهای تراشه"},
    {"card_security.chain", "Their issuer is trusted", "صادرکنندهٔ کلیدها مورد اعتماد است"},
    {"card_security.validity", "Their certificates are valid", "اعتبار زمانی گواهی کلیدها"},
    {"card_security.revocation", "Their signer is not revoked", "امضاکنندهٔ کلیدها باطل نشده"},
    {"certificate_path.signature", "Certificates are signed", "امضای گواهی‌ها"},
    {"certificate_path.chain", "National PKI is trusted", "زیرساخت کلید ملی مورد اعتماد است"},
    {"certificate_path.validity", "Certificates are valid", "اعتبار زمانی گواهی‌ها"},
    {"certificate_path.revocation", "No certificate is revoked", "گواهی‌ها باطل نشده‌اند"},
    {"document.issuer_consistent", "One issuing country", "یکی بودن کشور صادرکننده"},
    {"document.mrz_check_digits", "Check digits of the MRZ", "رقم‌های کنترل MRZ"},
    {"document.expiry", "Document has not expired", "سند منقضی نشده"},
    {"document.revocation", "Card is not lost, stolen or recalled", "کارت گم یا باطل نشده"},
    {"chip.authentication", "Chip is genuine, no copy", "تراشه اصل است، نه رونوشت"},
    {"terminal.authentication", "Card accepted this terminal", "کارت این پایانه را پذیرفت"},
    {"holder.pin_change", "Holder changed the PIN", "دارنده PIN را عوض کرد"},
    {"holder.pin_unblock", "Holder unblocked the PIN", "دارنده قفل PIN را گشود"},
    {"holder.pin", "Holder knows the PIN", "دارنده PIN را می‌داند"},
    {"holder.fingerprint_on_card", "Holder's finger matches", "اثر انگشت دارنده"},
    {"holder.portrait_compared", "Holder and portrait were compared", "سنجش دارنده با عکس"},
    {"expected.national_code", "National code is the expected one", "کد ملی همان است"},
    {"expected.name", "Name is the expected one", "نام همان است"},
    {"expected.birth_date", "Birth date is the expected one", "تاریخ تولد همان است"},
    {"expected.card_serial", "Card serial is the expected one", "شماره سریال کارت همان است"},
});

constexpr std::string_view kSignedFile = "signed_file.";

constexpr auto kReasons = std::to_array<Entry>({
    {"issuer_unknown", "the issuer is not known here", "صادرکننده اینجا شناخته نیست"},
    {"no_list", "no list", "فهرستی نیست"},
    {"list_too_old", "the list is too old", "فهرست کهنه است"},
    {"answer_too_old", "the responder's answer is too old", "پاسخ OCSP کهنه است"},
    {"answer_unknown", "the responder does not know the certificate",
     "پاسخ‌گوی OCSP گواهی را نمی‌شناسد"},
    {"answer_unusable", "a responder's answer is there that can not be used",
     "پاسخ OCSP هست که به کار نمی‌آید"},
    {"revoked", "revoked", "باطل شده"},
    {"expired", "expired", "منقضی"},
    {"not_yet_valid", "not valid yet", "هنوز معتبر نیست"},
    {"signature_invalid", "the signature is false", "امضا نادرست است"},
    {"hash_mismatch", "changed after signing", "پس از امضا دگرگون شده"},
    {"not_supported", "the card lacks it", "کارت ندارد"},
    {"ambiguous", "it is of two profiles", "با دو توصیف می‌خواند"},
    {"card_not_genuine", "the card has been found false, so that no PIN goes to it",
     "کارت نادرست یافته شد و PIN به آن داده نشد"},
    {"changed_its_mind", "it no longer has what it was recognised by", "آنچه کارت به آن شناخته شد دیگر در آن نیست"},
    {"hash_differs", "changed after signing", "پس از امضا دگرگون شده"},
    {"no_provider", "its keys are with an authority, and no provider is there to ask",
     "کلیدهایش نزد مرجعی است و فراهم‌کننده‌ای نیست"},
    {"pin_blocked", "the PIN is blocked", "PIN قفل است"},
    {"pin_needed", "only with the PIN", "تنها با PIN"},
    {"pin_to_be_changed_first", "the holder must change the transport PIN first",
     "دارنده نخست باید PIN اولیه را عوض کند"},
    {"wrong_pin", "the PIN is wrong", "PIN نادرست است"},
    {"wrong_puk", "the PUK is wrong", "PUK نادرست است"},
    {"puk_blocked", "the PUK is blocked: the holder has to go to the issuer",
     "PUK قفل است: دارنده باید نزد صادرکننده برود"},
    {"pin_was_not_set", "no new PIN was set", "PIN تازه‌ای گذاشته نشد"},
    {"no_pin", "no PIN was given", "PIN داده نشد"},
    {"profile_has_no_pin", "the profile of this card knows no PIN of the holder", "در توصیف این کارت PIN دارنده نیست"},
    {"profile_can_not_change", "the profile of this card knows no way to change the PIN",
     "در توصیف این کارت راهی برای عوض کردن PIN نیست"},
    {"profile_can_not_unblock", "the profile of this card knows no way to unblock the PIN",
     "در توصیف این کارت راهی برای گشودن قفل PIN نیست"},
    {"no_pin_pad", "the reader has no PIN pad", "کارت‌خوان صفحه‌کلید PIN ندارد"},
    {"pad_can_not_change", "the reader's PIN pad can not change a PIN",
     "صفحه‌کلید کارت‌خوان PIN را عوض نمی‌کند"},
    {"pad_can_not_fill", "PIN pads do not know the form of this card's PIN",
     "صفحه‌کلید کارت‌خوان قالب PIN این کارت را نمی‌شناسد"},
    {"pad_timed_out", "nobody typed on the reader in time",
     "کسی به‌هنگام روی کارت‌خوان چیزی نزد"},
    {"pad_cancelled", "the holder pressed the reader's cancel key",
     "دارنده کلید انصراف کارت‌خوان را زد"},
    {"pad_not_repeated", "the new PIN was not the same the second time", "PIN تازه بار دوم همان نبود"},
    {"pad_wrong_length", "too few or too many digits were typed", "شمار رقم‌ها کم یا زیاد بود"},
    {"finger_does_not_match", "the card does not know the finger", "کارت انگشت را نشناخت"},
    {"finger_blocked", "the card compares no finger any more", "کارت دیگر انگشتی نمی‌سنجد"},
    {"no_fingerprint", "no fingerprint was given", "اثر انگشتی داده نشد"},
    {"profile_has_no_fingerprint", "the profile of this card knows no finger that it compares",
     "در توصیف این کارت سنجش انگشت نیست"},
    {"another_key", "it has the issuer's name and another key", "نام صادرکننده را دارد با کلیدی دیگر"},
    {"anchor_of_another_purpose", "it is an anchor for something else", "لنگری برای کاری دیگر است"},
    {"country_differs", "it is of another country", "از کشوری دیگر است"},
    {"extended_key_usage", "the signer's key is for something else", "کلید امضاکننده برای کاری دیگر است"},
    {"issuer_distrusted", "the trust store distrusts it",
     "انبار اعتماد آن را نامعتمد می‌داند"},
    {"issuer_key_refused", "its key can not be used", "کلید آن به کار نمی‌آید"},
    {"issuer_questioned", "it vanished from a newer list, and nobody has decided yet",
     "در فهرست تازه‌تر نیست و هنوز کسی درباره‌اش تصمیم نگرفته"},
    {"key_usage", "the signer's key is not for signatures", "کلید امضاکننده برای امضا نیست"},
    {"list_unusable", "a list is there that can not be used", "فهرستی هست که به کار نمی‌آید"},
    {"name_constraints", "a name that its issuers may not certify", "نامی که صادرکنندگانش نباید گواهی کنند"},
    {"not_an_issuer", "it may not issue certificates", "اجازهٔ صدور گواهی ندارد"},
    {"not_conforming", "it is not of the profile of RFC 5280", "با قالب RFC 5280 نمی‌خواند"},
    {"path_too_long", "the path is too long", "مسیر بیش از اندازه دراز است"},
    {"policy", "no policy holds all along the path",
     "هیچ خط‌مشی در همهٔ مسیر برقرار نیست"},
    {"too_many_paths", "there are more paths than may be tried", "شمار مسیرها بیش از آن است که آزموده شود"},
    {"unknown_critical_extension", "it has a critical extension that is not known",
     "افزونهٔ حیاتی ناشناخته‌ای دارد"},
    {"weak_algorithm", "its signature is too weak to count",
     "امضای آن سست‌تر از آن است که به شمار آید"},
});

/// In English they are in the table of deviations itself.
struct PersianWords {
    std::string_view id;
    std::string_view words;
};

constexpr auto kDeviations = std::to_array<PersianWords>({
    {"access.bac_beside_pace",
     "کارت PACE دارد و با BAC باز شد که شنودگر می‌تواند آن را بگشاید."},
    {"access.mse_without_reference",
     "کارت MSE:Set AT را برای PACE تنها با یا تنها بی شناسهٔ پارامترهای دامنه (برچسب ۸۴) پذیرفت."},
    {"algorithm.rsa_short", "امضایی با کلید RSA کوتاه‌تر از ۲۰۴۸ بیت است."},
    {"algorithm.sha1",
     "امضا یا چکیدهٔ گروه داده با SHA-1 است که برای آن می‌توان برخورد "
     "ساخت."},
    {"algorithm.triple_des", "گفتگو با کارت با DES سه‌گانه محافظت شد."},
    {"anchor.expired", "گواهی صادرکننده منقضی شده، هرچند هنگام امضای گواهی امضاکنندهٔ سند معتبر بود."},
    {"certificate.authority_key_id_mismatch",
     "صادرکننده با نامش یافته شد و امضا درست است، اما شناسهٔ کلید مرجع کلید دیگری را نام "
     "می‌برد."},
    {"certificate.basic_constraints_missing",
     "گواهی صادرکننده basic constraints ندارد و تنها کاربرد کلیدش از آنِ صادرکننده است."},
    {"certificate.basic_constraints_not_critical",
     "در گواهی صادرکننده‌ای از زیرساخت کلید ملی، basic constraints حیاتی "
     "نشان "
     "نشده "
     "است."},
    {"certificate.country_missing",
     "امضاکنندهٔ سند یا صادرکننده‌اش کشوری نام نمی‌برد و کشورها "
     "را "
     "نمی‌توان "
     "با "
     "هم "
     "سنجید."},
    {"certificate.country_spelling",
     "امضاکنندهٔ سند و صادرکننده‌اش کشور را یکی با دو حرف و دیگری "
     "با "
     "سه "
     "حرف "
     "نوشته‌اند."},
    {"certificate.explicit_ec_parameters",
     "گواهی پارامترهای خم خود را یک‌یک نوشته است؛ همه با یک خم "
     "شناخته "
     "برابرند."},
    {"certificate.issuer_name_differs",
     "صادرکننده با شناسهٔ کلید یافته شد و امضا درست است، اما نامش نام دیگری از همان کشور است."},
    {"certificate.issuer_name_spelling",
     "نام صادرکننده و نام دارنده تنها وقتی برابرند که ترتیب، نوع رشته، بزرگی حروف و "
     "فاصله‌ها "
     "نادیده "
     "گرفته "
     "شود."},
    {"certificate.key_id_missing", "گواهی شناسهٔ کلید مرجع یا دارنده ندارد؛ صادرکننده با نامش یافته شد."},
    {"certificate.key_usage_missing",
     "گواهی امضاکنندهٔ سند یا صادرکننده‌ای از زیرساخت کلید ملی، "
     "کاربرد "
     "کلید "
     "را "
     "نگفته "
     "است."},
    {"certificate.not_der", "گواهی به جای DER با BER کدگذاری شده است."},
    {"certificate.serial_number", "شمارهٔ سریال گواهی منفی، صفر یا درازتر از ۲۰ بایت است."},
    {"chip.digest_not_stated",
     "اثبات فعال با ECDSA است و EF.DG14 نیست تا تابع چکیده را بگوید؛ از اندازهٔ امضا برداشت شد."},
    {"chip.signature_encoding", "پاسخ اثبات فعال امضای DER بود، در حالی که شکل ساده لازم است."},
    {"com.disagrees",
     "EF.COM که کسی امضایش نکرده، گروه‌های داده یا نسخهٔ دیگری جز EF.SOD "
     "را "
     "نام "
     "می‌برد."},
    {"data_group.not_covered",
     "گروه داده‌ای در کارت است که در چکیده‌های امضاشده نیست؛ "
     "محتوایش "
     "به "
     "کار "
     "نرفت."},
    {"portrait.raw_codestream", "عکس، جریان خام JPEG 2000 و بی قالب پرونده است."},
    {"security_object.content_type",
     "محتوای امضاشدهٔ EF.SOD با id-data یا شناسه‌ای کهنه نشان شده است."},
    {"security_object.encoding", "EF.SOD یا EF.CardSecurity به جای DER با BER کدگذاری شده است."},
    {"security_object.unknown_data_group",
     "EF.SOD چکیدهٔ گروه داده‌ای را دارد که Doc 9303 نمی‌شناسد؛ کنار "
     "گذاشته "
     "شد."},
    {"security_object.version", "نسخهٔ LDS security object با محتوایش نمی‌خواند."},
    {"signed_data.algorithm_differs",
     "الگوریتم امضای امضاکننده تابع چکیدهٔ دیگری جز الگوریتم "
     "چکیده‌اش "
     "نام "
     "می‌برد."},
    {"signed_data.attributes_missing",
     "امضا بر خود محتواست، بی ویژگی‌های امضاشده."},
    {"signed_data.attributes_order",
     "ویژگی‌های امضاشده به ترتیب DER نیستند؛ همان بایت‌ها که بودند "
     "امضا "
     "شده‌اند."},
    {"signed_data.digest_not_listed",
     "الگوریتم چکیدهٔ امضاکننده در میان آنچه SignedData اعلام می‌کند "
     "نیست."},
    {"signed_data.pss_parameters",
     "پارامترهای RSASSA-PSS نیستند، یا آنی نیستند که به کار رفته، یا به جای امضا در کلید "
     "آمده‌اند."},
    {"signed_data.version",
     "نسخهٔ SignedData یا SignerInfo آنی نیست که محتوایش می‌خواهد."},
    {"signer.expired", "گواهی امضاکنندهٔ سند منقضی شده؛ زمان امضا در مدت اعتبار آن است."},
    {"signer.expired_undated", "گواهی امضاکنندهٔ سند منقضی شده و امضا زمان ندارد."},
    {"signer.identified_by_key_id", "امضاکننده به جای صادرکننده و شماره، با شناسهٔ کلید دارنده شناسانده شده است."},
    {"signer.issuer_name_spelling",
     "نام صادرکننده در امضا تنها وقتی با گواهی برابر است که ترتیب، نوع رشته، بزرگی حروف و "
     "فاصله‌ها "
     "نادیده "
     "گرفته "
     "شود."},
});

std::string lookup(std::span<const Entry> table, Language language, std::string_view id) {
    const auto found = std::ranges::find(table, id, &Entry::id);
    if (found == table.end()) return {};
    return std::string(language == Language::persian ? found->persian : found->english);
}

}  // namespace

std::string check_words(Language language, std::string_view id) {
    if (id.starts_with(kSignedFile)) {
        const std::string file(id.substr(kSignedFile.size()));
        return language == Language::persian ? "امضای " + file : file + " is signed";
    }
    const std::string words = lookup(kChecks, language, id);
    return words.empty() ? std::string(id) : words;
}

std::string reason_words(Language language, std::string_view reason) {
    std::string words = lookup(kReasons, language, reason);
    if (!words.empty()) return words;
    words = reason;
    std::ranges::replace(words, '_', ' ');
    return words;
}

std::string deviation_words(Language language, std::string_view code) {
    if (language == Language::persian) {
        const auto found = std::ranges::find(kDeviations, code, &PersianWords::id);
        return found == kDeviations.end() ? std::string() : std::string(found->words);
    }
    const auto known = deviation_by_name(code);
    return known ? std::string(info(*known).text) : std::string();
}

}  // namespace tahvil::cli
