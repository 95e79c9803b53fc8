#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "crypto/trust/master_list.h"
#include "crypto/trust/passive_authentication.h"
#include "crypto/trust/store_builder.h"
#include "tests/unit/crypto/trust/shared_data.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::trust {
namespace {

using specimen::at;

constexpr const char* kOldGermanList = "trust/DE_ML_2025-03-05-08-05-28.ml";
constexpr const char* kNewGermanList = "trust/DE_ML_2026-05-28-08-28-45.ml";
constexpr const char* kDutchList = "trust/NL_ML_2026-07-22.ml";
constexpr const char* kGermanRoot = "trust/DE_ROOT_CA_CSCA07.cer";
constexpr const char* kDutchRoot = "trust/NL_ROOT_CA.cer";

ImportOptions options_for(const std::string& file) {
    ImportOptions options;
    options.file = file.substr(file.find('/') + 1);
    options.at = at(2026, 8);
    return options;
}

ImportReport import(StoreBuilder& builder, const char* file, bool allow_rollback = false) {
    ImportOptions options = options_for(file);
    options.allow_rollback = allow_rollback;
    return builder.import(shared_file(file), options);
}

void pin(StoreBuilder& builder, const char* file) {
    ImportOptions options = options_for(file);
    options.pin = true;
    const ImportReport report = builder.import(shared_file(file), options);
    ASSERT_EQ(report.count(Outcome::refused), 0U) << report.items.at(0).words;
}

std::string refusals(const ImportReport& report) {
    std::string text;
    for (const ImportItem& item : report.items)
        if (item.outcome == Outcome::refused) text += item.what + ": " + item.reason + ": " + item.words + "\n";
    return text;
}

class RealDocuments : public testing::Test {
protected:
    void SetUp() override { TAHVIL_NEEDS_SHARED(kNewGermanList); }

