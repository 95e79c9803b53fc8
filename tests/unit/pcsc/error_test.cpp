#include "pcsc/error.h"

#include <gtest/gtest.h>

#include "apdu/error.h"

namespace tahvil::pcsc {
namespace {

// By number, as the standard and the logs have them.
constexpr long kNoService = 0x8010001D;
constexpr long kServiceStopped = 0x8010001E;
constexpr long kCommError = 0x80100013;
constexpr long kInvalidHandle = 0x80100003;
constexpr long kUnknownReader = 0x80100009;
constexpr long kReaderUnavailable = 0x80100017;
constexpr long kSharingViolation = 0x8010000B;
constexpr long kNoSmartcard = 0x8010000C;
constexpr long kUnresponsiveCard = 0x80100066;
constexpr long kProtoMismatch = 0x8010000F;
constexpr long kCancelled = 0x80100002;
constexpr long kTimeout = 0x8010000A;
constexpr long kUnsupportedFeature = 0x8010001F;
constexpr long kRemovedCard = 0x80100069;
constexpr long kResetCard = 0x80100068;

TEST(PcscError, SaysNothingOfSuccess) {
    EXPECT_NO_THROW(check(0, "listing the readers"));
}

TEST(PcscError, TellsApartWhatCallersActOn) {
    EXPECT_THROW(check(kNoService, ""), ServiceUnavailable);
    EXPECT_THROW(check(kServiceStopped, ""), ServiceUnavailable);
    EXPECT_THROW(check(kCommError, ""), ServiceUnavailable);
    EXPECT_THROW(check(kInvalidHandle, ""), ServiceUnavailable);
    EXPECT_THROW(check(kUnknownReader, ""), ReaderUnavailable);
    EXPECT_THROW(check(kReaderUnavailable, ""), ReaderUnavailable);
    EXPECT_THROW(check(kSharingViolation, ""), SharingViolation);
    EXPECT_THROW(check(kNoSmartcard, ""), NoCardInReader);
    EXPECT_THROW(check(kUnresponsiveCard, ""), CardUnusable);
    EXPECT_THROW(check(kProtoMismatch, ""), CardUnusable);
    EXPECT_THROW(check(kCancelled, ""), WaitCancelled);
    EXPECT_THROW(check(kTimeout, ""), WaitTimedOut);
    EXPECT_THROW(check(kUnsupportedFeature, ""), FeatureUnsupported);
    EXPECT_THROW(check(kRemovedCard, ""), CardGone);
    EXPECT_THROW(check(kResetCard, ""), CardReset);
}

TEST(PcscError, KnowsACodeThatWasWidenedWithItsSign) {
    EXPECT_THROW(check(static_cast<long>(static_cast<std::int32_t>(0x8010001D)), ""), ServiceUnavailable);
}

TEST(PcscError, SaysWhatWasDoneWhatHappenedAndWhatToDo) {
    try {
        check(kSharingViolation, "connecting to the card in reader \"Desk 1\"");
        FAIL();
    } catch (const PcscError& error) {
        EXPECT_STREQ(error.what(),
                     "connecting to the card in reader \"Desk 1\": another program holds the card "
                     "(SCARD_E_SHARING_VIOLATION 0x8010000B)");
        EXPECT_EQ(error.code(), "reader.in_use");
        EXPECT_EQ(error.remedy(), "Close the other program that uses the card, then try again.");
        EXPECT_TRUE(error.try_again());
        EXPECT_EQ(error.return_code(), 0x8010000BU);
    }
}

TEST(PcscError, HasWordsForEveryCodeThatPcscliteDefines) {
    for (ReturnCode code = 0x80100001; code <= 0x80100031; ++code) {
        EXPECT_NE(meaning_of(code).code, "pcsc.unknown_code") << std::hex << code;
        EXPECT_FALSE(meaning_of(code).words.empty());
    }
    for (ReturnCode code = 0x80100065; code <= 0x8010006F; ++code) {
        EXPECT_NE(meaning_of(code).code, "pcsc.unknown_code") << std::hex << code;
    }
}

TEST(PcscError, KeepsTheNumberOfACodeThatNobodyDefines) {
    try {
        check(0x12345678, "exchange with the card");
        FAIL();
    } catch (const PcscError& error) {
        EXPECT_EQ(error.code(), "pcsc.unknown_code");
        EXPECT_NE(std::string(error.what()).find("0x12345678"), std::string::npos);
        EXPECT_FALSE(error.remedy().empty());
    }
}

}  // namespace
}  // namespace tahvil::pcsc
