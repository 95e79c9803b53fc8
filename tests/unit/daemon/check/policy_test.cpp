#include "daemon/check/policy.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"
#include "daemon/check/check_table.h"

namespace tahvil::daemon {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A card signed as LDS of which everything is well.
Facts all_is_well(Purpose purpose) {
    Facts facts;
    facts.purpose = purpose;
    facts.profile = {"icao-lds1", true, {Authenticity::lds}};
    for (const CheckInfo& info : check_table()) {
        if (info.applies == Applies::always || info.applies == Applies::secured || info.applies == Applies::lds ||
            info.applies == Applies::document) {
            facts.checks.push_back({std::string{info.id}, Result::passed, {}, {}});
        }
    }
    facts.checks.push_back({"expected.national_code", Result::passed, {}, {}});
    return facts;
}

Check& check(Facts& facts, std::string_view id) {
    return *std::ranges::find(facts.checks, id, &Check::id);
}

void set(Facts& facts, std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    Check& found = check(facts, id);
    found.result = result;
    found.reason = std::move(reason);
    found.detail = std::move(detail);
}

void leave_out(Facts& facts, std::string_view id) {
    std::erase_if(facts.checks, [&](const Check& c) { return c.id == id; });
}

Outcome decide(const Facts& facts, std::string_view policy = "standard") {
    return decide(Policy::shipped(policy), facts);
}

constexpr std::array kEveryPurpose{Purpose::handover, Purpose::field, Purpose::identity_check, Purpose::read};
constexpr std::array kEveryPolicy{"strict", "standard", "lenient"};

TEST(Decision, AcceptsWhenEverythingPassed) {
    for (const Purpose purpose : kEveryPurpose) {
        for (const auto* policy : kEveryPolicy) {
            const Outcome outcome = decide(all_is_well(purpose), policy);
            EXPECT_EQ(outcome.decision, Decision::accept) << policy << ", " << name(purpose);
            EXPECT_THAT(outcome.because, IsEmpty());
        }
    }
}

// The four answers.

TEST(Decision, RejectsACloneWhoseChipCanNotProveItself) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "chip.authentication", Result::failed, "wrong_key");
    const Outcome outcome = decide(facts);
    EXPECT_EQ(outcome.decision, Decision::reject);
    EXPECT_THAT(outcome.because, ElementsAre("chip.authentication: failed, wrong key"));
}

TEST(Decision, RejectsOneChangedByteOfDg2) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "passive_authentication.data_group_hashes", Result::failed, "hash_differs");
    EXPECT_EQ(decide(facts).decision, Decision::reject);
}

TEST(Decision, RefersAnUnknownIssuer) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "passive_authentication.chain", Result::undetermined, "issuer_unknown");
    const Outcome outcome = decide(facts);
    EXPECT_EQ(outcome.decision, Decision::refer);
    EXPECT_THAT(outcome.because, ElementsAre("passive_authentication.chain: undetermined, issuer unknown"));
}

TEST(Decision, RejectsAnExpiredDocument) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "document.expiry", Result::failed, "expired");
    EXPECT_EQ(decide(facts).decision, Decision::reject);
}

// reject: a check that is not ignored failed, or a refused deviation was found.

TEST(Decision, RejectsWhenAnyCheckThatIsNotIgnoredFailed) {
    for (const Purpose purpose : kEveryPurpose) {
        for (const auto* policy_name : kEveryPolicy) {
            const Policy policy = Policy::shipped(policy_name);
            for (const CheckInfo& info : check_table()) {
                Facts facts = all_is_well(purpose);
                leave_out(facts, info.id);
                facts.checks.push_back({std::string{info.id}, Result::failed, "broken", {}});
                const Outcome outcome = decide(policy, facts);
                if (policy.demand(purpose, info.id) == Demand::ignored) {
                    EXPECT_EQ(outcome.decision, Decision::accept) << info.id;
                } else {
                    EXPECT_EQ(outcome.decision, Decision::reject) << info.id;
                    EXPECT_THAT(outcome.because, Contains(std::string{info.id} + ": failed, broken"));
                }
            }
        }
    }
}

