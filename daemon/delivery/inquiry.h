#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sealed.h"
#include "daemon/delivery/deliveries.h"

namespace tahvil::daemon {

/// What one SMS segment holds, and a USSD screen too: UTF-16 units.
constexpr std::size_t kShortText = 70;

struct InquiryRules {
    std::size_t per_caller = 600;  ///< in an hour; a caller may ask for many people
    std::size_t per_subject = 10;  ///< in an hour
    /// After which every answer is given, found or not, so that time tells nothing. Longer than any look-up takes.
    std::chrono::milliseconds deadline{250};
    std::vector<std::string> bring{"birth_certificate", "old_card"};  ///< what to bring, by the office's rules
};

/// What anybody who knows a tracking code, or the three things that an applicant knows, may learn. For a subject that
/// is unknown, wrong or not known yet it is the same to the letter.
struct InquiryAnswer {
    std::optional<Stage> stage;  ///< nothing when no record fits
    std::string office;
    std::int64_t fee = 0;                              ///< rials, while it is still to be paid
    std::vector<std::string> bring;                    ///< while the card waits
    std::string text;                                  ///< Persian, at most kShortText
    std::chrono::steady_clock::time_point not_before;  ///< when the answer is to be given
};

/// Answers inquiries. Several threads may share one, each with its own Deliveries.
class Inquiry {
public:
    using Clock = std::chrono::steady_clock;

    /// The keys must outlive this.
    Inquiry(const StoreKeys& keys, InquiryRules rules);

    /// The codes and the date are as people type them. Throw Busy "inquiry.too_many" when the caller or the subject was
    /// asked for too often within an hour, known or not; what daemon/text/ throws for a text that is no code or date;
    /// InvalidInput "inquiry.empty".
    /// @{
    InquiryAnswer by_tracking_code(Deliveries& deliveries, std::string_view caller, std::string_view tracking_code,
                                   Clock::time_point now);
    InquiryAnswer by_identity(Deliveries& deliveries, std::string_view caller, std::string_view national_code,
                              std::string_view birth_certificate_serial, std::string_view birth_date,
                              Clock::time_point now);
    /// @}

private:
    struct Window {
        Clock::time_point begun;
        std::size_t count = 0;
    };
    using Windows = std::map<std::string, Window, std::less<>>;

    void count(std::string_view caller, std::string_view subject, Clock::time_point now);
    static bool is_within(Windows& windows, std::string_view who, std::size_t most, Clock::time_point now);
    InquiryAnswer answer(Deliveries& deliveries, const std::vector<std::string>& found, Clock::time_point now) const;

    const StoreKeys* keys_;
    InquiryRules rules_;
    std::mutex mutex_;
    Windows callers_;
    Windows subjects_;  // by blind index, so that memory holds nobody's codes
};

/// The text for a stage, at most kShortText long: an office's name that does not fit is left out.
std::string short_text(std::optional<Stage> stage, std::string_view office, std::int64_t fee);

}  // namespace tahvil::daemon
