#include "daemon/text/country.h"

#include <gtest/gtest.h>

namespace tahvil::daemon {
namespace {

TEST(Country, TheTwoAlphabetsOfIso3166Meet) {
    EXPECT_TRUE(same_country("IRN", "IR"));
    EXPECT_TRUE(same_country("FRA", "FR"));
    EXPECT_TRUE(same_country("USA", "US"));
    EXPECT_FALSE(same_country("IRN", "IQ"));
    EXPECT_FALSE(same_country("FRA", "DE"));
}

TEST(Country, CodesOfDoc9303BesideIsoAreKnown) {
    EXPECT_TRUE(same_country("D", "DE"));
    EXPECT_TRUE(same_country("UTO", "UT"));
    EXPECT_TRUE(same_country("RKS", "KS"));
    EXPECT_TRUE(same_country("RKS", "XK"));
    EXPECT_TRUE(same_country("EUE", "EU"));
    EXPECT_TRUE(same_country("UNK", "UN"));
    EXPECT_TRUE(same_country("GBD", "GB"));
    EXPECT_FALSE(same_country("D", "DK"));
}

TEST(Country, CertificatesMayUseThreeLetters) {
    EXPECT_TRUE(same_country("D", "DEU"));
    EXPECT_TRUE(same_country("FRA", "FRA"));
    EXPECT_TRUE(same_country("DE", "DEU"));
    EXPECT_FALSE(same_country("FRA", "DEU"));
}

TEST(Country, WhatIsNoCountryIsLikeNone) {
    EXPECT_FALSE(same_country("", ""));
    EXPECT_FALSE(same_country("FRA", ""));
    EXPECT_FALSE(same_country("", "FR"));
    EXPECT_FALSE(same_country("FRA", "fr"));
    EXPECT_FALSE(same_country("XXX", "XXX"));
    EXPECT_FALSE(same_country("", "ZZ"));
}

}  // namespace
}  // namespace tahvil::daemon
