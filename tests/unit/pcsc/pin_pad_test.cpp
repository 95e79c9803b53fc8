#include "pcsc/pin_pad.h"

#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/national_cards.h"
#include "apdu/error.h"
#include "pcsc/error.h"
#include "tests/support/thrown_code.h"

namespace tahvil::pcsc {
namespace {

constexpr std::uint32_t kGetFeatures = 0x42000D48;  // SCARD_CTL_CODE(3400)
constexpr std::uint32_t kVerifyCode = 0x42330006;
constexpr std::uint32_t kModifyCode = 0x42330007;
constexpr std::uint32_t kPropertiesCode = 0x42330012;

/// A reader at the border of SCardControl: answers by control code, and records what it was sent.
struct StandIn {
    std::map<std::uint32_t, std::string> answers{{kGetFeatures, "06 04 42330006 07 04 42330007 12 04 42330012"},
                                                 {kPropertiesCode, ""},
                                                 {kVerifyCode, "90 00"},
                                                 {kModifyCode, "90 00"}};
    std::map<std::uint32_t, Bytes> sent;

    Control control() {
        return [this](std::uint32_t code, ByteView command, std::span<std::uint8_t> response) -> std::size_t {
            sent[code] = to_bytes(command);
            const auto answer = answers.find(code);
            if (answer == answers.end()) throw FeatureUnsupported("control", 0x8010001F);
            const Bytes bytes = from_hex(answer->second);
            std::ranges::copy(bytes, response.begin());
            return bytes.size();
        };
    }
    PinPad pad() { return PinPad::find(control()).value(); }
    std::string sent_to(std::uint32_t code) const { return to_hex(sent.at(code)); }
};

constexpr PinBlock kAscii{};
constexpr PinBlock kIso9564{.encoding = PinBlock::Encoding::iso_9564, .greatest = 12};

std::string packed(std::string_view hex) {
    return to_hex(from_hex(hex));
}

// PC/SC part 10, 2.5.2.
TEST(PinPad, PutsAVerifyStructureTogetherByteForByte) {
    StandIn reader;
    EXPECT_EQ(reader.pad().verify(0x81, kAscii, PadLanguage::english).status, sw::ok);
    EXPECT_EQ(reader.sent_to(kVerifyCode),
              packed("1E 0F"        // seconds to the first key, and between keys
                     "82 08 00"     // ASCII from the first byte on, a block of eight, no length in it
                     "08 04"        // four to eight digits
                     "02 01"        // ended by the validation key; one message
                     "09 04 00"     // English, the first message
                     "00 00 00"     // prologue
                     "0D 00 00 00"  // bytes of the command
                     "00 20 00 81 08 FF FF FF FF FF FF FF FF"));
    reader.pad().verify(0x01, kIso9564, PadLanguage::persian, {std::chrono::seconds{60}, std::chrono::seconds{0}});
    EXPECT_EQ(reader.sent_to(kVerifyCode), packed("3C 00 89 47 04 0C 04 02 01 29 04 00 00 00 00 0D 00 00 00"
                                                  "00 20 00 01 08 20 FF FF FF FF FF FF FF"));
}

// PC/SC part 10, 2.5.3.
TEST(PinPad, PutsAModifyStructureTogetherByteForByte) {
    StandIn reader;
    EXPECT_EQ(reader.pad().modify(0x80, {.least = 6, .greatest = 6}, PadLanguage::english).status, sw::ok);
    EXPECT_EQ(reader.sent_to(kModifyCode),
              packed("1E 0F 82 08 00"
                     "00 08"  // offsets of the old and the new block
                     "06 06"  // six digits
                     "03"     // the old one is asked for, the new one confirmed
                     "03 03"  // ended at six digits or by the key; three messages
                     "09 04 00 01 02 00 00 00"
                     "15 00 00 00"
                     "00 24 00 80 10 FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF"));
}

TEST(PinPad, TellsWhatBecameOfTheEntry) {
    using Outcome = PadAnswer::Outcome;
    StandIn reader;
    const PinPad pad = reader.pad();
    for (const auto& [answer, outcome] : {std::pair{"63 C2", Outcome::answered},
                                          {"64 00", Outcome::timed_out},
                                          {"64 01", Outcome::cancelled},
                                          {"64 02", Outcome::not_repeated},
                                          {"64 03", Outcome::wrong_length}}) {
        reader.answers[kVerifyCode] = answer;
        const PadAnswer got = pad.verify(0x81, kAscii, PadLanguage::english);
        EXPECT_EQ(got.outcome, outcome) << answer;
        EXPECT_EQ(to_hex(to_big_endian(got.status.value, 2)), packed(answer));
    }
    for (const std::string_view answer : {"6B 80", "90", ""}) {
        reader.answers[kVerifyCode] = answer;
        EXPECT_EQ(thrown_code([&] { pad.verify(0x81, kAscii, PadLanguage::english); }), "reader.pin_pad") << answer;
    }
}

TEST(PinPad, IsThereOnlyWhereTheReaderSaysSo) {
    StandIn reader;
    EXPECT_FALSE(PinPad::find({}).has_value());
    reader.answers[kGetFeatures] = "12 04 42330012";
    EXPECT_FALSE(PinPad::find(reader.control()).has_value());
    reader.answers[kGetFeatures] = "06 04 42330006";
    EXPECT_TRUE(reader.pad().verify(0x81, kAscii, PadLanguage::english).status.ok());
    EXPECT_FALSE(reader.pad().can_modify());
    EXPECT_THROW(reader.pad().modify(0x81, kAscii, PadLanguage::english), FeatureUnsupported);
    reader.answers[kGetFeatures] = "06 05 42330006 00";  // not as part 10 has it
    EXPECT_FALSE(PinPad::find(reader.control()).has_value());
    reader.answers.clear();
    EXPECT_FALSE(PinPad::find(reader.control()).has_value()) << "a driver that knows no control commands";
}

TEST(PinPad, KnowsReadersByName) {
    StandIn reader;
    reader.answers[kPropertiesCode] = "0B 02 E608 0C 02 7834";  // 08E6:3478, little endian
    EXPECT_EQ(name(reader.pad().quirk()), "four-to-eight-digits");
    reader.pad().verify(0x81, {.least = 6, .greatest = 12, .size = 12}, PadLanguage::english);
    EXPECT_EQ(reader.sent_to(kVerifyCode).substr(0, 16), packed("1E 0F 82 0C 00 08 06 02")) << "eight at most";
    EXPECT_EQ(
        thrown_code([&] { reader.pad().verify(0x81, {.least = 9, .greatest = 12, .size = 12}, PadLanguage::english); }),
        "input.pin_block");
    reader.answers[kPropertiesCode] = "0B 02 E604 0C 02 03E0";  // 04E6:E003
    EXPECT_EQ(name(reader.pad().quirk()), "no-length-byte");
    reader.pad().verify(0x81, kAscii, PadLanguage::english);
    EXPECT_EQ(reader.sent_to(kVerifyCode).substr(30), packed("04 00 00 00 00 20 00 81"));
    reader.answers[kPropertiesCode] = "06 01 05 07 01 06";  // says itself that it takes five or six digits
    reader.pad().verify(0x81, kAscii, PadLanguage::english);
    EXPECT_EQ(reader.sent_to(kVerifyCode).substr(10, 4), "0605");
}

TEST(PinPad, RefusesABlockThatCanNotBeFilled) {
    StandIn reader;
    const PinPad pad = reader.pad();
    for (const PinBlock& block : {PinBlock{.greatest = 9}, PinBlock{.least = 0}, PinBlock{.least = 7, .greatest = 6},
                                  PinBlock{.greatest = 16, .size = 16}, PinBlock{.size = 0},
                                  PinBlock{.encoding = PinBlock::Encoding::iso_9564, .greatest = 15}})
        EXPECT_EQ(thrown_code([&] { pad.verify(0x81, block, PadLanguage::english); }), "input.pin_block");
    EXPECT_EQ(thrown_code([&] {
                  pad.verify(0x81, kAscii, PadLanguage::english, {std::chrono::seconds{256}, std::chrono::seconds{0}});
              }),
              "input.pin_times");
    EXPECT_FALSE(reader.sent.contains(kVerifyCode));
}

// The whole of it: a pad that does with the structure what its specification says, before an emulated card.
TEST(PinPad, TakesAPinToTheCard) {
    using namespace emulator;
    const auto now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(9);
    const auto pki = NationalPki::make(now);
    for (const auto& [name, reference, block] :
         {std::tuple{"piv", std::uint8_t{0x80}, kAscii}, {"belpic", std::uint8_t{0x01}, kIso9564}}) {
        const NationalCard made =
            personalise_national_card(name, specimen_person(std::chrono::floor<std::chrono::days>(now)), pki, {}, now);
        StandIn reader;
        reader.pad().verify(reference, block, PadLanguage::english);
        Bytes command = reader.sent.at(kVerifyCode);
        command.erase(command.begin(), command.begin() + 19);
        const std::string typed = "123456";
        for (std::size_t i = 0; i < typed.size(); ++i) {
            const auto digit = static_cast<unsigned>(typed[i] - '0');
            if (block.encoding == PinBlock::Encoding::ascii) {
                command[5 + i] = static_cast<std::uint8_t>('0' + digit);
                continue;
            }
            std::uint8_t& byte = command[6 + i / 2];
            byte = static_cast<std::uint8_t>(i % 2 == 0 ? digit << 4U | (byte & 0x0FU) : (byte & 0xF0U) | digit);
            command[5] = static_cast<std::uint8_t>(0x20U | typed.size());
        }
        EXPECT_EQ(to_hex(made.card->respond(command)), "9000") << name;
    }
}

}  // namespace
}  // namespace tahvil::pcsc
