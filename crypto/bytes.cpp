#include "crypto/bytes.h"

#include <algorithm>
#include <new>
#include <utility>

#include <openssl/crypto.h>

#include "crypto/error.h"

namespace tahvil {

namespace {

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ' || text[i] == '\n') {
            ++i;
            continue;
        }
        const int high = digit_value(text[i]);
        const int low = i + 1 < text.size() ? digit_value(text[i + 1]) : -1;
        if (high < 0 || low < 0) throw InvalidInput("input.hex", "not hexadecimal: two digits a byte are expected");
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
        i += 2;
    }
    return bytes;
}

std::string to_hex(ByteView bytes) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 0x0FU]);
    }
    return text;
}

Bytes concat(std::initializer_list<ByteView> parts) {
    std::size_t size = 0;
    for (const ByteView part : parts) size += part.size();
    Bytes all;
    all.reserve(size);
    for (const ByteView part : parts) append(all, part);
    return all;
}

bool equal(ByteView a, ByteView b) {
    return std::ranges::equal(a, b);
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Bytes to_big_endian(std::uint64_t number, std::size_t length) {
    Bytes bytes(length);
    for (std::size_t i = length; i-- > 0; number >>= 8U) bytes[i] = static_cast<std::uint8_t>(number & 0xFFU);
    if (number != 0) throw InvalidInput("input.range", "the number does not fit its field");
    return bytes;
}

std::uint64_t from_big_endian(ByteView bytes) {
    if (bytes.size() > sizeof(std::uint64_t)) throw InvalidInput("input.range", "more bytes than a number can hold");
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8U | byte;
    return number;
}

void wipe(std::span<std::uint8_t> memory) noexcept {
    if (!memory.empty()) OPENSSL_cleanse(memory.data(), memory.size());
}

bool reserve_locked_memory(std::size_t size) {
    // OpenSSL answers 1 for locked and 2 for reserved but not locked; the guard pages come with either.
    return CRYPTO_secure_malloc_init(size, 32) == 1;
}

SecretBytes::SecretBytes(std::size_t size) : size_(size), capacity_(size) {
    if (size == 0) return;
    data_ = static_cast<std::uint8_t*>(OPENSSL_secure_zalloc(size));
    if (data_ == nullptr) throw std::bad_alloc();
}

SecretBytes::SecretBytes(ByteView bytes) : SecretBytes(bytes.size()) {
    std::ranges::copy(bytes, data_);
}

SecretBytes::SecretBytes(const SecretBytes& other) : SecretBytes(other.view()) {}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
}

SecretBytes::~SecretBytes() {
    if (data_ != nullptr) OPENSSL_secure_clear_free(data_, capacity_);
}

void SecretBytes::truncate(std::size_t size) {
    if (size > size_) throw InvalidInput("input.range", "a secret can not be lengthened");
    if (data_ != nullptr) wipe(writable().subspan(size));
    size_ = size;
}

}  // namespace tahvil
