#include "daemon/cli/error_words.h"

#include <algorithm>
#include <array>

namespace tahvil::cli {

namespace {

struct Entry {
    std::string_view code;
    ErrorWords persian;
};

/// English has the errors' own words.
constexpr auto kTable = std::to_array<Entry>({
    {"access.bac_denied",
     {"کارت با این MRZ باز نشد", "شمارهٔ سند و تاریخ‌ها را با سند بسنجید."}},
    {"access.last_try",
     {"تنها یک بار دیگر می‌توان PIN را آزمود",
      "اگر دارنده مطمئن است --allow-last-try را بیفزایید."}},
    {"access.pace_denied",
     {"کارت با این CAN یا MRZ باز نشد",
      "شمارهٔ چاپ‌شده بر کارت را دوباره بخوانید."}},
    {"access.pin_deactivated", {"PIN این کارت فعال نیست", "دارنده باید آن را در دفتر صدور فعال کند."}},
    {"access.pin_suspended",
     {"PIN معلق است و بار آخر آن آزموده نشد",
      "‏--can را نیز بدهید: کارت پیش از بار آخر CAN می‌خواهد."}},
    {"access.pin_wrong", {"کارت این PIN را نپذیرفت", "پیش از آزمودن دوباره، PIN درست را از دارنده بپرسید."}},
    {"access.pin_blocked", {"PIN قفل است", "دارنده باید به دفتر صدور برود."}},
    {"access.secret_needed",
     {"این کارت بی CAN یا MRZ باز نمی‌شود", "‏--can یا --mrz را بیفزایید."}},
    {"card.removed", {"کارت برداشته شد", "کارت را بگذارید و تا پایان سنجش برندارید."}},
    {"card.reset", {"برنامهٔ دیگری کارت را از نو راه انداخت", "آن برنامه را ببندید و دوباره بکوشید."}},
    {"card.mute", {"کارت پاسخ نمی‌دهد", "کارت را بردارید، جهتش را ببینید و دوباره بگذارید."}},
    {"check.not_found", {"چنین سنجشی نیست", {}}},
    {"daemon.unreachable", {"سرویس tahvild در دسترس نیست", "‏`tahvil doctor` می‌گوید چرا."}},
    {"date.no_such_day", {"چنین روزی در تقویم نیست", "روز و ماه را ببینید. سال کمتر از 1700 هجری خورشیدی است."}},
    {"date.syntax", {"تاریخ به شکل YYYY-MM-DD نیست", "مانند 1403-12-30 یا 2025-03-20 بنویسید."}},
    {"input.access",
     {"چنین راه باز شدنی نیست", "‏bac، pace-gm، pace-im یا pace-cam، با «,» میان چند تا."}},
    {"input.curve", {"چنین خمی نیست", "مانند brainpoolP256r1، secp256r1 یا modp-2048-256."}},
    {"input.can", {"شمارهٔ CAN شش رقم نیست", "شش رقم چاپ‌شده بر روی کارت را بنویسید."}},
    {"input.data_group", {"گروه داده به شکل N=FILE نیست", "‏N از 1 تا 16 است، مانند --dg 1=EF.DG1."}},
    {"input.descriptor", {"توصیفگر پرونده خواندنی نیست", "آن را برای برنامه باز کنید، مانند --can-fd 3 3<FILE."}},
    {"input.document_number",
     {"شمارهٔ سند 1 تا 22 حرف لاتین و رقم نیست", "آن را چنان که در MRZ هست و بی رقم کنترل بنویسید."}},
    {"input.ended", {"ورودی پیش از نوشتن پایان یافت", {}}},
    {"input.expect",
     {"آنچه انتظار می‌رود درست نوشته نشده است",
      "‏FIELD یکی از national_code، name، birth_date و card_serial است."}},
    {"input.host_port", {"نشانی به شکل HOST:PORT نیست", "مانند localhost:35963."}},
    {"input.mrz",
     {"‏MRZ سه سطر 30، دو سطر 36 یا دو سطر 44 حرفی نیست",
      "سطرهای پای سند را با همهٔ «<»ها بنویسید."}},
    {"input.mrz_check_digit",
     {"یک رقم کنترل MRZ نادرست است",
      "حرفی اشتباه نوشته شده است: به‌ویژه O و 0 را ببینید."}},
    {"input.no_terminal",
     {"رازی باید پرسیده شود و پایانه‌ای نیست",
      "آن را با --can-fd، --mrz-fd یا --pin-fd بدهید."}},
    {"input.pin", {"‏PIN چهار تا 32 رقم یا حرف لاتین نیست", "دارنده PIN را دوباره بنویسد."}},
    {"internal", {"خطایی در خود برنامه", {}}},
    {"job.cancelled", {"درخواست لغو شد", {}}},
    {"job.deadline_passed",
     {"وقت درخواست تمام شد", "کارت را روی کارت‌خوان بگذارید و دوباره بکوشید."}},
    {"national_code.all_same",
     {"کد ملی با ده رقم یکسان صادر نمی‌شود", "کد را دوباره از روی کارت بخوانید."}},
    {"national_code.check_digit", {"رقم کنترل کد ملی نادرست است", "رقمی اشتباه نوشته شده است: با کارت بسنجید."}},
    {"national_code.length",
     {"کد ملی ده رقم نیست",
      "هر ده رقم را بنویسید؛ تنها دو صفر نخست را می‌توان ننوشت."}},
    {"national_code.not_digits", {"در کد ملی چیزی جز رقم هست", "تنها ده رقم آن را بنویسید."}},
    {"permission.denied", {"شما اجازهٔ این کار را ندارید", "از سرپرست دستگاه بخواهید."}},
    {"reader.ambiguous", {"در چند کارت‌خوان کارت هست", "با --reader یکی را برگزینید."}},
    {"reader.in_use", {"برنامهٔ دیگری کارت را در دست دارد", "آن برنامه را ببندید و دوباره بکوشید."}},
    {"reader.no_card", {"کارت در کارت‌خوان نیست", "کارت را بگذارید."}},
    {"reader.none",
     {"هیچ کارت‌خوانی وصل نیست",
      "کارت‌خوان را وصل کنید؛ `tahvil doctor` کمک می‌کند."}},
    {"reader.not_found", {"چنین کارت‌خوانی نیست", "‏`tahvil readers` را ببینید."}},
    {"reader.queue_full",
     {"کارهای بسیاری در صف این کارت‌خوان است", "صبر کنید تا برخی انجام شوند."}},
    {"reader.removed", {"کارت‌خوان جدا شد", "آن را دوباره وصل کنید."}},
    {"reader.stuck",
     {"کارت‌خوان پاسخ نمی‌دهد",
      "کارت را بردارید؛ اگر کافی نبود کارت‌خوان را جدا و دوباره وصل "
      "کنید."}},
    {"usage.access",
     {"راه باز کردن کارت درست گفته نشده است", "یکی از --can، --mrz یا --document-number با هر دو تاریخ را بدهید."}},
    {"usage.conflict", {"این گزینه‌ها با هم نمی‌آیند", {}}},
    {"usage.missing", {"گزینه‌ای که لازم است نوشته نشده است", {}}},
    {"usage.pin",
     {"‏PIN از خط فرمان گرفته نمی‌شود، زیرا دیگران آن را می‌بینند",
      "مقدارش را ننویسید تا پرسیده شود، یا --pin-fd به کار ببرید."}},
    {"vpcd.unreachable",
     {"‏vpcd در دسترس نیست", "بستهٔ vsmartcard-vpcd را نصب کنید و pcscd را راه بیندازید."}},
});

}  // namespace

ErrorWords error_words(Language language, std::string_view code) {
    if (language == Language::english) return {};
    const auto found = std::ranges::find(kTable, code, &Entry::code);
    return found == kTable.end() ? ErrorWords{} : found->persian;
}

}  // namespace tahvil::cli
