#include "daemon/iso8601.h"

#include <gtest/gtest.h>

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;

TEST(Iso8601, WritesAndReadsDatesAndTimes) {
    const auto date = std::chrono::year{2026} / 2 / 3;
    EXPECT_EQ(to_iso8601(date), "2026-02-03");
    EXPECT_EQ(date_from_iso8601("2026-02-03"), date);
    const auto time = std::chrono::sys_days{date} + 4h + 5min + 6s;
    EXPECT_EQ(to_iso8601(time), "2026-02-03T04:05:06Z");
    EXPECT_EQ(time_from_iso8601("2026-02-03T04:05:06Z"), time);
}

TEST(Iso8601, TakesNoOtherForm) {
    for (const auto* text :
         {"", "2026-2-3", "2026-02-30", "2026-13-01", "2026-02-03 ", "+026-02-03", "2026-02-03T04:05:06Z"}) {
        EXPECT_EQ(date_from_iso8601(text), std::nullopt) << text;
    }
    for (const auto* text : {"2026-02-03", "2026-02-03T24:00:00Z", "2026-02-03T04:05:06", "2026-02-03T04:05:06+00:00",
                             "2026-02-03T04:05:06Zx", "2026-02-03T04:60:06Z"}) {
        EXPECT_EQ(time_from_iso8601(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace tahvil::daemon
