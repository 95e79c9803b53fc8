#include "daemon/check/card_check.h"

#include <algorithm>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/error.h"
#include "crypto/error.h"
#include "daemon/check/check_table.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil::daemon {
namespace {

using emulator::AccessProtocol;
using emulator::ChipProof;
using emulator::Fault;
using emulator::SpecimenOptions;
using specimen_bench::Bench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string outcome(const Verdict& verdict, std::string_view id) {
    const Check* check = find(verdict.checks, id);
    if (check == nullptr) return "missing";
    return std::string{name(check->result)} + (check->reason.empty() ? "" : " " + check->reason);
}

std::string reasons(const Verdict& verdict) {
    std::string text;
    for (const std::string& line : verdict.because) text += line + "; ";
    return text;
}

class CheckCard : public testing::Test {
protected:
    CardCheckResult run(const CardCheck& check) {
        progress.clear();
        CardChecker checker{bench.knowledge(), system_random, [this](const Progress& p) { progress.push_back(p); }};
        const auto session = bench.reader->open_session();
        return checker.run(*session, check, "01");
    }

    /// The code of the error, or else the decision.
    std::string answer_to(const CardCheck& check) {
        try {
            return std::string{name(run(check).verdict.decision)};
        } catch (const Error& error) {
            return std::string{error.code()};
        }
    }

    SpecimenOptions with_fault(Fault fault, std::size_t at = 1) const {
        SpecimenOptions options;
        options.fault = {fault, at};
        return options;
    }

    Bench bench;
    std::vector<Progress> progress;
};

using Kind = std::tuple<AccessProtocol, ChipProof>;

class CheckEveryKindOfCard : public CheckCard, public testing::WithParamInterface<Kind> {};

TEST_P(CheckEveryKindOfCard, AcceptsTheGenuineOne) {
    SpecimenOptions options;
    options.access = {std::get<0>(GetParam())};
    options.chip = std::get<1>(GetParam());
    bench.insert(options);
    const Verdict verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "passed");
    EXPECT_EQ(outcome(verdict, "passive_authentication.chain"), "passed");
    EXPECT_EQ(outcome(verdict, "expected.national_code"), "passed");
    const bool bac = options.access.front() == AccessProtocol::bac;
    EXPECT_EQ(outcome(verdict, bac ? "access.bac" : "access.pace"), "passed");
}

TEST_P(CheckEveryKindOfCard, RejectsItsClone) {
    SpecimenOptions options = with_fault(Fault::cloned);
    options.access = {std::get<0>(GetParam())};
    options.chip = std::get<1>(GetParam());
    bench.insert(options);
    const Verdict verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject) << reasons(verdict);
    EXPECT_THAT(outcome(verdict, "chip.authentication"), HasSubstr("failed"));
    EXPECT_EQ(outcome(verdict, "passive_authentication.data_group_hashes"), "passed");
}

INSTANTIATE_TEST_SUITE_P(Kinds, CheckEveryKindOfCard,
                         testing::Combine(testing::Values(AccessProtocol::bac, AccessProtocol::pace_gm,
                                                          AccessProtocol::pace_im),
                                          testing::Values(ChipProof::ca, ChipProof::aa_rsa, ChipProof::aa_ecdsa)));

