#include "daemon/check/terminal_check.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "apdu/emulator/specimen_terminals.h"
#include "crypto/error.h"
#include "daemon/private_file.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil::daemon {
namespace {

using emulator::AccessProtocol;
using emulator::ChipProof;
using emulator::SpecimenTerminals;
using specimen_bench::Bench;

const cv::Date kToday = std::chrono::floor<std::chrono::days>(specimen_bench::kNow);

/// A card whose EF.DG3 and EF.DG4 are for terminals of one authority.
class GuardedCard : public testing::Test {
protected:
    static std::shared_ptr<const TerminalCredentials> credentials(const SpecimenTerminals& terminals) {
        return std::make_shared<TerminalCredentials>(TerminalCredentials::select(
            {terminals.terminal, terminals.verifier, terminals.authority}, signer_in_memory(terminals.terminal_key)));
    }

    void insert(AccessProtocol access = AccessProtocol::pace_gm, ChipProof chip = ChipProof::ca,
                emulator::Fault fault = emulator::Fault::none) {
        emulator::SpecimenOptions options;
        options.access = {access};
        options.chip = chip;
        options.terminal_authority = terminals.authority;
        options.portrait_size = 600;
        options.fault = {fault, 1};
        bench.insert(options);
    }

    CardCheckResult run(const Terminals& shown, Purpose purpose = Purpose::handover, Parts want = {Part::files}) {
        CardCheck check = bench.with_mrz();
        check.purpose = purpose;
        check.want = std::move(want);
        Knowledge knowledge = bench.knowledge();
        knowledge.terminals = shown;
        CardChecker checker{knowledge, system_random, {}};
        const auto session = bench.reader->open_session();
        return checker.run(*session, check, "01");
    }

    static std::string outcome(const CardCheckResult& result, std::string_view id = "terminal.authentication") {
        const Check* check = find(result.verdict.checks, id);
        if (check == nullptr) return "missing";
        return std::string{name(check->result)} + (check->reason.empty() ? "" : " " + check->reason);
    }

