#include "apdu/emulator/specimen_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"
#include "tests/support/thrown_code.h"

namespace tahvil::emulator {
namespace {

using testing::ElementsAre;

SpecimenWords with(std::string SpecimenWords::*member, const std::string& word) {
    SpecimenWords words;
    words.*member = word;
    return words;
}

TEST(SpecimenWords, AreThoseOfTheUsualSpecimenWhenNothingIsSaid) {
    const SpecimenOptions said = SpecimenWords{}.options();
    const SpecimenOptions usual;
    EXPECT_EQ(said.access, usual.access);
    EXPECT_EQ(said.chip, usual.chip);
    EXPECT_EQ(said.cipher, usual.cipher);
    EXPECT_EQ(said.parameter_id, usual.parameter_id);
}

TEST(SpecimenWords, NameProtocolsCiphersAndGroups) {
    EXPECT_THAT(with(&SpecimenWords::access, "bac,pace-cam").options().access,
                ElementsAre(AccessProtocol::bac, AccessProtocol::pace_cam));
    EXPECT_EQ(with(&SpecimenWords::cipher, "3des").options().cipher, CipherAlgorithm::two_key_triple_des);
    EXPECT_EQ(with(&SpecimenWords::curve, "secp256r1").options().parameter_id, 12);
    EXPECT_EQ(with(&SpecimenWords::curve, "modp-2048-256").options().parameter_id, 2);
    EXPECT_EQ(with(&SpecimenWords::puk, "1234567890").options().puk, "1234567890");
}

TEST(SpecimenWords, EveryNameOfDomainParametersIsUnderstood) {
    const auto names = domain_parameter_names();
    EXPECT_EQ(names.size(), 14U);  // 0 to 2 and 8 to 18
    for (const std::string& name : names) EXPECT_NO_THROW(with(&SpecimenWords::curve, name).options()) << name;
}

TEST(SpecimenWords, ThatSayNothingAreRefused) {
    const auto refusal = [](std::string SpecimenWords::*member, const char* word) {
        return thrown_code([&] { with(member, word).options(); });
    };
    EXPECT_EQ(refusal(&SpecimenWords::access, "bac,"), "input.access");
    EXPECT_EQ(refusal(&SpecimenWords::chip, "eac"), "input.chip");
    EXPECT_EQ(refusal(&SpecimenWords::cipher, "aes"), "input.cipher");
    EXPECT_EQ(refusal(&SpecimenWords::curve, ""), "input.curve");
    EXPECT_EQ(refusal(&SpecimenWords::pin, "12a456"), "input.pin");
    EXPECT_EQ(refusal(&SpecimenWords::puk, "123"), "input.puk");
}

}  // namespace
}  // namespace tahvil::emulator
