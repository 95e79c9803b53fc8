#include "apdu/access/pace.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "crypto/protocol/mrz_information.h"
#include "tests/support/replay.h"
#include "tests/support/scripted_card.h"
#include "tests/support/thrown_code.h"

// The commands and numbers are those of ICAO Doc 9303-11, appendix G.1.

namespace tahvil::pace {
namespace {

using test::ScriptedCard;

const std::string kSetTemplate = "00 22 C1 A4 0F 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 01";
const std::string kGetNonce = "10 86 00 00 02 7C 00 00";
const std::string kNonce = "7C 12 80 10 95A3A016522EE98D01E76CB6B98B42C3 90 00";
const std::string kMap =
    "10 86 00 00 45 7C 43 81 41 04 7ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
    "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D 00";
const std::string kMapped =
    "7C 43 82 41 04 824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
    "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54 90 00";
const std::string kAgree =
    "10 86 00 00 45 7C 43 83 41 04 2DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
    "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462 00";
const std::string kAgreed =
    "7C 43 84 41 04 9E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
    "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094 90 00";
const std::string kAuthenticate = "00 86 00 00 0C 7C 0A 85 08 C2B0BD78D94BA866 00";
const std::string kAuthenticated = "7C 0A 86 08 3ABB9674BCE93C08 90 00";

Offer published_offer() {
    SecurityInfos infos;
    infos.pace.push_back({asn1::Oid("0.4.0.127.0.7.2.2.4.2.2"), 2, 13});
    return offers(infos).front();
}

Established open(ScriptedCard& card, const Options& extra = {}, PasswordKind kind = PasswordKind::mrz) {
    CardChannel channel(card);
    Replay published{"7F4EF07B 9EA82FD7 8AD689B3 8D0BC78C F21F249D 953BC46F 4C6E1925 9C010F99",
                     "A73FB703 AC1436A1 8E0CFA5A BB3F7BEC 7A070E7A 6788486B EE230C4A 22762595"};
    Options options = extra;
    options.random = published.source();
    const Password password = kind == PasswordKind::mrz
                                  ? Password::mrz(mrz_information("T22000129", "640812", "101031").view())
                                  : Password::typed(kind, as_bytes("123456"));
    return establish(channel, published_offer(), password, options);
}

TEST(Pace, Doc9303_11_G1) {
    ScriptedCard card{{{kSetTemplate, "90 00"},
                       {kGetNonce, kNonce},
                       {kMap, kMapped},
                       {kAgree, kAgreed},
                       {kAuthenticate, kAuthenticated}}};
    const Established established = open(card);
    EXPECT_EQ(to_hex(established.keys.encryption.view()), "F5F0E35C0D7161EE6724EE513A0D9A7F");
    EXPECT_EQ(to_hex(established.keys.mac.view()), "FE251C7858B356B24514B3BD5F4297D1");
    EXPECT_TRUE(established.chip_authentication_data.empty());
    EXPECT_TRUE(card.finished());
}

TEST(Pace, TakesTheReferencesOfTrustPoints) {
    ScriptedCard card{{{kSetTemplate, "90 00"},
                       {kGetNonce, kNonce},
                       {kMap, kMapped},
                       {kAgree, kAgreed},
                       {kAuthenticate, "7C 12 86 08 3ABB9674BCE93C08 87 02 41 42 88 02 43 44 90 00"}}};
    const Established established = open(card);
    EXPECT_EQ(established.authority_reference, from_hex("41 42"));
    EXPECT_EQ(established.previous_authority_reference, from_hex("43 44"));
}

TEST(Pace, NamesTheDomainParametersWhereTheCardAsksForIt) {
    ScriptedCard card{{{kSetTemplate, "6A 88"},
                       {"00 22 C1 A4 12 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 01 84 01 0D", "90 00"},
                       {kGetNonce, kNonce},
                       {kMap, kMapped},
                       {kAgree, kAgreed},
                       {kAuthenticate, kAuthenticated}}};
    open(card);
    EXPECT_TRUE(card.finished());
}

TEST(Pace, SaysThatThePasswordIsNotTheCards) {
    for (const auto* const status : {"63 00", "63 C2", "69 82"}) {
        ScriptedCard card{{{kSetTemplate, "90 00"},
                           {kGetNonce, kNonce},
                           {kMap, kMapped},
                           {kAgree, kAgreed},
                           {kAuthenticate, status}}};
        EXPECT_EQ(thrown_code([&] { open(card); }), "access.pace_denied") << status;
    }
}

TEST(Pace, RefusesACardThatDoesNotKnowThePasswordItself) {
    ScriptedCard card{{{kSetTemplate, "90 00"},
                       {kGetNonce, kNonce},
                       {kMap, kMapped},
                       {kAgree, kAgreed},
                       {kAuthenticate, "7C 0A 86 08 3ABB9674BCE93C09 90 00"}}};
    EXPECT_EQ(thrown_code([&] { open(card); }), "access.pace_token");
}

TEST(Pace, RefusesAPointOffTheCurve) {
    std::string off = kMapped;
    off.replace(off.find("3C54"), 4, "3C55");
    ScriptedCard card{{{kSetTemplate, "90 00"}, {kGetNonce, kNonce}, {kMap, off}}};
    EXPECT_EQ(thrown_code([&] { open(card); }), "access.bad_key");
    EXPECT_TRUE(card.finished());
}

TEST(Pace, RefusesItsOwnKeySentBack) {
    std::string echoed = kAgree.substr(kAgree.find("04 2DB7"));
    echoed = "7C 43 84 41 " + echoed.substr(0, echoed.rfind(" 00")) + " 90 00";
    ScriptedCard card{{{kSetTemplate, "90 00"}, {kGetNonce, kNonce}, {kMap, kMapped}, {kAgree, echoed}}};
    EXPECT_EQ(thrown_code([&] { open(card); }), "access.bad_key");
}

TEST(Pace, RefusesMalformedAnswers) {
    for (const auto* const nonce : {"90 00", "7C 00 90 00", "7C 02 81 00 90 00", "7C 03 80 01 AA 90 00",
                                    "7C 12 80 10 95 90 00", "7C 12 80 10 95A3A016522EE98D01E76CB6B98B42C3 00 90 00"}) {
        ScriptedCard card{{{kSetTemplate, "90 00"}, {kGetNonce, nonce}}};
        EXPECT_EQ(thrown_code([&] { open(card); }), "access.malformed_answer") << nonce;
    }
}

TEST(PacePin, SpendsNoTryOfASuspendedOrBlockedPin) {
    const std::string set_pin = "00 22 C1 A4 0F 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 03";
    for (const auto& [status, code] :
         {std::pair{"63 C1", "access.pin_suspended"}, std::pair{"63 C0", "access.pin_blocked"},
          std::pair{"69 83", "access.pin_blocked"}, std::pair{"62 83", "access.pin_deactivated"}}) {
        ScriptedCard card{{{set_pin, status}}};
        EXPECT_EQ(thrown_code([&] { open(card, {}, PasswordKind::pin); }), code);
        EXPECT_TRUE(card.finished()) << "no GENERAL AUTHENTICATE is sent";
    }
}

TEST(PacePin, TellsHowItStandsBeforeATry) {
    const std::string set_pin = "00 22 C1 A4 0F 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 03";
    const auto asked = [&](const char* status) {
        ScriptedCard card{{{set_pin, status}}};
        CardChannel channel(card);
        return query(channel, published_offer(), PasswordKind::pin);
    };
    EXPECT_EQ(asked("90 00"), PasswordState::usable);
    EXPECT_EQ(asked("63 C2"), PasswordState::usable);
    EXPECT_EQ(asked("63 C1"), PasswordState::one_try_left);
    EXPECT_EQ(asked("63 C0"), PasswordState::blocked);
    EXPECT_EQ(asked("63 00"), PasswordState::one_try_left) << "an unknown number counts as one";
    EXPECT_EQ(asked("6A 80"), std::nullopt);
}

}  // namespace
}  // namespace tahvil::pace
