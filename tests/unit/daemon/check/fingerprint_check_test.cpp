#include "daemon/check/fingerprint_check.h"

#include <gtest/gtest.h>

#include "apdu/emulator/fingers.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/error.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/check/national_bench.h"

namespace tahvil::daemon {
namespace {

using national_bench::outcome;

constexpr const char* kId = "holder.fingerprint_on_card";

/// The emulated Iranian card, and an operator who knows how it compares fingers.
class FingerOfAHolder : public testing::Test {
protected:
    FingerOfAHolder() {
        profiles::Profile own = *bench.catalogue->find("irn-nid");
        own.fingerprint = profiles::Fingerprint{"id", 0x21, 12, 60, true, false};
        bench.catalogue->add(own);
        emulator::NationalCard made = bench.make(emulator::personalise_irn_nid);
        finger = made.values.at("finger");
        system = made.system;
        reader.insert(specimen_bench::embed(std::move(made.card)));
    }

    Verdict run(ByteView minutiae, bool allow_last_try = true) {
        CardCheck check;
        check.holder = HolderMethod::fingerprint;
        check.access.fingerprint = SecretBytes{minutiae};
        check.access.allow_last_try = allow_last_try;
        return run(check);
    }
    Verdict run(const CardCheck& check) {
        const auto session = reader.open_session();
        return CardChecker{bench.knowledge(), system_random, {}}.run(*session, check, "01").verdict;
    }

    static Bytes another() { return emulator::write_minutiae(emulator::draw_finger(system_random)); }

    national_bench::Bench bench;
    EmbeddedReader reader{"embedded", "Embedded reader"};
    const emulator::OperatingSystem* system = nullptr;
    Bytes finger;
};

TEST_F(FingerOfAHolder, IsKnownToTheCard) {
    const Verdict verdict = run(finger);
    EXPECT_EQ(outcome(verdict, kId), "passed");
    EXPECT_EQ(detail(*find(verdict.checks, kId), "position"), "9") << "the right index finger";
    EXPECT_EQ(system->tally().verify_tries, 1U);
}

TEST_F(FingerOfAHolder, ThatIsAnothersIsRejectedWithWhatIsLeft) {
    const Verdict verdict = run(another());
    EXPECT_EQ(outcome(verdict, kId), "failed finger_does_not_match");
    EXPECT_EQ(detail(*find(verdict.checks, kId), "tries_left"), "2");
    EXPECT_EQ(verdict.decision, Decision::reject);
    run(another());
    EXPECT_EQ(outcome(run(another()), kId), "failed finger_blocked");
    EXPECT_EQ(outcome(run(finger), kId), "failed finger_blocked");
}

TEST_F(FingerOfAHolder, CountsAsTheLastTryWhereTheCardDoesNotTell) {
    EXPECT_EQ(thrown_code([this] { run(finger, false); }), "access.last_try");
    EXPECT_EQ(system->tally().verify_tries, 0U);
    profiles::Profile own = *bench.catalogue->find("irn-nid");
    own.fingerprint->empty_verify_queries = true;
    bench.catalogue->add(own);
    const Verdict verdict = run(finger, false);
    EXPECT_EQ(outcome(verdict, kId), "passed");
    EXPECT_EQ(detail(*find(verdict.checks, kId), "tries_before"), "3");
}

TEST_F(FingerOfAHolder, IsNotSentWhenItCanBeNone) {
    for (const std::size_t size : {std::size_t{0}, finger.size() - 1, std::size_t{33}, std::size_t{183}})
        EXPECT_EQ(thrown_code([&] { run(Bytes(size, 0x10)); }), "access.fingerprint") << size;
    EXPECT_EQ(system->tally().verify_tries, 0U);
}

TEST_F(FingerOfAHolder, IsOfNoUseToACardWhoseProfileKnowsNone) {
    bench.catalogue = std::make_shared<profiles::Catalogue>(profiles::Catalogue::built_in());
    EXPECT_EQ(outcome(run(finger), kId), "not_performed profile_has_no_fingerprint");
    CardCheck check;
    check.holder = HolderMethod::fingerprint;
    EXPECT_EQ(outcome(run(check), kId), "not_performed no_fingerprint");
    EXPECT_EQ(system->tally().verify_tries, 0U);
}

}  // namespace
}  // namespace tahvil::daemon
