// A day at an office, played by an emulated clerk through the socket of a whole daemon, with a real pcscd and emulated
// cards of one specimen issuer.

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "apdu/emulator/specimen.h"
#include "crypto/base64.h"
#include "crypto/trust/signed_data.h"
#include "daemon/journal/export_format.h"
#include "daemon/journal/verification.h"
#include "daemon/text/length.h"
#include "daemon/text/national_code.h"
#include "tests/pcscd/inserted_card.h"
#include "tests/pcscd/lab.h"
#include "tests/socket/desk_daemon.h"
#include "tests/support/sanitizers.h"

namespace tahvil::lab {
namespace {

using emulator::Person;
using testing::HasSubstr;
namespace json = boost::json;

constexpr int kManifest = 500;
constexpr int kHandovers = 9;
constexpr int kTries = 20;
constexpr const char* kReader = "lab-reader-1-00-00";

std::string text(const json::value& value) {
    return std::string(std::string_view(value.as_string()));
}

/// The nth national code that the rule allows, from 0012345600 on.
std::string national_code(int number) {
    for (int last = 0; last <= 9; ++last) {
        const std::string code = "00" + std::to_string(1'234'560 + number) + std::to_string(last);
        if (!daemon::fault_of_national_code(code)) return code;
    }
    return {};
}

/// Somebody who does not exist, one for each number.
Person person(int number) {
    Person person = emulator::specimen_person(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
    person.national_code = national_code(number);
    person.document_number = "SP" + std::to_string(1'000'000 + number);
    person.birth_date = std::chrono::year{1980 + number % 20} / std::chrono::March / std::chrono::day{21};
    person.card_access_number = std::to_string(200'000 + number);
    return person;
}

std::string manifest() {
    std::string rows =
        "tracking_code,national_code,given_name,family_name,birth_date,birth_certificate_serial,card_serial,can,fee,"
        "office,phone,batch\n";
    for (int i = 0; i < kManifest; ++i) {
        const Person who = person(i);
        rows += "TRACK-" + std::to_string(i) + "," + who.national_code + ",نمونه,آزمایشی," +
                std::to_string(static_cast<int>(who.birth_date.year())) + "-03-21,123456," + who.document_number + "," +
                who.card_access_number + "," + (i % 3 == 0 ? "200000" : "0") + ",۱۲,0912000" +
                std::to_string(1000 + i) + ",B7\n";
    }
    return rows;
}

class PlayedDay : public test::DeskDaemon {
protected:
    PlayedDay() : DeskDaemon(std::vector<std::string>{}) {
        config_.pcsc = true;
        config_.desk.office.time_zone = "Asia/Tehran";
        config_.desk.notices.command = {"/bin/sh", "-c", "cat >> $1/notices; echo sms", "sh", folder_.path()};
        config_.hot_list_key = folder_.path() + "/hot-list.key";
        std::ofstream(config_.hot_list_key, std::ios::binary) << as_text(pki_.hot_list_key);
    }

    void SetUp() override {
        if (!in_namespace()) GTEST_SKIP() << "run it by tests/lab/in_namespace";
        if (test::kThreadSanitizer) GTEST_SKIP() << "a matter of acts, not of threads; the other builds run it";
        pcscd_.start();
        start();
        const auto import_trust = [this](const char* target, ByteView file) {
            const test::RawResponse answer =
                connect(test::kAdministrator).call("POST", target, as_text(file), "application/octet-stream");
            ASSERT_EQ(answer.status, 201) << target << ": " << answer.body;
        };
        import_trust("/v1/trust/certificates", pki_.country_signer.certificate);
        import_trust("/v1/trust/revocation-lists", pki_.revocation_list);
        import_trust("/v1/trust/hot-lists", pki_.hot_list);
    }

    emulator::Specimen card_of(const Person& who, const char* fault = "none",
                               const emulator::SpecimenPki* issuer = nullptr) {
        emulator::SpecimenOptions options;
        options.portrait_size = 2000;
        options.fault = emulator::parse_fault(fault);
        return emulator::personalise(who, issuer == nullptr ? pki_ : *issuer, options, now_);
    }

    std::string reader_state() {
        const json::value answer = get("/v1/readers");
        for (const auto& reader : answer.at("readers").as_array())
            if (text(reader.at("id")) == kReader) return text(reader.at("state"));
        return "none";
    }
    /// Until the reader has, or has not, had a card for a while: vpcd changes its mind when cards change.
    void wait_for_reader(bool card) {
        constexpr int kLooks = 10;
        int steady = 0;
        for (int i = 0; i < 6000 && steady < kLooks; ++i) {
            steady = (reader_state() == "card") == card ? steady + 1 : 0;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        ASSERT_EQ(steady, kLooks);
    }

    /// Puts a card in, has it checked for the desk, and takes it out again.
    json::value checked(emulator::Specimen& specimen, const std::string& target, bool with_can = false) {
        wait_for_reader(false);
        const InsertedCard inserted(*specimen.card, port_);
        wait_for_reader(true);
        std::string body = R"("reader":")" + std::string(kReader) + '"';
        if (with_can) body += R"(,"access":{"can":")" + specimen.person.card_access_number + R"("})";
        // vpcd may drop a card that comes soon after another; the clerk is told to try again, and does.
        json::value check = ended(begin(target, act(body)));
        for (int i = 0; i < kTries && check.as_object().contains("problem"); ++i) {
            wait_for_reader(true);
            check = ended(begin(target, act(body)));
        }
        EXPECT_EQ(text(check.at("state")), "done") << json::serialize(check);
        return check;
    }

    std::string id_of(int number) {
        return text(
            call("POST", "/v1/deliveries/search", R"({"tracking_code":"TRACK-)" + std::to_string(number) + "\"}", 200)
                .at("deliveries")
                .at(0)
                .at("id"));
    }
    std::string handover(int number) { return "/v1/deliveries/" + id_of(number) + "/handover"; }
    void settle(int number, const std::string& item, const std::string& method, const std::string& more = {}) {
        call("POST", handover(number) + "/settle",
             act(R"("item":")" + item + R"(","method":")" + method + '"' + (more.empty() ? "" : "," + more)), 201);
    }
    json::value complete(int number, int status) {
        return call("POST", handover(number) + "/complete", act(), status, test::kOperator,
                    "handover-" + std::to_string(number));
    }
    /// All items but that of the holder.
    void settle_the_rest(int number) {
        if (number % 3 == 0) settle(number, "fee_settled", number == 6 ? "waived" : "paid", R"("why":"reference 88")");
        settle(number, "transport_pin_changed", "no_transport_pin");
        if (number % 2 == 0)
            settle(number, "old_card_collected", "collected");
        else
            settle(number, "old_card_collected", "reported_lost", R"("why":"said so")");
    }
    void verify_holder(int number) {
        constexpr std::array<const char*, 3> methods{"fingerprint_on_card", "pin", "portrait"};
        if (number % 4 == 3)
            settle(number, "holder_verified", "two_persons",
                   R"("why":"no usable finger","second_person":{"id":"op-8","established":"badge"})");
        else
            settle(number, "holder_verified", methods.at(static_cast<std::size_t>(number % 4)));
    }

    std::string checkpoint() { return text(get("/v1/journal/checkpoint", 200, test::kAuditor).at("checkpoint")); }

    /// The journal as it is exported, and the keys that sign it.
    std::pair<std::string, std::vector<signed_note::VerifierKey>> exported() {
        const json::value head = get("/v1/journal/checkpoint", 200, test::kAuditor);
        std::vector<signed_note::VerifierKey> keys;
        for (const auto& key : head.at("keys").as_array()) keys.push_back(signed_note::VerifierKey::parse(text(key)));
        std::string lines = std::string(daemon::kExportFormat) + "\n";
        const std::int64_t size = head.at("size").as_int64();
        for (std::int64_t from = 0; from < size;) {
            const json::value page =
                get("/v1/journal/entries?count=100&from=" + std::to_string(from), 200, test::kAuditor);
            for (const auto& entry : page.at("entries").as_array())
                if (from < size) lines += text(entry) + "\n", ++from;
        }
        return {lines + "\n" + text(head.at("checkpoint")), keys};
    }

    void arrive();
    void hand_over_all();
    void verify_receipts();

    const trust::Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const emulator::SpecimenPki pki_ = emulator::SpecimenPki::make(now_);
    std::map<int, emulator::Specimen> cards_;  // by the number of the person
    const std::uint16_t port_ = free_port_pair();
    PcscdProcess pcscd_{{port_}};
};

/// A tray of twelve: nine that are expected, one of a stranger, one a second time, one that is copied. Two more cards
/// come by themselves.
void PlayedDay::arrive() {
    for (int i = 0; i <= 10; ++i) cards_.emplace(i, card_of(person(i)));
    emulator::Specimen foreign = card_of(person(9000));
    emulator::Specimen forged = card_of(person(7), "cloned");
    struct Expected {
        emulator::Specimen* card;
        const char* outcome;
        const char* reason;
    };
    const auto good = [this](int number) { return Expected{&cards_.at(number), "arrived", ""}; };
    int arrived = 0;
    for (const Expected& each : {good(0), good(1), good(2), Expected{&foreign, "set_aside", "no_record"}, good(3),
                                 good(4), Expected{&cards_.at(1), "set_aside", "twice"}, good(5), good(6),
                                 Expected{&forged, "set_aside", "not_genuine"}, good(7), good(8)}) {
        const json::value check = checked(*each.card, "/v1/check-ins", true);
        EXPECT_EQ(text(check.at("outcome")), each.outcome) << json::serialize(check);
        if (*each.reason != '\0') {
            EXPECT_EQ(text(check.at("reason")), each.reason);
        }
        arrived += text(check.at("outcome")) == "arrived" ? 1 : 0;
    }
    EXPECT_EQ(arrived, 9);
    for (const int number : {9, 10}) {  // opened with what the manifest says
        const json::value check = checked(cards_.at(number), "/v1/deliveries/" + id_of(number) + "/check-in");
        EXPECT_EQ(text(check.at("outcome")), "arrived") << json::serialize(check);
    }
}

void PlayedDay::hand_over_all() {
    for (int number = 0; number < kHandovers; ++number) {
        SCOPED_TRACE("handover " + std::to_string(number));
        call("POST", handover(number), act(), 201);
        if (number == 3) {  // somebody else's card was taken from the tray
            EXPECT_EQ(text(checked(cards_.at(4), handover(3) + "/check", true).at("outcome")), "entered");
            verify_holder(3);
            settle_the_rest(3);
            EXPECT_THAT(json::serialize(complete(3, 409)), HasSubstr("card_is_the_records"));
            call("POST", "/v1/deliveries/" + id_of(3) + "/handover/put-back", act(R"("why":"the wrong card")"), 201);
            call("POST", handover(3), act(), 201);
        }
        const json::value check = checked(cards_.at(number), handover(number) + "/check");
        EXPECT_EQ(text(check.at("outcome")), "entered") << json::serialize(check);
        EXPECT_EQ(text(check.at("decision")), "accept");
        settle_the_rest(number);
        if (number == 5) {  // no way fits this holder: a supervisor decides, who is another person
            call("POST", handover(5) + "/refer", act(R"("item":"holder_verified","why":"hands in plaster")"), 201);
            complete(5, 409);
            const std::string word = R"("item":"holder_verified","approve":true,"why":"known to me")";
            call("POST", handover(5) + "/decide", act(word), 403);
            call("POST", handover(5) + "/decide", act(word, "op-7"), 403, test::kSupervisor);
            call("POST", handover(5) + "/decide", act(word, "sup-1"), 201, test::kSupervisor);
        } else {
            verify_holder(number);
        }
        const json::value done = complete(number, 201);
        EXPECT_EQ(complete(number, 201), done) << "the same key again";
    }
}

void PlayedDay::verify_receipts() {
    const std::string path = folder_.path() + "/receipts.jsonl";
    {
        std::ofstream file(path);
        for (int number = 0; number < kHandovers; ++number) {
            const json::value receipt = get("/v1/deliveries/" + id_of(number) + "/receipt");
            file << json::serialize(json::object{{"receipt", receipt.at("receipt")},
                                                 {"record", receipt.at("delivery")},
                                                 {"serial", person(number).document_number}})
                 << "\n";
        }
    }
    const std::string command = "/usr/bin/python3 " TAHVIL_RECEIPT_VERIFIER " " + path + " >&2";
    EXPECT_EQ(std::system(command.c_str()), 0);
    const test::RawResponse page = connect().call("GET", "/v1/deliveries/" + id_of(5) + "/receipt.html");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.fields.at("content-type"), HasSubstr("text/html"));
    EXPECT_THAT(page.body, HasSubstr("با تأیید سرپرست"));
}

TEST_F(PlayedDay, OfManifestTrayInquiriesHandoversAndOneCardThatGoesBack) {
    ASSERT_EQ(import(signed_manifest(manifest())).status, 201);
    const std::string morning = checkpoint();
    arrive();

    // Holders ask, by what they know and as they type.
    const auto ask = [this](const std::string& body) { return call("POST", "/v1/inquiries", body, 200); };
    const json::value waiting = ask(R"({"tracking_code":"TRACK-۴"})");
    EXPECT_THAT(text(waiting.at("text")), HasSubstr("آماده است"));
    EXPECT_LE(daemon::utf16_units(text(waiting.at("text"))), 70U);
    EXPECT_EQ(text(ask(R"({"tracking_code":"TRACK-99"})").at("stage")), "expected");
    EXPECT_FALSE(ask(R"({"tracking_code":"TRACK-9999"})").as_object().contains("stage"));
    EXPECT_TRUE(ask(R"({"national_code":")" + person(6).national_code +
                    R"(","birth_certificate_serial":"۱۲۳۴۵۶","birth_date":"1986-03-21"})")
                    .as_object()
                    .contains("stage"));