TEST(Decision, RejectsARefusedDeviationAndNamesIt) {
    for (const auto* policy_name : kEveryPolicy) {
        const Policy policy = Policy::shipped(policy_name);
        for (const DeviationInfo& deviation : deviation_table()) {
            Facts facts = all_is_well(Purpose::handover);
            note(facts.deviations, deviation.code, "seen here");
            const Outcome outcome = decide(policy, facts);
            if (policy.tolerance(Purpose::handover, deviation.code) == Tolerance::tolerate) {
                EXPECT_EQ(outcome.decision, Decision::accept) << deviation.name;
            } else {
                EXPECT_EQ(outcome.decision, Decision::reject) << deviation.name;
                EXPECT_THAT(outcome.because,
                            ElementsAre(AllOf(HasSubstr(std::string{deviation.name}), HasSubstr("seen here"))));
            }
        }
    }
}

// accept: every required check passed, every if_supported one passed or is not_supported.

TEST(Decision, NoOtherResultThanPassedDoesForARequiredCheck) {
    for (const Result result : {Result::undetermined, Result::not_supported, Result::not_performed, Result::aborted}) {
        Facts facts = all_is_well(Purpose::handover);
        set(facts, "passive_authentication.signature", result, "reason");
        EXPECT_EQ(decide(facts).decision, Decision::refer) << name(result);
    }
}

TEST(Decision, NotSupportedDoesWhereTheCheckIsWantedOnlyIfSupported) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "document.mrz_check_digits", Result::not_supported, "no_mrz");
    EXPECT_EQ(decide(facts).decision, Decision::accept);
    for (const Result result : {Result::undetermined, Result::not_performed, Result::aborted}) {
        set(facts, "document.mrz_check_digits", result, "reason");
        EXPECT_EQ(decide(facts).decision, Decision::refer) << name(result);
    }
}

TEST(Decision, ACheckThatDidNotRunCanNotReadAsPassed) {
    for (const CheckInfo& info : check_table()) {
        Facts facts = all_is_well(Purpose::handover);
        if (find(facts.checks, info.id) == nullptr ||
            Policy::shipped("standard").demand(Purpose::handover, info.id) == Demand::ignored ||
            info.id.starts_with("access.")) {
            continue;
        }
        leave_out(facts, info.id);
        const Outcome outcome = decide(facts);
        EXPECT_EQ(outcome.decision, Decision::refer) << info.id;
        EXPECT_THAT(outcome.because, ElementsAre(std::string{info.id} + ": not_performed, missing"));
    }
}

TEST(Decision, ACardThatWentAwayIsNeverAccepted) {
    for (const Purpose purpose : kEveryPurpose) {
        for (const auto* policy : kEveryPolicy) {
            for (const auto* id : {"access.pace", "chip.authentication", "read.complete"}) {
                Facts facts = all_is_well(purpose);
                set(facts, id, Result::aborted, "card_removed");
                const Outcome outcome = decide(facts, policy);
                EXPECT_EQ(outcome.decision, Decision::refer) << id;
                EXPECT_THAT(outcome.because, ElementsAre(std::string{id} + ": aborted, card removed"));
            }
        }
    }
}

TEST(Decision, NothingAtAllIsNeverAccepted) {
    for (const Purpose purpose : kEveryPurpose) {
        for (const auto* policy : kEveryPolicy) {
            Facts facts;
            facts.purpose = purpose;
            EXPECT_EQ(decide(facts, policy).decision, Decision::refer);
            facts.profile = {"irn-nid", true, {}};
            EXPECT_EQ(decide(facts, policy).decision, Decision::refer);
        }
    }
}

TEST(Decision, ACheckOfAnUnknownNameIsRequired) {
    Facts facts = all_is_well(Purpose::read);
    facts.checks.push_back({"passive_authentication.new_thing", Result::undetermined, "reason", {}});
    EXPECT_EQ(decide(facts).decision, Decision::refer);
}

TEST(Decision, OneWayOfOpeningTheCardIsEnough) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "access.bac", Result::not_performed, "opened_with_pace");
    EXPECT_EQ(decide(facts).decision, Decision::accept);
    leave_out(facts, "access.bac");
    EXPECT_EQ(decide(facts).decision, Decision::accept);
    set(facts, "access.pace", Result::not_performed, "reason");
    EXPECT_EQ(decide(facts).decision, Decision::refer);
}

