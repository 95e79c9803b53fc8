#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/mac.h"
#include "crypto/trust/check.h"
#include "crypto/trust/issuer.h"
#include "crypto/trust/trust_store.h"

/// The hot list: the serial numbers of cards that are lost, stolen or recalled, never of people. It is a keyed hash
/// set, signed by the issuer, in a file that is looked up where it lies: a lookup touches one page of it. The key keeps
/// a file that leaks alone from being tried with all serial numbers; it protects nothing from someone who has both.
namespace tahvil::trust {

/// 32 bytes that issuer and terminals share.
class HotListKey {
public:
    static constexpr std::size_t kSize = 32;

    /// Throws InvalidInput "input.hot_list_key" for another length.
    explicit HotListKey(ByteView key);

    /// Tells keys apart and says nothing about them.
    Bytes id() const;

    /// What stands in the list for a card: of issuing state (three letters) and serial number, see
    /// normalised_serial().
    std::uint64_t hash(std::string_view issuer, std::string_view serial) const;

private:
    friend class HotListHasher;
    SecretBytes key_;
};

/// HotListKey::hash() for many cards, by one thread.
class HotListHasher {
public:
    explicit HotListHasher(const HotListKey& key);
    std::uint64_t hash(std::string_view issuer, std::string_view serial);

private:
    Mac mac_;
};

/// A serial number as it is hashed: without the blanks and fillers ('<') around it, in upper case.
std::string normalised_serial(std::string_view serial);

/// What the issuer signed.
struct HotListInfo {
    std::string issuer;  ///< issuing state, three letters
    std::uint64_t sequence = 0;
    Time issued_at{};
    Bytes key_id;
    std::uint64_t entries = 0;
    Bytes body_digest;  ///< SHA-256
};

/// A whole list, as a view into a file that `owner` keeps.
class HotList {
public:
    /// Reads the header and what was signed, and nothing of the body. Throws MalformedData "trust.hot_list".
    static HotList open(ByteView file, std::shared_ptr<const void> owner);

    const HotListInfo& info() const { return info_; }
    ByteView signature() const { return signature_; }  ///< the SignedData

    /// Touches one page of the file.
    bool contains(std::uint64_t hash) const;

    /// Reads all of the body, once and without keeping it: whether it is what was signed. Throws MalformedData
    /// "trust.hot_list".
    void require_whole() const;

    std::vector<std::uint64_t> hashes() const;  ///< ascending

private:
    std::shared_ptr<const void> owner_;
    ByteView body_, signature_;
    HotListInfo info_;
};

/// What leads from one list to a later one. Its signature is that of the later list, which the result must equal.
struct HotListDelta {
    HotListInfo info;  ///< of the later list
    std::uint64_t base_sequence = 0;
    std::vector<std::uint64_t> added;
    std::vector<std::uint64_t> removed;
    Bytes signature;

    static HotListDelta parse(ByteView file);
};

bool is_hot_list(ByteView file);  ///< a whole one
bool is_hot_list_delta(ByteView file);

/// \name The issuing side
/// @{
/// Takes a file's bytes in order, piece by piece.
using HotListSink = std::function<void(ByteView)>;

/// Writes the file of a list; nothing of it is kept in memory but the hashes, 8 bytes each. `info` gives issuer,
/// sequence and time; the rest is filled in.
void write_hot_list(HotListInfo info, const HotListKey& key, std::vector<std::uint64_t> hashes, ByteView certificate,
                    const Signer& signer, const HotListSink& sink);
Bytes build_hot_list(HotListInfo info, const HotListKey& key, std::vector<std::uint64_t> hashes,
                     const CertifiedKey& signer);
Bytes build_hot_list_delta(const HotList& from, const HotList& to);
/// @}

/// The file of the later list. Throws InvalidInput "trust.hot_list_base" when the delta is for another list than
/// `base`, MalformedData "trust.hot_list" when the result is not what was signed; then nothing was written.
void merge(const HotList& base, const HotListDelta& delta, const HotListSink& sink);
Bytes merge(const HotList& base, const HotListDelta& delta);

/// Who signed a list.
struct HotListSigner {
    bool genuine = false;  ///< a hot list signer below an anchor for documents, valid when it signed
    std::string reason;    ///< stable, when not
    std::string words;
    std::string signer;
    std::string country;  ///< of the anchor, two letters
};

HotListSigner judge_hot_list_signer(ByteView signature, const HotListInfo& info, const TrustStore& store);

/// What a list says of a card. passed, failed "listed", undetermined "no_list", "no_key" or "list_too_old".
Check judge_card(std::string id, const HotList* list, const HotListKey* key, std::string_view issuer,
                 std::string_view serial, Time at, std::chrono::hours age_limit);

}  // namespace tahvil::trust
