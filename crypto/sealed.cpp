#include "crypto/sealed.h"

#include <algorithm>
#include <utility>

#include "crypto/error.h"
#include "crypto/hmac.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

// version, key number, nonce, ciphertext, tag
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNumberSize = 4;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kHeaderSize = 1 + kNumberSize;
constexpr std::size_t kIndexSize = 16;

[[noreturn]] void broken() {
    openssl::clear_errors();
    throw MalformedData("sealed.broken", "a sealed value that was changed or belongs elsewhere",
                        "Restore the store from a copy; find out who writes to it beside this service.");
}

/// Each part with its length before it, so that no two places have the same bytes.
Bytes associated_data(ByteView header, const SealedPlace& place) {
    Bytes data = to_bytes(header);
    for (const std::string_view part : {place.table, place.record, place.field}) {
        append(data, to_big_endian(part.size(), 4));
        append(data, as_bytes(part));
    }
    return data;
}

openssl::CipherContext gcm(ByteView key, ByteView nonce, ByteView associated, bool encrypt) {
    static EVP_CIPHER* const fetched =
        openssl::require(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "find AES-256-GCM");
    openssl::CipherContext context(openssl::require(EVP_CIPHER_CTX_new(), "make a cipher"));
    openssl::require(EVP_CipherInit_ex2(context.get(), fetched, key.data(), nonce.data(), encrypt ? 1 : 0, nullptr),
                     "set a sealing key");
    int size = 0;
    openssl::require(
        EVP_CipherUpdate(context.get(), nullptr, &size, associated.data(), static_cast<int>(associated.size())),
        "bind a seal to its place");
    return context;
}

BlindIndex index_under(ByteView key, std::string_view field, ByteView value) {
    const SecretBytes code = hmac_sha256(key, {to_big_endian(field.size(), 4), as_bytes(field), value});
    return to_bytes(code.view().first(kIndexSize));
}

}  // namespace

StoreKeys::StoreKeys(RandomSource random) : random_(std::move(random)) {}

void StoreKeys::add(std::uint32_t number, const SecretBytes& key) {
    if (key.size() != kKeySize)
        throw InvalidInput("sealed.key", "a store key that is not 32 bytes long",
                           "Make one with: head -c 32 /dev/urandom > FILE");
    if (keys_.contains(number)) throw InvalidInput("sealed.key", "two store keys of one number");
    keys_.emplace(number, Derived{hmac_sha256(key.view(), {as_bytes("tahvil store sealing")}),
                                  hmac_sha256(key.view(), {as_bytes("tahvil store indexing")})});
}

void StoreKeys::forget() noexcept {
    keys_.clear();
}

void StoreKeys::require_unlocked() const {
    if (keys_.empty())
        throw Error("sealed.locked", "the store is locked: its key is not here", "Unlock the store with its key.");
}

std::uint32_t StoreKeys::current() const {
    require_unlocked();
    return keys_.rbegin()->first;
}

const StoreKeys::Derived& StoreKeys::key(std::uint32_t number) const {
    const auto found = keys_.find(number);
    if (found == keys_.end())
        throw MalformedData("sealed.unknown_key",
                            "a value sealed with key number " + std::to_string(number) + ", which is not here",
                            "Give the service that key too.");
    return found->second;
}

Bytes StoreKeys::seal(const SealedPlace& place, ByteView value) const {
    require_unlocked();
    const auto& [number, derived] = *keys_.rbegin();
    Bytes sealed{kVersion};
    append(sealed, to_big_endian(number, kNumberSize));
    const Bytes associated = associated_data(sealed, place);
    append(sealed, random_bytes(random_, kNonceSize));
    const openssl::CipherContext context =
        gcm(derived.sealing.view(), ByteView(sealed).last(kNonceSize), associated, true);
    sealed.resize(sealed.size() + value.size() + kTagSize);
    std::uint8_t* const out = sealed.data() + kHeaderSize + kNonceSize;
    int size = 0;
    if (!value.empty())
        openssl::require(EVP_EncryptUpdate(context.get(), out, &size, value.data(), static_cast<int>(value.size())),
                         "seal a value");
    openssl::require(EVP_EncryptFinal_ex(context.get(), out + size, &size), "seal a value");
    openssl::require(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagSize), out + value.size()),
        "seal a value");
    return sealed;
}

std::uint32_t StoreKeys::key_of(ByteView sealed) {
    if (sealed.size() < kHeaderSize + kNonceSize + kTagSize || sealed[0] != kVersion) broken();
    return static_cast<std::uint32_t>(from_big_endian(sealed.subspan(1, kNumberSize)));
}

SecretBytes StoreKeys::open(const SealedPlace& place, ByteView sealed) const {
    require_unlocked();
    const Derived& derived = key(key_of(sealed));
    const openssl::CipherContext context = gcm(derived.sealing.view(), sealed.subspan(kHeaderSize, kNonceSize),
                                               associated_data(sealed.first(kHeaderSize), place), false);
    const ByteView encrypted = sealed.subspan(kHeaderSize + kNonceSize);
    Bytes tag = to_bytes(encrypted.last(kTagSize));
    SecretBytes value(encrypted.size() - kTagSize);
    int size = 0;
    if (!value.empty())
        openssl::require(EVP_DecryptUpdate(context.get(), value.writable().data(), &size, encrypted.data(),
                                           static_cast<int>(value.size())),
                         "open a sealed value");
    openssl::require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize), tag.data()),
                     "open a sealed value");
    std::array<std::uint8_t, 16> nothing{};
    if (EVP_DecryptFinal_ex(context.get(), nothing.data(), &size) != 1) broken();
    return value;
}

BlindIndex StoreKeys::index(std::string_view field, ByteView value) const {
    require_unlocked();
    return index_under(keys_.rbegin()->second.indexing.view(), field, value);
}

std::vector<BlindIndex> StoreKeys::indexes(std::string_view field, ByteView value) const {
    require_unlocked();
    std::vector<BlindIndex> all;
    all.reserve(keys_.size());
    std::for_each(keys_.rbegin(), keys_.rend(),
                  [&](const auto& key) { all.push_back(index_under(key.second.indexing.view(), field, value)); });
    return all;
}

}  // namespace tahvil
