#include "apdu/access/bac.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "crypto/protocol/mrz_information.h"
#include "tests/support/replay.h"
#include "tests/support/scripted_card.h"
#include "tests/support/thrown_code.h"

// The numbers are those of ICAO Doc 9303-11, appendix D.3.

namespace tahvil::bac {
namespace {

using test::ScriptedCard;

constexpr const char* kAuthenticate =
    "00 82 00 00 28 72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7 28";

SessionKeys open(ScriptedCard& card) {
    CardChannel channel(card);
    Replay random{"781723860C06C226 0B795240CB7049B01C19B33E32804F0B"};
    return establish(channel, AccessKeys::derive(mrz_information("L898902C", "690806", "940623").view()),
                     random.source());
}

TEST(BasicAccessControl, Doc9303_11_D3) {
    ScriptedCard card{
        {{"00 84 00 00 08", "4608F91988702212 9000"},
         {kAuthenticate, "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449 9000"}}};
    const SessionKeys keys = open(card);
    EXPECT_EQ(to_hex(keys.encryption.view()), "979EC13B1CBFE9DCD01AB0FED307EAE5");
    EXPECT_EQ(to_hex(keys.counter), "887022120C06C226");
    EXPECT_TRUE(card.finished());
}

TEST(BasicAccessControl, SaysThatTheMrzIsNotTheCards) {
    for (const auto* const status : {"63 00", "69 82", "69 85", "69 88"}) {
        ScriptedCard card{{{"00 84 00 00 08", "4608F91988702212 9000"}, {kAuthenticate, status}}};
        EXPECT_EQ(thrown_code([&] { open(card); }), "access.bac_denied") << status;
    }
}

TEST(BasicAccessControl, RefusesACardThatDoesNotHaveTheKeyItself) {
    ScriptedCard card{
        {{"00 84 00 00 08", "4608F91988702212 9000"},
         {kAuthenticate, "47B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449 9000"}}};
    EXPECT_EQ(thrown_code([&] { open(card); }), "access.bac_cryptogram");
}

TEST(BasicAccessControl, RefusesAChallengeOfAnotherLength) {
    ScriptedCard card{{{"00 84 00 00 08", "4608F919887022 9000"}}};
    EXPECT_THROW(open(card), Error);
}

}  // namespace
}  // namespace tahvil::bac