TEST_F(CheckCard, AcceptsAGenuineCardByItsCanAndNamesEveryCheck) {
    bench.insert();
    const CardCheckResult result = run(bench.with_can());
    const Verdict& verdict = result.verdict;
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_THAT(verdict.because, IsEmpty());
    for (const CheckInfo& info : check_table()) {
        if (info.applies != Applies::always && info.applies != Applies::secured && info.applies != Applies::lds &&
            info.applies != Applies::document)
            continue;
        if (info.id == "access.bac") continue;
        EXPECT_EQ(outcome(verdict, info.id), "passed") << info.id;
    }
    EXPECT_EQ(outcome(verdict, "access.bac"), "not_performed opened_with_pace");
    EXPECT_TRUE(std::ranges::is_sorted(verdict.checks, {}, [](const Check& c) { return check_order(c.id); }));
    EXPECT_THAT(verdict.deviations, IsEmpty());
    EXPECT_EQ(verdict.profile.name, "icao-lds1");
    EXPECT_TRUE(verdict.trust.specimen);
    EXPECT_EQ(verdict.holder.national_code, bench.person.national_code);
    EXPECT_FALSE(verdict.holder.portrait.empty());
    EXPECT_GT(verdict.timing.apdus, 10U);
    EXPECT_GT(verdict.timing.bytes_received, 20'000U);
    EXPECT_THAT(result.files, IsEmpty());
}

TEST_F(CheckCard, AcceptsAGenuineCardOverEveryLink) {
    for (const emulator::Link link :
         {emulator::Link::contact_t0, emulator::Link::contact_t1, emulator::Link::contactless}) {
        for (const bool extended : {true, false}) {
            SpecimenOptions options;
            options.link.link = link;
            options.link.extended_length = extended;
            bench.insert(options);
            const Verdict verdict = run(bench.with_can()).verdict;
            EXPECT_EQ(verdict.decision, Decision::accept)
                << static_cast<int>(link) << extended << ": " << reasons(verdict);
        }
    }
}

TEST_F(CheckCard, GivesTheRawFilesToThoseWhoWantThem) {
    bench.insert();
    CardCheck check = bench.with_can();
    check.want = {Part::files};
    const CardCheckResult result = run(check);
    EXPECT_EQ(to_hex(result.files.at("EF.DG1")), to_hex(bench.specimen.files.at(lds::File::dg1)));
    EXPECT_EQ(to_hex(result.files.at("EF.SOD")), to_hex(bench.specimen.files.at(lds::File::security_object)));
}

TEST_F(CheckCard, AnIdentityCheckLeavesThePortraitOnTheCard) {
    bench.insert();
    CardCheck check = bench.with_can();
    check.purpose = Purpose::identity_check;
    Verdict verdict = run(check).verdict;
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_THAT(verdict.holder.portrait, IsEmpty());
    EXPECT_LT(verdict.timing.bytes_received, 10'000U);
    check.want = {Part::portrait};
    verdict = run(check).verdict;
    EXPECT_FALSE(verdict.holder.portrait.empty());
}

TEST_F(CheckCard, ProvesTheChipWithinPace) {
    SpecimenOptions options;
    options.access = {AccessProtocol::pace_cam};
    bench.insert(options);
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_EQ(detail(*find(verdict.checks, "chip.authentication"), "method"), "chip_authentication_mapping");
    EXPECT_EQ(outcome(verdict, "card_security.chain"), "passed");
}

TEST_F(CheckCard, RejectsACloneThatDoesChipAuthenticationMapping) {
    SpecimenOptions options = with_fault(Fault::cloned);
    options.access = {AccessProtocol::pace_cam};
    bench.insert(options);
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject) << reasons(verdict);
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "failed wrong_key");
}

TEST_F(CheckCard, ACardWithoutAChipKeyIsReferredAtHandover) {
    SpecimenOptions options;
    options.chip = ChipProof::none;
    bench.insert(options);
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "not_supported no_key_in_signed_data");
}

TEST_F(CheckCard, ReadingAsksNothingOfTheChip) {
    bench.insert(with_fault(Fault::cloned));
    CardCheck check = bench.with_can();
    check.purpose = Purpose::read;
    const Verdict verdict = run(check).verdict;
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "not_performed not_asked_for");
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
}

// The other three of the four answers.

TEST_F(CheckCard, RejectsOneChangedByteOfDg2) {
    bench.insert(with_fault(Fault::dg2_changed));
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_THAT(outcome(verdict, "passive_authentication.data_group_hashes"), HasSubstr("failed"));
    EXPECT_THAT(verdict.holder.portrait, IsEmpty());
}

TEST_F(CheckCard, RefersAnUnknownIssuer) {
    bench.insert(with_fault(Fault::unknown_issuer));
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    EXPECT_THAT(outcome(verdict, "passive_authentication.chain"), HasSubstr("undetermined"));
    // The chip has its key, and that key is vouched for by nobody who is known.
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "undetermined key_not_verified");
}

TEST_F(CheckCard, RejectsAnExpiredCard) {
    bench.insert(with_fault(Fault::expired));
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "document.expiry"), "failed expired");
}

TEST_F(CheckCard, RejectsAGenuineCardThatIsOnTheHotList) {
    bench.insert();
    const trust::HotListKey key{bench.pki.hot_list_key};
    trust::HotListInfo info;
    info.issuer = bench.person.issuing_state;
    info.sequence = 2;
    info.issued_at = specimen_bench::kNow;
    const std::uint64_t listed = key.hash(bench.person.issuing_state, bench.person.document_number);
    bench.hot_list = trust::build_hot_list(info, key, {listed}, bench.pki.document_signer);
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "document.revocation"), "failed listed");
}

