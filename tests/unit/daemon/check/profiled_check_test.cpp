#include "daemon/check/profiled_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/emulator/belpic_card.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "apdu/error.h"
#include "tests/unit/daemon/check/national_bench.h"

namespace tahvil::daemon {
namespace {

using emulator::Fault;
using emulator::NationalCardOptions;
using national_bench::Bench;
using national_bench::kNow;
using national_bench::outcome;
using national_bench::reasons;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPin = "123456";

class ProfiledCard : public testing::Test {
protected:
    void insert(national_bench::Maker maker, const NationalCardOptions& options = {}) {
        emulator::NationalCard made = bench.make(maker, options);
        system = made.system;
        values = std::move(made.values);
        reader.insert(specimen_bench::embed(std::move(made.card)));
    }

    CardCheckResult run(const CardCheck& check) {
        CardChecker checker{bench.knowledge(), system_random, {}};
        const auto session = reader.open_session();
        return checker.run(*session, check, "01");
    }

    static NationalCardOptions with_fault(Fault fault) {
        NationalCardOptions options;
        options.fault = {fault, 1};
        return options;
    }

    Bench bench;
    EmbeddedReader reader{"embedded", "Embedded reader"};
    const emulator::OperatingSystem* system = nullptr;
    std::map<std::string, Bytes> values;
};

struct Kind {
    const char* profile;
    national_bench::Maker maker;
    bool tells_tries;  ///< whether the last try is known not to be it
};

class EveryProfiledCard : public ProfiledCard, public testing::WithParamInterface<Kind> {
protected:
    CardCheck request() const {
        CardCheck check = bench.with_pin(kPin);
        check.access.allow_last_try = !GetParam().tells_tries;
        return check;
    }
};

TEST_P(EveryProfiledCard, IsAcceptedWithItsPin) {
    bench.trust_serial_number(GetParam().profile);
    insert(GetParam().maker);
    const CardCheckResult result = run(request());
    const Verdict& verdict = result.verdict;
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_EQ(verdict.profile.name, GetParam().profile);
    for (const char* id : {"chip.recognised", "read.complete", "certificate_path.signature", "certificate_path.chain",
                           "certificate_path.validity", "certificate_path.revocation", "document.expiry",
                           "document.revocation", "chip.authentication", "holder.pin", "expected.national_code"})
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    EXPECT_TRUE(verdict.trust.specimen);
    EXPECT_EQ(system->tally().verify_tries, 1U);
}

TEST_P(EveryProfiledCard, SendsNoVerifyWithoutAPin) {
    insert(GetParam().maker);
    CardCheck check = request();
    check.access.pin.reset();
    const Verdict verdict = run(check).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    EXPECT_EQ(outcome(verdict, "holder.pin"), "not_performed no_pin");
    EXPECT_EQ(system->tally().verify_tries + system->tally().verify_queries, 0U);
}

TEST_P(EveryProfiledCard, RejectsACloneAndKeepsThePinFromIt) {
    insert(GetParam().maker, with_fault(Fault::cloned));
    const Verdict verdict = run(request()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject) << reasons(verdict);
    EXPECT_THAT(outcome(verdict, "chip.authentication"), HasSubstr("failed"));
    EXPECT_EQ(outcome(verdict, "certificate_path.chain"), "passed");
}

TEST_P(EveryProfiledCard, RefersAnUnknownIssuer) {
    insert(GetParam().maker, with_fault(Fault::unknown_issuer));
    const Verdict verdict = run(request()).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    EXPECT_EQ(outcome(verdict, "certificate_path.chain"), "undetermined issuer_unknown");
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "undetermined key_not_verified");
}

TEST_P(EveryProfiledCard, RejectsAnExpiredOne) {
    insert(GetParam().maker, with_fault(Fault::expired));
    const Verdict verdict = run(request()).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject) << reasons(verdict);
    EXPECT_EQ(outcome(verdict, "document.expiry"), "failed expired");
}

TEST_P(EveryProfiledCard, SaysHowManyTriesAWrongPinLeaves) {
    insert(GetParam().maker);
    CardCheck check = request();
    check.access.pin = SecretBytes(as_bytes("654321"));
    const Verdict verdict = run(check).verdict;
    EXPECT_EQ(verdict.decision, Decision::reject) << reasons(verdict);
    const Check* pin = find(verdict.checks, "holder.pin");
    ASSERT_NE(pin, nullptr);
    EXPECT_EQ(pin->reason, "wrong_pin");
    EXPECT_EQ(detail(*pin, "tries_left"), "2");
    EXPECT_EQ(system->tally().verify_tries, 1U);
}

TEST_P(EveryProfiledCard, SpendsTheLastTryOnlyWhenToldTo) {
    insert(GetParam().maker);
    CardCheck check = request();
    check.access.allow_last_try = true;
    check.access.pin = SecretBytes(as_bytes("654321"));
    run(check);
    run(check);
    check.access.allow_last_try = false;
    EXPECT_THROW(run(check), AccessDenied);
    EXPECT_EQ(system->tally().verify_tries, 2U);
}

