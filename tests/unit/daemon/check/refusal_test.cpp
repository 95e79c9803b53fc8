// What a card must not get away with, each with the check or the error that tells it.

#include <functional>

#include <gtest/gtest.h>

#include "apdu/emulator/card.h"
#include "crypto/error.h"
#include "crypto/protocol/domain_parameters.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil::daemon {
namespace {

using emulator::AccessProtocol;
using emulator::ChipProof;
using emulator::Fault;
using emulator::SpecimenOptions;
using specimen_bench::Bench;

/// A genuine card whose responses go through somebody's hands, by their number from 0.
class MeddledCard final : public emulator::Card {
public:
    using Meddle = std::function<void(std::size_t number, ByteView command, Bytes& response)>;

    MeddledCard(std::unique_ptr<emulator::Card> card, Meddle meddle)
        : card_(std::move(card)), meddle_(std::move(meddle)) {}

    Bytes atr() const override { return card_->atr(); }
    WireLimits limits() const override { return card_->limits(); }
    void reset() override { card_->reset(); }
    Bytes respond(ByteView command) override {
        Bytes response = card_->respond(command);
        meddle_(count_++, command, response);
        return response;
    }

private:
    std::unique_ptr<emulator::Card> card_;
    Meddle meddle_;
    std::size_t count_ = 0;
};

class Refusals : public testing::Test {
protected:
    void insert(const SpecimenOptions& options, MeddledCard::Meddle meddle) {
        emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, specimen_bench::kNow);
        bench.reader->insert(
            specimen_bench::embed(std::make_unique<MeddledCard>(std::move(specimen.card), std::move(meddle))));
    }

    static SpecimenOptions small(AccessProtocol access, ChipProof chip = ChipProof::ca, Fault fault = Fault::none) {
        SpecimenOptions options;
        options.access = {access};
        options.chip = chip;
        options.portrait_size = 600;
        options.fault = {fault, 1};
        return options;
    }

    Verdict run() {
        CardChecker checker{bench.knowledge(), system_random, {}};
        const auto session = bench.reader->open_session();
        return checker.run(*session, bench.with_mrz(), "01").verdict;
    }

    /// The code of the error; or else the decision, and what became of the chip's proof.
    std::string answer() {
        try {
            const Verdict verdict = run();
            const Check* chip = find(verdict.checks, "chip.authentication");
            return std::string{name(verdict.decision)} +
                   (chip == nullptr ? "" : " " + std::string{name(chip->result)} + " " + chip->reason);
        } catch (const Error& error) {
            return std::string{error.code()};
        }
    }

    Bench bench;
};

bool is_protected(ByteView command) {
    return !command.empty() && (command[0] & 0x0CU) == 0x0CU;
}

bool is_general_authenticate(ByteView command) {
    return command.size() > 1 && command[1] == 0x86;
}

class ProtectedResponses : public Refusals, public testing::WithParamInterface<AccessProtocol> {};

TEST_P(ProtectedResponses, ThatAreChangedInOneByteEndTheCheck) {
    std::vector<std::size_t> sizes;  // 0 for one in the clear
    insert(small(GetParam()), [&](std::size_t, ByteView command, const Bytes& response) {
        sizes.push_back(is_protected(command) ? response.size() : 0);
    });
    ASSERT_EQ(answer(), "accept passed ");
    const std::vector<std::size_t> genuine = sizes;
    std::size_t tried = 0;
    for (std::size_t number = 0; number < genuine.size(); ++number) {
        const std::size_t size = genuine[number];
        if (size == 0) continue;
        for (const std::size_t at : {std::size_t{0}, size / 2, size - 3, size - 1}) {
            insert(small(GetParam()), [&](std::size_t count, ByteView, Bytes& response) {
                if (count == number && at < response.size()) response[at] ^= 0x01U;
            });
            const std::string what = answer();
            EXPECT_TRUE(what == "secure_messaging.violation" || what == "reject failed wrong_key")
                << "byte " << at << " of response " << number << ": " << what;
            ++tried;
        }
    }
    EXPECT_GT(tried, 30U);
}

INSTANTIATE_TEST_SUITE_P(Access, ProtectedResponses, testing::Values(AccessProtocol::pace_gm, AccessProtocol::bac));

