#include "daemon/check/holder_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/emulator/belpic_card.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "apdu/error.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/check/national_bench.h"
#include "tests/unit/daemon/check/padded_session.h"

namespace tahvil::daemon {
namespace {

using emulator::NationalCardOptions;
using national_bench::outcome;
using national_bench::reasons;
using testing::Contains;

constexpr const char* kOld = "123456";
constexpr const char* kNew = "805317";
constexpr const char* kPuk = "12345678";

SecretBytes secret(std::string_view text) {
    return SecretBytes{as_bytes(text)};
}

class HolderOfACard : public testing::Test {
protected:
    void insert(national_bench::Maker maker, const NationalCardOptions& options = {}) {
        emulator::NationalCard made = bench.make(maker, options);
        system = made.system;
        reader.insert(specimen_bench::embed(std::move(made.card)));
    }

    Verdict run(const CardCheck& check) {
        const auto session = reader.open_session();
        return run(*session, check);
    }

    Verdict run(CardSession& session, const CardCheck& check) {
        steps.clear();
        CardChecker checker{bench.knowledge(), system_random,
                            [this](const Progress& progress) { steps.emplace_back(progress.step); }};
        return checker.run(session, check, "01").verdict;
    }

    CardCheck change(std::string_view from, std::string_view to) const {
        CardCheck check = bench.with_pin(from);
        check.access.new_pin = secret(to);
        check.pin_act = PinAct::change;
        return check;
    }

    CardCheck unblock(std::string_view puk, std::string_view to) const {
        CardCheck check = bench.with_pin(kOld);
        check.access.pin.reset();
        check.access.puk = secret(puk);
        check.access.new_pin = secret(to);
        check.access.allow_last_try = true;
        check.pin_act = PinAct::unblock;
        return check;
    }

    CardCheck on_pad(PinAct act = PinAct::verify) const {
        CardCheck check = bench.with_pin(kOld);
        check.access.pin.reset();
        check.pin_pad = true;
        check.pin_act = act;
        return check;
    }

    const emulator::Tally& seen() const { return system->tally(); }

