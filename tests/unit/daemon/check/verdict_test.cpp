#include "daemon/check/verdict.h"

#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "daemon/check/check_table.h"
#include "daemon/check/verdict_json.h"

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;

const RandomSource kZeros = [](std::span<std::uint8_t> into) { std::ranges::fill(into, std::uint8_t{0}); };
const RandomSource kOnes = [](std::span<std::uint8_t> into) { std::ranges::fill(into, std::uint8_t{0xFF}); };

Verdict verdict() {
    Verdict result;
    result.id = "01J";
    result.purpose = Purpose::handover;
    result.decision = Decision::refer;
    result.because = {"document.revocation: undetermined"};
    result.checks = {{"document.revocation", Result::undetermined, "list_stale", {{"age", "9"}}}};
    note(result.deviations, DeviationCode::certificate_explicit_ec_parameters, "equal to brainpoolP256r1");
    result.document.number = "D1234567";
    result.document.expires = std::chrono::year{2031} / 2 / 3;
    result.holder.name = "سارا محمدی";
    result.holder.portrait = from_hex("FF D8 FF E0");
    result.holder.portrait_type = "image/jpeg";
    result.evaluated.at = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h + 14min + 20s;
    result.evaluated.policy = "sha256:00";
    result.trust.specimen = true;
    result.profile = {"icao-lds1", true, {Authenticity::lds}};
    result.timing.apdus = 61;
    return result;
}

TEST(VerdictId, IsTheUlidOfItsTimeAndRandomness) {
    // The time and the extremes of randomness, written out by hand in Crockford's base 32.
    const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds{1469918176385}};
    EXPECT_EQ(make_id(at, kZeros), "01ARYZ6S410000000000000000");
    EXPECT_EQ(make_id(at, kOnes), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
    EXPECT_LT(make_id(at, kOnes), make_id(at + 1ms, kZeros));
}

TEST(VerdictJson, HoldsFactsAndDecision) {
    const boost::json::object json = to_json(verdict(), {});
    EXPECT_EQ(json.at("decision"), "refer");
    EXPECT_EQ(json.at("purpose"), "handover");
    EXPECT_EQ(json.at("because").as_array().size(), 1U);
    const auto& check = json.at("checks").as_array().at(0).as_object();
    EXPECT_EQ(check.at("result"), "undetermined");
    EXPECT_EQ(check.at("reason"), "list_stale");
    EXPECT_EQ(check.at("detail").as_object().at("age"), "9");
    EXPECT_EQ(json.at("deviations").as_array().at(0).as_object().at("code"), "certificate.explicit_ec_parameters");
    EXPECT_EQ(json.at("evaluated").as_object().at("at"), "2026-11-22T10:14:20Z");
    EXPECT_EQ(json.at("trust").as_object().at("specimen"), true);
    EXPECT_EQ(json.at("timing").as_object().at("apdus"), 61U);
}

TEST(VerdictJson, TellsOfDocumentAndHolderOnlyWhatWasAskedFor) {
    const std::string nothing = to_json_text(verdict(), {});
    EXPECT_EQ(nothing.find("D1234567"), std::string::npos);
    EXPECT_EQ(nothing.find("سارا"), std::string::npos);
    EXPECT_EQ(nothing.find("/9j/4A=="), std::string::npos);

    const boost::json::object all = to_json(verdict(), {Part::document, Part::holder, Part::portrait});
    EXPECT_EQ(all.at("document").as_object().at("number"), "D1234567");
    EXPECT_EQ(all.at("document").as_object().at("expiry_date"), "2031-02-03");
    EXPECT_EQ(all.at("holder").as_object().at("name"), "سارا محمدی");
    EXPECT_EQ(all.at("holder").as_object().at("portrait").as_object().at("data"), "/9j/4A==");

    const boost::json::object face = to_json(verdict(), {Part::portrait});
    EXPECT_FALSE(face.contains("document"));
    EXPECT_FALSE(face.at("holder").as_object().contains("name"));
    EXPECT_TRUE(face.at("holder").as_object().contains("portrait"));
}

TEST(CheckTable, NamesEachCheckOnceInTheOrderOfRunning) {
    std::set<std::string_view> ids;
    for (const CheckInfo& info : check_table()) EXPECT_TRUE(ids.insert(info.id).second) << info.id;
    EXPECT_LT(check_order("access.pace"), check_order("passive_authentication.structure"));
    EXPECT_LT(check_order("passive_authentication.chain"), check_order("chip.authentication"));
    EXPECT_EQ(check_info("signed_file.identity")->id, "signed_file.*");
    EXPECT_EQ(check_info("signed_file."), nullptr);
    EXPECT_EQ(check_info("nothing"), nullptr);
}

}  // namespace
}  // namespace tahvil::daemon