TEST_F(Refusals, ARecordedCardIsNoCard) {
    for (const AccessProtocol access :
         {AccessProtocol::pace_gm, AccessProtocol::pace_im, AccessProtocol::pace_cam, AccessProtocol::bac}) {
        std::vector<Bytes> recorded;
        insert(small(access), [&](std::size_t, ByteView, const Bytes& response) { recorded.push_back(response); });
        ASSERT_EQ(answer(), "accept passed ");
        insert(small(access), [recorded](std::size_t number, ByteView, Bytes& response) {
            if (number < recorded.size()) response = recorded[number];
        });
        const std::string what = answer();
        EXPECT_TRUE(what == "access.pace_token" || what == "access.bac_cryptogram") << what;
    }
}

/// Replaces what a card gives in step 1 (mapping) or 2 (agreement) of PACE, after DO'7C' and its own tag and length.
MeddledCard::Meddle replace_key(std::size_t step, std::function<void(std::span<std::uint8_t> key)> change) {
    auto seen = std::make_shared<std::size_t>(0);
    return [=](std::size_t, ByteView command, Bytes& response) {
        if (!is_general_authenticate(command) || (*seen)++ != step) return;
        const std::size_t header = response.size() > 0x100 ? 8 : response.size() > 0x84 ? 6 : 4;
        change(std::span{response}.subspan(header, response.size() - header - 2));
    };
}

TEST_F(Refusals, PointsOffTheCurve) {
    for (const std::size_t step : {1U, 2U}) {
        insert(small(AccessProtocol::pace_gm), replace_key(step, [](auto key) { key.back() ^= 0x01U; }));
        EXPECT_EQ(answer(), "access.bad_key") << step;
    }
    insert(small(AccessProtocol::pace_im), replace_key(2, [](auto key) { key[10] ^= 0x80U; }));
    EXPECT_EQ(answer(), "access.bad_key");
}

/// Puts another value of 2048 bits into a step of PACE with Diffie-Hellman, whose response comes in pieces.
MeddledCard::Meddle forge_value(std::size_t step, const Bytes& value) {
    constexpr std::size_t kHeader = 8;  // DO'7C' and the object in it
    auto seen = std::make_shared<std::size_t>(0);
    auto left = std::make_shared<Bytes>();
    return [=](std::size_t, ByteView command, Bytes& response) {
        std::size_t at = 0;
        if (is_general_authenticate(command) && (*seen)++ == step) {
            *left = value;
            at = kHeader;
        }
        const std::size_t size = std::min(left->size(), response.size() - at - 2);
        std::copy_n(left->begin(), size, response.begin() + static_cast<std::ptrdiff_t>(at));
        left->erase(left->begin(), left->begin() + static_cast<std::ptrdiff_t>(size));
    };
}

TEST_F(Refusals, DegenerateKeysOfDiffieAndHellman) {
    const Bytes prime = standardized_domain_parameters(2)->dh().prime;
    SpecimenOptions options = small(AccessProtocol::pace_gm);
    options.parameter_id = 2;
    std::vector<Bytes> values(4, Bytes(prime.size()));
    values[1].back() = 1;
    values[2].back() = 2;  // of another order
    values[3] = prime;
    values[3].back() -= 1;  // p - 1, of order 2
    for (const std::size_t step : {1U, 2U}) {
        for (const Bytes& value : values) {
            insert(options, forge_value(step, value));
            EXPECT_EQ(answer(), "access.bad_key") << step << ", " << static_cast<int>(value.back());
        }
    }
    insert(options, forge_value(100, {}));
    EXPECT_EQ(answer(), "accept passed ");
}

TEST_F(Refusals, AChipKeyThatNobodySigned) {
    for (const ChipProof chip : {ChipProof::ca, ChipProof::aa_rsa, ChipProof::aa_ecdsa}) {
        bench.insert(small(AccessProtocol::pace_gm, chip, Fault::unbound_key));
        const Verdict verdict = run();
        EXPECT_EQ(verdict.decision, Decision::reject);
        EXPECT_EQ(find(verdict.checks, "passive_authentication.data_group_hashes")->result, Result::failed);
        EXPECT_FALSE(find(verdict.checks, "chip.authentication")->passed());
        EXPECT_EQ(find(verdict.checks, "chip.authentication")->reason, "key_not_authentic");
    }
}

}  // namespace
}  // namespace tahvil::daemon
