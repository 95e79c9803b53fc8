#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/text/date.h"

namespace tahvil::daemon {

/// When an office is closed, and where on earth it is.
struct OfficeDays {
    std::string time_zone;  ///< "Asia/Tehran"; empty: that of the machine
    std::vector<std::string> weekend{"thursday", "friday"};
    /// Days as people type them ("1405-01-01", "2026-03-21"), or Solar Hijri ones of every year ("01-13").
    std::vector<std::string> holidays;
};

/// The calendar by which an office counts its terms.
class OfficeCalendar {
public:
    /// Throws InvalidInput "calendar.time_zone", "calendar.weekend" (no day of the week, or all seven),
    /// "calendar.holiday".
    explicit OfficeCalendar(const OfficeDays& days);
    OfficeCalendar(OfficeCalendar&&) noexcept;
    OfficeCalendar& operator=(OfficeCalendar&&) noexcept;
    ~OfficeCalendar();

    Date day_of(std::chrono::sys_seconds time) const;           ///< by the office's clock
    std::string clock_of(std::chrono::sys_seconds time) const;  ///< "14:05"
    std::chrono::sys_seconds beginning_of(Date day) const;
    bool is_open(Date day) const;

    /// The last day of a term of so many days from a day on. A term that would end on a day on which the office is
    /// closed ends on the next on which it is open.
    Date end_of_term(Date from, int days) const;
    /// The latest day from which a term of so many days has ended by `today`.
    Date latest_start(Date today, int days) const;

private:
    struct Zone;
    std::unique_ptr<Zone> zone_;
    std::set<unsigned> weekend_;  // by weekday::c_encoding()
    std::set<std::chrono::sys_days> holidays_;
    std::set<std::string> yearly_;
};

}  // namespace tahvil::daemon
