#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/random.h"

/// Personal data at rest: sealed by AES-256-GCM (SP 800-38D) under a key that comes from outside the store, and found
/// again by a keyed hash.
namespace tahvil {

/// Where a sealed value belongs. It is bound into the seal, so that a value moved to another record or field does not
/// open.
struct SealedPlace {
    std::string_view table;
    std::string_view record;
    std::string_view field;
};

/// What stands in an index column for a value: HMAC-SHA-256, cut to 16 bytes.
using BlindIndex = Bytes;

/// The keys of a store. Each has a number, which stands in every seal; new seals are made with the key of the highest
/// number, and older ones keep opening while their key is here, so that keys are rotated by adding one and sealing
/// anew at leisure. Random nonces allow 2^32 seals a key.
class StoreKeys {
public:
    static constexpr std::size_t kKeySize = 32;  ///< bytes

    explicit StoreKeys(RandomSource random = system_random);

    /// Throws InvalidInput "sealed.key" when the key is not kKeySize long, or the number is taken.
    void add(std::uint32_t number, const SecretBytes& key);

    /// Wipes every key: what is stored stays, and can not be read until a key is added again.
    void forget() noexcept;
    bool locked() const { return keys_.empty(); }
    /// The key that new seals are made with. Throws Error "sealed.locked".
    std::uint32_t current() const;

    /// Throws Error "sealed.locked" without a key.
    Bytes seal(const SealedPlace& place, ByteView value) const;

    /// Throws Error "sealed.locked" without a key; MalformedData "sealed.unknown_key" when its key is not here,
    /// "sealed.broken" when it was changed, belongs elsewhere, or is no seal at all.
    SecretBytes open(const SealedPlace& place, ByteView sealed) const;

    /// The key that a seal was made with. Throws MalformedData "sealed.broken".
    static std::uint32_t key_of(ByteView sealed);

    /// The index of a value under the current key. Equal values of one field have equal indexes, so a field with few
    /// possible values is not to be indexed; `field` keeps fields apart.
    BlindIndex index(std::string_view field, ByteView value) const;
    /// The indexes under every key, current first: what to look for while keys are being rotated.
    std::vector<BlindIndex> indexes(std::string_view field, ByteView value) const;

private:
    struct Derived {
        SecretBytes sealing;
        SecretBytes indexing;
    };
    const Derived& key(std::uint32_t number) const;
    void require_unlocked() const;

    RandomSource random_;
    std::map<std::uint32_t, Derived> keys_;
};

}  // namespace tahvil