    static std::shared_ptr<const TrustStore> store_of_all_lists() {
        StoreBuilder builder(*TrustStore::empty());
        pin(builder, kGermanRoot);
        pin(builder, kDutchRoot);
        for (const char* list : {kOldGermanList, kNewGermanList, kDutchList}) import(builder, list);
        return TrustStore::from_bytes(builder.next(at(2026, 8)));
    }
};

TEST_F(RealDocuments, ListsComeInUnderTheirPinnedRoots) {
    StoreBuilder builder(*TrustStore::empty());
    pin(builder, kGermanRoot);
    pin(builder, kDutchRoot);
    const ImportReport older = import(builder, kOldGermanList);
    const ImportReport newer = import(builder, kNewGermanList);
    const ImportReport dutch = import(builder, kDutchList);
    // Each certificate is in the report once, beside the list itself and what vanished from it.
    EXPECT_EQ(older.items.size(), 557U + 1U) << refusals(older);
    EXPECT_GE(newer.items.size(), 588U + 1U) << refusals(newer);
    EXPECT_EQ(dutch.items.size(), 411U + 1U) << refusals(dutch);
    // Some countries have link certificates that say of themselves that they are no issuers: named, and not used.
    for (const ImportReport* report : {&older, &newer, &dutch}) {
        EXPECT_LT(report->count(Outcome::refused), 10U);
        for (const ImportItem& item : report->items) {
            EXPECT_EQ(item.reason == "not_an_issuer", item.outcome == Outcome::refused) << item.what;
        }
    }
    const auto store = TrustStore::from_bytes(builder.next(at(2026, 8)));
    EXPECT_EQ(store->number(), 1U);
    for (std::size_t i = 0; i < store->size(); ++i) {
        const Entry entry = store->entry(i);
        EXPECT_FALSE(entry.sources.empty());
        EXPECT_NO_THROW(static_cast<void>(entry.certificate.public_key())) << entry.certificate.description();
    }
    EXPECT_GT(store->size(), 600U);
}

TEST_F(RealDocuments, EveryCertificateOfAListIsUsableOrNamedWithItsReason) {
    StoreBuilder builder(*TrustStore::empty());
    pin(builder, kGermanRoot);
    pin(builder, kDutchRoot);
    std::size_t refused = 0;
    for (const char* file : {kOldGermanList, kNewGermanList, kDutchList}) {
        const ImportReport report = import(builder, file);
        const auto store = TrustStore::from_bytes(builder.next(at(2026, 8)));
        const Bytes list = shared_file(file);
        for (const ByteView raw : MasterList::parse(list).certificates) {
            const Certificate certificate = Certificate::parse(raw);
            const auto found = store->by_issuer_and_serial(certificate.issuer(), certificate.serial());
            const auto usable = std::ranges::find_if(
                found, [&](std::size_t index) { return equal(store->certificate(index).raw(), raw); });
            if (usable != found.end()) {
                const Entry entry = store->entry(*usable);
                EXPECT_EQ(entry.status, Status::trusted) << certificate.description();
                EXPECT_TRUE(entry.purposes.contain(Purpose::documents)) << certificate.description();
                EXPECT_EQ(certificate.unknown_critical_extension(), std::nullopt) << certificate.description();
                continue;
            }
            ++refused;
            const auto named = std::ranges::find(report.items, certificate.description(), &ImportItem::what);
            ASSERT_NE(named, report.items.end()) << certificate.description();
            EXPECT_EQ(named->outcome, Outcome::refused);
            EXPECT_FALSE(named->reason.empty() || named->words.empty()) << certificate.description();
        }
    }
    EXPECT_GT(refused, 0U);
}

TEST_F(RealDocuments, AnOlderListAfterANewerIsRefusedUnlessAllowed) {
    StoreBuilder builder(*TrustStore::empty());
    pin(builder, kGermanRoot);
    import(builder, kNewGermanList);
    const Bytes before = builder.next(at(2026, 8));
    const ImportReport refused = import(builder, kOldGermanList);
    ASSERT_EQ(refused.items.size(), 1U);
    EXPECT_EQ(refused.items[0].reason, "rollback");
    EXPECT_EQ(builder.next(at(2026, 8)), before);

    const ImportReport again = import(builder, kNewGermanList);
    ASSERT_EQ(again.items.size(), 1U);
    EXPECT_EQ(again.items[0].outcome, Outcome::known);

    EXPECT_GT(import(builder, kOldGermanList, true).items.size(), 1U);
    const auto store = TrustStore::from_bytes(builder.next(at(2026, 8)));
    EXPECT_TRUE(store->sources().back().rollback);
}

TEST_F(RealDocuments, AListDoesNotCountWithoutItsRoot) {
    StoreBuilder builder(*TrustStore::empty());
    pin(builder, kDutchRoot);
    const ImportReport report = import(builder, kNewGermanList);
    ASSERT_EQ(report.items.size(), 1U);
    EXPECT_EQ(report.items[0].outcome, Outcome::refused);
    EXPECT_EQ(report.items[0].reason, "issuer_unknown");
}

TEST_F(RealDocuments, AListWithAChangedByteIsRefused) {
    StoreBuilder builder(*TrustStore::empty());
    pin(builder, kGermanRoot);
    Bytes list = shared_file(kNewGermanList);
    list[list.size() / 2] ^= 1U;
    const ImportReport report = builder.import(list, options_for(kNewGermanList));
    ASSERT_EQ(report.items.size(), 1U);
    EXPECT_EQ(report.items[0].reason, "message_digest_mismatch");
}

TEST_F(RealDocuments, PassportsPassDownToTheirAnchors) {
    const auto store = store_of_all_lists();
    for (const char* country : {"FR", "SG", "US"}) {
        const Bytes object = shared_file("documents/sod/" + std::string(country) + ".bin");
        const PassiveAuthentication result = authenticate({object, {}, {}}, *store, {at(2026, 8), std::nullopt});
        for (const char* id : {"structure", "signature", "chain", "validity"}) {
            const Check* check = find(result.checks, "passive_authentication." + std::string(id));
            ASSERT_NE(check, nullptr);
            EXPECT_TRUE(check->passed()) << country << " " << id << " " << check->reason;
        }
        EXPECT_EQ(result.trust.anchor_country, country);
        EXPECT_FALSE(result.trust.specimen);
        EXPECT_FALSE(result.trust.sources.empty());
        EXPECT_EQ(result.deviations, Deviations()) << name(result.deviations.at(0).code);
        const PassiveAuthentication alone =
            authenticate({object, {}, {}}, *TrustStore::empty(), {at(2026, 8), std::nullopt});
        EXPECT_EQ(find(alone.checks, "passive_authentication.chain")->result, Result::undetermined);
        EXPECT_FALSE(alone.authentic());
    }
}

TEST_F(RealDocuments, TheTestDocumentOf2008IsReadForWhatItIs) {
    TAHVIL_NEEDS_SHARED("documents/bsi2008/EF_SOD.bin");
    const auto store = store_of_all_lists();
    const Bytes object = shared_file("documents/bsi2008/EF_SOD.bin");
    std::map<int, Bytes> groups;
    for (const int group : {1, 2, 3, 4, 14, 15})
        groups[group] = shared_file("documents/bsi2008/Datagroup" + std::to_string(group) + ".bin");
    LdsFiles files{object, std::nullopt, {}};
    for (const auto& [number, content] : groups) files.data_groups.emplace(number, content);
    const PassiveAuthentication result = authenticate(files, *store, {at(2026, 8), std::nullopt});
    EXPECT_EQ(result.matching, (std::set<int>{1, 2, 3, 14}));
    const Check& hashes = *find(result.checks, "passive_authentication.data_group_hashes");
    EXPECT_EQ(detail(hashes, "dg4"), "not_covered");
    EXPECT_EQ(detail(hashes, "dg15"), "not_covered");
    EXPECT_TRUE(find(result.checks, "passive_authentication.signature")->passed());
    EXPECT_TRUE(contains(result.deviations, DeviationCode::algorithm_sha1));
    EXPECT_TRUE(contains(result.deviations, DeviationCode::certificate_explicit_ec_parameters));
    const Check& chain = *find(result.checks, "passive_authentication.chain");
    EXPECT_EQ(chain.result, Result::undetermined);
    EXPECT_EQ(chain.reason, "issuer_unknown");
    EXPECT_FALSE(result.authentic());
}

}  // namespace
}  // namespace tahvil::trust
