#include "crypto/trust/trust_store.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/name.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Rules;
using asn1::Tag;

constexpr int kFormat = 1;
constexpr std::size_t kMaxContainer = 1U << 30U;  // bytes, so that an offset fits 32 bits

constexpr auto kPurposes = std::to_array<std::string_view>(
    {"documents", "national_pki", "master_lists", "manifests", "bundles", "receipts", "terminals"});
constexpr auto kStatuses = std::to_array<std::string_view>({"certificate", "trusted", "questioned", "distrusted"});
constexpr auto kSourceKinds = std::to_array<std::string_view>(
    {"operator_file", "pinned_root", "master_list", "signer_list", "revocation_list", "hot_list"});

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("trust.store", std::string("Trust store: ") + what,
                        "restore the file from a backup, or remove it: the version before it is then used");
}

std::uint64_t hash_of(ByteView bytes) {
    std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
    for (const std::uint8_t octet : bytes) hash = (hash ^ octet) * 0x100000001B3U;
    return hash;
}

std::uint64_t serial_hash(ByteView issuer, ByteView serial) {
    return folded_hash(issuer) ^ hash_of(serial);
}

std::uint64_t read_number(Cursor& cursor) {
    const ByteView magnitude = cursor.read_unsigned();
    if (magnitude.size() > sizeof(std::uint64_t)) malformed("a number that is too large");
    return from_big_endian(magnitude);
}

template <typename Enum>
Enum read_enum(Cursor& cursor, std::size_t count) {
    const ByteView content = cursor.read(Tag::enumerated).content;
    if (content.size() != 1 || content[0] >= count) malformed("a value that this version of the program does not know");
    return static_cast<Enum>(content[0]);
}

template <typename Enum>
Bytes enumerated(Enum value) {
    return asn1::element(Tag::enumerated, std::array{static_cast<std::uint8_t>(value)});
}

std::string read_text(Cursor& cursor) {
    return std::string(as_text(cursor.read(Tag::utf8_string).content));
}

Source read_source(Cursor cursor) {
    Source source;
    source.kind = read_enum<SourceKind>(cursor, kSourceKinds.size());
    source.file = read_text(cursor);
    source.digest = cursor.read_octets();
    source.country = read_text(cursor);
    source.root = cursor.read_octets();
    source.signer = read_text(cursor);
    source.imported_at = cursor.read_time();
    source.rollback = cursor.read_boolean();
    source.superseded = cursor.read_boolean();
    if (!cursor.at_end()) source.signed_at = cursor.read_time();
    cursor.expect_end();
    return source;
}

Bytes encode(const Source& source) {
    Bytes content = concat({enumerated(source.kind), asn1::utf8_string(source.file), asn1::octet_string(source.digest),
                            asn1::utf8_string(source.country), asn1::octet_string(source.root),
                            asn1::utf8_string(source.signer), asn1::generalized_time(source.imported_at),
                            asn1::boolean(source.rollback), asn1::boolean(source.superseded)});
    if (source.signed_at) append(content, asn1::generalized_time(*source.signed_at));
    return asn1::element(Tag::sequence, content);
}

HotListRecord read_hot_list(Cursor cursor) {
    HotListRecord record;
    record.issuer = read_text(cursor);
    record.sequence = read_number(cursor);
    record.issued_at = cursor.read_time();
    record.digest = cursor.read_octets();
    cursor.expect_end();
    return record;
}

Bytes encode(const HotListRecord& record) {
    return asn1::sequence({asn1::utf8_string(record.issuer), asn1::integer(record.sequence),
                           asn1::generalized_time(record.issued_at), asn1::octet_string(record.digest)});
}

}  // namespace

std::string_view name(Purpose purpose) {
    return kPurposes.at(static_cast<std::size_t>(purpose));
}

