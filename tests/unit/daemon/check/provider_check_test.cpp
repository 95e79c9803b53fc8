#include <filesystem>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/sam.h"
#include "daemon/api/listening_socket.h"
#include "daemon/provider/lent_card.h"
#include "daemon/provider/reference_provider.h"
#include "tests/unit/daemon/check/national_bench.h"

namespace tahvil::daemon {
namespace {

using national_bench::outcome;
using national_bench::reasons;

constexpr std::string_view kId = "access.card_authentication";
const Bytes kIssuerKey = from_hex("000102030405060708090A0B0C0D0E0F");

/// An emulated Iranian card, whose closed files need its PIN and its issuer's keys, and an operator who knows where the
/// PIN is.
class CardOfAnAuthority : public testing::Test {
protected:
    CardOfAnAuthority() {
        profiles::Profile own = *bench.catalogue->find("irn-nid");
        profiles::Pin pin;
        pin.name = "id";
        pin.application = "id";
        pin.reference = 0x01;
        pin.shortest = 4;
        pin.longest = pin.block = 8;
        pin.holder = true;
        own.pins.push_back(pin);
        bench.catalogue->add(own);

        std::string name = (std::filesystem::temp_directory_path() / "tahvil-provider-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        settings.socket = folder_ / "provider.sock";
        emulator::NationalCardOptions options;
        options.issuer_key = SecretBytes(kIssuerKey);
        emulator::NationalCard made = bench.make(emulator::personalise_irn_nid, options);
        personal_data = made.values.at("0201");
        reader.insert(specimen_bench::embed(std::move(made.card)));
    }
    ~CardOfAnAuthority() override {
        if (server_) server_->stop();
        if (thread_.joinable()) thread_.join();
        server_.reset();
        std::filesystem::remove_all(folder_);
    }

    void serve() {
        listening_.emplace(settings.socket, std::nullopt);
        server_.emplace(listening_->release(), provider_, api::Limits{}, log_);
        thread_ = std::thread([this] { server_->run(); });
    }

    CardCheckResult check(bool with_pin = true) {
        Knowledge knowledge = bench.knowledge();
        knowledge.card_authentication = settings;
        CardCheck asked = bench.with_pin("123456");
        asked.access.allow_last_try = true;  // this card does not tell how many are left
        asked.want.insert(Part::files);
        if (!with_pin) asked.access.pin.reset();
        CardChecker checker{knowledge, system_random, {}};
        const auto session = reader.open_session();
        return checker.run(*session, asked, "01");
    }

    national_bench::Bench bench;
    EmbeddedReader reader{"embedded", "Embedded reader"};
    ProviderSettings settings;
    Bytes personal_data;

private:
    std::filesystem::path folder_;
    Log log_{[](LogLevel, std::string_view) {}};
    ReferenceProvider provider_{SecretBytes(kIssuerKey), ReferenceProvider::Gives::keys};
    std::optional<api::ListeningSocket> listening_;  // whose file goes with it
    std::optional<api::Server> server_;
    std::thread thread_;
};

TEST_F(CardOfAnAuthority, IsOpenedByItsProvider) {
    serve();
    const CardCheckResult result = check();
    EXPECT_EQ(outcome(result.verdict, kId), "passed") << reasons(result.verdict);
    EXPECT_EQ(outcome(result.verdict, "holder.pin"), "passed");
    ASSERT_TRUE(result.files.contains("personal_data"));
    EXPECT_EQ(result.files.at("personal_data"), personal_data);
}

TEST_F(CardOfAnAuthority, StaysClosedWithoutThePin) {
    serve();
    EXPECT_EQ(outcome(check(false).verdict, kId), "undetermined refused_by_card");
}

TEST_F(CardOfAnAuthority, LeadsToAPersonWhenTheProviderIsNotThere) {
    const CardCheckResult result = check();
    EXPECT_EQ(outcome(result.verdict, kId), "undetermined unreachable");
    EXPECT_EQ(result.verdict.decision, Decision::refer) << reasons(result.verdict);
    EXPECT_FALSE(result.files.contains("personal_data"));
}

/// The same card, and a SAM in a second reader.
class CardAndSam : public CardOfAnAuthority {
protected:
    void put_in(const SecretBytes& issuer_key) {
        second->insert(specimen_bench::embed(emulator::make_sam(issuer_key)));
        pool.add(second);
        settings.socket.clear();
        settings.reader = "sam";
        settings.aid = emulator::kSamApplication;
        settings.borrow = [this] { return std::make_unique<LentCard>(pool, "sam", std::chrono::seconds{60}); };
    }

    std::shared_ptr<EmbeddedReader> second = std::make_shared<EmbeddedReader>("sam", "Reader of the SAM");
    ReaderPool pool{{}, [](const ReaderEvent&) {}};
};

TEST_F(CardAndSam, OpenItTogetherAndNoKeyLeavesTheSam) {
    put_in(SecretBytes(kIssuerKey));
    const CardCheckResult result = check();
    EXPECT_EQ(outcome(result.verdict, kId), "passed") << reasons(result.verdict);
    ASSERT_TRUE(result.files.contains("personal_data"));
    EXPECT_EQ(result.files.at("personal_data"), personal_data);
    EXPECT_EQ(outcome(check().verdict, kId), "passed") << "the SAM was given back";
}

TEST_F(CardAndSam, OfAnotherIssuerDoNotKnowEachOther) {
    put_in(SecretBytes(from_hex("FF")));
    EXPECT_EQ(outcome(check().verdict, kId), "undetermined refused_by_card");
}

TEST_F(CardAndSam, NameWhatIsWrongWithTheSam) {
    put_in(SecretBytes(kIssuerKey));
    settings.aid = from_hex("F0 00 00 00 01");
    EXPECT_EQ(outcome(check().verdict, kId), "undetermined refused");
    second->remove();
    EXPECT_EQ(outcome(check().verdict, kId), "undetermined unreachable");
    pool.remove("sam");
    const CardCheckResult result = check();
    EXPECT_EQ(outcome(result.verdict, kId), "undetermined unreachable");
    EXPECT_EQ(result.verdict.decision, Decision::refer);
}

}  // namespace
}  // namespace tahvil::daemon
