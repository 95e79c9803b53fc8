#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "crypto/bytes.h"

/// The Merkle tree of an append-only log, hashed with SHA-256 as RFC 6962, 2.1 says.
namespace tahvil::merkle {

using Hash = std::array<std::uint8_t, 32>;

/// A path in a tree of 2^63 leaves is no longer than this, and neither is a proof that is looked at.
constexpr std::size_t kMaxProof = 64;

Hash leaf_hash(ByteView entry);                       ///< SHA-256(00 || entry)
Hash node_hash(const Hash& left, const Hash& right);  ///< SHA-256(01 || left || right)
Hash empty_root();                                    ///< SHA-256 of nothing

/// A node over a whole subtree of 2^level leaves, from leaf index * 2^level on. Level 0 are the leaves. Such a node
/// never changes while the log grows.
struct Node {
    unsigned level = 0;
    std::uint64_t index = 0;
    Hash hash{};
};

/// Answers the hash of a node over a whole subtree, from wherever the nodes are kept.
using NodeSource = std::function<Hash(unsigned level, std::uint64_t index)>;

/// What a log of `size` entries has to keep when one more comes: its leaf, and every whole subtree that it completes.
std::vector<Node> completed_by(std::uint64_t size, const Hash& leaf, const NodeSource& nodes);

/// The root over the first `size` leaves.
Hash root(std::uint64_t size, const NodeSource& nodes);

/// PATH(m, D[n]) of 2.1.1. Throws InvalidInput when the tree has no such leaf.
std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeSource& nodes);

/// PROOF(m, D[n]) of 2.1.2; empty when the sizes are equal or the older one is 0. Throws InvalidInput when the older
/// tree is the larger.
std::vector<Hash> consistency_proof(std::uint64_t older, std::uint64_t newer, const NodeSource& nodes);

/// Whether the leaf is at `index` of the tree with that size and root.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                      const Hash& root);

/// Whether the newer tree begins with all the leaves of the older. From an empty tree everything follows.
bool verify_consistency(std::uint64_t older, const Hash& older_root, std::uint64_t newer, const Hash& newer_root,
                        std::span<const Hash> proof);

/// A tree that is only walked through from left to right, keeping one hash for each level.
class Frontier {
public:
    void append(const Hash& leaf);
    std::uint64_t size() const { return size_; }
    Hash root() const;

private:
    std::uint64_t size_ = 0;
    std::vector<Hash> whole_;  // of the subtrees that the bits of size_ stand for, the largest first
};

}  // namespace tahvil::merkle
