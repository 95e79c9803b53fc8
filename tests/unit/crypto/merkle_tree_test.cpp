#include "crypto/merkle_tree.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::merkle {
namespace {

/// The eight leaves, and the roots over the first one to eight of them, that implementations of RFC 6962 test with
/// (github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc).
const std::vector<std::string> kLeaves{
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696A6B6C6D6E6F"};
const std::vector<std::string> kRoots{"6E340B9CFFB37A989CA544E6BB780A2C78901D3FB33738768511A30617AFA01D",
                                      "FAC54203E7CC696CF0DFCB42C92A1D9DBAF70AD9E621F4BD8D98662F00E3C125",
                                      "AEB6BCFE274B70A14FB067A5E5578264DB0FA9B51AF5E0BA159158F329E06E77",
                                      "D37EE418976DD95753C1C73862B9398FA2A2CF9B4FF0FDFE8B30CD95209614B7",
                                      "4E3BBB1F7B478DCFE71FB631631519A3BCA12C9AEFCA1612BFCE4C13A86264D4",
                                      "76E67DADBCDF1E10E1B74DDC608ABD2F98DFB16FBCE75277B5232A127F2087EF",
                                      "DDB89BE403809E325750D3D263CD78929C2942B7942A34B77E122C9594A74C8C",
                                      "5DC9DA79A70659A9AD559CB701DED9A2AB9D823AAD2F4960CFE370EFF4604328"};

/// A log in memory that keeps the nodes it is told to keep.
class Log {
public:
    void append(ByteView entry) {
        for (const Node& node : completed_by(size_, leaf_hash(entry), source()))
            kept_[{node.level, node.index}] = node.hash;
        ++size_;
        frontier_.append(leaf_hash(entry));
    }
    NodeSource source() const {
        return [this](unsigned level, std::uint64_t index) { return kept_.at({level, index}); };
    }
    Hash leaf(std::uint64_t index) const { return kept_.at({0, index}); }
    const Frontier& frontier() const { return frontier_; }
    std::size_t kept() const { return kept_.size(); }

private:
    std::map<std::pair<unsigned, std::uint64_t>, Hash> kept_;
    std::uint64_t size_ = 0;
    Frontier frontier_;
};

TEST(MerkleTree, HasThePublishedRoots) {
    Log log;
    EXPECT_EQ(to_hex(root(0, log.source())), "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
    for (std::size_t i = 0; i < kLeaves.size(); ++i) {
        log.append(from_hex(kLeaves[i]));
        EXPECT_EQ(to_hex(root(i + 1, log.source())), kRoots[i]);
        EXPECT_EQ(to_hex(log.frontier().root()), kRoots[i]);
    }
    EXPECT_EQ(to_hex(root(3, log.source())), kRoots[2]);
    EXPECT_EQ(log.kept(), 15U);
}

class EverySize : public testing::Test {
protected:
    static constexpr std::uint64_t kSize = 70;
    void SetUp() override {
        for (std::uint64_t i = 0; i < kSize; ++i) log_.append(to_big_endian(i, 8));
        for (std::uint64_t i = 0; i <= kSize; ++i) roots_.push_back(root(i, log_.source()));
    }
    Log log_;
    std::vector<Hash> roots_;
};

TEST_F(EverySize, EveryLeafIsProvedToBeInAndNothingElseIs) {
    for (std::uint64_t size = 1; size <= kSize; ++size) {
        for (std::uint64_t index = 0; index < size; ++index) {
            std::vector<Hash> proof = inclusion_proof(index, size, log_.source());
            ASSERT_TRUE(verify_inclusion(log_.leaf(index), index, size, proof, roots_[size]))
                << index << " of " << size;
            EXPECT_FALSE(verify_inclusion(log_.leaf((index + 1) % kSize), index, size, proof, roots_[size]));
            EXPECT_FALSE(verify_inclusion(log_.leaf(index), index, size, proof, roots_[size - 1]));
            EXPECT_FALSE(verify_inclusion(log_.leaf(index), size, size, proof, roots_[size]));
            if (size > 1) {
                EXPECT_FALSE(verify_inclusion(log_.leaf(index), (index + 1) % size, size, proof, roots_[size]));
                proof[index % proof.size()][0] ^= 1U;
                EXPECT_FALSE(verify_inclusion(log_.leaf(index), index, size, proof, roots_[size]));
                proof[index % proof.size()][0] ^= 1U;
            }
            proof.push_back(roots_[1]);
            EXPECT_FALSE(verify_inclusion(log_.leaf(index), index, size, proof, roots_[size]));
            proof.resize(proof.size() - 1);
            if (!proof.empty()) {
                proof.pop_back();
                EXPECT_FALSE(verify_inclusion(log_.leaf(index), index, size, proof, roots_[size]));
            }
        }
    }
}

TEST_F(EverySize, EveryOlderTreeIsProvedToBeTheBeginningAndNoOtherIs) {
    for (std::uint64_t newer = 0; newer <= kSize; ++newer) {
        for (std::uint64_t older = 0; older <= newer; ++older) {
            std::vector<Hash> proof = consistency_proof(older, newer, log_.source());
            ASSERT_TRUE(verify_consistency(older, roots_[older], newer, roots_[newer], proof)) << older << ' ' << newer;
            Hash other = roots_[older];
            other[31] ^= 1U;
            EXPECT_FALSE(verify_consistency(older, other, newer, roots_[newer], proof));
            if (older != 0) {
                Hash changed = roots_[newer];
                changed[0] ^= 1U;
                EXPECT_FALSE(verify_consistency(older, roots_[older], newer, changed, proof));
            }
            if (older != newer) {
                EXPECT_FALSE(verify_consistency(newer, roots_[newer], older, roots_[older], proof));
            }
            proof.push_back(roots_[older]);
            EXPECT_FALSE(verify_consistency(older, roots_[older], newer, roots_[newer], proof));
            proof.pop_back();
            if (!proof.empty()) {
                proof.back()[5] ^= 1U;
                EXPECT_FALSE(verify_consistency(older, roots_[older], newer, roots_[newer], proof));
                proof.pop_back();
                EXPECT_FALSE(verify_consistency(older, roots_[older], newer, roots_[newer], proof));
            }
        }
    }
}

TEST(MerkleProof, IsRefusedBeforeItIsHashedWhenItIsTooLong) {
    const std::vector<Hash> proof(kMaxProof + 1);
    EXPECT_FALSE(verify_inclusion({}, 0, ~0ULL, proof, {}));
    EXPECT_FALSE(verify_consistency(1, {}, ~0ULL, {}, proof));
}

TEST(MerkleProof, OfWhatIsNotThereIsAnError) {
    const NodeSource none = [](unsigned, std::uint64_t) { return Hash{}; };
    EXPECT_THROW(inclusion_proof(3, 3, none), InvalidInput);
    EXPECT_THROW(consistency_proof(4, 3, none), InvalidInput);
}

}  // namespace
}  // namespace tahvil::merkle