std::optional<Purpose> purpose_by_name(std::string_view name) {
    const auto found = std::ranges::find(kPurposes, name);
    if (found == kPurposes.end()) return std::nullopt;
    return static_cast<Purpose>(found - kPurposes.begin());
}

std::vector<std::string_view> Purposes::names() const {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kPurposes.size(); ++i)
        if (contain(static_cast<Purpose>(i))) names.push_back(kPurposes.at(i));
    return names;
}

std::string_view name(Status status) {
    return kStatuses.at(static_cast<std::size_t>(status));
}

std::string_view name(SourceKind kind) {
    return kSourceKinds.at(static_cast<std::size_t>(kind));
}

TrustStore::TrustStore(ByteView container, std::shared_ptr<const void> owner)
    : owner_(std::move(owner)), container_(container) {
    if (container.size() > kMaxContainer) malformed("more than a gigabyte");
    // Read as BER because it encloses certificates as their issuers wrote them.
    Cursor whole(container, Rules::ber);
    Cursor store = whole.enter(Tag::sequence);
    whole.expect_end();
    const ByteView content = store.rest();
    if (store.read_small_integer() != kFormat) malformed("a format that this version of the program does not know");
    number_ = read_number(store);
    created_at_ = store.read_time();
    sources_ = store.read(Tag::sequence).content;

    const auto offset_of = [&](ByteView part) { return static_cast<std::uint32_t>(part.data() - container_.data()); };
    for (Cursor entries = store.enter(Tag::sequence); !entries.at_end();)
        offsets_.push_back(offset_of(entries.read(Tag::sequence).raw));
    for (Cursor lists = store.enter(Tag::sequence); !lists.at_end();)
        list_offsets_.push_back(offset_of(lists.read(Tag::sequence).raw));
    hot_lists_ = store.read(Tag::sequence).content;
    if (auto responses = store.enter_if(asn1::context_constructed(0)))
        while (!responses->at_end()) {
            const ByteView raw = responses->read(Tag::sequence).raw;
            static_cast<void>(OcspResponse::parse(raw));
            response_offsets_.push_back(offset_of(raw));
        }
    const ByteView covered = content.first(content.size() - store.rest().size());
    if (!equal(store.read_octet_view(), digest(DigestAlgorithm::sha256, covered)))
        malformed("its digest does not match");
    store.expect_end();

    by_key_id_.reserve(offsets_.size());
    by_subject_.reserve(offsets_.size());
    by_serial_.reserve(offsets_.size());
    for (std::uint32_t i = 0; i < offsets_.size(); ++i) {
        const Certificate item = certificate(i);
        if (!item.subject_key_id().empty()) by_key_id_.push_back({hash_of(item.subject_key_id()), i});
        by_subject_.push_back({folded_hash(item.subject()), i});
        by_serial_.push_back({serial_hash(item.issuer(), item.serial()), i});
    }
    for (std::uint32_t i = 0; i < list_offsets_.size(); ++i)
        by_list_issuer_.push_back({folded_hash(revocation_list(i).issuer()), i});
    for (std::vector<Key>* keys : {&by_key_id_, &by_subject_, &by_serial_, &by_list_issuer_}) {
        std::ranges::sort(*keys);
        keys->shrink_to_fit();
    }
    offsets_.shrink_to_fit();
}

std::shared_ptr<const TrustStore> TrustStore::from_bytes(Bytes container) {
    auto bytes = std::make_shared<const Bytes>(std::move(container));
    return std::make_shared<const TrustStore>(*bytes, bytes);
}

std::shared_ptr<const TrustStore> TrustStore::empty() {
    return from_bytes(encode(StoreContent{}));
}

