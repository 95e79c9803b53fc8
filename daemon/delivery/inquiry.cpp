#include "daemon/delivery/inquiry.h"

#include <algorithm>
#include <utility>

#include "daemon/error.h"
#include "daemon/text/digits.h"
#include "daemon/text/length.h"
#include "daemon/text/national_code.h"

namespace tahvil::daemon {

namespace {

constexpr std::chrono::hours kWindow{1};
constexpr std::size_t kMaxWindows = 100'000;  // kept at once
constexpr std::size_t kMaxTyped = 64;         // bytes of a code

/// A typed code: ASCII digits, no spaces around.
std::string typed_code(std::string_view typed) {
    std::string code = with_ascii_digits(typed.substr(0, kMaxTyped + 1));
    code.erase(0, std::min(code.find_first_not_of(' '), code.size()));
    code.erase(code.find_last_not_of(' ') + 1);
    if (code.empty() || code.size() > kMaxTyped)
        throw InvalidInput("inquiry.empty", "a code that is empty or too long", "Type the code as it was given.");
    return code;
}

bool waits_for_its_holder(Stage stage) {
    return stage == Stage::arrived || stage == Stage::notified || stage == Stage::presented;
}

std::string at_office(std::string_view office) {
    return office.empty() ? "در دفتر" : "در دفتر " + std::string(office);
}

}  // namespace

std::string short_text(std::optional<Stage> stage, std::string_view office, std::int64_t fee) {
    std::string text;
    if (!stage) {
        text = "با این مشخصات کارتی یافت نشد. مشخصات را بررسی کنید.";
    } else if (waits_for_its_holder(*stage)) {
        text = "کارت شما " + at_office(office) + " آماده است.";
        if (fee > 0) text += " هزینه: " + with_persian_digits(std::to_string(fee)) + " ریال.";
    } else if (*stage == Stage::expected) {
        text = "کارت شما در راه دفتر" + (office.empty() ? std::string() : " " + std::string(office)) + " است.";
    } else if (*stage == Stage::handed_over) {
        text = "کارت شما تحویل شده است.";
    } else if (*stage == Stage::returned) {
        text = "کارت شما به مرکز بازگشته است. درخواست تازه بدهید.";
    } else {
        text = "درباره کارت خود " + at_office(office) + " پرسش کنید.";
    }
    if (utf16_units(text) > kShortText && !office.empty()) return short_text(stage, {}, fee);
    return text;
}

Inquiry::Inquiry(const StoreKeys& keys, InquiryRules rules) : keys_(&keys), rules_(std::move(rules)) {}

bool Inquiry::is_within(Windows& windows, std::string_view who, std::size_t most, Clock::time_point now) {
    auto found = windows.find(who);
    if (found == windows.end()) {
        if (windows.size() >= kMaxWindows)
            std::erase_if(windows, [now](const auto& each) { return now - each.second.begun >= kWindow; });
        // Refusing is the safe side of a table that somebody fills within the hour.
        if (windows.size() >= kMaxWindows) return false;
        found = windows.emplace(std::string(who), Window{now, 0}).first;
    }
    Window& window = found->second;
    if (now - window.begun >= kWindow) window = {now, 0};
    if (window.count >= most) return false;
    ++window.count;
    return true;
}

void Inquiry::count(std::string_view caller, std::string_view subject, Clock::time_point now) {
    const BlindIndex index = keys_->index("inquiry", as_bytes(subject));
    const std::lock_guard lock(mutex_);
    if (!is_within(callers_, caller, rules_.per_caller, now) ||
        !is_within(subjects_, as_text(index), rules_.per_subject, now))
        throw Busy("inquiry.too_many", "too many inquiries within an hour", "Ask again in an hour.");
}

InquiryAnswer Inquiry::answer(Deliveries& deliveries, const std::vector<std::string>& found,
                              Clock::time_point now) const {
    InquiryAnswer answer;
    answer.not_before = now + rules_.deadline;
    // Of several records, a card ordered again, the last that something happened to.
    std::optional<Delivery> last;
    for (const std::string& id : found)
        if (Delivery delivery = deliveries.get(id); !last || delivery.since >= last->since) last = std::move(delivery);
    if (last) {
        answer.stage = last->stage;
        answer.office = last->card.office;
        if (waits_for_its_holder(last->stage)) {
            answer.fee = last->card.fee;
            answer.bring = rules_.bring;
        }
    }
    answer.text = short_text(answer.stage, answer.office, answer.fee);
    return answer;
}

InquiryAnswer Inquiry::by_tracking_code(Deliveries& deliveries, std::string_view caller, std::string_view tracking_code,
                                        Clock::time_point now) {
    const std::string code = typed_code(tracking_code);
    count(caller, "tracking " + code, now);
    return answer(deliveries, deliveries.by_tracking_code(code), now);
}

InquiryAnswer Inquiry::by_identity(Deliveries& deliveries, std::string_view caller, std::string_view national_code,
                                   std::string_view birth_certificate_serial, std::string_view birth_date,
                                   Clock::time_point now) {
    const std::string code = parse_national_code(national_code);
    const std::string serial = typed_code(birth_certificate_serial);
    const Date born = parse_typed_date(birth_date);
    // By the national code alone: otherwise the serial of a known person could be tried out.
    count(caller, "national " + code, now);
    return answer(deliveries, deliveries.by_identity(code, serial, born), now);
}

}  // namespace tahvil::daemon