TEST_F(CheckCard, RejectsTheGenuineCardOfSomebodyElse) {
    bench.insert();
    CardCheck check = bench.with_can();
    check.expected.national_code = "0084575956";
    EXPECT_EQ(outcome(run(check).verdict, "expected.national_code"), "failed differs");
}

// Secrets and ways in.

TEST_F(CheckCard, AWrongCanIsAccessDeniedAndTheRightOneThenWorks) {
    bench.insert();
    CardCheck check = bench.with_can();
    check.access.can = Bench::can(bench.person.card_access_number == "000000" ? "000001" : "000000");
    EXPECT_EQ(answer_to(check), "access.pace_denied");
    EXPECT_EQ(run(bench.with_can()).verdict.decision, Decision::accept);
}

TEST_F(CheckCard, AWrongMrzIsAccessDenied) {
    SpecimenOptions options;
    options.access = {AccessProtocol::bac};
    bench.insert(options);
    CardCheck check = bench.with_mrz();
    check.access.mrz_information = tahvil::mrz_information("X00000000", "900101", "300101");
    EXPECT_EQ(answer_to(check), "access.bac_denied");
}

TEST_F(CheckCard, WithoutASecretItSaysWhichIsNeeded) {
    bench.insert();
    EXPECT_EQ(answer_to(CardCheck{}), "access.secret_needed");
    SpecimenOptions options;
    options.access = {AccessProtocol::bac};
    bench.insert(options);
    EXPECT_EQ(answer_to(CardCheck{}), "access.secret_needed");
    EXPECT_EQ(answer_to(bench.with_can()), "access.secret_needed");  // a CAN does not open BAC
}

TEST_F(CheckCard, TakesPaceWhereBothAreOffered) {
    SpecimenOptions options;
    options.access = {AccessProtocol::bac, AccessProtocol::pace_gm};
    bench.insert(options);
    const Verdict verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(outcome(verdict, "access.pace"), "passed");
    EXPECT_FALSE(contains(verdict.deviations, DeviationCode::access_bac_beside_pace));
}

TEST_F(CheckCard, ABacCardIsKnownNotToDoPaceBySignedDataOnly) {
    SpecimenOptions options;
    options.access = {AccessProtocol::bac};
    bench.insert(options);
    const Verdict verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(outcome(verdict, "access.pace"), "not_supported not_in_signed_data");
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::algorithm_triple_des));
}

/// A card in front of which somebody sits who answers some commands himself.
class ManInTheMiddle final : public emulator::Card {
public:
    using Answer = std::function<std::optional<Bytes>(ByteView command)>;

    ManInTheMiddle(std::unique_ptr<emulator::Card> card, Answer answer)
        : card_(std::move(card)), answer_(std::move(answer)) {}

    Bytes atr() const override { return card_->atr(); }
    WireLimits limits() const override { return card_->limits(); }
    void reset() override { card_->reset(); }
    Bytes respond(ByteView command) override {
        if (auto own = answer_(command)) return *own;
        return card_->respond(command);
    }

private:
    std::unique_ptr<emulator::Card> card_;
    Answer answer_;
};

TEST_F(CheckCard, AHiddenOfferOfPaceIsFoundOut) {
    SpecimenOptions options;
    options.access = {AccessProtocol::bac, AccessProtocol::pace_gm};
    bench.specimen = emulator::personalise(bench.person, bench.pki, options, specimen_bench::kNow);
    const auto hide_card_access = [](ByteView command) -> std::optional<Bytes> {
        const bool reads_card_access =
            command.size() > 3 && command[0] == 0 && command[1] == 0xB0 && command[2] == 0x9C;
        return reads_card_access ? std::optional{from_hex("6A 82")} : std::nullopt;
    };
    bench.reader->insert(
        specimen_bench::embed(std::make_unique<ManInTheMiddle>(std::move(bench.specimen.card), hide_card_access)));
    const Verdict verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(outcome(verdict, "access.pace"), "undetermined offer_hidden");
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::access_bac_beside_pace));
    EXPECT_EQ(verdict.decision, Decision::reject);
}

