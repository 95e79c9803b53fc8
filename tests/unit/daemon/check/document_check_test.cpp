#include "daemon/check/document_check.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/check/specimen_document.h"

namespace tahvil::daemon {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string outcome(const Verdict& verdict, std::string_view id) {
    const Check* check = find(verdict.checks, id);
    if (check == nullptr) return "missing";
    return std::string{name(check->result)} + (check->reason.empty() ? "" : " " + check->reason);
}

class VerifyDocument : public testing::Test {
protected:
    Verdict verify(const LdsDocument& document, const Expected& expected = {}) const {
        return verify_document(document, expected, knowledge, "01").verdict;
    }

    const std::shared_ptr<const Policy> policy = std::make_shared<Policy>(Policy::shipped("standard"));
    specimen::Maker maker;
    Knowledge knowledge = maker.knowledge(policy);
};

TEST_F(VerifyDocument, AcceptsAGenuineOneAndNamesEveryCheck) {
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::accept);
    EXPECT_THAT(verdict.because, IsEmpty());
    for (const auto* id : {"passive_authentication.structure", "passive_authentication.signature",
                           "passive_authentication.chain", "passive_authentication.validity",
                           "passive_authentication.revocation", "passive_authentication.data_group_hashes",
                           "passive_authentication.com_consistent", "document.issuer_consistent",
                           "document.mrz_check_digits", "document.expiry", "document.revocation", "read.complete"}) {
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    }
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "not_performed from_files");
    EXPECT_THAT(verdict.trust.anchor, HasSubstr("CSCA of UT"));
    EXPECT_TRUE(verdict.trust.specimen);
    EXPECT_EQ(verdict.evaluated.policy, policy->digest());
    EXPECT_EQ(verdict.evaluated.trust_version, 1U);
    EXPECT_EQ(verdict.document.number, "D23145890");
    EXPECT_EQ(verdict.document.expires, std::chrono::year{2031} / 2 / 3);
    EXPECT_EQ(verdict.holder.name, "سارا محمدی");
    EXPECT_EQ(verdict.holder.latin_name, "SARA MOHAMMADI");
    EXPECT_EQ(verdict.holder.national_code, "0084575948");
    EXPECT_EQ(verdict.holder.birth_date, std::chrono::year{1990} / 5 / 21);
    EXPECT_EQ(to_hex(verdict.holder.portrait), to_hex(specimen::image()));
}

TEST_F(VerifyDocument, ListsChecksInTheOrderOfRunning) {
    const Verdict verdict = verify(maker.sign(), {.national_code = "0084575948"});
    EXPECT_EQ(verdict.checks.front().id, "chip.answered");
    EXPECT_EQ(verdict.checks.back().id, "expected.national_code");
}

TEST_F(VerifyDocument, ASpecimenIsReferredOutsideADemonstration) {
    knowledge.demo = false;
    EXPECT_EQ(verify(maker.sign()).decision, Decision::refer);
}

TEST_F(VerifyDocument, RejectsOneChangedByteOfDg2AndDoesNotShowThePortrait) {
    LdsDocument document = maker.sign();
    document.files[lds::File::dg2].back() ^= 1U;
    const Verdict verdict = verify(document);
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "passive_authentication.data_group_hashes"), "failed hash_mismatch");
    EXPECT_THAT(verdict.holder.portrait, IsEmpty());
    EXPECT_EQ(verdict.holder.name, "سارا محمدی");
}

TEST_F(VerifyDocument, NamesAPortraitThatIsABareCodestream) {
    maker.further[2] = specimen::dg2(from_hex("FF 4F FF 51 00 29 00 00"));
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::accept);
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::portrait_raw_codestream));
    EXPECT_EQ(verdict.holder.portrait_type, "image/j2c");
}

