#pragma once

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "daemon/check/card_check.h"
#include "daemon/reader/reader_pool.h"
#include "tests/pcscd/inserted_card.h"
#include "tests/pcscd/lab.h"

/// Whole checks of emulated cards, in process and behind a real pcscd.
namespace tahvil::lab {

struct Outcome {
    daemon::CardCheckResult result;
    std::string error;  ///< code, when the check could not be ended
};

inline Outcome run_check(daemon::CardSession& session, const daemon::Knowledge& knowledge,
                         const daemon::CardCheck& check) {
    try {
        daemon::CardChecker checker(knowledge, system_random, {});
        return {checker.run(session, check, "matrix"), {}};
    } catch (const Error& error) {
        return {{}, std::string(error.code())};
    }
}

inline std::string words(const Outcome& outcome) {
    if (!outcome.error.empty()) return outcome.error;
    std::string text(name(outcome.result.verdict.decision));
    for (const std::string& because : outcome.result.verdict.because) text += "; " + because;
    return text;
}

class CheckedCardTest : public PcscdTest {
protected:
    static constexpr const char* kId = "lab-reader-1-00-00";

    void SetUp() override {
        PcscdTest::SetUp();
        if (IsSkipped()) return;
        pcscd.start();
        pool_ = std::make_unique<daemon::ReaderPool>(daemon::WorkerLimits{},
                                                     [this](const daemon::ReaderEvent&) { presence_.put(presence()); });
        pool_->watch_pcsc();
    }

    Outcome behind_pcscd(emulator::Card& card, const daemon::Knowledge& knowledge, const daemon::CardCheck& check) {
        const auto inserted = insert_until_seen(card);
        Latest<bool> ended;
        Outcome outcome;
        pool_->submit(kId, {[&](daemon::CardSession& session) { outcome = run_check(session, knowledge, check); },
                            [&](const std::exception_ptr& error) {
                                EXPECT_EQ(error, nullptr);
                                ended.put(true);
                            }});
        EXPECT_TRUE(ended.becomes([](bool) { return true; }));
        return outcome;
    }

    using Presence = std::optional<daemon::CardPresence>;

    /// Where vpcd loses a card while it still ends that of the card before, or pcscd finds it mute, the card is taken
    /// out and put in again, as a person would do.
    std::unique_ptr<InsertedCard> insert_until_seen(emulator::Card& card) {
        constexpr int kTries = 4;
        for (int i = 0; i < kTries; ++i) {
            // Empty, not merely mute as after a power-up that found the card gone: vpcd would change the cards unseen.
            EXPECT_TRUE(
                presence_.becomes([this](const Presence&) { return presence() == daemon::CardPresence::absent; }));
            auto inserted = std::make_unique<InsertedCard>(card, port);
            if (presence_.becomes([this](const Presence&) { return presence() == daemon::CardPresence::present; },
                                  std::chrono::seconds(15)))
                return inserted;
        }
        ADD_FAILURE() << "the reader never had the card";
        return nullptr;
    }

    Presence presence() const {
        for (const daemon::ReaderView& reader : pool_->readers())
            if (reader.id == kId) return reader.state.card;
        return std::nullopt;
    }

    Latest<Presence> presence_;
    std::unique_ptr<daemon::ReaderPool> pool_;
};

}  // namespace tahvil::lab