    hand_over_all();
    complete(10, 409);  // nobody came

    const json::value sent =
        call("POST", "/v1/shipments", act(R"("why":"moved abroad","deliveries":[")" + id_of(9) + R"("])"), 201);
    const json::value shipment = get("/v1/shipments/" + text(sent.at("id")));
    const Bytes back = from_base64(text(shipment.at("manifest")), Base64::standard);
    EXPECT_THAT(std::string(as_text(trust::SignedData::parse(back).content())), HasSubstr("TRACK-9"));

    const json::object stages = get("/v1/manifests/1").at("stages").as_object();
    EXPECT_EQ(stages.at("expected"), kManifest - 11);
    EXPECT_EQ(stages.at("handed_over"), kHandovers);
    EXPECT_EQ(stages.at("returned"), 1);

    verify_receipts();
    const auto [journal, keys] = exported();
    std::istringstream stream(journal);
    const daemon::JournalVerification verification =
        daemon::verify_journal(stream, keys, std::vector<std::string>{morning});
    EXPECT_TRUE(verification.passed());
    ASSERT_EQ(verification.checks.back().id, "journal.consistency");
    EXPECT_TRUE(verification.checks.back().passed());
    for (int number = 0; number < 11; ++number)
        EXPECT_EQ(journal.find(person(number).national_code), std::string::npos) << "personal";

    // The same journal with one act fewer, or another, is found out.
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"card.set_aside", "card.set_asidf"},
                                   std::pair<std::string, std::string>{"delivery.hand_over", "delivery.miss_over"}}) {
        std::string changed = journal;
        changed.replace(changed.find(from), from.size(), to);
        std::istringstream again(changed);
        EXPECT_FALSE(daemon::verify_journal(again, keys, std::vector<std::string>{morning}).passed());
    }
}

}  // namespace
}  // namespace tahvil::lab