TEST_F(VerifyDocument, ComparesACountryInThreeLettersByItsTable) {
    trust::CertificateTemplate what = trust::specimen::document_signer_template();
    what.subject = trust::NameWriter().country("UTO").common_name("Document Signer").der();
    maker.signer = trust::issue(what, PrivateKey::generate_ec(Curve::secp256r1), maker.issuer);
    EXPECT_EQ(verify(maker.sign()).decision, Decision::accept);
    what.subject = trust::NameWriter().country("IRN").common_name("Document Signer").der();
    maker.signer = trust::issue(what, PrivateKey::generate_ec(Curve::secp256r1), maker.issuer);
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "document.issuer_consistent"), "failed countries_differ");
}

TEST_F(VerifyDocument, UsesNothingOfADataGroupThatNobodySigned) {
    const Bytes unsigned_group = maker.further.at(11);
    maker.further.erase(11);
    LdsDocument document = maker.sign();
    document.files[lds::File::dg11] = unsigned_group;
    const Verdict verdict = verify(document);
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::data_group_not_covered));
    EXPECT_EQ(verdict.holder.name, "");
    EXPECT_EQ(verdict.holder.national_code, "");
}

TEST_F(VerifyDocument, RefersAnUnknownIssuerAndAnEmptyStore) {
    const trust::CertifiedKey other = trust::specimen::country_signer();
    for (const auto& store : {trust::TrustStore::empty(), trust::specimen::store_of({other.certificate})}) {
        knowledge.trust = store;
        const Verdict verdict = verify(maker.sign());
        EXPECT_EQ(verdict.decision, Decision::refer);
        EXPECT_THAT(outcome(verdict, "passive_authentication.chain"), HasSubstr("undetermined"));
        EXPECT_EQ(outcome(verdict, "document.issuer_consistent"), "undetermined issuer_unknown");
        EXPECT_EQ(verdict.trust.anchor, "");
    }
}

TEST_F(VerifyDocument, RejectsAnExpiredDocumentFromTheDayAfter) {
    mrz::Mrz zone = specimen::mrz();
    zone.expiry_date = "260601";  // kNow is midnight of that day
    maker.mrz_text = mrz::format(zone);
    EXPECT_EQ(verify(maker.sign()).decision, Decision::accept);
    zone.expiry_date = "260531";
    maker.mrz_text = mrz::format(zone);
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "document.expiry"), "failed expired");
}

TEST_F(VerifyDocument, RejectsAWrongCheckDigitAlthoughItWasSigned) {
    maker.mrz_text[14] = maker.mrz_text[14] == '0' ? '1' : '0';  // of the document number
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "document.mrz_check_digits"), "failed wrong_check_digit");
    EXPECT_THAT(std::string{detail(*find(verdict.checks, "document.mrz_check_digits"), "fields")},
                HasSubstr("document_number"));
}

TEST_F(VerifyDocument, RejectsADocumentSignedByAnotherCountry) {
    mrz::Mrz zone = specimen::mrz();
    zone.issuing_state = "FRA";
    maker.mrz_text = mrz::format(zone);
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "document.issuer_consistent"), "failed countries_differ");
}

TEST_F(VerifyDocument, AsksTheHotListForTheCardOfThisIssuer) {
    std::string asked;
    Check answer{"document.revocation", Result::failed, "listed", {}};
    knowledge.card_revocation = [&](const std::string& issuer, const std::string& serial, Time,
                                    std::chrono::days limit) {
        asked = issuer + " " + serial + " " + std::to_string(limit.count());
        return answer;
    };
    EXPECT_EQ(verify(maker.sign()).decision, Decision::reject);
    EXPECT_EQ(asked, "UTO D23145890 7");
    answer = {"document.revocation", Result::undetermined, "list_too_old", {}};
    EXPECT_EQ(verify(maker.sign()).decision, Decision::refer);
    knowledge.card_revocation = nullptr;
    EXPECT_EQ(outcome(verify(maker.sign()), "document.revocation"), "undetermined no_list");
}

TEST_F(VerifyDocument, ARevocationListOlderThanThePolicyAllowsDecidesNothing) {
    knowledge.at = specimen::kNow + policy->revocation_list_age() + std::chrono::hours{1};
    const Verdict verdict = verify(maker.sign());
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(outcome(verdict, "passive_authentication.revocation"), "undetermined list_too_old");
}

