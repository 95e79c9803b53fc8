#include "daemon/text/time.h"

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;

TEST(IsoTime, IsReadAsItIsWritten) {
    const auto time = std::chrono::sys_days{std::chrono::year{2026} / 2 / 3} + 4h + 5min + 6s;
    EXPECT_EQ(to_iso(time), "2026-02-03T04:05:06Z");
    EXPECT_EQ(parse_iso_time("2026-02-03T04:05:06Z"), time);
}

TEST(IsoTime, HasNoOtherForm) {
    for (const auto* text :
         {"", "2026-02-03", "2026-02-03T24:00:00Z", "2026-02-03T04:05:06", "2026-02-03T04:05:06+00:00",
          "2026-02-03T04:05:06Zx", "2026-02-03T04:60:06Z", "2026-02-30T04:05:06Z", "2026-02-03T-4:05:06Z",
          "2026-02-03T-0:05:06Z", "2026-02-03 04:05:06Z"}) {
        EXPECT_THROW(parse_iso_time(text), InvalidInput) << text;
    }
}

}  // namespace
}  // namespace tahvil::daemon
