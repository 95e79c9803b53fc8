#include "crypto/trust/hot_list.h"

#include <random>

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "crypto/trust/path.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::trust {
namespace {

using specimen::at;

class HotListTest : public testing::Test {
protected:
    Bytes list_of(std::uint64_t sequence, const std::vector<std::string>& serials, std::size_t fillers = 2000) const {
        std::mt19937_64 random(1);
        std::vector<std::uint64_t> hashes;
        for (std::size_t i = 0; i < fillers; ++i) hashes.push_back(random());
        for (const std::string& serial : serials) hashes.push_back(key.hash("UTO", serial));
        HotListInfo info;
        info.issuer = "UTO";
        info.sequence = sequence;
        info.issued_at = at(2026, 5, static_cast<unsigned>(sequence));
        return build_hot_list(info, key, std::move(hashes), signer);
    }

    static HotList open(const Bytes& file) { return HotList::open(file, nullptr); }

    std::string outcome(const HotList* list, const HotListKey* with, std::string_view serial,
                        Time now = at(2026, 5, 3)) {
        const Check check =
            judge_card("document.revocation", list, with, "UTO", serial, now, std::chrono::hours(24 * 7));
        return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
    }

    HotListKey key{random_bytes(system_random, HotListKey::kSize)};
    CertifiedKey root = specimen::country_signer();
    CertifiedKey signer = [this] {
        CertificateTemplate what =
            CertificateTemplate::document_signer(specimen::signer_name(), specimen::kSignerValidity);
        what.extended_key_usage = {hot_list_signer_usage()};
        return issue(what, PrivateKey::generate_ec(Curve::secp256r1), root);
    }();
};

TEST_F(HotListTest, KnowsItsCards) {
    const Bytes file = list_of(1, {"A1234567", "B7654321"});
    ASSERT_TRUE(is_hot_list(file));
    const HotList list = open(file);
    list.require_whole();
    EXPECT_EQ(list.info().entries, 2002U);
    EXPECT_EQ(outcome(&list, &key, "A1234567<<"), "failed listed");
    EXPECT_EQ(outcome(&list, &key, "B7654321"), "failed listed");
    EXPECT_EQ(outcome(&list, &key, "C0000000"), "passed");
    for (const std::uint64_t hash : list.hashes()) ASSERT_TRUE(list.contains(hash));
}

TEST_F(HotListTest, SerialNumbersAreNormalised) {
    const Bytes file = list_of(1, {" a1234567\r\n"}, 0);
    const HotList list = open(file);
    EXPECT_EQ(outcome(&list, &key, "A1234567<<"), "failed listed");
    EXPECT_EQ(outcome(&list, &key, "A123 4567"), "passed");
    EXPECT_EQ(normalised_serial(" <<"), "");
    HotListHasher hasher(key);
    for (const char* serial : {"A1234567", "b", ""}) EXPECT_EQ(hasher.hash("UTO", serial), key.hash("UTO", serial));
}

TEST_F(HotListTest, IsWrittenInPiecesByAKeyThatMayLieElsewhere) {
    std::mt19937_64 random(7);
    std::vector<std::uint64_t> hashes(100'000);
    for (std::uint64_t& hash : hashes) hash = random();
    HotListInfo info;
    info.issuer = "UTO";
    info.sequence = 3;
    info.issued_at = at(2026, 5);
    const auto token = signer_in_memory(signer.key);
    Bytes file;
    std::size_t largest = 0;
    write_hot_list(info, key, hashes, signer.certificate, *token, [&](ByteView piece) {
        largest = std::max(largest, piece.size());
        append(file, piece);
    });
    EXPECT_LT(largest, file.size() / 2);
    const HotList list = open(file);
    list.require_whole();
    EXPECT_EQ(list.info().entries, hashes.size());
    for (const std::uint64_t hash : hashes) ASSERT_TRUE(list.contains(hash));
    EXPECT_TRUE(judge_hot_list_signer(list.signature(), list.info(), *specimen::store_of({root.certificate})).genuine);
}

TEST_F(HotListTest, IsUndeterminedWithoutListOrKeyOrWhenOld) {
    const Bytes file = list_of(1, {"A1234567"});
    const HotList list = open(file);
    const HotListKey other(random_bytes(system_random, HotListKey::kSize));
    EXPECT_EQ(outcome(nullptr, &key, "C0000000"), "undetermined no_list");
    EXPECT_EQ(outcome(&list, nullptr, "C0000000"), "undetermined no_key");
    EXPECT_EQ(outcome(&list, &other, "C0000000"), "undetermined no_key");
    EXPECT_EQ(outcome(&list, &key, "C0000000", at(2026, 6)), "undetermined list_too_old");
    EXPECT_EQ(outcome(&list, &key, "A1234567", at(2026, 6)), "failed listed");
}

TEST_F(HotListTest, ADeltaLeadsToTheSignedList) {
    const Bytes first_file = list_of(1, {"A1234567", "B7654321"});
    const Bytes second_file = list_of(2, {"B7654321", "C0000000"}, 2500);
    const HotList first = open(first_file);
    const HotList second = open(second_file);
    const Bytes delta_file = build_hot_list_delta(first, second);
    EXPECT_LT(delta_file.size(), second_file.size());
    ASSERT_TRUE(is_hot_list_delta(delta_file));
    const HotListDelta delta = HotListDelta::parse(delta_file);
    EXPECT_EQ(delta.removed.size(), 1U);
    EXPECT_EQ(merge(first, delta), second_file);
    EXPECT_THROW(merge(second, delta), InvalidInput);
    Bytes changed = delta_file;
    changed[4096 + 7] ^= 1U;  // an added hash
    EXPECT_THROW(merge(first, HotListDelta::parse(changed)), MalformedData);
}

TEST_F(HotListTest, AChangedBodyIsNotWhole) {
    Bytes file = list_of(1, {"A1234567"});
    file[5000] ^= 1U;
    EXPECT_THROW(open(file).require_whole(), MalformedData);
    EXPECT_THROW(open(Bytes(file.begin(), file.end() - 1)), MalformedData);
    EXPECT_FALSE(is_hot_list(ByteView(file).first(100)));
}

TEST_F(HotListTest, CountsOnlyFromASignerOfHotListsBelowAnAnchor) {
    const Bytes file = list_of(1, {});
    const HotList list = open(file);
    const HotListSigner good =
        judge_hot_list_signer(list.signature(), list.info(), *specimen::store_of({root.certificate}));
    EXPECT_TRUE(good.genuine) << good.reason;
    EXPECT_EQ(good.country, "UT");
    EXPECT_EQ(judge_hot_list_signer(list.signature(), list.info(), *TrustStore::empty()).reason, "issuer_unknown");
    signer = specimen::document_signer(root);
    const Bytes other_file = list_of(1, {});
    const HotList other = open(other_file);
    EXPECT_EQ(judge_hot_list_signer(other.signature(), other.info(), *specimen::store_of({root.certificate})).reason,
              "extended_key_usage");
}

TEST_F(HotListTest, AnEmptyListIsAList) {
    const Bytes file = list_of(1, {}, 0);
    const HotList list = open(file);
    list.require_whole();
    EXPECT_EQ(outcome(&list, &key, "C0000000"), "passed");
}

}  // namespace
}  // namespace tahvil::trust