    Bench bench;
    SpecimenTerminals terminals = SpecimenTerminals::make(kToday);
};

class GuardedCardByAccess : public GuardedCard, public testing::WithParamInterface<AccessProtocol> {};

TEST_P(GuardedCardByAccess, GivesItsBiometricGroupsToAnInspectionSystem) {
    insert(GetParam());
    const CardCheckResult result = run({credentials(terminals)});
    EXPECT_EQ(outcome(result), "passed");
    EXPECT_EQ(result.verdict.decision, Decision::accept);
    EXPECT_EQ(result.files.at("EF.DG3"), bench.specimen.files.at(lds::File::dg3));
    EXPECT_EQ(result.files.at("EF.DG4"), bench.specimen.files.at(lds::File::dg4));
    const Check& hashes = *find(result.verdict.checks, "passive_authentication.data_group_hashes");
    EXPECT_TRUE(hashes.passed());
}

INSTANTIATE_TEST_SUITE_P(Access, GuardedCardByAccess,
                         testing::Values(AccessProtocol::bac, AccessProtocol::pace_gm, AccessProtocol::pace_im,
                                         AccessProtocol::pace_cam));

TEST_F(GuardedCard, GivesThemForReadingToo) {
    insert();
    const CardCheckResult result = run({credentials(terminals)}, Purpose::read);
    EXPECT_EQ(outcome(result), "passed");
    EXPECT_TRUE(result.files.contains("EF.DG3"));
}

TEST_F(GuardedCard, IsNotAskedWhereNobodyWantsThem) {
    insert();
    EXPECT_EQ(outcome(run({credentials(terminals)}, Purpose::handover, {})), "missing");
}

TEST_F(GuardedCard, IsReadWithoutThemByATerminalWithoutCredentials) {
    insert();
    const CardCheckResult result = run({});
    EXPECT_EQ(outcome(result), "missing");
    EXPECT_FALSE(result.files.contains("EF.DG3"));
    EXPECT_EQ(result.verdict.decision, Decision::accept);
}

TEST_F(GuardedCard, GivesWhatTheCertificateAllowsAndNoMore) {
    terminals = SpecimenTerminals::make(kToday, 0x01);
    insert();
    const CardCheckResult result = run({credentials(terminals)});
    EXPECT_EQ(outcome(result), "passed");
    EXPECT_TRUE(result.files.contains("EF.DG3"));
    EXPECT_FALSE(result.files.contains("EF.DG4"));
}

TEST_F(GuardedCard, NeedsACertificateBelowItsTrustPoint) {
    insert();
    emulator::SpecimenTerminals strangers = SpecimenTerminals::make(kToday);
    CardCheckResult result = run({credentials(strangers)});
    EXPECT_EQ(outcome(result), "undetermined certificate");
    EXPECT_EQ(result.verdict.decision, Decision::refer) << "nothing is wrong with the card";
    EXPECT_FALSE(result.files.contains("EF.DG3"));

    strangers.terminal.authority_reference = "UTOTHERVERIF0001";
    result = run({credentials(strangers)});
    EXPECT_EQ(outcome(result), "undetermined no_chain");
    EXPECT_EQ(outcome(run({credentials(strangers), credentials(terminals)})), "passed") << "the one that it knows";
}

TEST_F(GuardedCard, NeedsCertificatesThatAreValidOnItsDate) {
    insert();
    terminals = SpecimenTerminals::make(kToday - std::chrono::days{365});
    emulator::SpecimenOptions options;
    options.terminal_authority = terminals.authority;
    bench.insert(options);
    EXPECT_EQ(outcome(run({credentials(terminals)})), "undetermined certificate");
}

TEST_F(GuardedCard, IsAskedAfterAnActivelyAuthenticatedChipToo) {
    insert(AccessProtocol::pace_gm, ChipProof::aa_rsa);
    const CardCheckResult result = run({credentials(terminals)});
    EXPECT_EQ(outcome(result, "chip.authentication"), "passed");
    EXPECT_EQ(outcome(result), "undetermined no_chip_authentication") << "its signature has no key to bind";
}

TEST_F(GuardedCard, ThatIsACloneIsRejectedAndGivesNothing) {
    insert(AccessProtocol::pace_gm, ChipProof::ca, emulator::Fault::cloned);
    const CardCheckResult result = run({credentials(terminals)});
    EXPECT_EQ(result.verdict.decision, Decision::reject);
    EXPECT_EQ(outcome(result), "not_performed no_secure_messaging");
    EXPECT_FALSE(result.files.contains("EF.DG3"));
    const CardCheckResult read = run({credentials(terminals)}, Purpose::read);
    EXPECT_EQ(outcome(read), "undetermined chip_not_authentic");
    EXPECT_FALSE(read.files.contains("EF.DG3"));
}

TEST(TerminalCredentials, AreThoseOfTheSignersKey) {
    const SpecimenTerminals a = SpecimenTerminals::make(kToday);
    const SpecimenTerminals b = SpecimenTerminals::make(kToday);
    const auto found = TerminalCredentials::select({a.authority, b.terminal, a.terminal, a.verifier},
                                                   signer_in_memory(a.terminal_key));
    EXPECT_EQ(found.certificate.body, a.terminal.body);
    EXPECT_EQ(found.available.size(), 2U);
    EXPECT_THROW(TerminalCredentials::select({b.terminal, b.verifier}, signer_in_memory(a.terminal_key)), InvalidInput);
}

class CredentialsOnDisk : public testing::Test {
protected:
    CredentialsOnDisk() : folder(testing::TempDir() + "tahvil-terminal-" + std::to_string(::getpid())) {
        std::filesystem::create_directories(folder / "certificates");
        write_private_file(folder / "key.pem", terminals.terminal_key.pem().view());
    }
    ~CredentialsOnDisk() override { std::filesystem::remove_all(folder); }

    TerminalCredentials load(const char* certificates) const {
        return TerminalCredentials::load(folder / certificates, folder / "key.pem");
    }

    std::filesystem::path folder;
    SpecimenTerminals terminals = SpecimenTerminals::make(kToday);
};

TEST_F(CredentialsOnDisk, AreReadFromAFolderOrFromOneFile) {
    const std::filesystem::path certificates = folder / "certificates";
    write_private_file(certificates / "dv.cvcert", terminals.verifier.encode());
    write_private_file(certificates / "is.cvcert", terminals.terminal.encode());
    EXPECT_EQ(load("certificates").certificate.body, terminals.terminal.body);
    write_private_file(folder / "all", concat({terminals.verifier.encode(), terminals.terminal.encode()}));
    EXPECT_EQ(load("all").available.size(), 1U);
}

TEST_F(CredentialsOnDisk, AreRefusedWhenTheyAreNone) {
    EXPECT_THROW(load("nowhere"), InvalidInput);
    EXPECT_THROW(load("certificates"), InvalidInput) << "an empty folder has no terminal's";
    write_private_file(folder / "certificates" / "readme", as_bytes("not a certificate"));
    EXPECT_THROW(load("certificates"), MalformedData);
}

}  // namespace
}  // namespace tahvil::daemon
