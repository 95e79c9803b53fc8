#include "daemon/check/card_access.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "apdu/emulator/emulated_wire.h"
#include "crypto/error.h"
#include "tests/unit/daemon/check/specimen_bench.h"

// What becomes of a PIN. The card counts what it saw.

namespace tahvil::daemon {
namespace {

using emulator::AccessProtocol;
using emulator::SpecimenOptions;
using specimen_bench::Bench;

constexpr std::string_view kPin = "482913";
constexpr std::string_view kWrongPin = "482914";

class PinOfACard : public testing::Test {
protected:
    PinOfACard() { insert(); }

    void insert(emulator::FaultSpec fault = {}) {
        SpecimenOptions options;
        options.pin = kPin;
        options.portrait_size = 600;
        options.fault = fault;
        bench.insert(options);
    }

    CardCheck with_pin(std::string_view pin) const {
        CardCheck check;
        check.access.pin = SecretBytes{as_bytes(pin)};
        check.expected.national_code = bench.person.national_code;
        check.holder = HolderMethod::pin;
        return check;
    }

    CardCheck with_last_try(std::string_view pin) const {
        CardCheck check = with_pin(pin);
        check.access.allow_last_try = true;
        check.access.can = Bench::can(bench.person.card_access_number);
        return check;
    }

    Verdict run(const CardCheck& check) {
        CardChecker checker{bench.knowledge(), system_random, {}};
        const auto session = bench.reader->open_session();
        return checker.run(*session, check, "01").verdict;
    }

    /// The code of the error, or else the decision.
    std::string answer_to(const CardCheck& check) {
        try {
            return std::string{name(run(check).decision)};
        } catch (const Error& error) {
            return std::string{error.code()};
        }
    }

    std::size_t tries() const { return bench.specimen.system->tally().pace_with_pin; }

    Bench bench;
};

TEST_F(PinOfACard, OpensItAndProvesTheHolder) {
    const Verdict verdict = run(with_pin(kPin));
    EXPECT_EQ(verdict.decision, Decision::accept);
    EXPECT_EQ(detail(*find(verdict.checks, "access.pace"), "secret"), "pin");
    EXPECT_TRUE(find(verdict.checks, "holder.pin")->passed());
    EXPECT_EQ(tries(), 1U);
}

TEST_F(PinOfACard, IsSentOnceWhenItIsWrong) {
    EXPECT_EQ(answer_to(with_pin(kWrongPin)), "access.pin_wrong");
    EXPECT_EQ(tries(), 1U);
}

TEST_F(PinOfACard, IsNotSentWithoutTheCallersPin) {
    CardCheck check = bench.with_can();
    check.holder = HolderMethod::pin;
    const Verdict verdict = run(check);
    EXPECT_EQ(find(verdict.checks, "holder.pin")->reason, "no_pin");
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(tries(), 0U);
}

TEST_F(PinOfACard, LastTryIsSpentOnlyWhereThatWasAllowedAndAfterTheCan) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(answer_to(with_pin(kWrongPin)), "access.pin_wrong");
    EXPECT_EQ(tries(), 2U);

    EXPECT_EQ(answer_to(with_pin(kPin)), "access.last_try");
    CardCheck without_can = with_last_try(kPin);
    without_can.access.can.reset();
    EXPECT_EQ(answer_to(without_can), "access.pin_suspended");
    EXPECT_EQ(tries(), 2U);

    EXPECT_EQ(answer_to(with_last_try(kPin)), "accept");
    EXPECT_EQ(tries(), 3U);
    EXPECT_EQ(answer_to(with_pin(kPin)), "accept") << "the tries are given back";
}

TEST_F(PinOfACard, IsNotSentToACardThatHasBlockedIt) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(answer_to(with_last_try(kWrongPin)), "access.pin_wrong");
    EXPECT_EQ(answer_to(with_last_try(kPin)), "access.pin_blocked");
    EXPECT_EQ(tries(), 3U);
}

TEST_F(PinOfACard, IsNeverSentTwiceWhenTheCardIsReset) {
    std::size_t spent = 0;
    for (std::size_t at = 1;; ++at) {
        ASSERT_LT(at, 100U);
        insert({emulator::Fault::reset, at});
        const Verdict verdict = run(with_pin(kPin));
        EXPECT_LE(tries(), 1U) << at;
        spent += tries();
        if (find(verdict.checks, "read.complete") != nullptr &&
            find(verdict.checks, "chip.authentication") != nullptr && bench.specimen.system->tally().commands < at)
            break;  // it was over before
    }
    EXPECT_GT(spent, 0U);
}

