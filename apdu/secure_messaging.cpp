#include "apdu/secure_messaging.h"

#include <array>
#include <string>
#include <utility>

#include "apdu/error.h"
#include "apdu/tlv.h"

namespace tahvil {

namespace {

constexpr tlv::Tag kCryptogramOfTlv = 0x85;  // odd instructions: the plain data are data objects
constexpr tlv::Tag kPaddedCryptogram = 0x87;
constexpr tlv::Tag kMac = 0x8E;
constexpr tlv::Tag kExpected = 0x97;
constexpr tlv::Tag kStatus = 0x99;
constexpr std::uint8_t kPaddingIndicator = 0x01;
constexpr std::uint8_t kSecureMessagingWithHeader = 0x0C;

constexpr std::size_t kStatusObject = 4;
constexpr std::size_t kMacObject = 10;
constexpr std::size_t kExpectedObject = 4;

bool is_odd(const Command& command) {
    return (command.ins() & 1U) != 0;
}

/// The plain bytes that fit when `room` bytes are left for the cryptogram's data object.
std::size_t plain_capacity(std::size_t room, std::size_t block) {
    const std::size_t header = room <= 0x7F + 2 ? 2 : room <= 0xFF + 3 ? 3 : 4;  // tag and length
    const std::size_t cryptogram = room - header - 1;
    return cryptogram / block * block - 1;  // at least one byte of padding
}

[[noreturn]] void violation(const std::string& what) {
    throw ProtocolViolation("secure_messaging.violation", "secure messaging: " + what,
                            "Take the card out, put it back and check again; if it recurs, refer the card.");
}

}  // namespace

SecureMessaging::Session::Session(SessionKeys session_keys)
    : keys(std::move(session_keys)),
      cipher(keys.algorithm, keys.encryption.view()),
      mac(keys.algorithm, keys.mac.view()) {
    if (keys.counter.size() != block_size(keys.algorithm))
        throw InvalidInput("input.key", "a send sequence counter that is not one block");
}

SecureMessaging::SecureMessaging(Channel& channel, SessionKeys keys)
    : channel_(channel), session_(std::in_place, std::move(keys)) {}

void SecureMessaging::restart(SessionKeys keys) {
    session_.emplace(std::move(keys));
}

ChannelLimits SecureMessaging::limits() const {
    const ChannelLimits outer = channel_.limits();
    const std::size_t block = session_ ? block_size(session_->keys.algorithm) : 16;
    return {plain_capacity(outer.command_data - kExpectedObject - kMacObject, block),
            plain_capacity(outer.response_data - kStatusObject - kMacObject, block)};
}

void SecureMessaging::count() {
    Bytes& counter = session_->keys.counter;
    for (std::size_t i = counter.size(); i-- > 0;)
        if (++counter[i] != 0) return;
}

Bytes SecureMessaging::initialisation_vector() const {
    if (session_->keys.algorithm == CipherAlgorithm::two_key_triple_des) return Bytes(8);
    return session_->cipher.encrypt_block(session_->keys.counter);
}

Bytes SecureMessaging::authenticate(ByteView header, ByteView objects) const {
    static constexpr std::array<std::uint8_t, 16> kPadding{0x80};
    const std::size_t block = block_size(session_->keys.algorithm);
    const auto padding_of = [block](ByteView part) {
        return part.empty() ? ByteView() : ByteView(kPadding).first(block - part.size() % block);
    };
    // The header is padded for itself, and so is what follows it (9.8.4, 9.8.6).
    Bytes code =
        session_->mac.compute({session_->keys.counter, header, padding_of(header), objects, padding_of(objects)});
    code.resize(Mac::kProtocolSize);
    return code;
}

Command SecureMessaging::protect(const Command& command) {
    if (!session_) throw ProtocolViolation("secure_messaging.ended", "the secure-messaging session has ended");
    count();
    Bytes objects;
    if (!command.data().empty()) {
        Bytes padded = pad(command.data(), block_size(session_->keys.algorithm));
        const Bytes cryptogram = session_->cipher.encrypt_cbc(initialisation_vector(), padded);
        wipe(padded);  // it may hold a PIN
        if (is_odd(command))
            append(objects, tlv::encode(kCryptogramOfTlv, cryptogram));
        else
            append(objects, tlv::encode(kPaddedCryptogram, {ByteView(&kPaddingIndicator, 1), cryptogram}));
    }
    const std::size_t expected = command.expected();
    if (expected > Command::kMaxShortExpected)
        append(objects, tlv::encode(kExpected, to_big_endian(expected & 0xFFFFU, 2)));
    else if (expected != 0)
        append(objects, tlv::encode(kExpected, to_big_endian(expected & 0xFFU, 1)));

    const std::array<std::uint8_t, 4> header{static_cast<std::uint8_t>(command.cla() | kSecureMessagingWithHeader),
                                             command.ins(), command.p1(), command.p2()};
    append(objects, tlv::encode(kMac, authenticate(header, objects)));
    const ChannelLimits inner = limits();
    const bool short_fields = objects.size() <= Command::kMaxShortData &&
                              (expected <= plain_capacity(Command::kMaxShortExpected - kStatusObject - kMacObject,
                                                          block_size(session_->keys.algorithm)) ||
                               inner.response_data <= Command::kMaxShortExpected);
    return {header[0], header[1], header[2],
            header[3], objects,   short_fields ? Command::kMaxShortExpected : Command::kMaxExpected};
}

Response SecureMessaging::unprotect(const Command& command, const Response& response) {
    if (!session_) throw ProtocolViolation("secure_messaging.ended", "the secure-messaging session has ended");
    count();
    if (response.data.empty()) violation("the card answered in the clear with " + describe(response.status));
    tlv::Cursor cursor(response.data);
    const std::optional<ByteView> padded_cryptogram = cursor.read_if(kPaddedCryptogram);
    const std::optional<ByteView> cryptogram_of_tlv =
        padded_cryptogram || !is_odd(command) ? std::nullopt : cursor.read_if(kCryptogramOfTlv);
    const ByteView status = cursor.read(kStatus);
    const std::size_t authenticated = response.data.size() - cursor.rest().size();
    const ByteView code = cursor.read(kMac);
    if (!cursor.at_end()) violation("bytes after the MAC of a response");
    if (code.size() != Mac::kProtocolSize ||
        !equal_in_constant_time(code, authenticate({}, ByteView(response.data).first(authenticated))))
        violation("the MAC of a response is wrong");
    if (status.size() != 2 || from_big_endian(status) != response.status.value)
        violation("the status word in the clear is not the protected one");

    Response plain;
    plain.status = response.status;
    ByteView cryptogram = cryptogram_of_tlv.value_or(ByteView{});
    if (padded_cryptogram) {
        if (padded_cryptogram->empty() || padded_cryptogram->front() != kPaddingIndicator)
            violation("an unknown padding indicator");
        cryptogram = padded_cryptogram->subspan(1);
    }
    if (padded_cryptogram || cryptogram_of_tlv) {
        if (cryptogram.empty() || cryptogram.size() % block_size(session_->keys.algorithm) != 0)
            violation("a cryptogram that is not whole blocks");
        plain.data = session_->cipher.decrypt_cbc(initialisation_vector(), cryptogram);
        plain.data.resize(unpad(plain.data).size());
    }
    if (plain.data.size() > command.expected()) violation("more data than was asked for");
    return plain;
}

Response SecureMessaging::transmit(const Command& command) {
    try {
        return unprotect(command, channel_.transmit(protect(command)));
    } catch (const MalformedData&) {
        session_.reset();
        std::throw_with_nested(
            ProtocolViolation("secure_messaging.violation", "secure messaging: a response is malformed"));
    } catch (...) {
        session_.reset();  // the counters of both sides may differ now
        throw;
    }
}

}  // namespace tahvil
