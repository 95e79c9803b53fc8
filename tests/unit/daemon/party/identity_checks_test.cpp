#include "daemon/party/identity_checks.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "daemon/error.h"
#include "daemon/private_file.h"
#include "daemon/receipt/sd_jwt.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;
using specimen_bench::Bench;
using specimen_bench::kNow;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr auto kPatience = 30s;

/// Notes the header of every command: under secure messaging, too, it is in the clear (ISO/IEC 7816-4, 10).
class ObservedCard final : public emulator::Card {
public:
    ObservedCard(std::unique_ptr<emulator::Card> card, std::shared_ptr<std::vector<Bytes>> headers)
        : card_(std::move(card)), headers_(std::move(headers)) {}

    Bytes atr() const override { return card_->atr(); }
    WireLimits limits() const override { return card_->limits(); }
    void reset() override { card_->reset(); }
    Bytes respond(ByteView command) override {
        headers_->push_back(to_bytes(command.first(4)));
        return card_->respond(command);
    }

private:
    std::unique_ptr<emulator::Card> card_;
    std::shared_ptr<std::vector<Bytes>> headers_;
};

/// A terminal that serves a bank and a notary.
class IdentityChecksTest : public testing::Test {
protected:
    IdentityChecksTest() {
        fs::create_directories(folder_);
        write_private_file(folder_ / "bank.key", Bytes(32, 1));
        write_private_file(folder_ / "notary.key", Bytes(32, 2));
        for (const char* name : {"bank", "notary"}) {
            RelyingParty party;
            party.name = name;
            party.users = {"1004"};
            party.purposes = {"account_opening"};
            party.predicates = {Predicate::age_over,      Predicate::national_code_is, Predicate::name_is,
                                Predicate::birth_date_is, Predicate::nationality_is,   Predicate::card_valid,
                                Predicate::holder_present};
            party.attributes = {Attribute::name, Attribute::birth_date, Attribute::portrait};
            party.pseudonym_key = (folder_ / (std::string{name} + ".key")).string();
            party.rate = 1000;
            parties_.add(party);
        }
        pool_.add(bench.reader);
    }

    ~IdentityChecksTest() override {
        identity_.stop();
        checks_.stop();
        pool_.stop();
        fs::remove_all(folder_);
    }

    void insert(emulator::SpecimenOptions options = {}) {
        emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
        bench.person = specimen.person;
        bench.reader->insert(specimen_bench::embed(std::make_unique<ObservedCard>(std::move(specimen.card), headers_)));
    }

    IdentityQuestion question(const std::string& party = "bank") {
        IdentityQuestion question;
        question.party = party;
        question.nonce = "nonce-" + std::to_string(++nonces_) + "-0123456789";
        question.audience = "https://bank.example";
        question.purpose = "account_opening";
        question.consent = {
            Consent::Method::operator_client,
            "I agree that the bank learns whether I am 18.",
            "en",
            "op-7",
            {Predicate::age_over, Predicate::national_code_is, Predicate::name_is, Predicate::birth_date_is,
             Predicate::nationality_is, Predicate::card_valid, Predicate::holder_present},
            {Attribute::name, Attribute::birth_date, Attribute::portrait}};
        question.access.can = Bench::can(bench.person.card_access_number);
        return question;
    }

