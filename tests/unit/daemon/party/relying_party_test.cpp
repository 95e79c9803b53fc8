#include "daemon/party/relying_party.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"
#include "daemon/party/admission.h"
#include "daemon/party/pseudonym.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kBank = R"(
name = "bank"
users = ["teller", "1004"]
purposes = ["account_opening", "payment"]
predicates = ["age_over", "holder_present"]
attributes = ["name"]
holder = "portrait"
rate = 2
pseudonym_key = "/etc/tahvil/bank.key"
)";

RelyingParty read(std::string_view text) {
    return read_party(toml::parse(text, "party.toml"));
}

std::string trouble_with(std::string_view text) {
    try {
        read(text);
        return {};
    } catch (const InvalidInput& error) {
        return error.what();
    }
}

std::string replaced(std::string_view from, std::string_view to) {
    std::string text{kBank};
    return text.replace(text.find(from), from.size(), to);
}

TEST(RelyingPartyText, IsReadAndWrittenAlike) {
    const RelyingParty bank = read(kBank);
    EXPECT_EQ(bank.name, "bank");
    EXPECT_TRUE(bank.predicates.contains(Predicate::age_over));
    EXPECT_FALSE(bank.predicates.contains(Predicate::name_is));
    EXPECT_FALSE(bank.attributes.contains(Attribute::portrait));
    EXPECT_EQ(bank.holder, HolderDemand::portrait);
    EXPECT_EQ(to_toml(read(to_toml(bank))), to_toml(bank));
}

TEST(RelyingPartyText, NamesWhatWillNotDo) {
    EXPECT_THAT(trouble_with(replaced(R"("bank")", R"("../bank")")), HasSubstr("party.toml:2"));
    EXPECT_THAT(trouble_with(replaced(R"("age_over")", R"("age_under")")), HasSubstr("age_under"));
    EXPECT_THAT(trouble_with(replaced(R"(["name"])", R"(["fingerprint"])")), HasSubstr("attributes"));
    EXPECT_THAT(trouble_with(replaced(R"(["account_opening", "payment"])", "[]")), HasSubstr("purposes"));
    EXPECT_THAT(trouble_with(replaced(R"(["teller", "1004"])", "[]")), HasSubstr("users"));
    EXPECT_THAT(trouble_with(replaced("rate = 2", "rate = 0")), HasSubstr("rate"));
    EXPECT_THAT(trouble_with(replaced("rate = 2", "colour = 2")), HasSubstr("colour"));
}

TEST(RelyingPartyText, CanNotBeMadeToSayMoreThanOneThing) {
    RelyingParty bank = read(kBank);
    bank.purposes.insert("x\"]\nholder = \"none");
    EXPECT_EQ(fault_of(bank)->key, "purposes");
    bank = read(kBank);
    bank.users.emplace_back("x\"");
    EXPECT_EQ(fault_of(bank)->key, "users");
    bank = read(kBank);
    bank.pseudonym_key = "/x\n";
    EXPECT_EQ(fault_of(bank)->key, "pseudonym_key");
}

TEST(Granted, IsWhatTheRightsSayAndNothingElse) {
    const RelyingParty bank = read(kBank);
    IdentityQuestion question;
    question.purpose = "payment";
    question.wanted.age_over = 18;
    question.portrait_compared_by = "op-7";
    EXPECT_NO_THROW(require_granted(bank, question));
    const auto refused = [&](auto change) {
        IdentityQuestion other = question;
        change(other);
        return thrown_code([&] { require_granted(bank, other); });
    };
    EXPECT_EQ(refused([](auto& q) { q.purpose = "curiosity"; }), "identity_check.not_granted");
    EXPECT_EQ(refused([](auto& q) { q.wanted.card_valid = true; }), "identity_check.not_granted");
    EXPECT_EQ(refused([](auto& q) { q.wanted.attributes = {Attribute::portrait}; }), "identity_check.not_granted");
    EXPECT_EQ(refused([](auto& q) { q.portrait_compared_by.reset(); }), "identity_check.holder");
    question.portrait_compared_by.reset();
    question.holder_pin = true;
    EXPECT_NO_THROW(require_granted(bank, question)) << "a PIN proves more than a comparison";
}

TEST(AdmissionTest, RefusesAUsedNonceAndTooManyQuestions) {
    const RelyingParty bank = read(kBank);
    Admission admission{60s, 100};
    const Admission::Time start{};
    const auto admit = [&](const std::string& nonce, std::chrono::seconds at) {
        return thrown_code([&] { admission.admit(bank, nonce, start + at); });
    };
    EXPECT_EQ(admit("a", 0s), "nothing was thrown");
    EXPECT_EQ(admit("a", 1s), "identity_check.nonce");
    EXPECT_EQ(admit("b", 2s), "nothing was thrown");
    EXPECT_EQ(admit("c", 3s), "identity_check.rate");
    EXPECT_EQ(admit("c", 40s), "nothing was thrown") << "two a minute";
    EXPECT_EQ(admit("a", 120s), "nothing was thrown") << "long forgotten";
    admission.release("bank", "a");
    EXPECT_EQ(admit("a", 121s), "nothing was thrown") << "nothing came of it";
}

TEST(Pseudonym, IsTheSameForOnePartyAndAnotherForTheNext) {
    const SecretBytes bank{Bytes(kPseudonymKeySize, 1)};
    const SecretBytes notary{Bytes(kPseudonymKeySize, 2)};
    EXPECT_EQ(pairwise_subject(bank, "1234567891"), pairwise_subject(SecretBytes{bank.view()}, "1234567891"));
    EXPECT_NE(pairwise_subject(bank, "1234567891"), pairwise_subject(bank, "1234567890"));
    EXPECT_NE(pairwise_subject(bank, "1234567891"), pairwise_subject(notary, "1234567891"));
    EXPECT_EQ(pairwise_subject(bank, "1234567891").size(), 43U);
    EXPECT_NE(key_check_value(bank), key_check_value(notary));
}

}  // namespace
}  // namespace tahvil::daemon