TEST_F(PinOfACard, ThatKnowsNoneIsNotSentAndTheCanOpensIt) {
    bench.insert();
    CardCheck check = with_pin(kPin);
    check.access.can = Bench::can(bench.person.card_access_number);
    const Verdict verdict = run(check);
    EXPECT_EQ(detail(*find(verdict.checks, "access.pace"), "secret"), "can");
    EXPECT_EQ(find(verdict.checks, "holder.pin")->reason, "profile_has_no_pin");
    EXPECT_EQ(tries(), 0U);
    EXPECT_EQ(answer_to(with_pin(kPin)), "access.secret_needed");
    EXPECT_EQ(tries(), 0U);
}

class PukOfACard : public PinOfACard {
protected:
    PukOfACard() {
        SpecimenOptions options;
        options.pin = kPin;
        options.puk = kPuk;
        options.portrait_size = 600;
        bench.insert(options);
    }

    CardCheck with_puk(std::string_view puk) const {
        CardCheck check;
        check.access.puk = SecretBytes{as_bytes(puk)};
        check.expected.national_code = bench.person.national_code;
        return check;
    }

    static constexpr std::string_view kPuk = "9876543210";
};

TEST_F(PukOfACard, OpensItAndProvesNobody) {
    CardCheck check = with_puk(kPuk);
    check.holder = HolderMethod::pin;
    const Verdict verdict = run(check);
    EXPECT_EQ(detail(*find(verdict.checks, "access.pace"), "secret"), "puk");
    EXPECT_TRUE(find(verdict.checks, "passive_authentication.data_group_hashes")->passed());
    EXPECT_FALSE(find(verdict.checks, "holder.pin")->passed());
    EXPECT_EQ(verdict.decision, Decision::refer);
    EXPECT_EQ(tries(), 1U);
}

TEST_F(PukOfACard, IsSentOnceWhenItIsWrong) {
    EXPECT_EQ(answer_to(with_puk("9876543211")), "access.pin_wrong");
    EXPECT_EQ(tries(), 1U);
}

TEST_F(PukOfACard, IsNotSentWithoutTheCallersPuk) {
    EXPECT_EQ(answer_to(bench.with_can()), "accept");
    EXPECT_EQ(tries(), 0U);
}

TEST_F(PukOfACard, GoesAfterThePinWhichItDoesNotSpare) {
    CardCheck check = with_pin(kPin);
    check.access.puk = SecretBytes{as_bytes(kPuk)};
    EXPECT_EQ(detail(*find(run(check).checks, "access.pace"), "secret"), "pin");
    EXPECT_EQ(tries(), 1U);
}

TEST_F(PukOfACard, ThatKnowsNoneIsNotSentAndTheCanOpensIt) {
    insert();
    CardCheck check = with_puk(kPuk);
    check.access.can = Bench::can(bench.person.card_access_number);
    EXPECT_EQ(detail(*find(run(check).checks, "access.pace"), "secret"), "can");
    EXPECT_EQ(tries(), 0U);
}

/// The wire to a card that knows PACE only by MSE:Set AT that names the domain parameters.
class WantingParameters final : public Wire {
public:
    explicit WantingParameters(emulator::Card& card) : wire_(card) {}
    WireLimits limits() const override { return wire_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        const Bytes set_for_pace = from_hex("00 22 C1 A4");
        const Bytes parameters = from_hex("84 01 0D");
        if (std::ranges::equal(command.first(set_for_pace.size()), set_for_pace) &&
            std::search(command.begin(), command.end(), parameters.begin(), parameters.end()) == command.end()) {
            response[0] = sw::referenced_data_not_found.sw1();
            response[1] = sw::referenced_data_not_found.sw2();
            return 2;
        }
        return wire_.exchange(command, response);
    }

private:
    emulator::EmulatedWire wire_;
};

TEST(CardThatWantsItsParametersNamed, IsOpenedAndSaidToDoSo) {
    const Bench bench;
    const emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, {}, specimen_bench::kNow);
    AccessSecrets secrets;
    secrets.can = Bench::can(specimen.person.card_access_number);
    bool pin_sent = false;
    const Terminals none;
    const auto open = [&](Wire& wire) {
        specimen.card->reset();
        CardChannel channel(wire);
        return open_card(channel, {secrets, false, system_random, [](std::string_view) {}, pin_sent, none});
    };
    const auto is_noted = [](const OpenedCard& opened) {
        return std::ranges::any_of(opened.deviations, [](const Deviation& deviation) {
            return deviation.code == DeviationCode::access_mse_without_reference_accepted;
        });
    };
    WantingParameters wanting(*specimen.card);
    const OpenedCard opened = open(wanting);
    EXPECT_TRUE(find(opened.checks, "access.pace")->passed());
    EXPECT_TRUE(is_noted(opened));
    emulator::EmulatedWire plain(*specimen.card);
    EXPECT_FALSE(is_noted(open(plain)));
}

}  // namespace
}  // namespace tahvil::daemon