    IdentityView ended(const std::string& id) {
        std::unique_lock lock(mutex_);
        IdentityView view;
        EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] {
            lock.unlock();
            view = identity_.get(id);
            lock.lock();
            return view.state != IdentityState::waiting && view.state != IdentityState::queued &&
                   view.state != IdentityState::running;
        }));
        return view;
    }

    /// The claims of a question's answer, whose signature holds.
    json::object claims(IdentityQuestion question) {
        const IdentityView view = ended(identity_.start(std::move(question), 1004));
        EXPECT_EQ(view.state, IdentityState::finished);
        if (view.answer.empty()) return {};
        const SdJwt answer = SdJwt::parse(view.answer);
        EXPECT_EQ(answer.type(), kIdentityAnswerType);
        const SdJwtCheck check = answer.check(key_.public_key(), kNow);
        EXPECT_EQ(check.result, SdJwtCheck::Result::verified);
        return check.claims;
    }

    static std::string answer(const json::object& claims, std::string_view name) {
        const json::value* const claim = claims.if_contains(name);
        return claim == nullptr ? "not answered" : std::string{claim->at("answer").as_string()};
    }

    /// Short file identifiers that READ BINARY named, in order.
    std::vector<int> files_read() const {
        std::vector<int> files;
        for (const Bytes& header : *headers_)
            if (header[1] == 0xB0 && (header[2] & 0x80U) != 0) files.push_back(header[2] & 0x1F);
        return files;
    }

    Bench bench;
    fs::path folder_ = fs::temp_directory_path() / ("tahvil-identity-" + std::to_string(::getpid()));
    Parties parties_{{}, folder_ / "parties", system_accounts()};
    PrivateKey key_ = PrivateKey::generate_ec(Curve::secp256r1);
    std::shared_ptr<const SigningIdentity> signer_ = std::make_shared<SigningIdentity>(
        SigningIdentity{"T1", "office.example/12", std::shared_ptr<const Signer>(signer_in_memory(key_)), {}});
    std::shared_ptr<std::vector<Bytes>> headers_ = std::make_shared<std::vector<Bytes>>();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<IdentityRecord> records_;
    int nonces_ = 0;
    ReaderPool pool_{{}, [this](const ReaderEvent& event) {
                         if (event.kind == ReaderEvent::Kind::card_inserted) identity_.card_inserted(event.reader.id);
                     }};
    CheckService checks_{pool_,
                         [this] { return bench.knowledge(); },
                         system_random,
                         {},
                         [this](const CheckEvent& event) { identity_.check_changed(event); }};
    IdentityChecks identity_{{pool_, checks_, parties_, [this] { return signer_; },
                              [this](const IdentityRecord& record) {
                                  const std::lock_guard lock(mutex_);
                                  records_.push_back(record);
                              },
                              [this](const IdentityView&) {
                                  const std::lock_guard lock(mutex_);
                                  changed_.notify_all();
                              },
                              [] { return kNow; }, system_random},
                             {}};
};

TEST_F(IdentityChecksTest, AnAgeIsAnsweredFromTheMrzAndNothingElseIsRead) {
    insert();
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    const json::object found = claims(asked);
    EXPECT_EQ(answer(found, "age_over"), "true");
    EXPECT_EQ(found.at("age_over").at("asked").as_int64(), 18);
    EXPECT_EQ(found.at("aud").as_string(), "https://bank.example");
    EXPECT_EQ(found.at("nonce").as_string(), asked.nonce);
    EXPECT_EQ(found.at("decision").as_string(), "accept");
    EXPECT_EQ(found.at("exp").as_int64() - found.at("iat").as_int64(), 600);
    EXPECT_EQ(found.at("terminal").as_string(), "T1");
    for (const char* not_told : {"birth_date", "name", "national_code", "portrait"})
        EXPECT_FALSE(found.contains(not_told)) << not_told;

    // Every command that the card was sent. The chip's proof needs EF.DG14; after it EF.SOD is asked for again, to see
    // that the card holds the new keys (BSI TR-03110-2, 3.4).
    std::vector<std::string> sent;
    for (const Bytes& header : *headers_) sent.push_back(to_hex(header));
    EXPECT_THAT(sent, ElementsAre("00B08100",                                                  // EF.ATR/INFO
                                  "00B09C00",                                                  // EF.CardAccess
                                  "0022C1A4", "10860000", "10860000", "10860000", "00860000",  // PACE
                                  "0CA4040C",                                                  // the application
                                  "0CB09D00", "0CB08100", "0CB08E00",    // EF.SOD, EF.DG1, EF.DG14
                                  "0C2241A4", "0C860000", "0CB09D00"));  // chip authentication
}

