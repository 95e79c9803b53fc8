#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tahvil {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Reads hexadecimal digits, in either case, with spaces allowed between bytes ("00 A4 04 0C").
/// Throws InvalidInput when a character is no digit or a byte has one digit only.
Bytes from_hex(std::string_view text);

/// Upper-case hexadecimal without separators.
std::string to_hex(ByteView bytes);

/// The bytes of a text, without a terminator.
inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The characters of a byte string, to be used only where the bytes are known to be text.
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// All parts one after the other.
Bytes concat(std::initializer_list<ByteView> parts);

inline void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

/// Equality of public data. Secrets are compared by equal_in_constant_time().
bool equal(ByteView a, ByteView b);

/// Equality in a time that depends on the lengths only.
bool equal_in_constant_time(ByteView a, ByteView b);

/// The number as `length` bytes, most significant first. Throws InvalidInput when it does not fit.
Bytes to_big_endian(std::uint64_t number, std::size_t length);

/// The number that up to eight bytes spell, most significant first. Throws InvalidInput beyond eight.
std::uint64_t from_big_endian(ByteView bytes);

/// Overwrites memory in a way that the compiler may not leave out.
void wipe(std::span<std::uint8_t> memory) noexcept;

/// Sets aside `size` bytes (a power of two) of locked memory, kept out of core dumps, from which SecretBytes are
/// taken from then on. Called once, before any secret exists. False when the system refuses the lock: secrets
/// then live in ordinary memory and are wiped all the same.
bool reserve_locked_memory(std::size_t size);

/// A byte string that is a secret: a PIN, CAN, MRZ key, session key or private key. It is wiped when it goes, and it
/// has neither a stream operator nor a conversion to text or JSON, so that it can not slip into a log.
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size);
    explicit SecretBytes(ByteView bytes);
    SecretBytes(const SecretBytes& other);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes other) noexcept;
    ~SecretBytes();

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    ByteView view() const noexcept { return {data_, size_}; }
    std::span<std::uint8_t> writable() noexcept { return {data_, size_}; }

    /// Shortens to `size` bytes, which is not more than size(); what is cut off is wiped.
    void truncate(std::size_t size);

private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace tahvil
