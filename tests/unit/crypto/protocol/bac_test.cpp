#include "crypto/protocol/bac.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "crypto/mac.h"
#include "crypto/protocol/mrz_information.h"
#include "tests/support/replay.h"
#include "tests/support/thrown_code.h"

// The numbers are those of ICAO Doc 9303-11 (eighth edition), appendix D.

namespace tahvil {
namespace {

bac::AccessKeys published_keys() {
    return bac::AccessKeys::derive(mrz_information("L898902C", "690806", "940623").view());
}

TEST(MrzInformation, Doc9303_11_D2_ShortNumberIsFilledUpToNineCharacters) {
    EXPECT_EQ(as_text(mrz_information("L898902C", "690806", "940623").view()), "L898902C<369080619406236");
    EXPECT_EQ(as_text(mrz_information("L898902C<", "690806", "940623").view()), "L898902C<369080619406236");
}

TEST(MrzInformation, Doc9303_11_D2_LongNumberIsTakenWhole) {
    EXPECT_EQ(as_text(mrz_information("D23145890734", "340712", "950712").view()), "D23145890734934071279507122");
}

TEST(MrzInformation, RefusesWhatIsNotPrintedInAMachineReadableZone) {
    EXPECT_EQ(thrown_code([] { mrz_information("l898902c", "690806", "940623"); }), "input.mrz");
    EXPECT_EQ(thrown_code([] { mrz_information("", "690806", "940623"); }), "input.mrz");
    EXPECT_EQ(thrown_code([] { mrz_information(std::string(23, '1'), "690806", "940623"); }), "input.mrz");
    EXPECT_EQ(thrown_code([] { mrz_information("L898902C", "19690806", "940623"); }), "input.mrz");
    EXPECT_EQ(thrown_code([] { mrz_information("L898902C", "690806", "94-623"); }), "input.mrz");
}

TEST(Bac, Doc9303_11_D1_D2_DocumentBasicAccessKeys) {
    const Bytes hash = digest(DigestAlgorithm::sha1, mrz_information("L898902C", "690806", "940623").view());
    EXPECT_EQ(to_hex(hash), "239AB9CB282DAF66231DC5A4DF6BFBAEDF477565");
    const bac::AccessKeys keys = published_keys();
    EXPECT_EQ(to_hex(keys.encryption.view()), "AB94FDECF2674FDFB9B391F85D7F76F2");
    EXPECT_EQ(to_hex(keys.mac.view()), "7962D9ECE03D1ACD4C76089DCE131543");
}

void expect_published_session(const SessionKeys& session) {
    EXPECT_EQ(session.algorithm, CipherAlgorithm::two_key_triple_des);
    EXPECT_EQ(to_hex(session.encryption.view()), "979EC13B1CBFE9DCD01AB0FED307EAE5");
    EXPECT_EQ(to_hex(session.mac.view()), "F1CB1F1FB5ADF208806B89DC579DC1F8");
    EXPECT_EQ(to_hex(session.counter), "887022120C06C226");
}

TEST(Bac, Doc9303_11_D3_AuthenticationAndSessionKeysOnBothSides) {
    Replay terminal_random{"781723860C06C226 0B795240CB7049B01C19B33E32804F0B"};
    Replay chip_random{"4608F91988702212 0B4F80323EB3191CB04970CB4052790B"};
    bac::Terminal terminal(published_keys(), terminal_random.source());
    const bac::Chip chip(published_keys(), chip_random.source());

    EXPECT_EQ(to_hex(chip.challenge()), "4608F91988702212");
    const Bytes command = terminal.cryptogram(chip.challenge());
    EXPECT_EQ(to_hex(command), "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7");
    const auto answer = chip.answer(command);
    ASSERT_TRUE(answer);
    EXPECT_EQ(to_hex(answer->cryptogram),
              "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449");
    expect_published_session(answer->session);
    const auto session = terminal.finish(answer->cryptogram);
    ASSERT_TRUE(session);
    expect_published_session(*session);
}

TEST(SecureMessaging, Doc9303_11_D4_EncryptionAndChecksum) {
    const BlockCipher cipher(CipherAlgorithm::two_key_triple_des, from_hex("979EC13B1CBFE9DCD01AB0FED307EAE5"));
    const Mac mac(CipherAlgorithm::two_key_triple_des, from_hex("F1CB1F1FB5ADF208806B89DC579DC1F8"));
    EXPECT_EQ(to_hex(cipher.encrypt_cbc(Bytes(8), pad(from_hex("011E"), 8))), "6375432908C044F6");
    EXPECT_EQ(to_hex(mac.compute({from_hex("887022120C06C227"), from_hex("0CA4020C80000000"),
                                  pad(from_hex("8709016375432908C044F6"), 8)})),
              "BF8B92D635FF24F8");
    EXPECT_EQ(to_hex(mac.compute({from_hex("887022120C06C228"), pad(from_hex("99029000"), 8)})), "FA855A5D4C50A8ED");
    EXPECT_EQ(to_hex(unpad(cipher.decrypt_cbc(Bytes(8), from_hex("9FF0EC34F9922651")))), "60145F01");
    EXPECT_EQ(to_hex(unpad(cipher.decrypt_cbc(Bytes(8), from_hex("FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A")))),
              "04303130365F36063034303030305C026175");
}

TEST(Bac, AnotherDocumentsKeysOpenNothing) {
    const bac::AccessKeys others = bac::AccessKeys::derive(mrz_information("L898902D", "690806", "940623").view());
    bac::Terminal terminal(others);
    const bac::Chip chip(published_keys());
    EXPECT_FALSE(chip.answer(terminal.cryptogram(chip.challenge())));
}

TEST(Bac, ACryptogramWithAnyByteChangedIsRefusedByBothSides) {
    bac::Terminal terminal(published_keys());
    const bac::Chip chip(published_keys());
    const Bytes command = terminal.cryptogram(chip.challenge());
    const Bytes response = chip.answer(command)->cryptogram;
    for (std::size_t i = 0; i < command.size(); ++i) {
        Bytes changed = command;
        changed[i] ^= 1U;
        EXPECT_FALSE(chip.answer(changed)) << i;
        changed = response;
        changed[i] ^= 1U;
        EXPECT_FALSE(terminal.finish(changed)) << i;
    }
    EXPECT_FALSE(terminal.finish({}));
    EXPECT_FALSE(terminal.finish(ByteView(response).first(32)));
}

TEST(Bac, AnAnswerOfAnEarlierRunIsRefused) {
    const bac::Chip chip(published_keys());
    bac::Terminal first(published_keys());
    const Bytes response = chip.answer(first.cryptogram(chip.challenge()))->cryptogram;
    bac::Terminal second(published_keys());
    EXPECT_FALSE(second.finish(response)) << "before a challenge was taken";
    second.cryptogram(chip.challenge());
    EXPECT_FALSE(second.finish(response));
    const bac::Chip another_challenge(published_keys());
    EXPECT_FALSE(another_challenge.answer(first.cryptogram(chip.challenge())));
}

TEST(Bac, AChallengeOfAnotherLengthIsMalformed) {
    bac::Terminal terminal(published_keys());
    EXPECT_EQ(thrown_code([&] { terminal.cryptogram(Bytes(7)); }), "bac.challenge");
}

}  // namespace
}  // namespace tahvil