TEST_F(CheckCard, AnEfCardAccessWithoutSenseIsNamed) {
    bench.specimen = emulator::personalise(bench.person, bench.pki, {}, specimen_bench::kNow);
    const auto answer = [](ByteView command) -> std::optional<Bytes> {
        const bool reads_card_access = command.size() > 3 && command[1] == 0xB0 && command[2] == 0x9C;
        return reads_card_access ? std::optional{from_hex("31 02 30 05 90 00")} : std::nullopt;
    };
    bench.reader->insert(
        specimen_bench::embed(std::make_unique<ManInTheMiddle>(std::move(bench.specimen.card), answer)));
    EXPECT_EQ(answer_to(bench.with_can()), "card_access.malformed");
}

TEST_F(CheckCard, BacIsNotTriedBesideARefusedPaceUnlessThePolicyAllowsIt) {
    SpecimenOptions options;
    options.access = {AccessProtocol::bac, AccessProtocol::pace_gm};
    std::size_t challenges = 0;
    const auto refuse_pace = [&](ByteView command) -> std::optional<Bytes> {
        if (command.size() > 1 && command[1] == 0x84) ++challenges;
        const bool sets_pace = command.size() > 3 && command[1] == 0x22 && command[2] == 0xC1;
        return sets_pace ? std::optional{from_hex("6A 81")} : std::nullopt;
    };
    const auto insert = [&] {
        bench.specimen = emulator::personalise(bench.person, bench.pki, options, specimen_bench::kNow);
        bench.reader->insert(
            specimen_bench::embed(std::make_unique<ManInTheMiddle>(std::move(bench.specimen.card), refuse_pace)));
    };
    insert();
    Verdict verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    EXPECT_EQ(outcome(verdict, "access.bac"), "not_performed downgrade_refused_by_policy");
    EXPECT_EQ(challenges, 0U);

    bench.policy = std::make_shared<Policy>(Policy::shipped("lenient"));
    insert();
    verdict = run(bench.with_mrz()).verdict;
    EXPECT_EQ(outcome(verdict, "access.bac"), "passed");
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::access_bac_beside_pace));
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
}

// Cards that go away and cards that misbehave.

TEST_F(CheckCard, ACardTakenOutWhileItIsReadIsAbortedAndNothingCounts) {
    bench.insert(with_fault(Fault::removed, 12));
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(outcome(verdict, "read.complete"), "aborted card_removed");
    EXPECT_THAT(verdict.because, ElementsAre("read.complete: aborted, card removed"));
    EXPECT_EQ(find(verdict.checks, "passive_authentication.signature"), nullptr);
    EXPECT_EQ(verdict.holder.name, "");
    EXPECT_EQ(verdict.document.number, "");
}

TEST_F(CheckCard, ACardThatIsTakenOutAtAnyMomentIsNeverAccepted) {
    SpecimenOptions options;
    options.portrait_size = 600;
    for (std::size_t at = 1;; ++at) {
        ASSERT_LT(at, 100U);
        options.fault = {Fault::removed, at};
        bench.insert(options);
        const Verdict verdict = run(bench.with_can()).verdict;
        if (verdict.decision == Decision::accept) break;  // it was over before
        EXPECT_TRUE(std::ranges::any_of(verdict.checks, [](const Check& c) { return c.result == Result::aborted; }))
            << at;
    }
}

TEST_F(CheckCard, AfterAResetTheWholeIsRunOnceMore) {
    for (const std::size_t at : {1U, 5U, 12U, 20U}) {
        bench.insert(with_fault(Fault::reset, at));
        const Verdict verdict = run(bench.with_can()).verdict;
        EXPECT_EQ(verdict.decision, Decision::accept) << at << ": " << reasons(verdict);
    }
}

TEST_F(CheckCard, ACardThatIsResetForEverIsAborted) {
    bench.specimen = emulator::personalise(bench.person, bench.pki, {}, specimen_bench::kNow);
    std::size_t commands = 0;
    const auto reset = [&](ByteView) -> std::optional<Bytes> {
        if (++commands % 12 == 0) throw CardReset{"reset"};
        return std::nullopt;
    };
    bench.reader->insert(
        specimen_bench::embed(std::make_unique<ManInTheMiddle>(std::move(bench.specimen.card), reset)));
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(outcome(verdict, "read.complete"), "aborted card_reset");
    EXPECT_LE(commands, 12U * CardChecker::kMaxRuns);
}