TEST_P(EveryProfiledCard, OnTheHotListIsRejected) {
    insert(GetParam().maker);
    CardCheck check = request();
    check.want = {Part::document};
    const std::string serial = run(check).verdict.document.number;
    ASSERT_FALSE(serial.empty());
    bench.hot_listed.insert(serial);
    EXPECT_EQ(outcome(run(check).verdict, "document.revocation"), "failed listed");
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryProfiledCard,
                         testing::Values(Kind{"pkcs15", emulator::personalise_pkcs15, false},
                                         Kind{"ias-ecc", emulator::personalise_ias_ecc, true},
                                         Kind{"piv", emulator::personalise_piv, true},
                                         Kind{"belpic", emulator::personalise_belpic, false}),
                         [](const auto& kind) {
                             std::string name = kind.param.profile;
                             std::erase(name, '-');
                             return name;
                         });

TEST_F(ProfiledCard, OfBelgiumHasItsSignedFilesVerified) {
    insert(emulator::personalise_belpic);
    CardCheck check;
    check.want = {Part::document, Part::holder, Part::portrait};
    const Verdict verdict = run(check).verdict;
    for (const char* id : {"signed_file.identity", "signed_file.address", "signed_file.photo", "signed_file.basic_key"})
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "passed");
    EXPECT_EQ(verdict.holder.national_code, bench.person.national_code);
    EXPECT_EQ(verdict.holder.birth_date, bench.person.birth_date);
    EXPECT_EQ(verdict.document.number, bench.person.document_number);
    EXPECT_FALSE(verdict.holder.portrait.empty());
}

TEST_F(ProfiledCard, OfBelgiumWithAnotherPhotoIsRejected) {
    insert(emulator::personalise_belpic, with_fault(Fault::dg2_changed));
    CardCheck check;
    check.want = {Part::portrait};
    const Verdict verdict = run(check).verdict;
    EXPECT_EQ(outcome(verdict, "signed_file.photo"), "failed hash_differs");
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_THAT(verdict.holder.portrait, IsEmpty());
}

TEST_F(ProfiledCard, OfPivHasItsSignedObjectsVerifiedAndItsChipProvedWithoutAPin) {
    insert(emulator::personalise_piv);
    CardCheck check;
    check.want = {Part::document};
    const Verdict verdict = run(check).verdict;
    for (const char* id : {"signed_file.chuid", "signed_file.security_object", "chip.authentication"})
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    EXPECT_EQ(outcome(verdict, "signed_file.facial_image"), "missing");
    EXPECT_EQ(verdict.document.expires, bench.person.expiry_date);
}

TEST_F(ProfiledCard, OfPivShowsItsPortraitAfterThePin) {
    bench.trust_serial_number("piv");
    insert(emulator::personalise_piv);
    CardCheck check = bench.with_pin(kPin);
    check.want = {Part::portrait};
    const Verdict verdict = run(check).verdict;
    EXPECT_EQ(outcome(verdict, "signed_file.facial_image"), "passed");
    EXPECT_EQ(verdict.holder.portrait_type, "image/jpeg");
}

TEST_F(ProfiledCard, OfPivWithAnotherPortraitIsRejected) {
    insert(emulator::personalise_piv, with_fault(Fault::dg2_changed));
    const Verdict verdict = run(bench.with_pin(kPin)).verdict;
    EXPECT_THAT(outcome(verdict, "signed_file.facial_image"), HasSubstr("failed"));
    EXPECT_EQ(verdict.decision, Decision::reject);
}

TEST_F(ProfiledCard, WithATransportPinIsReferredUntilItsHolderHasChangedIt) {
    NationalCardOptions options;
    options.transport_pin = true;
    insert(emulator::personalise_ias_ecc, options);
    const Verdict verdict = run(bench.with_pin(kPin)).verdict;
    EXPECT_EQ(outcome(verdict, "holder.pin"), "undetermined pin_to_be_changed_first");
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "not_performed pin_needed");
    EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    EXPECT_EQ(system->tally().verify_tries, 0U);
}

TEST_F(ProfiledCard, OfAnUnconfirmedProfileIsReferred) {
    profiles::Profile own = *bench.catalogue->find("piv");
    own.confirmed = false;
    bench.catalogue->add(own);
    bench.trust_serial_number("piv");
    insert(emulator::personalise_piv);
    const Verdict verdict = run(bench.with_pin(kPin)).verdict;
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_THAT(reasons(verdict), HasSubstr("piv is not confirmed on hardware"));
}

TEST_F(ProfiledCard, OfIranIsReferredWithWhatCouldAndWhatCouldNotBeProven) {
    insert(emulator::personalise_irn_nid);
    CardCheck check;
    check.want = {Part::files};
    const CardCheckResult result = run(check);
    const Verdict& verdict = result.verdict;
    EXPECT_EQ(verdict.decision, Decision::refer) << reasons(verdict);
    EXPECT_EQ(verdict.profile.name, "irn-nid");
    EXPECT_FALSE(verdict.profile.confirmed);
    for (const char* id : {"chip.recognised", "read.complete", "certificate_path.chain", "certificate_path.revocation",
                           "document.expiry"})
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    EXPECT_EQ(outcome(verdict, "access.card_authentication"), "undetermined no_provider");
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "undetermined no_known_proof");
    EXPECT_THAT(reasons(verdict), HasSubstr("irn-nid is not confirmed on hardware"));
    EXPECT_TRUE(result.files.contains("dates"));
    EXPECT_FALSE(result.files.contains("personal_data"));
    EXPECT_EQ(system->tally().verify_tries + system->tally().verify_queries, 0U);
}

}  // namespace
}  // namespace tahvil::daemon
