#include "daemon/cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using Words = std::vector<const char*>;

std::variant<Arguments, Answer> parse(Words words, Language language = Language::english) {
    words.insert(words.begin(), "tahvil");
    return parse_arguments(static_cast<int>(words.size()), words.data(), language);
}

template <typename T>
T verb(Words words) {
    const auto parsed = parse(std::move(words));
    if (const auto* answer = std::get_if<Answer>(&parsed)) throw std::runtime_error(answer->text);
    return std::get<T>(std::get<Arguments>(parsed).verb);
}

std::string refusal(Words words) {
    try {
        const auto parsed = parse(std::move(words));
        const auto* answer = std::get_if<Answer>(&parsed);
        return answer != nullptr && answer->status == ExitStatus::bad_input ? "usage" : "taken";
    } catch (const InvalidInput& error) {
        return std::string(error.code());
    }
}

TEST(Arguments, GlobalOptionsStandBeforeOrAfterTheVerb) {
    for (const Words& words :
         {Words{"--json", "--socket", "/s", "readers"}, Words{"readers", "--json", "--socket", "/s"}}) {
        const auto arguments = std::get<Arguments>(parse(words));
        EXPECT_TRUE(arguments.json);
        EXPECT_EQ(arguments.socket, "/s");
        EXPECT_TRUE(std::holds_alternative<ReadersArguments>(arguments.verb));
    }
}

TEST(Arguments, HelpNamesEveryVerbAndTeaches) {
    const auto answer = std::get<Answer>(parse({"--help"}));
    EXPECT_EQ(answer.status, ExitStatus::done);
    for (const auto* word :
         {"readers", "doctor", "check", "read", "verify", "trust", "emulate", "Examples", "Exit status"}) {
        EXPECT_THAT(answer.text, HasSubstr(word));
    }
    EXPECT_THAT(std::get<Answer>(parse({"check", "--help"})).text, HasSubstr("tahvil check --can"));
    EXPECT_THAT(std::get<Answer>(parse({"trust", "import", "--help"})).text, HasSubstr("--allow-rollback"));
    EXPECT_THAT(std::get<Answer>(parse({"--help"}, Language::persian)).text, HasSubstr("نمونه‌ها"));
    EXPECT_THAT(std::get<Answer>(parse({"--version"})).text, HasSubstr("tahvil 0."));
}

TEST(Arguments, WrongUsageIsNamed) {
    for (const Words& words : {Words{},
                               {"nonsense"},
                               {"readers", "--wach"},
                               {"trust"},
                               {"trust", "import"},
                               {"read"},
                               {"check", "--purpose", "fun"}}) {
        EXPECT_EQ(refusal(words), "usage");
    }
    EXPECT_THAT(std::get<Answer>(parse({"trust", "import"})).text, HasSubstr("tahvil trust import --help"));
}

TEST(CheckArguments, TakesACanAndWarns) {
    const auto arguments = std::get<Arguments>(parse({"check", "--can", "۱۲۳۴۵۶"}));
    EXPECT_THAT(arguments.warnings, ElementsAre("--can"));
    const auto& check = std::get<CheckArguments>(arguments.verb);
    EXPECT_EQ(check.purpose, "handover");
    EXPECT_EQ(check.access.can.kind, SecretSource::Kind::command_line);
    EXPECT_EQ(as_text(check.access.can.given.at(0).view()), "123456");
}

TEST(CheckArguments, ASecretWithoutValueIsAskedForOrReadFromADescriptor) {
    const auto asked = std::get<Arguments>(parse({"check", "--can", "--reader", "r"}));
    EXPECT_THAT(asked.warnings, IsEmpty());
    EXPECT_EQ(std::get<CheckArguments>(asked.verb).access.can.kind, SecretSource::Kind::terminal);
    EXPECT_EQ(std::get<CheckArguments>(asked.verb).reader, "r");
    EXPECT_EQ(verb<CheckArguments>({"check", "--mrz"}).access.mrz.kind, SecretSource::Kind::terminal);
    const auto read = verb<CheckArguments>({"check", "--can-fd", "3", "--pin-fd", "4"});
    EXPECT_EQ(read.access.can.descriptor, 3);
    EXPECT_EQ(read.access.pin.descriptor, 4);
}

TEST(CheckArguments, APinOnTheCommandLineIsRefusedAndNotRepeated) {
    EXPECT_EQ(refusal({"check", "--pin", "1234"}), "usage.pin");
    EXPECT_EQ(refusal({"check", "--pin=1234"}), "usage.pin");
    try {
        parse({"check", "--pin", "987654"});
    } catch (const InvalidInput& error) {
        EXPECT_THAT(error.what(), Not(HasSubstr("987654")));
    }
}

TEST(CheckArguments, HolderByPinAsksForIt) {
    EXPECT_EQ(verb<CheckArguments>({"check", "--holder", "pin"}).access.pin.kind, SecretSource::Kind::terminal);
    EXPECT_EQ(verb<CheckArguments>({"check", "--holder", "portrait"}).access.pin.kind, SecretSource::Kind::none);
    EXPECT_EQ(refusal({"check", "--holder", "eyes"}), "usage");
}

TEST(CheckArguments, DatesGoOutGregorian) {
    const auto check = verb<CheckArguments>(
        {"check", "--document-number", "l898902c", "--birth-date", "1353-05-21", "--expiry-date", "2031-04-15"});
    EXPECT_EQ(check.access.document_number, "L898902C");
    EXPECT_EQ(check.access.birth_date, "1974-08-12");
    EXPECT_EQ(check.access.expiry_date, "2031-04-15");
}

