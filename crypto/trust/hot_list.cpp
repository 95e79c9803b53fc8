#include "crypto/trust/hot_list.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/path.h"
#include "crypto/trust/signed_data.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Tag;

// A file is a header, a body and a signature. The body of a whole list is pages; a hash belongs to the page that its
// size among all numbers points to, so that the list is in order from the first page to the last. Free places of a page
// stand at its end. All numbers are big-endian.
constexpr std::string_view kMagic = "TAHVILHL";
constexpr std::uint32_t kFormat = 1;
constexpr std::uint32_t kWhole = 1;
constexpr std::uint32_t kDelta = 2;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kSlot = 8;
constexpr std::size_t kSlotsPerPage = kPage / kSlot;
constexpr std::size_t kUsualLoad = 384;  // of 512 places, so that chance overfills a page once in a million lists
constexpr std::uint64_t kFree = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kMaxSignature = 65536;
constexpr std::uint64_t kMaxPages = 1U << 22U;  // 16 GB

const asn1::Oid& info_type() {
    static const asn1::Oid type("2.25.480938204715026813.1");
    return type;
}

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("trust.hot_list", std::string("Hot list: ") + what);
}

struct Header {
    std::uint32_t kind = kWhole;
    std::uint64_t body_size = 0;
    std::uint64_t signature_size = 0;
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t base_sequence = 0;
};

Bytes encode(const Header& header) {
    Bytes page = concat({as_bytes(kMagic), to_big_endian(kFormat, 4), to_big_endian(header.kind, 4),
                         to_big_endian(header.body_size, 8), to_big_endian(header.signature_size, 8),
                         to_big_endian(header.added, 8), to_big_endian(header.removed, 8),
                         to_big_endian(header.base_sequence, 8)});
    page.resize(kPage);
    return page;
}

bool has_kind(ByteView file, std::uint32_t kind) {
    return file.size() > kPage && as_text(file.first(kMagic.size())) == kMagic &&
           from_big_endian(file.subspan(12, 4)) == kind;
}

Header read_header(ByteView file, std::uint32_t kind) {
    if (!has_kind(file, kind)) malformed("not a file of this kind");
    if (from_big_endian(file.subspan(8, 4)) != kFormat) malformed("a format that is not known");
    Header header;
    header.kind = kind;
    header.body_size = from_big_endian(file.subspan(16, 8));
    header.signature_size = from_big_endian(file.subspan(24, 8));
    header.added = from_big_endian(file.subspan(32, 8));
    header.removed = from_big_endian(file.subspan(40, 8));
    header.base_sequence = from_big_endian(file.subspan(48, 8));
    const std::uint64_t rest = file.size() - kPage;
    if (header.signature_size > kMaxSignature || header.body_size > rest ||
        header.signature_size != rest - header.body_size)
        malformed("sizes that do not add up");
    return header;
}

std::uint64_t read_number(Cursor& cursor) {
    const ByteView magnitude = cursor.read_unsigned();
    if (magnitude.size() > sizeof(std::uint64_t)) malformed("a number that is too large");
    return from_big_endian(magnitude);
}