Entry TrustStore::entry(std::size_t index) const {
    Cursor cursor = Cursor(container_.subspan(offsets_.at(index)), Rules::ber).enter(Tag::sequence);
    const auto bits = static_cast<std::uint32_t>(cursor.read_small_integer());
    const auto status = read_enum<Status>(cursor, kStatuses.size());
    const ByteView sources = cursor.read_octet_view();
    Entry entry{Certificate::parse(cursor.read().raw), Purposes::from_bits(bits), status, false, {}};
    entry.specimen = names_a_specimen(entry.certificate.subject());
    for (std::size_t at = 0; at + 2 <= sources.size(); at += 2)
        entry.sources.push_back(static_cast<std::uint16_t>(from_big_endian(sources.subspan(at, 2))));
    return entry;
}

Certificate TrustStore::certificate(std::size_t index) const {
    Cursor cursor = Cursor(container_.subspan(offsets_.at(index)), Rules::ber).enter(Tag::sequence);
    cursor.read(Tag::integer);
    cursor.read(Tag::enumerated);
    cursor.read(Tag::octet_string);
    return Certificate::parse(cursor.read().raw);
}

bool TrustStore::holds(ByteView part) const {
    const std::uint8_t* const place = part.data();
    return std::greater_equal<>{}(place, container_.data()) &&
           std::less<>{}(place, container_.data() + container_.size());
}

PublicKey TrustStore::public_key(const Certificate& certificate) const {
    static constexpr std::size_t kMaxKeys = 256;  // a desk meets a few issuers; a list has hundreds
    if (!holds(certificate.raw())) return certificate.public_key();
    const std::uint8_t* const place = certificate.raw().data();
    const std::lock_guard lock(memory_mutex_);
    if (const auto known = keys_.find(place); known != keys_.end()) return known->second;
    if (keys_.size() == kMaxKeys) keys_.clear();
    return keys_.emplace(place, certificate.public_key()).first->second;
}

bool TrustStore::signs(const Certificate& issuer, const RevocationList& list) const {
    static constexpr std::size_t kMaxAnswers = 256;
    const PublicKey key = public_key(issuer);
    if (!holds(issuer.raw()) || !holds(list.raw())) return list.signed_by(key);
    const std::pair both(issuer.raw().data(), list.raw().data());
    {
        const std::lock_guard lock(memory_mutex_);
        if (const auto known = signs_.find(both); known != signs_.end()) return known->second;
    }
    const bool answer = list.signed_by(key);
    const std::lock_guard lock(memory_mutex_);
    if (signs_.size() == kMaxAnswers) signs_.clear();
    return signs_.emplace(both, answer).first->second;
}

std::vector<std::size_t> TrustStore::matches(const std::vector<Key>& keys, std::uint64_t hash) {
    std::vector<std::size_t> found;
    for (auto key = std::ranges::lower_bound(keys, hash, {}, &Key::hash); key != keys.end() && key->hash == hash; ++key)
        found.push_back(key->entry);
    return found;
}

std::vector<std::size_t> TrustStore::by_subject_key_id(ByteView key_id) const {
    std::vector<std::size_t> found = matches(by_key_id_, hash_of(key_id));
    std::erase_if(found, [&](std::size_t index) { return !equal(certificate(index).subject_key_id(), key_id); });
    return found;
}

std::vector<std::size_t> TrustStore::by_subject(ByteView name) const {
    std::vector<std::size_t> found = matches(by_subject_, folded_hash(name));
    std::erase_if(found, [&](std::size_t index) {
        return compare_names(certificate(index).subject(), name) == NameMatch::different;
    });
    return found;
}

std::vector<std::size_t> TrustStore::by_issuer_and_serial(ByteView issuer, ByteView serial) const {
    std::vector<std::size_t> found = matches(by_serial_, serial_hash(issuer, serial));
    std::erase_if(found, [&](std::size_t index) {
        const Certificate candidate = certificate(index);
        return !equal(candidate.serial(), serial) || compare_names(candidate.issuer(), issuer) == NameMatch::different;
    });
    return found;
}

std::optional<std::size_t> TrustStore::by_fingerprint(ByteView fingerprint) const {
    for (std::size_t index = 0; index < size(); ++index)
        if (equal(certificate(index).fingerprint(), fingerprint)) return index;
    return std::nullopt;
}