TEST_F(VerifyDocument, TheSecurityObjectAloneIsVerifiedAndReferred) {
    LdsDocument document;
    document.files[lds::File::security_object] = maker.sign().files.at(lds::File::security_object);
    const Verdict verdict = verify(document);
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(outcome(verdict, "passive_authentication.signature"), "passed");
    EXPECT_EQ(outcome(verdict, "passive_authentication.chain"), "passed");
    EXPECT_EQ(outcome(verdict, "read.complete"), "undetermined files_missing");
    EXPECT_EQ(outcome(verdict, "document.expiry"), "not_performed mrz_not_read");
}

TEST_F(VerifyDocument, NothingAtAllIsReferred) {
    const Verdict verdict = verify({});
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(outcome(verdict, "passive_authentication.structure"), "not_performed security_object_not_read");
}

TEST_F(VerifyDocument, GarbageInPlaceOfASecurityObjectIsRejectedByItsStructure) {
    LdsDocument document = maker.sign();
    document.files[lds::File::security_object] = from_hex("77 03 30 01 00");
    const Verdict verdict = verify(document);
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(verdict, "passive_authentication.structure"), "failed malformed");
    EXPECT_EQ(outcome(verdict, "document.expiry"), "not_performed mrz_not_authentic");
    EXPECT_EQ(verdict.holder.name, "");
}

TEST_F(VerifyDocument, AFalseSignatureLeavesNothingToBeBelieved) {
    LdsDocument document = maker.sign();
    document.files[lds::File::security_object].back() ^= 1U;  // within the signature
    const Verdict verdict = verify(document);
    EXPECT_EQ(verdict.decision, Decision::reject);
    EXPECT_THAT(outcome(verdict, "passive_authentication.signature"), HasSubstr("failed"));
    EXPECT_EQ(verdict.holder.latin_name, "");
    EXPECT_EQ(verdict.document.number, "");
}

TEST_F(VerifyDocument, ASignedGroupThatCanNotBeUnderstoodSaysNothing) {
    maker.further[11] = from_hex("6B 03 5F 0E 05");
    maker.mrz_text = std::string(90, '<');
    const Verdict verdict = verify(maker.sign());
    EXPECT_NE(verdict.decision, Decision::accept);
    EXPECT_EQ(verdict.holder.name, "");
}

TEST_F(VerifyDocument, ComparesWhatIsExpected) {
    const LdsDocument document = maker.sign();
    Verdict verdict = verify(document, {"0084575948", "سارا محمدی", std::chrono::year{1990} / 5 / 21, "D23145890"});
    EXPECT_EQ(verdict.decision, Decision::accept);
    for (const auto* id : {"expected.national_code", "expected.name", "expected.birth_date", "expected.card_serial"}) {
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    }
    verdict = verify(document, {"0084575956", "مریم محمدی", std::chrono::year{1990} / 5 / 22, "D23145891"});
    EXPECT_EQ(verdict.decision, Decision::reject);
    for (const auto* id : {"expected.national_code", "expected.name", "expected.birth_date", "expected.card_serial"}) {
        EXPECT_EQ(outcome(verdict, id), "failed differs") << id;
    }
}

TEST_F(VerifyDocument, NamesAreComparedFoldedAndInEitherOrder) {
    const LdsDocument document = maker.sign();
    EXPECT_EQ(outcome(verify(document, {.name = "محمدي سارا"}), "expected.name"), "passed");  // Arabic yeh
    EXPECT_EQ(outcome(verify(document, {.name = "Sara Mohammadi"}), "expected.name"), "passed");
    EXPECT_EQ(outcome(verify(document, {.name = "Mohammadi Sara"}), "expected.name"), "passed");
    EXPECT_EQ(outcome(verify(document, {.name = "Sarah Mohammadi"}), "expected.name"), "undetermined spelling_differs");
}