HotListInfo read_info(ByteView signature) {
    const SignedData data = SignedData::parse(signature);
    if (data.content_type() != info_type()) malformed("another content is signed");
    Cursor whole(data.content());
    Cursor cursor = whole.enter(Tag::sequence);
    whole.expect_end();
    HotListInfo info;
    if (cursor.read_small_integer() != 1) malformed("a version that is not known");
    info.issuer = std::string(as_text(cursor.read(Tag::utf8_string).content));
    info.sequence = read_number(cursor);
    info.issued_at = cursor.read_time();
    info.key_id = cursor.read_octets();
    info.entries = read_number(cursor);
    info.body_digest = cursor.read_octets();
    cursor.expect_end();
    const bool letters = std::ranges::all_of(info.issuer, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (info.issuer.empty() || info.issuer.size() > 3 || !letters) malformed("an issuing state that is none");
    return info;
}

Bytes encode(const HotListInfo& info) {
    return asn1::sequence({asn1::integer(1), asn1::utf8_string(info.issuer), asn1::integer(info.sequence),
                           asn1::generalized_time(info.issued_at), asn1::octet_string(info.key_id),
                           asn1::integer(info.entries), asn1::octet_string(info.body_digest)});
}

std::uint64_t page_of(std::uint64_t hash, std::uint64_t pages) {
    return (hash >> 32U) * pages >> 32U;
}

std::uint64_t slot_at(ByteView page, std::size_t index) {
    return from_big_endian(page.subspan(index * kSlot, kSlot));
}

bool overflow(const std::vector<std::uint64_t>& hashes, std::uint64_t pages) {
    std::uint64_t page = 0;
    std::size_t used = 0;
    for (const std::uint64_t hash : hashes) {
        const std::uint64_t own = page_of(hash, pages);
        used = own == page ? used + 1 : 1;
        page = own;
        if (used > kSlotsPerPage) return true;
    }
    return false;
}

/// How many pages these hashes, in order, have: issuer and terminal come to the same.
std::uint64_t pages_for(const std::vector<std::uint64_t>& hashes) {
    for (std::uint64_t pages = hashes.size() / kUsualLoad + 1; pages <= kMaxPages; pages += pages / 64 + 1)
        if (!overflow(hashes, pages)) return pages;
    throw LimitExceeded("trust.hot_list", "a hot list of too many cards");
}

/// The body, some pages at a time.
void write_pages(const std::vector<std::uint64_t>& hashes, std::uint64_t pages, const HotListSink& sink) {
    static constexpr std::uint64_t kPagesAtOnce = 64;
    auto next = hashes.begin();
    for (std::uint64_t first = 0; first < pages; first += kPagesAtOnce) {
        const std::uint64_t count = std::min(kPagesAtOnce, pages - first);
        Bytes buffer(count * kPage, 0xFF);
        std::uint64_t page = first;
        std::size_t used = 0;
        for (; next != hashes.end(); ++next) {
            const std::uint64_t own = page_of(*next, pages);
            if (own >= first + count) break;
            if (own != page) used = 0;
            page = own;
            std::uint8_t* const slot = buffer.data() + (page - first) * kPage + used++ * kSlot;
            for (unsigned i = 0; i < kSlot; ++i) slot[i] = static_cast<std::uint8_t>(*next >> (56U - 8U * i));
        }
        sink(buffer);
    }
}

Bytes digest_of_pages(const std::vector<std::uint64_t>& hashes, std::uint64_t pages) {
    Digest sum(DigestAlgorithm::sha256);
    write_pages(hashes, pages, [&sum](ByteView piece) { sum.update(piece); });
    return sum.finish();
}

void write_file(const std::vector<std::uint64_t>& hashes, std::uint64_t pages, ByteView signature,
                const HotListSink& sink) {
    Header header;
    header.body_size = pages * kPage;
    header.signature_size = signature.size();
    sink(encode(header));
    write_pages(hashes, pages, sink);
    sink(signature);
}

std::vector<std::uint64_t> read_hashes(ByteView bytes) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(bytes.size() / kSlot);
    for (std::size_t i = 0; i < bytes.size() / kSlot; ++i) hashes.push_back(slot_at(bytes, i));
    if (!std::ranges::is_sorted(hashes, std::ranges::less_equal{})) malformed("hashes that are not in order");
    return hashes;
}

Bytes write_hashes(const std::vector<std::uint64_t>& hashes) {
    Bytes bytes;
    bytes.reserve(hashes.size() * kSlot);
    for (const std::uint64_t hash : hashes) append(bytes, to_big_endian(hash, kSlot));
    return bytes;
}

}  // namespace

namespace {

ByteView checked_key(ByteView key) {
    if (key.size() != HotListKey::kSize)
        throw InvalidInput("input.hot_list_key",
                           "a hot list key has " + std::to_string(HotListKey::kSize) + " bytes, and this one " +
                               std::to_string(key.size()),
                           "name the file of the key, as the issuer of the list gave it");
    return key;
}

}  // namespace

HotListKey::HotListKey(ByteView key) : key_(checked_key(key)) {}

Bytes HotListKey::id() const {
    Bytes code = Mac(CipherAlgorithm::aes256, key_.view()).compute({as_bytes("key identifier")});
    code.resize(kSlot);
    return code;
}

std::uint64_t HotListKey::hash(std::string_view issuer, std::string_view serial) const {
    return HotListHasher(*this).hash(issuer, serial);
}

HotListHasher::HotListHasher(const HotListKey& key) : mac_(CipherAlgorithm::aes256, key.key_.view()) {}

std::uint64_t HotListHasher::hash(std::string_view issuer, std::string_view serial) {
    static constexpr std::array<std::uint8_t, 1> between{0};
    const std::string normal = normalised_serial(serial);
    const Bytes code = mac_.compute({as_bytes(issuer), between, as_bytes(normal)});
    return std::min(from_big_endian(ByteView(code).first(kSlot)), kFree - 1);
}