TEST_F(IdentityChecksTest, EachPredicateHasItsAnswer) {
    insert();
    IdentityQuestion asked = question();
    asked.wanted.age_over = 150;
    asked.wanted.national_code_is = bench.person.national_code;
    asked.wanted.name_is = "SOMEBODY ELSE ENTIRELY";
    asked.wanted.birth_date_is = bench.person.birth_date;
    asked.wanted.nationality_is = "IRN";
    asked.wanted.card_valid = true;
    asked.wanted.holder_present = true;
    asked.wanted.attributes = {Attribute::birth_date};
    const json::object found = claims(asked);
    EXPECT_EQ(answer(found, "age_over"), "false");
    EXPECT_EQ(answer(found, "national_code_is"), "true");
    EXPECT_NE(answer(found, "name_is"), "true");
    EXPECT_EQ(answer(found, "birth_date_is"), "true");
    EXPECT_EQ(answer(found, "nationality_is"), "false");
    EXPECT_EQ(answer(found, "card_valid"), "true") << "a wrong guess is no fault of the card";
    EXPECT_EQ(answer(found, "holder_present"), "undetermined") << "nobody looked";
    EXPECT_EQ(found.at("birth_date").as_string(), to_iso(bench.person.birth_date));
    EXPECT_EQ(found.at("decision").as_string(), "accept");
    EXPECT_THAT(files_read(), Not(Contains(0x02))) << "EF.DG2";

    IdentityQuestion compared = question();
    compared.wanted.holder_present = true;
    compared.portrait_compared_by = "op-7";
    const json::object present = claims(compared);
    EXPECT_EQ(answer(present, "holder_present"), "true");
    EXPECT_EQ(present.at("portrait_compared_by").as_string(), "op-7");
}

TEST_F(IdentityChecksTest, ThePortraitIsReadForThoseAloneWhoAskForIt) {
    insert();
    IdentityQuestion asked = question();
    asked.wanted.attributes = {Attribute::portrait};
    const json::object found = claims(asked);
    EXPECT_EQ(found.at("portrait").at("media_type").as_string(), "image/jpeg");
    EXPECT_THAT(files_read(), Contains(0x02));
    EXPECT_THAT(files_read(), Not(Contains(0x0B))) << "EF.DG11";
}

TEST_F(IdentityChecksTest, ACardThatIsNotAcceptedSaysNothingOfItsHolder) {
    emulator::SpecimenOptions options;
    options.fault = emulator::parse_fault("cloned");
    insert(options);
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    asked.wanted.card_valid = true;
    asked.wanted.holder_present = true;
    asked.portrait_compared_by = "op-7";
    asked.wanted.attributes = {Attribute::name, Attribute::birth_date};
    const json::object found = claims(asked);
    EXPECT_EQ(answer(found, "card_valid"), "false");
    EXPECT_EQ(answer(found, "age_over"), "undetermined");
    EXPECT_EQ(answer(found, "holder_present"), "undetermined");
    for (const char* not_told : {"sub", "name", "birth_date"}) EXPECT_FALSE(found.contains(not_told)) << not_told;
    EXPECT_EQ(found.at("decision").as_string(), "reject");
}

TEST_F(IdentityChecksTest, OnePartySeesOneSubjectAndTwoPartiesSeeTwo) {
    insert();
    const auto subject = [&](const std::string& party, bool with_details) {
        IdentityQuestion asked = question(party);
        asked.wanted.age_over = 18;
        if (with_details) asked.wanted.attributes = {Attribute::name};
        return std::string{claims(asked).at("sub").as_string()};
    };
    const std::string bank = subject("bank", false);
    EXPECT_EQ(subject("bank", true), bank) << "whichever files were read";
    EXPECT_NE(subject("notary", false), bank);
    EXPECT_EQ(bank.find(bench.person.national_code), std::string::npos);
}

TEST_F(IdentityChecksTest, WhatTheHolderDidNotAgreeToIsLeftOutAndTheirWordsAreKept) {
    insert();
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    asked.wanted.name_is = "X";
    asked.wanted.attributes = {Attribute::name, Attribute::portrait};
    asked.consent.predicates = {Predicate::age_over};
    asked.consent.attributes = {};
    asked.consent.text = "موافقم که بانک بداند بالای ۱۸ سال دارم.";
    asked.consent.language = "fa";
    const json::object found = claims(asked);
    EXPECT_EQ(answer(found, "age_over"), "true");
    for (const char* not_told : {"name", "name_is", "portrait"}) EXPECT_FALSE(found.contains(not_told)) << not_told;
    EXPECT_EQ(json::serialize(found.at("withheld")), R"(["name_is","name","portrait"])");
    EXPECT_EQ(found.at("consent").at("text").as_string(), asked.consent.text);
    EXPECT_EQ(found.at("consent").at("language").as_string(), "fa");
    EXPECT_THAT(files_read(), Not(Contains(0x02)));
    EXPECT_THAT(files_read(), Not(Contains(0x0B)));
    ASSERT_EQ(records_.size(), 1U);
    EXPECT_EQ(records_[0].consent.text, asked.consent.text);
    EXPECT_EQ(records_[0].predicates, (std::set{Predicate::age_over}));
    EXPECT_THAT(records_[0].attributes, IsEmpty());
}

