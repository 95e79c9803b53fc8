#include "apdu/emulator/secure_messaging_end.h"

#include <array>
#include <optional>

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr tlv::Tag kCryptogramOdd = 0x85;  // without a padding indicator
constexpr tlv::Tag kCryptogram = 0x87;
constexpr tlv::Tag kMac = 0x8E;
constexpr tlv::Tag kExpected = 0x97;
constexpr tlv::Tag kStatus = 0x99;
constexpr std::uint8_t kPaddingMethod2 = 0x01;
constexpr std::array<std::uint8_t, 1> kPaddingIndicator{kPaddingMethod2};
constexpr std::uint8_t kSecureMessagingBits = 0x0C;

struct Objects {
    std::optional<ByteView> cryptogram;
    std::optional<ByteView> expected;
    ByteView mac;
    ByteView authenticated;  // everything before the MAC
};

std::variant<Objects, StatusWord> read_objects(ByteView data, bool odd) {
    Objects objects;
    tlv::Cursor cursor(data);
    objects.cryptogram = cursor.read_if(odd ? kCryptogramOdd : kCryptogram);
    objects.expected = cursor.read_if(kExpected);
    objects.authenticated = data.first(data.size() - cursor.rest().size());
    const auto mac = cursor.read_if(kMac);
    if (!mac) return cursor.at_end() ? sw::secure_messaging_object_missing : sw::secure_messaging_object_incorrect;
    objects.mac = *mac;
    if (!cursor.at_end() || objects.mac.size() != Mac::kProtocolSize) return sw::secure_messaging_object_incorrect;
    return objects;
}

std::optional<std::size_t> read_expected(ByteView field) {
    if (field.empty() || field.size() > 2) return std::nullopt;
    const auto number = static_cast<std::size_t>(from_big_endian(field));
    if (number != 0) return number;
    return field.size() == 1 ? Command::kMaxShortExpected : Command::kMaxExpected;
}

}  // namespace

SecureMessagingEnd::SecureMessagingEnd(const SessionKeys& keys)
    : cipher_(keys.algorithm, keys.encryption.view()), mac_(keys.algorithm, keys.mac.view()), counter_(keys.counter) {}

void SecureMessagingEnd::count() {
    for (auto byte = counter_.rbegin(); byte != counter_.rend(); ++byte)
        if (++*byte != 0) return;
}

Bytes SecureMessagingEnd::initialisation_vector() const {
    // Doc 9303-11, 9.8.6.1: zero with triple DES, the encrypted counter with AES.
    if (algorithm() == CipherAlgorithm::two_key_triple_des) return Bytes(counter_.size());
    Bytes vector(counter_.size());
    cipher_.encrypt_block(counter_, vector);
    return vector;
}

std::variant<Command, StatusWord> SecureMessagingEnd::open(const Command& wrapped) try {
    count();
    odd_instruction_ = (wrapped.ins() & 1U) != 0;
    const auto read = read_objects(wrapped.data(), odd_instruction_);
    if (const auto* const status = std::get_if<StatusWord>(&read)) return *status;
    const auto& objects = std::get<Objects>(read);

    const std::size_t block = counter_.size();
    const std::array<std::uint8_t, 4> header{wrapped.cla(), wrapped.ins(), wrapped.p1(), wrapped.p2()};
    const Bytes authenticated = objects.authenticated.empty() ? Bytes() : pad(objects.authenticated, block);
    if (!equal_in_constant_time(mac_.protocol_code({counter_, pad(header, block), authenticated}), objects.mac))
        return sw::secure_messaging_object_incorrect;

    SecretBytes data;
    if (objects.cryptogram) {
        ByteView cryptogram = *objects.cryptogram;
        if (!odd_instruction_) {
            if (cryptogram.empty() || cryptogram[0] != kPaddingMethod2) return sw::secure_messaging_object_incorrect;
            cryptogram = cryptogram.subspan(1);
        }
        if (cryptogram.empty() || cryptogram.size() % block != 0) return sw::secure_messaging_object_incorrect;
        Bytes padded = cipher_.decrypt_cbc(initialisation_vector(), cryptogram);
        data = SecretBytes(unpad(padded));
        wipe(padded);
    }
    std::size_t expected = 0;
    if (objects.expected) {
        const auto field = read_expected(*objects.expected);
        if (!field) return sw::secure_messaging_object_incorrect;
        expected = *field;
    }
    const auto cla = static_cast<std::uint8_t>(wrapped.cla() & ~kSecureMessagingBits);
    return Command(cla, wrapped.ins(), wrapped.p1(), wrapped.p2(), data.view(), expected);
} catch (const MalformedData&) {
    return sw::secure_messaging_object_incorrect;
}

Bytes SecureMessagingEnd::wrap(const Response& plain) {
    count();
    const std::size_t block = counter_.size();
    Bytes field;
    field.reserve(plain.data.size() + 2 * block + 24);
    if (!plain.data.empty()) {
        const Bytes cryptogram = cipher_.encrypt_cbc(initialisation_vector(), pad(plain.data, block));
        field = odd_instruction_ ? tlv::encode(kCryptogramOdd, cryptogram)
                                 : tlv::encode(kCryptogram, {ByteView(kPaddingIndicator), cryptogram});
    }
    append(field, tlv::encode(kStatus, std::array{plain.status.sw1(), plain.status.sw2()}));
    append(field, tlv::encode(kMac, mac_.protocol_code({counter_, pad(field, block)})));
    return field;
}

std::size_t SecureMessagingEnd::plain_size(std::size_t response) const {
    constexpr std::size_t kAround = 4 + 10 + 2;       // DO'99', DO'8E', status word
    constexpr std::size_t kCryptogramHeader = 4 + 1;  // the longest tag and length, and the padding indicator
    const std::size_t block = counter_.size();
    if (response < kAround + kCryptogramHeader + block) return 0;
    return (response - kAround - kCryptogramHeader) / block * block - 1;
}

}  // namespace tahvil::emulator