TEST(Decision, OpeningWithBacBesidePaceIsADowngradeThatThePolicyRefuses) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "access.pace", Result::not_performed, "opened_with_bac");
    note(facts.deviations, DeviationCode::access_bac_beside_pace);
    EXPECT_EQ(decide(facts, "standard").decision, Decision::reject);
    EXPECT_EQ(decide(facts, "lenient").decision, Decision::accept);
}

TEST(Decision, ChecksOfACertificatePathAreNeededOnlyWhereTheProfileRestsOnOne) {
    Facts facts = all_is_well(Purpose::handover);
    std::erase_if(facts.checks, [](const Check& c) { return c.id.starts_with("passive_authentication."); });
    facts.profile.authenticity = {Authenticity::certificate_path};
    EXPECT_EQ(decide(facts).decision, Decision::refer);
    for (const auto* id : {"certificate_path.signature", "certificate_path.chain", "certificate_path.validity",
                           "certificate_path.revocation"}) {
        facts.checks.push_back({id, Result::passed, {}, {}});
    }
    EXPECT_EQ(decide(facts).decision, Decision::accept);
    facts.checks.push_back({"signed_file.identity", Result::undetermined, "reason", {}});
    EXPECT_EQ(decide(facts).decision, Decision::refer);
}

// refer otherwise; because names what a person must settle.

TEST(Decision, AStaleListRefersAndTheReasonSaysHowStale) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "document.revocation", Result::undetermined, "list_too_old",
        {{"age_hours", "216"}, {"age_limit_hours", "168"}});
    EXPECT_THAT(decide(facts).because,
                ElementsAre("document.revocation: undetermined, list too old (list is 216 hours old, limit 168)"));
}

TEST(Decision, EveryOpenQuestionIsNamed) {
    Facts facts = all_is_well(Purpose::handover);
    set(facts, "passive_authentication.chain", Result::undetermined, "issuer_unknown");
    set(facts, "document.expiry", Result::failed, "expired");
    set(facts, "document.revocation", Result::undetermined, "no_list");
    const Outcome outcome = decide(facts);
    EXPECT_EQ(outcome.decision, Decision::reject);
    EXPECT_THAT(outcome.because, ElementsAre("document.expiry: failed, expired",
                                             "passive_authentication.chain: undetermined, issuer unknown",
                                             "document.revocation: undetermined, no list"));
}

TEST(Decision, AnUnconfirmedProfileIsReferredAtMost) {
    Facts facts = all_is_well(Purpose::handover);
    facts.profile.confirmed = false;
    EXPECT_EQ(decide(facts).decision, Decision::refer);
    set(facts, "document.expiry", Result::failed);
    EXPECT_EQ(decide(facts).decision, Decision::reject);

    std::string text{Policy::shipped_text("standard")};
    text.replace(text.find("unconfirmed_profile = \"refer\""), 29, "unconfirmed_profile = \"accept\"");
    set(facts, "document.expiry", Result::passed);
    EXPECT_EQ(tahvil::daemon::decide(Policy::parse(text, "here"), facts).decision, Decision::accept);
}

TEST(Decision, ASpecimenIsAcceptedInADemonstrationOnly) {
    Facts facts = all_is_well(Purpose::handover);
    facts.specimen = true;
    EXPECT_EQ(decide(facts).decision, Decision::refer);
    facts.demo = true;
    EXPECT_EQ(decide(facts).decision, Decision::accept);
}

TEST(Decision, AtHandoverTheCardMustProveItselfAndMatchTheRecord) {
    const Policy policy = Policy::shipped("standard");
    for (const auto* id : {"passive_authentication.signature", "passive_authentication.chain", "chip.authentication",
                           "document.expiry", "document.revocation", "expected.national_code"}) {
        EXPECT_EQ(policy.demand(Purpose::handover, id), Demand::required) << id;
    }
    Facts facts = all_is_well(Purpose::handover);
    leave_out(facts, "expected.national_code");
    EXPECT_EQ(decide(facts).decision, Decision::refer);
}

