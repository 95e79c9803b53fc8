#include <algorithm>
#include <iomanip>
#include <iostream>

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/belpic_card.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "apdu/profiles/recognition.h"
#include "tests/pcscd/checked_card.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/daemon/check/national_bench.h"

// Cards of every profile that rests on X.509, in process and behind a real pcscd, in one table.

namespace tahvil::lab {
namespace {

using daemon::national_bench::Bench;

struct Row {
    const char* profile;
    daemon::national_bench::Maker maker;
    const char* decision;
};

class NationalCardTest : public CheckedCardTest {
protected:
    daemon::CardCheck request() const {
        daemon::CardCheck check = bench_.with_pin("123456");
        check.access.allow_last_try = true;  // some of these cards do not tell how many there are
        return check;
    }

    Outcome in_process(emulator::Card& card) const {
        daemon::EmbeddedReader reader("embedded", "Embedded reader");
        const auto held = std::make_shared<emulator::EmulatedWire>(card);
        daemon::EmbeddedCard embedded;
        embedded.atr = card.atr();
        embedded.wire = held;
        embedded.reset = [&card] { card.reset(); };
        reader.insert(std::move(embedded));
        const auto session = reader.open_session();
        return run_check(*session, bench_.knowledge(), request());
    }

    /// How many commands it takes to know the card, from reset.
    std::size_t commands_to_recognise(emulator::Card& card, const std::string& profile) const {
        card.reset();
        emulator::EmulatedWire wire(card);
        CardChannel channel(wire);
        const auto found = profiles::recognise(channel, card.atr(), *bench_.catalogue);
        EXPECT_EQ(found.outcome, profiles::Recognition::Outcome::recognised) << profile;
        EXPECT_EQ(found.profile == nullptr ? "" : found.profile->name, profile);
        return channel.traffic().exchanges;
    }

    Bench bench_;
};

TEST_F(NationalCardTest, EveryProfileInProcessAndBehindPcscd) {
    if (test::kThreadSanitizer) GTEST_SKIP() << "a matter of cards, not of threads; the other builds run it";
    constexpr std::size_t kFewest = 1;  // the SELECT by which a card is known
    constexpr std::size_t kAllowance = 2;
    std::cout << "matrix: card      commands to recognise  APDUs  in process  pcscd\n";
    for (const Row& row :
         {Row{"pkcs15", emulator::personalise_pkcs15, "accept"},
          Row{"ias-ecc", emulator::personalise_ias_ecc, "accept"}, Row{"piv", emulator::personalise_piv, "accept"},
          Row{"belpic", emulator::personalise_belpic, "accept"},
          Row{"irn-nid", emulator::personalise_irn_nid, "refer"}}) {
        bench_.trust_serial_number(row.profile);
        const emulator::NationalCard made = bench_.make(row.maker);
        const std::size_t commands = commands_to_recognise(*made.card, row.profile);
        const Outcome near = in_process(*made.card);
        const Outcome far = behind_pcscd(*made.card, bench_.knowledge(), request());
        std::cout << "matrix: " << std::left << std::setw(10) << row.profile << std::setw(23) << commands
                  << std::setw(7) << far.result.verdict.timing.apdus << std::setw(12)
                  << name(near.result.verdict.decision) << words(far) << std::endl;
        EXPECT_LE(commands, kFewest + kAllowance) << row.profile;
        EXPECT_EQ(words(near), words(far));
        EXPECT_EQ(name(far.result.verdict.decision), row.decision) << words(far);
        EXPECT_EQ(far.result.verdict.profile.name, row.profile);
    }
}

}  // namespace
}  // namespace tahvil::lab
