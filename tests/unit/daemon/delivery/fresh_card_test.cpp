// The order at handover of a fresh card: its PIN is inactive, so that the holder sets one before its chip can prove
// itself, and what could not be proven leads to a person, never to a dead end.

#include <gtest/gtest.h>

#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "daemon/delivery/checklist.h"
#include "tests/unit/daemon/check/national_bench.h"

namespace tahvil::daemon {
namespace {

using enum ChecklistItem;
using national_bench::outcome;
using national_bench::reasons;

class FreshCard : public testing::Test {
protected:
    void insert(national_bench::Maker maker) {
        emulator::NationalCardOptions options;
        options.transport_pin = true;
        reader.insert(specimen_bench::embed(bench.make(maker, options).card));
    }

    Verdict run(const CardCheck& check) {
        const auto session = reader.open_session();
        return CardChecker{bench.knowledge(), system_random, {}}.run(*session, check, "01").verdict;
    }

    /// What the check settles of the list, for a card whose record the desk has.
    std::map<ChecklistItem, ItemState> settled(const Verdict& verdict) const {
        Delivery delivery;
        delivery.card.national_code = bench.person.national_code;
        delivery.card.birth_date = bench.person.birth_date;
        delivery.card.card_serial = verdict.document.number;
        return judge_card(delivery, verdict, HandoverPolicy::standard(), national_bench::kNow);
    }

    national_bench::Bench bench;
    EmbeddedReader reader{"embedded", "Embedded reader"};
};

TEST_F(FreshCard, ProvesItselfOnceItsHolderHasSetAPin) {
    bench.trust_serial_number("ias-ecc");
    insert(emulator::personalise_ias_ecc);
    CardCheck check = bench.with_pin("123456");
    check.want = {Part::document, Part::holder};

    const Verdict before = run(check);
    EXPECT_EQ(before.decision, Decision::refer) << reasons(before);
    EXPECT_EQ(outcome(before, "holder.pin"), "undetermined pin_to_be_changed_first");
    EXPECT_EQ(outcome(before, "chip.authentication"), "not_performed pin_needed");
    auto items = settled(before);
    EXPECT_EQ(items[card_genuine], ItemState::satisfied) << "its signed data needs no PIN";
    EXPECT_NE(items[chip_proved], ItemState::satisfied);
    EXPECT_FALSE(items.contains(transport_pin_changed));

    check.access.new_pin = SecretBytes{as_bytes("805317")};
    check.pin_act = PinAct::change;
    const Verdict after = run(check);
    EXPECT_EQ(after.decision, Decision::accept) << reasons(after);
    items = settled(after);
    EXPECT_EQ(items[chip_proved], ItemState::satisfied);
    EXPECT_EQ(items[holder_verified], ItemState::satisfied);
    EXPECT_EQ(items[transport_pin_changed], ItemState::satisfied);
}

TEST_F(FreshCard, OfAnUnconfirmedProfileWithoutItsProviderIsReferredWithWhatIsOpen) {
    insert(emulator::personalise_irn_nid);
    CardCheck check;
    check.purpose = Purpose::handover;
    check.want = {Part::document, Part::holder};
    const Verdict verdict = run(check);
    EXPECT_EQ(verdict.decision, Decision::refer);
    // What was proven:
    for (const char* id : {"chip.recognised", "read.complete", "certificate_path.signature", "certificate_path.chain",
                           "certificate_path.validity", "certificate_path.revocation"})
        EXPECT_EQ(outcome(verdict, id), "passed") << id;
    // What was not, each named among the reasons:
    for (const char* words :
         {"chip.authentication: undetermined", "access.card_authentication: undetermined, no provider",
          "irn-nid is not confirmed on hardware"})
        EXPECT_NE(reasons(verdict).find(words), std::string::npos) << words << " in " << reasons(verdict);
    // No item has failed, so that a supervisor may settle what the policy lets them.
    const HandoverPolicy policy = HandoverPolicy::standard();
    for (const auto& [item, state] : settled(verdict)) {
        EXPECT_NE(state, ItemState::failed) << name(item);
        const bool is_proof = item == verdict_accepted || item == chip_proved;
        EXPECT_TRUE(!is_proof || policy.rule(item).referable) << name(item);
    }
}

}  // namespace
}  // namespace tahvil::daemon
