#include "daemon/check/eid_check.h"

#include <gtest/gtest.h>

#include "apdu/emulator/eid_card.h"
#include "apdu/emulator/specimen_terminals.h"
#include "crypto/error.h"
#include "tests/unit/daemon/check/specimen_bench.h"

// PACE, terminal authentication, chip authentication, data groups, in this order (TR-03110-2, 2.4).

namespace tahvil::daemon {
namespace {

using emulator::Fault;
using emulator::SpecimenTerminals;
using specimen_bench::Bench;

const cv::Date kToday = std::chrono::floor<std::chrono::days>(specimen_bench::kNow);

class EidCardInReader : public testing::Test {
protected:
    void insert(Fault fault = Fault::none) {
        emulator::EidOptions options;
        options.pin = "482913";
        options.fault = {fault, 1};
        emulator::EidCard card =
            emulator::personalise_eid(bench.person, bench.pki, terminals.authority, options, specimen_bench::kNow);
        system = card.system;
        groups = card.data_groups;
        bench.reader->insert(specimen_bench::embed(std::move(card.card)));
    }

    CardCheck with_pin(std::string_view pin = "482913") const {
        CardCheck check;
        check.purpose = Purpose::read;
        check.access.pin = SecretBytes{as_bytes(pin)};
        check.holder = HolderMethod::pin;
        check.want = {Part::files, Part::holder, Part::document};
        return check;
    }

    CardCheckResult run(const CardCheck& check, bool with_terminal = true) {
        Knowledge knowledge = bench.knowledge();
        if (with_terminal)
            knowledge.terminals.push_back(std::make_shared<TerminalCredentials>(TerminalCredentials::select(
                {terminals.terminal, terminals.verifier}, signer_in_memory(terminals.terminal_key))));
        CardChecker checker{knowledge, system_random, {}};
        const auto session = bench.reader->open_session();
        return checker.run(*session, check, "01");
    }

    static std::string outcome(const CardCheckResult& result, std::string_view id) {
        const Check* check = find(result.verdict.checks, id);
        if (check == nullptr) return "missing";
        return std::string{name(check->result)} + (check->reason.empty() ? "" : " " + check->reason);
    }

    Bench bench;
    SpecimenTerminals terminals = SpecimenTerminals::make_for_eid(kToday, {1, 2, 3, 4, 5, 8, 10});
    const emulator::OperatingSystem* system = nullptr;
    std::map<unsigned, Bytes> groups;
};

TEST_F(EidCardInReader, TellsOfItsHolderToATerminalThatMayRead) {
    insert();
    CardCheck check = with_pin();
    check.expected.birth_date = bench.person.birth_date;
    check.expected.name = bench.person.given_name + " " + bench.person.family_name;
    const CardCheckResult result = run(check);
    const Verdict& verdict = result.verdict;
    for (const char* id : {"access.pace", "terminal.authentication", "card_security.signature", "card_security.chain",
                           "chip.authentication", "read.complete", "document.expiry", "document.issuer_consistent",
                           "holder.pin", "expected.birth_date", "expected.name"})
        EXPECT_EQ(outcome(result, id), "passed") << id;
    EXPECT_EQ(verdict.profile.name, "npa");
    EXPECT_EQ(verdict.holder.name, bench.person.given_name + " " + bench.person.family_name);
    EXPECT_EQ(verdict.holder.sex, "") << "no right to data group 11";
    EXPECT_EQ(result.files.at("eID.DG4"), groups.at(4));
    EXPECT_FALSE(result.files.contains("eID.DG11"));
    EXPECT_EQ(system->tally().pace_with_pin, 1U);
}

TEST_F(EidCardInReader, OpensByTheCanButKnowsNoHolderThen) {
    insert();
    CardCheck check = with_pin();
    check.access.pin.reset();
    check.access.can = Bench::can(bench.person.card_access_number);
    const CardCheckResult result = run(check);
    EXPECT_EQ(outcome(result, "chip.authentication"), "passed");
    EXPECT_EQ(outcome(result, "holder.pin"), "not_performed no_pin");
}

TEST_F(EidCardInReader, GivesNothingToATerminalWithoutCertificates) {
    insert();
    const CardCheckResult result = run(with_pin(), false);
    EXPECT_EQ(outcome(result, "terminal.authentication"), "not_performed no_terminal_key");
    EXPECT_EQ(outcome(result, "read.complete"), "not_performed card_is_closed");
    EXPECT_EQ(result.verdict.decision, Decision::refer);
    EXPECT_TRUE(result.files.empty());
}

TEST_F(EidCardInReader, GivesNothingBelowAnotherAuthority) {
    insert();
    terminals = SpecimenTerminals::make_for_eid(kToday, {1});
    const CardCheckResult result = run(with_pin());
    EXPECT_EQ(outcome(result, "terminal.authentication"), "undetermined certificate");
    EXPECT_EQ(result.verdict.decision, Decision::refer);
}

TEST_F(EidCardInReader, IsRejectedWhenTheChipIsAnother) {
    insert(Fault::cloned);
    CardCheck check = with_pin();
    check.purpose = Purpose::field;
    const CardCheckResult result = run(check);
    EXPECT_EQ(outcome(result, "chip.authentication"), "failed wrong_key");
    EXPECT_EQ(result.verdict.decision, Decision::reject);
    EXPECT_EQ(result.verdict.holder.name, "");
}

TEST_F(EidCardInReader, OfAnUnknownIssuerIsReferred) {
    insert(Fault::unknown_issuer);
    const CardCheckResult result = run(with_pin());
    EXPECT_EQ(outcome(result, "chip.authentication"), "undetermined key_not_verified");
    EXPECT_EQ(result.verdict.decision, Decision::refer);
}

}  // namespace
}  // namespace tahvil::daemon