TEST(CheckArguments, WrongInputIsRefusedBeforeAnythingIsSent) {
    EXPECT_EQ(refusal({"check", "--can", "12345"}), "input.can");
    EXPECT_EQ(refusal({"check", "--document-number", "X", "--birth-date", "1404-12-30", "--expiry-date", "2031-04-15"}),
              "date.no_such_day");
    EXPECT_EQ(refusal({"check", "--document-number", "X"}), "usage.access");
    EXPECT_EQ(refusal({"check", "--birth-date", "1353-05-21"}), "usage.access");
    EXPECT_EQ(refusal({"check", "--can", "123456", "--mrz"}), "usage.access");
    EXPECT_EQ(refusal({"check", "--can", "123456", "--can-fd", "3"}), "usage.conflict");
    EXPECT_EQ(refusal({"check", "--can-fd", "x"}), "usage");
    EXPECT_EQ(refusal({"check", "--can-fd", "-3"}), "usage");
    EXPECT_EQ(refusal({"check", "--mrz", "P<UTO"}), "input.mrz");
    EXPECT_EQ(refusal({"check", "--expect", "national_code=1111111111"}), "national_code.all_same");
    EXPECT_EQ(refusal({"check", "--expect", "name=a", "--expect", "name=b"}), "input.expect");
}

TEST(ReadArguments, ReadIsACheckThatKeepsItsFiles) {
    const auto read = verb<CheckArguments>({"read", "--can", "123456", "--out", "card"});
    EXPECT_EQ(read.purpose, "read");
    EXPECT_EQ(read.out, "card");
}

TEST(VerifyArguments, TakesAFolderOrFiles) {
    EXPECT_EQ(verb<VerifyArguments>({"verify", "card", "--trust", "csca"}).folder, "card");
    EXPECT_EQ(verb<VerifyArguments>({"verify", "--trust", "x", "card"}).folder, "card");
    const auto verify = verb<VerifyArguments>({"verify", "--sod", "s", "--dg", "1=a", "--dg", "14=b", "--trust", "x",
                                               "--trust", "y", "--explain", "--at", "1403-12-30"});
    EXPECT_THAT(verify.data_groups, ElementsAre(Pair(1U, "a"), Pair(14U, "b")));
    EXPECT_THAT(verify.trust, ElementsAre("x", "y"));
    EXPECT_TRUE(verify.explain);
    EXPECT_TRUE(verify.at.has_value());
}

TEST(VerifyArguments, RefusesWhatDoesNotGoTogether) {
    EXPECT_EQ(refusal({"verify"}), "usage.conflict");
    EXPECT_EQ(refusal({"verify", "card", "--sod", "s"}), "usage.conflict");
    EXPECT_EQ(refusal({"verify", "--sod", "s", "--dg", "1=a", "--dg", "1=b"}), "input.data_group");
    EXPECT_EQ(refusal({"verify", "--sod", "s", "--at", "1404-12-30"}), "date.no_such_day");
}

TEST(TrustArguments, AreFourVerbs) {
    const auto import =
        verb<TrustImportArguments>({"trust", "import", "--store", "d", "--pin", "r", "--allow-rollback", "a", "b"});
    EXPECT_EQ(import.store, "d");
    EXPECT_THAT(import.pins, ElementsAre("r"));
    EXPECT_TRUE(import.allow_rollback);
    EXPECT_THAT(import.files, ElementsAre("a", "b"));
    EXPECT_FALSE(verb<TrustListArguments>({"trust", "list"}).store.has_value());
    EXPECT_EQ(verb<TrustShowArguments>({"trust", "show", "3FA2", "--store", "d"}).id, "3FA2");
    EXPECT_EQ(verb<TrustStatusArguments>({"trust", "status", "--store", "d"}).store, "d");
}

TEST(EmulateArguments, NameTheReaderAndTheCard) {
    const auto emulate = verb<EmulateArguments>({"emulate", "--vpcd", "otherhost:4711", "--link", "contact"});
    EXPECT_EQ(emulate.host, "otherhost");
    EXPECT_EQ(emulate.port, 4711);
    EXPECT_EQ(emulate.link, "contact");
    EXPECT_EQ(verb<EmulateArguments>({"emulate"}).port, 35963);
    EXPECT_EQ(verb<EmulateArguments>({"emulate", "--fault", "removed@12"}).fault, "removed@12");
    EXPECT_EQ(refusal({"emulate", "--vpcd", "localhost"}), "input.host_port");
    const auto guarded = verb<EmulateArguments>(
        {"emulate", "--access", "bac,pace-cam", "--cipher", "aes-256", "--curve", "secp521r1", "--eac"});
    EXPECT_TRUE(guarded.eac);
    EXPECT_EQ(guarded.specimen.options().access.size(), 2U);
    EXPECT_EQ(guarded.specimen.options().parameter_id, 18);
    EXPECT_EQ(refusal({"emulate", "--access", "pace"}), "input.access");
    EXPECT_EQ(refusal({"emulate", "--curve", "round"}), "input.curve");
    EXPECT_EQ(refusal({"emulate", "--fault", "bad mood"}), "input.fault");
    EXPECT_EQ(refusal({"emulate", "--access", "door"}), "input.access");
}

}  // namespace
}  // namespace tahvil::cli
