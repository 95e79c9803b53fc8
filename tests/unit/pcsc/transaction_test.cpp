#include "pcsc/transaction.h"

#include <gtest/gtest.h>

namespace tahvil::pcsc {
namespace {

bool is_extended(const WireLimits& limits) {
    return limits.command > WireLimits::kShortCommand && limits.response > WireLimits::kShortResponse;
}

TEST(WireLimitsOfReader, AreExtendedForAReaderOfWhichNothingIsKnown) {
    const WireLimits limits = wire_limits(std::nullopt, std::nullopt);
    EXPECT_EQ(limits.command, WireLimits::kExtendedCommand);
    EXPECT_EQ(limits.response, WireLimits::kExtendedResponse);
}

TEST(WireLimitsOfReader, FollowTheExchangeLevel) {
    EXPECT_TRUE(is_extended(wire_limits(std::nullopt, ExchangeLevel::extended_apdu)));
    EXPECT_TRUE(is_extended(wire_limits(std::nullopt, ExchangeLevel::tpdu)));
    EXPECT_FALSE(is_extended(wire_limits(std::nullopt, ExchangeLevel::short_apdu)));
    EXPECT_FALSE(is_extended(wire_limits(std::nullopt, ExchangeLevel::character)));
}

TEST(WireLimitsOfReader, BelieveTheDriverBeforeTheDescriptor) {
    EXPECT_FALSE(is_extended(wire_limits(0, ExchangeLevel::extended_apdu)));
    EXPECT_FALSE(is_extended(wire_limits(256, ExchangeLevel::extended_apdu)));
    EXPECT_TRUE(is_extended(wire_limits(65536, ExchangeLevel::short_apdu)));
    const WireLimits limits = wire_limits(1000, std::nullopt);
    EXPECT_EQ(limits.command, 1009U);
    EXPECT_EQ(limits.response, 1002U);
}

TEST(WireLimitsOfReader, AreNeverMoreThanAnApduHolds) {
    const WireLimits limits = wire_limits(std::size_t{1} << 40U, std::nullopt);
    EXPECT_EQ(limits.command, WireLimits::kExtendedCommand);
    EXPECT_EQ(limits.response, WireLimits::kExtendedResponse);
}

}  // namespace
}  // namespace tahvil::pcsc
