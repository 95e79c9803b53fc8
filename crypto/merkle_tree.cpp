#include "crypto/merkle_tree.h"

#include <bit>
#include <initializer_list>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil::merkle {

namespace {

constexpr std::array<std::uint8_t, 1> kLeaf{0};
constexpr std::array<std::uint8_t, 1> kNode{1};

/// One context for each thread: making one costs more than hashing a node.
Hash sha256(std::initializer_list<ByteView> parts) {
    static const thread_local openssl::DigestContext context(openssl::require(EVP_MD_CTX_new(), "make a digest"));
    openssl::require(EVP_DigestInit_ex2(context.get(), openssl::fetched(DigestAlgorithm::sha256), nullptr),
                     "start a digest");
    for (const ByteView part : parts)
        openssl::require(EVP_DigestUpdate(context.get(), part.data(), part.size()), "take a digest");
    Hash hash{};
    openssl::require(EVP_DigestFinal_ex(context.get(), hash.data(), nullptr), "finish a digest");
    return hash;
}

/// The largest power of two below a size of at least 2.
std::uint64_t split(std::uint64_t size) {
    return std::bit_floor(size - 1);
}

/// The root over `size` leaves from `start` on, which is where a subtree of that size can start.
Hash subtree(std::uint64_t start, std::uint64_t size, const NodeSource& nodes) {
    if (std::has_single_bit(size)) {
        const auto level = static_cast<unsigned>(std::countr_zero(size));
        return nodes(level, start >> level);
    }
    const std::uint64_t left = split(size);
    return node_hash(nodes(static_cast<unsigned>(std::countr_zero(left)), start / left),
                     subtree(start + left, size - left, nodes));
}

void consistency_path(std::uint64_t older, std::uint64_t start, std::uint64_t size, bool known, const NodeSource& nodes,
                      std::vector<Hash>& proof) {
    if (older == size) {
        if (!known) proof.push_back(subtree(start, size, nodes));
        return;
    }
    const std::uint64_t left = split(size);
    if (older <= left) {
        consistency_path(older, start, left, known, nodes, proof);
        proof.push_back(subtree(start + left, size - left, nodes));
    } else {
        consistency_path(older - left, start + left, size - left, false, nodes, proof);
        proof.push_back(subtree(start, left, nodes));
    }
}

void inclusion_path(std::uint64_t index, std::uint64_t start, std::uint64_t size, const NodeSource& nodes,
                    std::vector<Hash>& proof) {
    if (size == 1) return;
    const std::uint64_t left = split(size);
    if (index < left) {
        inclusion_path(index, start, left, nodes, proof);
        proof.push_back(subtree(start + left, size - left, nodes));
    } else {
        inclusion_path(index - left, start + left, size - left, nodes, proof);
        proof.push_back(subtree(start, left, nodes));
    }
}

}  // namespace

Hash leaf_hash(ByteView entry) {
    return sha256({kLeaf, entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
    return sha256({kNode, left, right});
}

Hash empty_root() {
    return sha256({});
}

std::vector<Node> completed_by(std::uint64_t size, const Hash& leaf, const NodeSource& nodes) {
    std::vector<Node> completed{{0, size, leaf}};
    for (std::uint64_t index = size; (index & 1U) != 0; index >>= 1U) {
        const Node& right = completed.back();
        completed.push_back({right.level + 1, index >> 1U, node_hash(nodes(right.level, index - 1), right.hash)});
    }
    return completed;
}

Hash root(std::uint64_t size, const NodeSource& nodes) {
    return size == 0 ? empty_root() : subtree(0, size, nodes);
}

std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeSource& nodes) {
    if (index >= size) throw InvalidInput("merkle.index", "the tree has no leaf of that index");
    std::vector<Hash> proof;
    inclusion_path(index, 0, size, nodes, proof);
    return proof;
}

std::vector<Hash> consistency_proof(std::uint64_t older, std::uint64_t newer, const NodeSource& nodes) {
    if (older > newer) throw InvalidInput("merkle.index", "the older tree is larger than the newer");
    std::vector<Hash> proof;
    if (older != 0) consistency_path(older, 0, newer, true, nodes, proof);
    return proof;
}

// The two verifications go up from the leaf by the bits of its index and of the last leaf's, as RFC 9162, 2.1.3.2 and
// 2.1.4.2 lay out for the same tree.

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                      const Hash& root) {
    if (index >= size || proof.size() > kMaxProof) return false;
    std::uint64_t last = size - 1;
    Hash hash = leaf;
    for (const Hash& sibling : proof) {
        if (last == 0) return false;
        if ((index & 1U) != 0 || index == last) {
            hash = node_hash(sibling, hash);
            while ((index & 1U) == 0 && index != 0) {
                index >>= 1U;
                last >>= 1U;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        index >>= 1U;
        last >>= 1U;
    }
    return last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t older, const Hash& older_root, std::uint64_t newer, const Hash& newer_root,
                        std::span<const Hash> proof) {
    if (older > newer || proof.size() > kMaxProof) return false;
    if (older == newer) return proof.empty() && older_root == newer_root && (older != 0 || older_root == empty_root());
    if (older == 0) return proof.empty() && older_root == empty_root();
    std::uint64_t index = older - 1;
    std::uint64_t last = newer - 1;
    const auto trailing = static_cast<unsigned>(std::countr_one(index));
    index >>= trailing;
    last >>= trailing;
    Hash from_older{};
    if (std::has_single_bit(older)) {
        from_older = older_root;  // a whole subtree, which the proof leaves out
    } else {
        if (proof.empty()) return false;
        from_older = proof.front();
        proof = proof.subspan(1);
    }
    Hash from_newer = from_older;
    for (const Hash& sibling : proof) {
        if (last == 0) return false;
        if ((index & 1U) != 0 || index == last) {
            from_older = node_hash(sibling, from_older);
            from_newer = node_hash(sibling, from_newer);
            while ((index & 1U) == 0 && index != 0) {
                index >>= 1U;
                last >>= 1U;
            }
        } else {
            from_newer = node_hash(from_newer, sibling);
        }
        index >>= 1U;
        last >>= 1U;
    }
    return last == 0 && from_older == older_root && from_newer == newer_root;
}

void Frontier::append(const Hash& leaf) {
    Hash hash = leaf;
    for (std::uint64_t bits = size_; (bits & 1U) != 0; bits >>= 1U) {
        hash = node_hash(whole_.back(), hash);
        whole_.pop_back();
    }
    whole_.push_back(hash);
    ++size_;
}

Hash Frontier::root() const {
    if (whole_.empty()) return empty_root();
    Hash hash = whole_.back();
    for (auto left = whole_.rbegin() + 1; left != whole_.rend(); ++left) hash = node_hash(*left, hash);
    return hash;
}

}  // namespace tahvil::merkle