    national_bench::Bench bench;
    EmbeddedReader reader{"embedded", "Embedded reader"};
    const emulator::OperatingSystem* system = nullptr;
    std::vector<std::string> steps;
};

TEST_F(HolderOfACard, ChangesThePinAndIsVerifiedByTheNewOne) {
    insert(emulator::personalise_piv);
    const Verdict verdict = run(change(kOld, kNew));
    EXPECT_EQ(outcome(verdict, "holder.pin_change"), "passed");
    EXPECT_EQ(outcome(verdict, "holder.pin"), "passed");
    EXPECT_EQ(seen().pin_changes, 1U);
    EXPECT_EQ(seen().verify_tries, 1U);
    EXPECT_EQ(outcome(run(bench.with_pin(kOld)), "holder.pin"), "failed wrong_pin");
    EXPECT_EQ(outcome(run(bench.with_pin(kNew)), "holder.pin"), "passed");
}

TEST_F(HolderOfACard, WithAWrongOldPinIsToldWhatIsLeftAndSpendsNoMore) {
    insert(emulator::personalise_piv);
    const Verdict verdict = run(change("654321", kNew));
    EXPECT_EQ(outcome(verdict, "holder.pin_change"), "failed wrong_pin");
    EXPECT_EQ(detail(*find(verdict.checks, "holder.pin_change"), "tries_before"), "3");
    EXPECT_EQ(detail(*find(verdict.checks, "holder.pin_change"), "tries_left"), "2");
    EXPECT_EQ(outcome(verdict, "holder.pin"), "not_performed pin_was_not_set");
    EXPECT_EQ(verdict.decision, Decision::reject) << reasons(verdict);
    EXPECT_EQ(seen().pin_changes, 1U);
    EXPECT_EQ(seen().verify_tries, 0U);
}

TEST_F(HolderOfACard, ChangesATransportPinBeforeTheChipProvesItself) {
    bench.trust_serial_number("ias-ecc");
    NationalCardOptions options;
    options.transport_pin = true;
    insert(emulator::personalise_ias_ecc, options);
    // The card does not tell how many tries a transport PIN has.
    EXPECT_EQ(outcome(run(bench.with_pin(kOld)), "holder.pin"), "undetermined pin_to_be_changed_first");
    const Verdict verdict = run(change(kOld, kNew));
    EXPECT_EQ(outcome(verdict, "holder.pin_change"), "passed");
    EXPECT_EQ(outcome(verdict, "holder.pin"), "passed");
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "passed");
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
}

TEST_F(HolderOfACard, SpendsTheLastTryOfAChangeOnlyWhereAllowed) {
    insert(emulator::personalise_belpic);  // does not tell how many there are
    CardCheck check = change(kOld, kNew);
    EXPECT_EQ(thrown_code([&] { run(check); }), "access.last_try");
    EXPECT_EQ(seen().pin_changes, 0U);
    check.access.allow_last_try = true;
    EXPECT_EQ(outcome(run(check), "holder.pin_change"), "passed");
}

TEST_F(HolderOfACard, UnblocksThePinWithThePuk) {
    insert(emulator::personalise_piv);
    CardCheck wrong = bench.with_pin("654321");
    wrong.access.allow_last_try = true;
    for (int i = 0; i < 3; ++i) run(wrong);
    EXPECT_EQ(outcome(run(bench.with_pin(kOld)), "holder.pin"), "failed pin_blocked");

    const Verdict refused = run(unblock("87654321", kNew));
    EXPECT_EQ(outcome(refused, "holder.pin_unblock"), "failed wrong_puk");
    EXPECT_EQ(outcome(refused, "holder.pin"), "not_performed pin_was_not_set");
    const Verdict verdict = run(unblock(kPuk, kNew));
    EXPECT_EQ(outcome(verdict, "holder.pin_unblock"), "passed");
    EXPECT_EQ(outcome(verdict, "holder.pin"), "passed");
    EXPECT_EQ(seen().pin_unblockings, 2U);
}

TEST_F(HolderOfACard, SendsNoPukUnlessTheLastTryIsAllowed) {
    insert(emulator::personalise_piv);
    CardCheck check = unblock(kPuk, kNew);
    check.access.allow_last_try = false;
    EXPECT_EQ(thrown_code([&] { run(check); }), "access.last_try");
    EXPECT_EQ(seen().pin_unblockings, 0U);
}

TEST_F(HolderOfACard, KeepsPinAndPukFromACardThatIsFoundFalse) {
    NationalCardOptions options;
    options.fault = {emulator::Fault::cloned, 1};
    insert(emulator::personalise_piv, options);
    EXPECT_EQ(outcome(run(change(kOld, kNew)), "holder.pin"), "not_performed card_not_genuine");
    EXPECT_EQ(outcome(run(unblock(kPuk, kNew)), "holder.pin"), "not_performed card_not_genuine");
    EXPECT_EQ(seen().pin_changes + seen().pin_unblockings + seen().verify_tries, 0U);
}

TEST_F(HolderOfACard, IsToldWhereTheProfileKnowsNoWay) {
    profiles::Profile own = *bench.catalogue->find("piv");
    own.pins.front().can_change = false;
    own.pins.front().unblocking.reset();
    bench.catalogue->add(own);
    insert(emulator::personalise_piv);
    EXPECT_EQ(outcome(run(change(kOld, kNew)), "holder.pin_change"), "not_performed profile_can_not_change");
    EXPECT_EQ(outcome(run(unblock(kPuk, kNew)), "holder.pin_unblock"), "not_performed profile_can_not_unblock");
    EXPECT_EQ(seen().pin_changes + seen().pin_unblockings, 0U);
}

TEST_F(HolderOfACard, TypesOnTheReader) {
    bench.trust_serial_number("piv");
    insert(emulator::personalise_piv);
    const auto session = reader.open_session();
    PaddedSession padded(*session, {kOld});
    const Verdict verdict = run(padded, on_pad());
    EXPECT_EQ(outcome(verdict, "holder.pin"), "passed");
    EXPECT_EQ(detail(*find(verdict.checks, "holder.pin"), "entry"), "pin_pad");
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_THAT(steps, Contains("pin_pad")) << "the prompt";
    EXPECT_EQ(padded.entries, 1U);
}

TEST_F(HolderOfACard, ChangesThePinOnTheReader) {
    insert(emulator::personalise_piv);
    {
        const auto session = reader.open_session();
        PaddedSession padded(*session, {kOld, kNew, kNew});
        const Verdict verdict = run(padded, on_pad(PinAct::change));
        EXPECT_EQ(outcome(verdict, "holder.pin_change"), "passed");
        EXPECT_EQ(outcome(verdict, "holder.pin"), "passed");
        EXPECT_THAT(steps, Contains("pin_pad_change"));
    }
    EXPECT_EQ(outcome(run(bench.with_pin(kNew)), "holder.pin"), "passed");
}

TEST_F(HolderOfACard, WhoTypesNothingOrCancelsHasSpentNoTry) {
    insert(emulator::personalise_piv);
    for (const auto& [status, reason] : std::map<std::string, std::string>{{"64 00", "pad_timed_out"},
                                                                           {"64 01", "pad_cancelled"},
                                                                           {"64 02", "pad_not_repeated"},
                                                                           {"64 03", "pad_wrong_length"}}) {
        const auto session = reader.open_session();
        PaddedSession padded(*session, {kOld});
        padded.refusal = status;
        const Verdict verdict = run(padded, on_pad());
        EXPECT_EQ(outcome(verdict, "holder.pin"), "undetermined " + reason);
        EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    }
    EXPECT_EQ(seen().verify_tries, 0U);
}

TEST_F(HolderOfACard, IsReferredByAReaderWithoutKeys) {
    insert(emulator::personalise_piv);
    EXPECT_EQ(outcome(run(on_pad()), "holder.pin"), "undetermined no_pin_pad");
    EXPECT_EQ(seen().verify_tries, 0U);
}

TEST_F(HolderOfACard, SpendsTheLastTryOnTheReaderOnlyWhereAllowed) {
    insert(emulator::personalise_piv);
    CardCheck wrong = bench.with_pin("654321");
    run(wrong);
    run(wrong);
    const auto session = reader.open_session();
    PaddedSession padded(*session, {kOld});
    EXPECT_EQ(thrown_code([&] { run(padded, on_pad()); }), "access.last_try");
    EXPECT_EQ(padded.entries, 0U);
}

}  // namespace
}  // namespace tahvil::daemon