TEST_F(VerifyDocument, WhatTheCardDoesNotHaveIsNotCompared) {
    maker.further.erase(11);
    const LdsDocument document = maker.sign();
    EXPECT_EQ(outcome(verify(document, {.national_code = "0084575948"}), "expected.national_code"),
              "undetermined not_on_card");
    EXPECT_EQ(outcome(verify(document, {.name = "سارا محمدی"}), "expected.name"), "undetermined not_on_card");
    EXPECT_EQ(outcome(verify(document, {.birth_date = std::chrono::year{1990} / 5 / 21}), "expected.birth_date"),
              "passed");
}

TEST_F(VerifyDocument, AnEfComThatDisagreesIsReported) {
    LdsDocument document = maker.sign();
    document.files[lds::File::com] = from_hex("60 14 5F 01 04 30 31 30 37 5F 36 06 30 34 30 30 30 30 5C 02 61 75");
    const Verdict verdict = verify(document);
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::com_disagrees));
    EXPECT_EQ(verdict.decision, Decision::accept);
}

TEST_F(VerifyDocument, CardSecurityAloneGivesItsOwnChecks) {
    LdsDocument document;
    document.files[lds::File::card_security] = trust::sign_card_security(from_hex("31 00"), maker.signer);
    const Verdict verdict = verify(document);
    EXPECT_EQ(outcome(verdict, "card_security.signature"), "passed");
    EXPECT_EQ(outcome(verdict, "card_security.chain"), "passed");
    EXPECT_EQ(find(verdict.checks, "passive_authentication.signature"), nullptr);
    EXPECT_EQ(verdict.profile.name, "npa");
    EXPECT_NE(verdict.decision, Decision::accept);
}

TEST_F(VerifyDocument, TellsThePathsThatWereTried) {
    EXPECT_FALSE(verify_document(maker.sign(), {}, knowledge, "01").steps.empty());
}

TEST_F(VerifyDocument, ThePublishedTestDocumentOf2008IsNeverAccepted) {
    const std::string folder = std::string{TAHVIL_SHARED} + "/documents/bsi2008/";
    LdsDocument document;
    const auto read = [&](lds::File file, const std::string& from) {
        std::ifstream in{folder + from, std::ios::binary};
        if (in) document.files[file] = Bytes{std::istreambuf_iterator<char>{in}, {}};
    };
    read(lds::File::security_object, "EF_SOD.bin");
    read(lds::File::com, "EF_COM.bin");
    for (const unsigned group : {1U, 2U, 3U, 4U, 14U, 15U}) {
        read(lds::data_group(group), "Datagroup" + std::to_string(group) + ".bin");
    }
    if (document.files.empty()) GTEST_SKIP() << "the published test document is not beside the checkout";

    const Verdict verdict = verify(document);
    EXPECT_NE(verdict.decision, Decision::accept);
    const Check& hashes = *find(verdict.checks, "passive_authentication.data_group_hashes");
    for (const auto* group : {"dg1", "dg2", "dg3", "dg14"}) EXPECT_EQ(detail(hashes, group), "match") << group;
    for (const auto* group : {"dg4", "dg15"}) EXPECT_EQ(detail(hashes, group), "not_covered") << group;
    EXPECT_TRUE(contains(verdict.deviations, DeviationCode::algorithm_sha1));
    EXPECT_THAT(outcome(verdict, "passive_authentication.chain"), HasSubstr("undetermined"));
}

TEST(FilesNeeded, AreAllThatIsSignedAndInReach) {
    const std::set<int> groups{1, 2, 3, 4, 11, 14};
    using lds::File;
    EXPECT_EQ(files_needed(groups, Purpose::handover, {}),
              (std::set{File::security_object, File::com, File::dg1, File::dg2, File::dg11, File::dg14}));
    EXPECT_EQ(files_needed(groups, Purpose::identity_check, {}),
              (std::set{File::security_object, File::dg1, File::dg14}));
    EXPECT_EQ(files_needed(groups, Purpose::identity_check, {Part::portrait}),
              (std::set{File::security_object, File::dg1, File::dg2, File::dg14}));
    EXPECT_EQ(files_needed(groups, Purpose::identity_check, {Part::holder}),
              (std::set{File::security_object, File::dg1, File::dg11, File::dg14}));
}

}  // namespace
}  // namespace tahvil::daemon