TEST_F(CheckCard, EveryMisbehaviourIsNamedAndTheNextGoodCardIsAccepted) {
    for (const Fault fault : {Fault::garbage, Fault::lying_length, Fault::endless_more, Fault::endless_length,
                              Fault::truncated, Fault::wrong_mac, Fault::tampered}) {
        // From the fourth response on PACE is under way, and from the twelfth everything is protected.
        for (const std::size_t at : {4U, 12U}) {
            bench.insert(with_fault(fault, at));
            const std::string what = answer_to(bench.with_can());
            EXPECT_NE(what, "accept") << static_cast<int>(fault) << " at " << at;
            EXPECT_NE(what, "") << static_cast<int>(fault) << " at " << at;
        }
        bench.insert();
        EXPECT_EQ(run(bench.with_can()).verdict.decision, Decision::accept) << static_cast<int>(fault);
    }
}

TEST_F(CheckCard, ACardOfAnotherKindIsReferred) {
    struct Mute final : emulator::Card {
        Bytes atr() const override { return from_hex("3B 80 80 01 01"); }
        WireLimits limits() const override { return {}; }
        void reset() override {}
        Bytes respond(ByteView) override { return from_hex("6A 82"); }
    };
    bench.reader->insert(specimen_bench::embed(std::make_unique<Mute>()));
    const Verdict verdict = run(bench.with_can()).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(outcome(verdict, "chip.recognised"), "undetermined no_known_application");
}

// What a person sees.

TEST_F(CheckCard, TellsItsStepsInOrderAndItsBytes) {
    bench.insert();
    run(bench.with_can());
    std::vector<std::string_view> steps;
    for (const Progress& p : progress) {
        if (steps.empty() || steps.back() != p.step) steps.push_back(p.step);
    }
    EXPECT_THAT(steps, ElementsAre("recognise", "access", "read", "authenticate", "decide"));
    EXPECT_GT(progress.back().bytes, 20'000U);
    EXPECT_EQ(progress.back().bytes, progress.back().of);
    EXPECT_TRUE(std::ranges::is_sorted(progress, {}, &Progress::bytes));
}

TEST_F(CheckCard, TheHolderIsNotKnownBySilence) {
    bench.insert();
    CardCheck check = bench.with_can();
    check.holder = HolderMethod::portrait;
    EXPECT_EQ(run(check).verdict.decision, Decision::refer);
    check.holder = HolderMethod::pin;
    EXPECT_EQ(outcome(run(check).verdict, "holder.pin"), "not_performed no_pin");
}

TEST_F(CheckCard, OpensWithPaceInEightCommands) {
    bench.insert();
    const CardCheckResult result = run(bench.with_can());
    EXPECT_EQ(result.verdict.decision, Decision::accept);
    // EF.CardAccess, MSE:Set AT, four GENERAL AUTHENTICATE, SELECT; the rest is reading and the chip's proof.
    EXPECT_LT(result.verdict.timing.apdus, 40U);
}

TEST(InformationFromLines, IsThatOfTheFields) {
    emulator::Person person = emulator::specimen_person(std::chrono::year{2026} / 6 / 1);
    const std::string zone = mrz::format(emulator::mrz_of(person));
    const std::array<std::string_view, 3> lines{std::string_view{zone}.substr(0, 30),
                                                std::string_view{zone}.substr(30, 30),
                                                std::string_view{zone}.substr(60, 30)};
    const SecretBytes information = information_from_lines(lines);
    EXPECT_TRUE(equal(information.view(), tahvil::mrz_information(person.document_number, mrz::date(person.birth_date),
                                                                  mrz::date(person.expiry_date))
                                              .view()));
}

TEST(InformationFromLines, ASlipOfTheFingerIsFoundByTheCheckDigit) {
    emulator::Person person = emulator::specimen_person(std::chrono::year{2026} / 6 / 1);
    std::string zone = mrz::format(emulator::mrz_of(person));
    zone[30] = zone[30] == '1' ? '2' : '1';  // of the birth date
    const std::array<std::string_view, 1> lines{zone};
    EXPECT_THROW(information_from_lines(lines), InvalidInput);
    const std::array<std::string_view, 1> other{"nothing"};
    EXPECT_THROW(information_from_lines(other), InvalidInput);
}

}  // namespace
}  // namespace tahvil::daemon