TEST(Decision, ReadingAsksNoProofOfTheChip) {
    for (const auto* policy : kEveryPolicy) {
        Facts facts = all_is_well(Purpose::read);
        set(facts, "chip.authentication", Result::not_performed, "from_files");
        set(facts, "access.pace", Result::not_performed, "from_files");
        set(facts, "access.bac", Result::not_performed, "from_files");
        EXPECT_EQ(decide(facts, policy).decision, Decision::accept);
        EXPECT_EQ(Policy::shipped(policy).demand(Purpose::read, "passive_authentication.revocation"),
                  Demand::if_supported);
        EXPECT_EQ(Policy::shipped(policy).demand(Purpose::read, "document.revocation"), Demand::if_supported);
    }
}

// The document itself.

TEST(Policy, EachHasADigestOfItsOwn) {
    EXPECT_THAT(Policy::shipped("standard").digest(), testing::MatchesRegex("sha256:[0-9a-f]+"));
    EXPECT_EQ(Policy::shipped("standard").digest().size(), 7 + 64U);
    EXPECT_NE(Policy::shipped("standard").digest(), Policy::shipped("strict").digest());
    EXPECT_THROW(Policy::shipped("other"), InvalidInput);
}

std::string changed(std::string_view from, std::string_view to) {
    std::string text{Policy::shipped_text("standard")};
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
    try {
        Policy::parse(text, "mine.toml");
    } catch (const InvalidInput& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Policy, ErrorsNameFileLineAndKey) {
    EXPECT_THAT(refusal(changed("\"document.revocation\"", "\"document.revoked\"")),
                AllOf(HasSubstr("mine.toml:"), HasSubstr("purpose.handover.required"), HasSubstr("document.revoked")));
    EXPECT_THAT(refusal(changed("hot_list = 7", "hot_list = 0")),
                AllOf(HasSubstr("mine.toml:"), HasSubstr("age_limit.hot_list")));
    EXPECT_THAT(refusal(changed("hot_list = 7", "hot_list = 7\nother = 1")), HasSubstr("other"));
    EXPECT_THAT(refusal(changed("unconfirmed_profile = \"refer\"", "unconfirmed_profile = \"maybe\"")),
                HasSubstr("unconfirmed_profile"));
    EXPECT_THAT(refusal(changed("[purpose.field]", "[purpose.elsewhere]")), HasSubstr("purpose"));
    EXPECT_THAT(refusal("name = "), HasSubstr("mine.toml:1"));
}

TEST(Policy, ACheckStandsInExactlyOneList) {
    EXPECT_THAT(refusal(changed("ignored = [\"passive_authentication.com_consistent\"]",
                                "ignored = [\"passive_authentication.com_consistent\", \"document.expiry\"]")),
                AllOf(HasSubstr("document.expiry"), HasSubstr("second time")));
    EXPECT_THAT(refusal(changed("\"read.complete\", ", "")), AllOf(HasSubstr("read.complete"), HasSubstr("none")));
    EXPECT_THAT(refusal(changed("\"access.*\"", "\"acces.*\"")), HasSubstr("acces.*"));
}

TEST(Policy, DeviationsDepartFromTheTableByName) {
    const std::string text = changed(
        "[purpose.handover]\n", "[purpose.handover]\ntolerate = [\"algorithm.sha1\"]\nrefuse = [\"com.disagrees\"]\n");
    const Policy policy = Policy::parse(text, "mine.toml");
    EXPECT_EQ(policy.tolerance(Purpose::handover, DeviationCode::algorithm_sha1), Tolerance::tolerate);
    EXPECT_EQ(policy.tolerance(Purpose::handover, DeviationCode::com_disagrees), Tolerance::refuse);
    EXPECT_EQ(policy.tolerance(Purpose::field, DeviationCode::algorithm_sha1), Tolerance::refuse);
    EXPECT_THAT(refusal(changed("[purpose.handover]\n", "[purpose.handover]\ntolerate = [\"algorithm.md5\"]\n")),
                HasSubstr("algorithm.md5"));
}

}  // namespace
}  // namespace tahvil::daemon
