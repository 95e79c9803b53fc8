#include <algorithm>
#include <functional>
#include <iomanip>
#include <iostream>
#include <set>

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/belpic_card.h"
#include "apdu/emulator/eid_card.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/profiles/recognition.h"
#include "tests/pcscd/checked_card.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/daemon/check/national_bench.h"

// A card of every shipped profile, in process and behind a real pcscd, in one table.

namespace tahvil::lab {
namespace {

/// A card, and what it is checked by.
struct Subject {
    std::string profile;
    std::unique_ptr<emulator::Card> card;
    daemon::Knowledge knowledge;
    daemon::CardCheck check;
    std::string decision;
};

class NationalCardTest : public CheckedCardTest {
protected:
    static constexpr std::size_t kFewest = 1;  // the SELECT by which a card is known
    static constexpr std::size_t kAllowance = 2;

    Subject with_x509(const std::string& profile, daemon::national_bench::Maker maker, const std::string& decision) {
        bench_.trust_serial_number(profile);
        Subject subject{profile, bench_.make(maker).card, bench_.knowledge(), bench_.with_pin("123456"), decision};
        subject.check.access.allow_last_try = true;  // some of these cards do not tell how many there are
        return subject;
    }

    Subject document() const {
        daemon::specimen_bench::Bench bench;
        emulator::SpecimenOptions options;
        options.portrait_size = 4000;
        emulator::Specimen made = emulator::personalise(bench.person, bench.pki, options, daemon::specimen_bench::kNow);
        bench.person = made.person;
        return {"icao-lds1", std::move(made.card), with_profiles(bench.knowledge()), bench.with_can(), "accept"};
    }

    Subject eid() const {
        daemon::specimen_bench::Bench bench;
        const auto today = std::chrono::floor<std::chrono::days>(daemon::specimen_bench::kNow);
        const auto terminals = emulator::SpecimenTerminals::make_for_eid(today, {1, 2, 3, 4, 5, 8, 10});
        emulator::EidOptions options;
        emulator::EidCard made = emulator::personalise_eid(bench.person, bench.pki, terminals.authority, options,
                                                           daemon::specimen_bench::kNow);
        daemon::Knowledge knowledge = with_profiles(bench.knowledge());
        knowledge.terminals.push_back(std::make_shared<daemon::TerminalCredentials>(daemon::TerminalCredentials::select(
            {terminals.terminal, terminals.verifier}, signer_in_memory(terminals.terminal_key))));
        daemon::CardCheck check;
        check.purpose = daemon::Purpose::read;  // such a card has no national code, which a handover compares
        check.access.pin = SecretBytes{as_bytes(options.pin)};
        check.holder = daemon::HolderMethod::pin;
        // Nothing on such a card names it to whoever asks for lost ones, so that a person decides.
        return {"npa", std::move(made.card), std::move(knowledge), std::move(check), "refer"};
    }

    daemon::Knowledge with_profiles(daemon::Knowledge knowledge) const {
        knowledge.profiles = bench_.catalogue;
        return knowledge;
    }

    static Outcome in_process(const Subject& subject) {
        daemon::EmbeddedReader reader("embedded", "Embedded reader");
        emulator::Card& card = *subject.card;
        daemon::EmbeddedCard embedded;
        embedded.atr = card.atr();
        embedded.wire = std::make_shared<emulator::EmulatedWire>(card);
        embedded.reset = [&card] { card.reset(); };
        reader.insert(std::move(embedded));
        const auto session = reader.open_session();
        return run_check(*session, subject.knowledge, subject.check);
    }

    /// How many commands it takes to know the card, from reset.
    static std::size_t commands_to_recognise(const Subject& subject) {
        subject.card->reset();
        emulator::EmulatedWire wire(*subject.card);
        CardChannel channel(wire);
        const auto found = profiles::recognise(channel, subject.card->atr(), *subject.knowledge.profiles);
        EXPECT_EQ(found.outcome, profiles::Recognition::Outcome::recognised) << subject.profile;
        EXPECT_EQ(found.profile == nullptr ? "" : found.profile->name, subject.profile);
        return channel.traffic().exchanges;
    }

    daemon::national_bench::Bench bench_;
};

TEST_F(NationalCardTest, EveryProfileInProcessAndBehindPcscd) {
    if (test::kThreadSanitizer) GTEST_SKIP() << "a matter of cards, not of threads; the other builds run it";
    std::vector<Subject> subjects;
    subjects.push_back(document());
    subjects.push_back(eid());
    subjects.push_back(with_x509("pkcs15", emulator::personalise_pkcs15, "accept"));
    subjects.push_back(with_x509("ias-ecc", emulator::personalise_ias_ecc, "accept"));
    subjects.push_back(with_x509("piv", emulator::personalise_piv, "accept"));
    subjects.push_back(with_x509("belpic", emulator::personalise_belpic, "accept"));
    subjects.push_back(with_x509("irn-nid", emulator::personalise_irn_nid, "refer"));
    std::set<std::string> missing;
    for (const profiles::Profile& profile : bench_.catalogue->profiles()) missing.insert(profile.name);

    std::cout << "matrix: card       to recognise  fewest  APDUs  in process  pcscd\n";
    for (const Subject& subject : subjects) {
        missing.erase(subject.profile);
        const std::size_t commands = commands_to_recognise(subject);
        subject.card->reset();
        const Outcome near = in_process(subject);
        const Outcome far = behind_pcscd(*subject.card, subject.knowledge, subject.check);
        std::cout << "matrix: " << std::left << std::setw(11) << subject.profile << std::setw(14) << commands
                  << std::setw(8) << kFewest << std::setw(7) << far.result.verdict.timing.apdus << std::setw(12)
                  << name(near.result.verdict.decision) << words(far) << std::endl;
        EXPECT_LE(commands, kFewest + kAllowance) << subject.profile;
        EXPECT_EQ(words(near), words(far));
        EXPECT_EQ(name(far.result.verdict.decision), subject.decision) << words(far);
        EXPECT_EQ(far.result.verdict.profile.name, subject.profile);
    }
    EXPECT_TRUE(missing.empty()) << "a shipped profile without a card: " << *missing.begin();
}

}  // namespace
}  // namespace tahvil::lab
