#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "daemon/delivery/deliveries.h"
#include "daemon/journal/verification.h"
#include "daemon/store/schema.h"

namespace tahvil::daemon::test {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'780'000'000}};

/// A store in a temporary folder with its journal and its deliveries, that can be closed and opened again.
class DeskTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("tahvil-desk-" + std::to_string(::getpid()));
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        keys_.add(1, SecretBytes(Bytes(StoreKeys::kKeySize, 0x11)));
        open();
    }
    void TearDown() override {
        close();
        std::filesystem::remove_all(folder_);
    }

    void open(const std::string& terminal = "T1") {
        close();
        database_ = std::make_unique<Database>(folder_ / "store.db", store_schema());
        journal_ = std::make_unique<Journal>(*database_, kOrigin, *journal_signer_);
        deliveries_ = std::make_unique<Deliveries>(*database_, keys_, *journal_, terminal);
    }
    void close() {
        deliveries_.reset();
        journal_.reset();
        database_.reset();
    }

    static ExpectedCard card(int number) {
        ExpectedCard card;
        card.national_code = "001234567" + std::to_string(number % 10);
        card.given_name = "\u0639\u0644\u06cc";               // with Persian yeh
        card.family_name = "\u06a9\u0631\u06cc\u0645\u06cc";  // with Persian kaf and yeh
        card.birth_date = Date{std::chrono::year{1990}, std::chrono::month{3}, std::chrono::day{21}};
        card.birth_certificate_serial = "12345" + std::to_string(number % 10);
        card.birth_certificate_series = "\u0627\u0644\u0641/12";
        card.tracking_code = "TRACK-" + std::to_string(number);
        card.card_serial = "SERIAL-" + std::to_string(number);
        card.phone = "09120000000";
        card.access.can = SecretBytes(as_bytes("123456"));
        card.access.document_number = "X1234567";
        card.batch = "B1";
        card.office = "O12";
        card.fee = 200'000;
        return card;
    }

    /// Records of one manifest, numbered from 1.
    std::vector<std::string> add(int count) {
        std::vector<std::string> ids;
        Transaction transaction(*database_);
        database_
            ->prepare(
                "INSERT OR IGNORE INTO manifest (id, digest, signer, imported_at, cards) VALUES (1, x'00', 'S', 0, 0)")
            .run();
        for (int i = 1; i <= count; ++i) ids.push_back(deliveries_->add(transaction, card(i), 1, kNow));
        transaction.commit();
        return ids;
    }

    std::uint64_t move(const std::string& id, Stage to, const std::string& why = {},
                       std::chrono::sys_seconds at = kNow) {
        Transaction transaction(*database_);
        const std::uint64_t position = deliveries_->move(transaction, id, to, {"operator-7", at, why, {}});
        transaction.commit();
        return position;
    }

    bool journal_verifies() {
        std::stringstream exported;
        journal_->export_to(exported);
        return verify_journal(exported, std::vector{journal_->key()}, {}).passed();
    }

    static constexpr const char* kOrigin = "office.example/12";
    std::filesystem::path folder_;
    StoreKeys keys_;
    std::unique_ptr<Signer> journal_signer_ = signer_in_memory(PrivateKey::generate_ed25519());
    std::unique_ptr<Database> database_;
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<Deliveries> deliveries_;
};

}  // namespace tahvil::daemon::test