TEST_F(IdentityChecksTest, ConsentByPinIsNoneWithoutThePin) {
    insert();
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    asked.consent.method = Consent::Method::pin;
    asked.consent.operator_id.clear();
    asked.holder_pin = true;
    const IdentityView view = ended(identity_.start(asked, 1004));
    EXPECT_EQ(view.state, IdentityState::failed);
    EXPECT_EQ(thrown_code([&] { std::rethrow_exception(view.problem); }), "identity_check.no_consent");
    EXPECT_THAT(view.answer, IsEmpty());
    EXPECT_THAT(records_, IsEmpty());
}

TEST_F(IdentityChecksTest, ConsentAndPresenceByThePinOfTheCard) {
    emulator::SpecimenOptions options;
    options.pin = "482913";
    insert(options);
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    asked.wanted.holder_present = true;
    asked.consent.method = Consent::Method::pin;
    asked.consent.operator_id.clear();
    asked.holder_pin = true;
    asked.access = {};
    asked.access.pin = SecretBytes{as_bytes("482913")};
    const json::object found = claims(asked);
    EXPECT_EQ(answer(found, "age_over"), "true");
    EXPECT_EQ(answer(found, "holder_present"), "true");
}

TEST_F(IdentityChecksTest, TheCommonRefusals) {
    insert();
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    claims(asked);
    EXPECT_EQ(thrown_code([&] { identity_.start(asked, 1004); }), "identity_check.nonce");
    IdentityQuestion forged = question("office");
    forged.wanted.age_over = 18;
    EXPECT_EQ(thrown_code([&] { identity_.start(forged, 1004); }), "access.denied");
    IdentityQuestion curious = question();
    curious.wanted.attributes = {Attribute::sex};
    EXPECT_EQ(thrown_code([&] { identity_.start(curious, 1004); }), "identity_check.not_granted");
    EXPECT_EQ(thrown_code([&] { identity_.get("01"); }), "identity_check.not_found");
    bench.reader->remove();
    IdentityQuestion no_card = question();
    no_card.wanted.age_over = 18;
    EXPECT_EQ(thrown_code([&] { identity_.start(no_card, 1004); }), "reader.no_card");
    EXPECT_EQ(thrown_code([&] { identity_.start(no_card, 1004); }), "reader.no_card") << "the nonce was not spent";
}

TEST_F(IdentityChecksTest, WaitsForACardAndWhoAskedFirstGetsIt) {
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    asked.wait = 30s;
    const std::string first = identity_.start(asked, 1004);
    asked.nonce += "-2";
    const std::string second = identity_.start(asked, 1004);
    EXPECT_EQ(identity_.get(first).state, IdentityState::waiting);
    insert();
    EXPECT_EQ(ended(first).state, IdentityState::finished);
    EXPECT_EQ(identity_.get(second).state, IdentityState::waiting);
    identity_.cancel(second);
    EXPECT_EQ(identity_.get(second).state, IdentityState::cancelled);
    identity_.cancel(second);
    asked.nonce += "-3";
    const std::string third = identity_.start(asked, 1004);
    EXPECT_EQ(ended(third).state, IdentityState::finished) << "the card lies there already";
}

TEST_F(IdentityChecksTest, AWaitThatIsInVainEndsByItself) {
    IdentityQuestion asked = question();
    asked.wanted.age_over = 18;
    asked.wait = 1s;
    const IdentityView view = ended(identity_.start(asked, 1004));
    EXPECT_EQ(view.state, IdentityState::failed);
    EXPECT_EQ(thrown_code([&] { std::rethrow_exception(view.problem); }), "identity_check.no_card");
    insert();
    EXPECT_EQ(identity_.get(view.id).state, IdentityState::failed);
    EXPECT_THAT(*headers_, IsEmpty()) << "nobody asks the card any more";
}

}  // namespace
}  // namespace tahvil::daemon