std::vector<Source> TrustStore::sources() const {
    std::vector<Source> sources;
    for (Cursor cursor(sources_); !cursor.at_end();) sources.push_back(read_source(cursor.enter(Tag::sequence)));
    return sources;
}

std::optional<Source> TrustStore::source(std::size_t index) const {
    Cursor cursor(sources_);
    for (; index > 0 && !cursor.at_end(); --index) cursor.read();
    if (cursor.at_end()) return std::nullopt;
    return read_source(cursor.enter(Tag::sequence));
}

RevocationList TrustStore::revocation_list(std::size_t index) const {
    return RevocationList::parse(Cursor(container_.subspan(list_offsets_.at(index)), Rules::ber).read().raw);
}

std::vector<std::size_t> TrustStore::revocation_lists_of(ByteView issuer) const {
    std::vector<std::size_t> found = matches(by_list_issuer_, folded_hash(issuer));
    std::erase_if(found, [&](std::size_t index) {
        return compare_names(revocation_list(index).issuer(), issuer) == NameMatch::different;
    });
    return found;
}

OcspResponse TrustStore::ocsp_response(std::size_t index) const {
    return OcspResponse::parse(Cursor(container_.subspan(response_offsets_.at(index)), Rules::ber).read().raw);
}

std::vector<HotListRecord> TrustStore::hot_lists() const {
    std::vector<HotListRecord> records;
    for (Cursor cursor(hot_lists_); !cursor.at_end();) records.push_back(read_hot_list(cursor.enter(Tag::sequence)));
    return records;
}

StoreContent content_of(const TrustStore& store) {
    StoreContent content;
    content.number = store.number();
    content.created_at = store.created_at();
    content.sources = store.sources();
    content.items.reserve(store.size());
    for (std::size_t index = 0; index < store.size(); ++index) {
        Entry entry = store.entry(index);
        content.items.push_back(
            {to_bytes(entry.certificate.raw()), entry.purposes, entry.status, std::move(entry.sources)});
    }
    for (std::size_t index = 0; index < store.revocation_list_count(); ++index)
        content.revocation_lists.push_back(to_bytes(store.revocation_list(index).raw()));
    for (std::size_t index = 0; index < store.ocsp_response_count(); ++index)
        content.ocsp_responses.push_back(to_bytes(store.ocsp_response(index).raw()));
    content.hot_lists = store.hot_lists();
    return content;
}

Bytes encode(const StoreContent& content) {
    Bytes sources;
    Bytes items;
    Bytes lists;
    Bytes responses;
    Bytes hot_lists;
    for (const Source& source : content.sources) append(sources, encode(source));
    for (const StoreContent::Item& item : content.items) {
        Bytes indices;
        for (const std::uint16_t source : item.sources) append(indices, to_big_endian(source, 2));
        append(items, asn1::sequence({asn1::integer(item.purposes.bits()), enumerated(item.status),
                                      asn1::octet_string(indices), item.certificate}));
    }
    for (const Bytes& list : content.revocation_lists) append(lists, list);
    for (const Bytes& response : content.ocsp_responses) append(responses, response);
    for (const HotListRecord& record : content.hot_lists) append(hot_lists, encode(record));
    const Bytes covered =
        concat({asn1::integer(kFormat), asn1::integer(content.number), asn1::generalized_time(content.created_at),
                asn1::element(Tag::sequence, sources), asn1::element(Tag::sequence, items),
                asn1::element(Tag::sequence, lists), asn1::element(Tag::sequence, hot_lists),
                responses.empty() ? Bytes() : asn1::element(asn1::context_constructed(0), responses)});
    return asn1::sequence({covered, asn1::octet_string(digest(DigestAlgorithm::sha256, covered))});
}

}  // namespace tahvil::trust
