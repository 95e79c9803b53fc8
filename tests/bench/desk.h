#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <unistd.h>

#include "crypto/trust/issuer.h"
#include "daemon/delivery/handover.h"
#include "daemon/delivery/inquiry.h"
#include "daemon/store/schema.h"

namespace tahvil::daemon::bench {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'780'000'000}};

/// TAHVIL_BENCH_LARGE in the environment: the sizes of a country rather than of an office.
inline bool large() {
    return std::getenv("TAHVIL_BENCH_LARGE") != nullptr;
}

/// A store on the disk of the working directory, since a temporary folder may be memory; gone afterwards.
class Desk {
public:
    explicit Desk(const std::string& vfs = {}) : vfs_(vfs) {
        std::filesystem::create_directories(folder);
        keys.add(1, SecretBytes(Bytes(StoreKeys::kKeySize, 0x11)));
        open();
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    ~Desk() {
        close();
        std::filesystem::remove_all(folder);
    }

    void open() {
        close();
        database = std::make_unique<Database>(folder / "store.db", store_schema(),
                                              Database::Options{std::chrono::milliseconds(5000), vfs_});
        journal = std::make_unique<Journal>(*database, "office.example/12", *journal_signer);
        deliveries = std::make_unique<Deliveries>(*database, keys, *journal, "T1");
    }
    void close() {
        deliveries.reset();
        journal.reset();
        database.reset();
    }

    static ExpectedCard card(std::int64_t number) {
        ExpectedCard card;
        card.national_code = "0012345679";
        card.given_name = "Sara";
        card.family_name = "Rad";
        card.birth_date = Date{std::chrono::year{1990}, std::chrono::month{3}, std::chrono::day{21}};
        card.birth_certificate_serial = "123456";
        card.tracking_code = "TRACK-" + std::to_string(number);
        card.card_serial = "SERIAL-" + std::to_string(number);
        card.phone = "09120000000";
        card.batch = "B1";
        card.office = "O12";
        card.fee = 200'000;
        return card;
    }

    std::string add(const Transaction& transaction, std::int64_t number) {
        database->prepare("INSERT OR IGNORE INTO manifest VALUES (1, x'00', 'S', 0, 0)").run();
        return deliveries->add(transaction, card(number), 1, kNow);
    }

    std::filesystem::path folder = std::filesystem::current_path() / ("bench-store-" + std::to_string(::getpid()));
    StoreKeys keys;
    std::unique_ptr<Signer> journal_signer = signer_in_memory(PrivateKey::generate_ed25519());
    std::unique_ptr<Signer> receipt_signer = signer_in_memory(PrivateKey::generate_ec(Curve::secp256r1));
    std::unique_ptr<Database> database;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Deliveries> deliveries;

private:
    std::string vfs_;
};

}  // namespace tahvil::daemon::bench
