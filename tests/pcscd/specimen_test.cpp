#include <array>
#include <iomanip>
#include <iostream>

#include <gtest/gtest.h>

#include "crypto/protocol/domain_parameters.h"
#include "tests/pcscd/checked_card.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/daemon/check/specimen_bench.h"

// Whole checks of emulated cards, in process and behind a real pcscd, in one table.

namespace tahvil::lab {
namespace {

using daemon::Decision;
using daemon::specimen_bench::Bench;
using emulator::AccessProtocol;
using emulator::ChipProof;
using emulator::Link;

class SpecimenTest : public CheckedCardTest {
protected:
    Outcome in_process(const emulator::SpecimenOptions& options) {
        bench_.insert(options);
        const auto session = bench_.reader->open_session();
        return run_check(*session, bench_.knowledge(), bench_.with_mrz());
    }

    Outcome behind_pcscd(const emulator::SpecimenOptions& options) {
        emulator::Specimen specimen =
            emulator::personalise(bench_.person, bench_.pki, options, daemon::specimen_bench::kNow);
        bench_.person = specimen.person;
        return CheckedCardTest::behind_pcscd(*specimen.card, bench_.knowledge(), bench_.with_mrz());
    }

    Bench bench_;
};

struct Row {
    AccessProtocol access;
    CipherAlgorithm cipher;
    int parameter_id;
    ChipProof chip;
    Link link;
    bool extended;
};

std::string_view name(AccessProtocol access) {
    static constexpr std::array<std::string_view, 4> names{"BAC", "PACE-GM", "PACE-IM", "PACE-CAM"};
    return names.at(static_cast<std::size_t>(access));
}
std::string_view name(CipherAlgorithm cipher) {
    static constexpr std::array<std::string_view, 4> names{"3DES", "AES-128", "AES-192", "AES-256"};
    return names.at(static_cast<std::size_t>(cipher));
}
std::string_view name(ChipProof chip) {
    static constexpr std::array<std::string_view, 4> names{"none", "CA", "AA-RSA", "AA-ECDSA"};
    return names.at(static_cast<std::size_t>(chip));
}
std::string_view name(Link link) {
    static constexpr std::array<std::string_view, 3> names{"T=0", "T=1", "contactless"};
    return names.at(static_cast<std::size_t>(link));
}
std::string domain(int parameter_id) {
    const Group group = *standardized_domain_parameters(parameter_id);
    return group.is_curve() ? std::string(tahvil::name(group.curve())) : "DH " + std::to_string(parameter_id);
}

/// Every pair of values of access, cipher, domain parameters, chip proof and link stands in one row at least, as far as
/// the standards let them go together.
std::vector<Row> matrix() {
    using enum AccessProtocol;
    using enum Link;
    using enum ChipProof;
    constexpr auto tdes = CipherAlgorithm::two_key_triple_des;
    constexpr auto aes128 = CipherAlgorithm::aes128;
    constexpr auto aes192 = CipherAlgorithm::aes192;
    constexpr auto aes256 = CipherAlgorithm::aes256;
    return {
        {bac, tdes, 12, ca, contactless, true},        {bac, aes128, 13, ca, contact_t1, false},
        {bac, aes256, 17, ca, contact_t0, false},      {bac, aes192, 0, ca, contactless, true},
        {bac, aes128, 13, aa_rsa, contactless, true},  {bac, aes128, 13, aa_ecdsa, contact_t0, false},
        {pace_gm, tdes, 13, ca, contact_t0, false},    {pace_gm, aes128, 8, ca, contactless, true},
        {pace_gm, aes128, 9, ca, contact_t1, true},    {pace_gm, aes128, 10, ca, contactless, false},
        {pace_gm, aes128, 11, ca, contact_t0, true},   {pace_gm, aes128, 12, aa_rsa, contact_t1, false},
        {pace_gm, aes128, 13, ca, contactless, true},  {pace_gm, aes192, 14, aa_ecdsa, contact_t1, true},
        {pace_gm, aes192, 15, ca, contact_t0, true},   {pace_gm, aes256, 16, aa_rsa, contactless, true},
        {pace_gm, aes256, 17, ca, contact_t1, false},  {pace_gm, aes256, 18, ca, contactless, false},
        {pace_gm, tdes, 0, ca, contactless, true},     {pace_gm, aes128, 1, aa_ecdsa, contactless, true},
        {pace_gm, aes256, 2, ca, contact_t1, true},    {pace_im, tdes, 12, aa_ecdsa, contact_t1, true},
        {pace_im, aes128, 13, ca, contact_t0, true},   {pace_im, aes128, 8, aa_rsa, contactless, true},
        {pace_im, aes192, 1, ca, contactless, true},   {pace_im, aes256, 2, aa_rsa, contactless, true},
        {pace_im, aes256, 16, ca, contact_t1, false},  {pace_im, aes192, 15, aa_ecdsa, contact_t0, false},
        {pace_cam, aes128, 13, ca, contactless, true}, {pace_cam, aes192, 15, ca, contact_t0, false},
        {pace_cam, aes256, 17, ca, contact_t1, true},  {pace_cam, aes128, 12, ca, contactless, false},
    };
}

TEST_F(SpecimenTest, EveryPairOfProtocolsIsAcceptedInProcessAndBehindPcscd) {
    if (test::kThreadSanitizer) GTEST_SKIP() << "a matter of protocols, not of threads; the other builds run it";
    std::cout
        << "matrix: access    cipher   domain parameters  chip      link         extended  APDUs  in process  pcscd\n";
    for (const Row& row : matrix()) {
        emulator::SpecimenOptions options;
        options.access = {row.access};
        options.cipher = row.cipher;
        options.parameter_id = row.parameter_id;
        options.chip = row.chip;
        options.link.link = row.link;
        options.link.extended_length = row.extended;
        options.portrait_size = 4000;
        const Outcome near = in_process(options);
        const Outcome far = behind_pcscd(options);
        std::cout << "matrix: " << std::left << std::setw(10) << name(row.access) << std::setw(9) << name(row.cipher)
                  << std::setw(19) << domain(row.parameter_id) << std::setw(10) << name(row.chip) << std::setw(13)
                  << name(row.link) << std::setw(10) << (row.extended ? "yes" : "no") << std::setw(7)
                  << far.result.verdict.timing.apdus << std::setw(12) << words(near) << words(far) << std::endl;
        EXPECT_EQ(words(near), "accept");
        EXPECT_EQ(words(far), "accept");
    }
}

struct Answer {
    const char* fault;
    Decision decision;
    const char* check;
    Result result;
};

TEST_F(SpecimenTest, TheFiveAnswersInProcessAndBehindPcscd) {
    for (const Answer& expected :
         {Answer{"none", Decision::accept, "chip.authentication", Result::passed},
          Answer{"cloned", Decision::reject, "chip.authentication", Result::failed},
          Answer{"dg2-changed", Decision::reject, "passive_authentication.data_group_hashes", Result::failed},
          Answer{"unknown-issuer", Decision::refer, "passive_authentication.chain", Result::undetermined},
          Answer{"expired", Decision::reject, "document.expiry", Result::failed}}) {
        emulator::SpecimenOptions options;
        options.fault = emulator::parse_fault(expected.fault);
        bench_.person = Bench().person;
        for (const Outcome& outcome : {in_process(options), behind_pcscd(options)}) {
            ASSERT_EQ(outcome.error, "") << expected.fault;
            EXPECT_EQ(outcome.result.verdict.decision, expected.decision) << expected.fault << ": " << words(outcome);
            const Check* check = find(outcome.result.verdict.checks, expected.check);
            ASSERT_NE(check, nullptr) << expected.fault;
            EXPECT_EQ(check->result, expected.result) << expected.fault;
        }
    }
}

}  // namespace
}  // namespace tahvil::lab
