#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/trust/certificate.h"
#include "crypto/trust/ocsp_response.h"
#include "crypto/trust/revocation.h"

namespace tahvil::trust {

/// What an anchor may vouch for. It counts for nothing else.
enum class Purpose : std::uint8_t { documents, national_pki, master_lists, manifests, bundles, receipts, terminals };

std::string_view name(Purpose purpose);  ///< "master_lists"
std::optional<Purpose> purpose_by_name(std::string_view name);

class Purposes {
public:
    constexpr Purposes() = default;
    constexpr Purposes(std::initializer_list<Purpose> purposes) {
        for (const Purpose purpose : purposes) add(purpose);
    }
    static constexpr Purposes from_bits(std::uint32_t bits) {
        Purposes purposes;
        purposes.bits_ = bits;
        return purposes;
    }

    constexpr bool contain(Purpose purpose) const { return (bits_ >> static_cast<unsigned>(purpose) & 1U) != 0; }
    constexpr void add(Purpose purpose) { bits_ |= 1U << static_cast<unsigned>(purpose); }
    constexpr void add(Purposes others) { bits_ |= others.bits_; }
    constexpr std::uint32_t bits() const { return bits_; }
    constexpr bool empty() const { return bits_ == 0; }
    std::vector<std::string_view> names() const;

    friend constexpr bool operator==(Purposes, Purposes) = default;

private:
    std::uint32_t bits_ = 0;
};

/// How a certificate of the store stands.
enum class Status : std::uint8_t {
    certificate,  ///< no anchor: it must chain to one (a document signer, a link certificate brought alone)
    trusted,      ///< an anchor for its purposes
    questioned,   ///< an anchor that vanished from a newer list, until a person decides: chains to it are undetermined
    distrusted,   ///< no longer an anchor: chains to it fail
};

std::string_view name(Status status);

enum class SourceKind : std::uint8_t {
    operator_file,
    pinned_root,
    master_list,
    signer_list,
    revocation_list,
    hot_list
};

std::string_view name(SourceKind kind);

/// Where something in the store came from.
struct Source {
    SourceKind kind{};
    std::string file;     ///< name of the file, without its folder
    Bytes digest;         ///< SHA-256 of the file, or of the part of it that this source is
    std::string country;  ///< of the signer of a list
    Bytes root;           ///< SHA-256 of the SubjectPublicKeyInfo of the pinned root that a list's signer chains to
    std::string signer;   ///< in words
    std::optional<Time> signed_at;
    Time imported_at{};
    bool rollback = false;    ///< older than what it follows; let in by name
    bool superseded = false;  ///< a newer list of the same root, country and kind came after it
};

/// A certificate of the store. Its views stay valid as long as the store.
struct Entry {
    Certificate certificate;
    Purposes purposes;
    Status status{};
    bool specimen = false;               ///< its subject says that it is one
    std::vector<std::uint16_t> sources;  ///< indices of those that vouch for it now
};

/// The newest hot list of an issuer; the list itself lies in a file of its own.
struct HotListRecord {
    std::string issuer;  ///< issuing state, three letters as in an MRZ
    std::uint64_t sequence = 0;
    Time issued_at{};
    Bytes digest;  ///< SHA-256 of its body
};

/// One version of the trust store: an immutable snapshot over one run of bytes (a DER structure of this program's own),
/// which a daemon maps from a file. Beside the bytes it keeps an index of a few ten bytes for each certificate.
class TrustStore {
public:
    /// Takes a whole container; `owner` keeps the bytes alive. Throws MalformedData "trust.store".
    TrustStore(ByteView container, std::shared_ptr<const void> owner);
    /// Takes the bytes along.
    static std::shared_ptr<const TrustStore> from_bytes(Bytes container);
    /// The store that nothing was imported into: version 0.
    static std::shared_ptr<const TrustStore> empty();

    std::uint64_t number() const { return number_; }
    Time created_at() const { return created_at_; }
    ByteView container() const { return container_; }

    std::size_t size() const { return offsets_.size(); }
    Entry entry(std::size_t index) const;
    Certificate certificate(std::size_t index) const;

    /// The key of one of its certificates, made once: making it takes about as long as using it. (Another certificate
    /// is not remembered.) Throws as Certificate::public_key(); threads may call it at once.
    PublicKey public_key(const Certificate& certificate) const;

    /// Whether the certificate's key signed the list. Where both are of this store, which does not change, the answer
    /// is found out once. Throws as public_key(); threads may call it at once.
    bool signs(const Certificate& issuer, const RevocationList& list) const;

    /// \name Indices of entries, in the order of the store
    /// @{
    std::vector<std::size_t> by_subject_key_id(ByteView key_id) const;
    std::vector<std::size_t> by_subject(ByteView name) const;  ///< equal by compare_names()
    std::vector<std::size_t> by_issuer_and_serial(ByteView issuer, ByteView serial) const;
    std::optional<std::size_t> by_fingerprint(ByteView fingerprint) const;  ///< walks over all
    /// @}

    std::vector<Source> sources() const;
    std::optional<Source> source(std::size_t index) const;
    std::size_t revocation_list_count() const { return list_offsets_.size(); }
    RevocationList revocation_list(std::size_t index) const;
    std::vector<std::size_t> revocation_lists_of(ByteView issuer) const;  ///< with a name equal by compare_names()
    std::size_t ocsp_response_count() const { return response_offsets_.size(); }
    OcspResponse ocsp_response(std::size_t index) const;
    std::vector<HotListRecord> hot_lists() const;

private:
    struct Key {
        std::uint64_t hash;
        std::uint32_t entry;
        // The check takes the 0 of a defaulted comparison for a pointer.
        friend auto operator<=>(const Key&, const Key&) = default;  // NOLINT(modernize-use-nullptr)
    };
    bool holds(ByteView part) const;
    static std::vector<std::size_t> matches(const std::vector<Key>& keys, std::uint64_t hash);

    std::shared_ptr<const void> owner_;
    ByteView container_;
    std::uint64_t number_ = 0;
    Time created_at_{};
    ByteView sources_, hot_lists_;
    std::vector<std::uint32_t> offsets_, list_offsets_, response_offsets_;
    std::vector<Key> by_key_id_, by_subject_, by_serial_, by_list_issuer_;
    mutable std::mutex memory_mutex_;                                  // of what was found out before, below
    mutable std::unordered_map<const std::uint8_t*, PublicKey> keys_;  // by where the certificate lies
    mutable std::map<std::pair<const std::uint8_t*, const std::uint8_t*>, bool> signs_;  // issuer and list
};

/// Everything of a store, to be written as the next version.
struct StoreContent {
    struct Item {
        Bytes certificate;
        Purposes purposes;
        Status status{};
        std::vector<std::uint16_t> sources;
    };

    std::uint64_t number = 0;
    Time created_at{};
    std::vector<Source> sources;
    std::vector<Item> items;
    std::vector<Bytes> revocation_lists;
    std::vector<HotListRecord> hot_lists;
    std::vector<Bytes> ocsp_responses = {};
};

StoreContent content_of(const TrustStore& store);
Bytes encode(const StoreContent& content);

}  // namespace tahvil::trust