std::string normalised_serial(std::string_view serial) {
    static constexpr std::string_view around = " <\t\r\n";
    const std::size_t begin = std::min(serial.find_first_not_of(around), serial.size());
    serial = serial.substr(begin, serial.find_last_not_of(around) + 1 - begin);
    std::string normal(serial);
    std::ranges::transform(normal, normal.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return normal;
}

HotList HotList::open(ByteView file, std::shared_ptr<const void> owner) {
    const Header header = read_header(file, kWhole);
    if (header.body_size == 0 || header.body_size % kPage != 0 || header.body_size / kPage > kMaxPages)
        malformed("a body that is not whole pages");
    HotList list;
    list.owner_ = std::move(owner);
    list.body_ = file.subspan(kPage, header.body_size);
    list.signature_ = file.subspan(kPage + header.body_size);
    list.info_ = read_info(list.signature_);
    return list;
}

bool HotList::contains(std::uint64_t hash) const {
    const ByteView page = body_.subspan(page_of(hash, body_.size() / kPage) * kPage, kPage);
    std::size_t low = 0;
    std::size_t high = kSlotsPerPage;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        const std::uint64_t slot = slot_at(page, middle);
        if (slot == hash) return true;
        if (slot < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

namespace {

/// Every hash of a body, in the order in which they stand.
template <typename Visitor>
void for_each_hash(ByteView body, Visitor visit) {
    for (std::size_t page = 0; page < body.size() / kPage; ++page)
        for (std::size_t slot = 0; slot < kSlotsPerPage; ++slot) {
            const std::uint64_t hash = slot_at(body.subspan(page * kPage, kPage), slot);
            if (hash == kFree) break;
            visit(hash);
        }
}

}  // namespace

void HotList::require_whole() const {
    if (!equal(digest(DigestAlgorithm::sha256, body_), info_.body_digest))
        malformed("the body is not the one that was signed");
    std::uint64_t count = 0;
    std::uint64_t last = 0;
    for_each_hash(body_, [&](std::uint64_t hash) {
        if (count++ > 0 && hash <= last) malformed("entries that are not in order");
        last = hash;
    });
    if (count != info_.entries) malformed("another number of entries than was signed");
}

std::vector<std::uint64_t> HotList::hashes() const {
    std::vector<std::uint64_t> all;
    all.reserve(std::min<std::uint64_t>(info_.entries, body_.size() / kSlot));
    for_each_hash(body_, [&all](std::uint64_t hash) { all.push_back(hash); });
    return all;
}

HotListDelta HotListDelta::parse(ByteView file) {
    const Header header = read_header(file, kDelta);
    const std::uint64_t places = header.body_size / kSlot;
    if (header.added > places || header.removed > places || (header.added + header.removed) * kSlot != header.body_size)
        malformed("sizes that do not add up");
    HotListDelta delta;
    delta.base_sequence = header.base_sequence;
    const ByteView body = file.subspan(kPage, header.body_size);
    delta.added = read_hashes(body.first(header.added * kSlot));
    delta.removed = read_hashes(body.subspan(header.added * kSlot));
    delta.signature = to_bytes(file.subspan(kPage + header.body_size));
    delta.info = read_info(delta.signature);
    return delta;
}

bool is_hot_list(ByteView file) {
    return has_kind(file, kWhole);
}

bool is_hot_list_delta(ByteView file) {
    return has_kind(file, kDelta);
}

void write_hot_list(HotListInfo info, const HotListKey& key, std::vector<std::uint64_t> hashes, ByteView certificate,
                    const Signer& signer, const HotListSink& sink) {
    std::ranges::sort(hashes);
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    const std::uint64_t pages = pages_for(hashes);
    info.key_id = key.id();
    info.entries = hashes.size();
    info.body_digest = digest_of_pages(hashes, pages);
    SigningOptions options;
    options.signing_time = info.issued_at;
    write_file(hashes, pages, sign_data(info_type(), encode(info), certificate, signer, options), sink);
}

Bytes build_hot_list(HotListInfo info, const HotListKey& key, std::vector<std::uint64_t> hashes,
                     const CertifiedKey& signer) {
    const std::unique_ptr<Signer> own = signer_in_memory(signer.key);
    Bytes file;
    write_hot_list(std::move(info), key, std::move(hashes), signer.certificate, *own,
                   [&file](ByteView piece) { append(file, piece); });
    return file;
}

Bytes build_hot_list_delta(const HotList& from, const HotList& to) {
    const std::vector<std::uint64_t> before = from.hashes();
    const std::vector<std::uint64_t> after = to.hashes();
    std::vector<std::uint64_t> added;
    std::vector<std::uint64_t> removed;
    std::ranges::set_difference(after, before, std::back_inserter(added));
    std::ranges::set_difference(before, after, std::back_inserter(removed));
    Header header;
    header.kind = kDelta;
    header.body_size = (added.size() + removed.size()) * kSlot;
    header.signature_size = to.signature().size();
    header.added = added.size();
    header.removed = removed.size();
    header.base_sequence = from.info().sequence;
    return concat({encode(header), write_hashes(added), write_hashes(removed), to.signature()});
}

void merge(const HotList& base, const HotListDelta& delta, const HotListSink& sink) {
    if (base.info().issuer != delta.info.issuer || base.info().sequence != delta.base_sequence)
        throw InvalidInput("trust.hot_list_base",
                           "the delta follows list " + std::to_string(delta.base_sequence) + " of " +
                               delta.info.issuer + ", and the list here is " + std::to_string(base.info().sequence) +
                               " of " + base.info().issuer,
                           "import the lists in between, or a whole one");
    const std::vector<std::uint64_t> before = base.hashes();
    std::vector<std::uint64_t> kept;
    kept.reserve(before.size());
    std::ranges::set_difference(before, delta.removed, std::back_inserter(kept));
    std::vector<std::uint64_t> after;
    after.reserve(kept.size() + delta.added.size());
    std::ranges::set_union(kept, delta.added, std::back_inserter(after));
    const std::uint64_t pages = pages_for(after);
    if (!equal(digest_of_pages(after, pages), delta.info.body_digest))
        malformed("what the delta leads to is not the list that was signed");
    write_file(after, pages, delta.signature, sink);
}

Bytes merge(const HotList& base, const HotListDelta& delta) {
    Bytes file;
    merge(base, delta, [&file](ByteView piece) { append(file, piece); });
    return file;
}

HotListSigner judge_hot_list_signer(ByteView signature, const HotListInfo& info, const TrustStore& store) {
    const SignedData data = SignedData::parse(signature);
    const auto refused = [](std::string reason, std::string words) {
        return HotListSigner{false, std::move(reason), std::move(words), {}, {}};
    };
    if (data.signers().size() != 1) return refused("no_signer", "the list has not exactly one signer");
    const SignerCheck check = verify_signer(data, data.signers().front());
    if (check.result != Result::passed) return refused(check.reason, "the signature of the list does not verify");
    const DocumentPath path = find_document_path(store, *check.certificate, SignerRules::hot_list_signer());
    if (path.result != Result::passed) {
        std::string words = "its signer does not chain to an anchor";
        for (const PathStep& step : path.steps) words += "; " + step.candidate + ": " + step.words;
        return refused(path.reason, words);
    }
    Deviations found;
    const Check validity = judge_validity("validity", path.chain, {}, info.issued_at, found);
    if (!validity.passed() || contains(found, DeviationCode::signer_expired_undated))
        return refused("signer_not_valid", "its signer was not valid when the list was issued");
    return {true, {}, {}, check.certificate->description(), path.chain.back().country()};
}

Check judge_card(std::string id, const HotList* list, const HotListKey* key, std::string_view issuer,
                 std::string_view serial, Time at, std::chrono::hours age_limit) {
    Check check{std::move(id), Result::undetermined, {}, {}};
    if (list == nullptr || list->info().issuer != issuer) {
        check.reason = "no_list";
        return check;
    }
    check.detail.emplace_back("list", std::to_string(list->info().sequence));
    check.detail.emplace_back("list_issued_at", to_text(list->info().issued_at));
    if (key == nullptr || key->id() != list->info().key_id) {
        check.reason = "no_key";
        return check;
    }
    if (list->contains(key->hash(issuer, serial))) {
        check.result = Result::failed;
        check.reason = "listed";
        return check;
    }
    const auto age = std::chrono::floor<std::chrono::hours>(at - list->info().issued_at);
    if (age > age_limit) {
        check.reason = "list_too_old";
        check.detail.emplace_back("age_hours", std::to_string(age.count()));
        check.detail.emplace_back("age_limit_hours", std::to_string(age_limit.count()));
        return check;
    }
    check.result = Result::passed;
    return check;
}

}  // namespace tahvil::trust
