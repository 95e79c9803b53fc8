#include "apdu/secure_messaging.h"

#include <algorithm>
#include <array>
#include <string>

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

constexpr std::uint8_t kPaddingMark = 0x80;
constexpr std::size_t kMaxBlock = 16;

constexpr std::size_t kCryptogramHeader = 6;  // tag, length and padding indicator at their longest
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

SecureMessaging::Session::Session(const SessionKeys& keys)
    : cipher(keys.algorithm, keys.encryption.view()),
      mac(keys.algorithm, keys.mac.view()),
      counter(keys.counter),
      vector(keys.counter.size()) {
    if (counter.size() != block_size(keys.algorithm))
        throw InvalidInput("input.key", "a send sequence counter that is not one block");
}

void SecureMessaging::Session::count() {
    for (std::size_t i = counter.size(); i-- > 0;)
        if (++counter[i] != 0) return;
}

ByteView SecureMessaging::Session::initialisation_vector() {
    if (cipher.algorithm() != CipherAlgorithm::two_key_triple_des)  // whose vectors are zero
        cipher.encrypt_block(counter, vector);
    return vector;
}

SecureMessaging::SecureMessaging(Channel& channel, const SessionKeys& keys)
    : channel_(channel), session_(std::in_place, keys) {}

void SecureMessaging::restart(const SessionKeys& keys) {
    session_.emplace(keys);
}

ChannelLimits SecureMessaging::limits() const {
    const ChannelLimits outer = channel_.limits();
    const std::size_t block = session_ ? session_->counter.size() : kMaxBlock;
    return {plain_capacity(outer.command_data - kExpectedObject - kMacObject, block),
            plain_capacity(outer.response_data - kStatusObject - kMacObject, block)};
}

Command SecureMessaging::protect(const Command& command) {
    if (!session_) throw ProtocolViolation("secure_messaging.ended", "the secure-messaging session has ended");
    session_->count();
    const std::size_t block = session_->counter.size();
    const ByteView data = command.data();
    const std::size_t expected = command.expected();
    const std::array<std::uint8_t, 4> header{static_cast<std::uint8_t>(command.cla() | kSecureMessagingWithHeader),
                                             command.ins(), command.p1(), command.p2()};
    Bytes& message = session_->message;
    // All of the memory at once: what is encrypted below, where it stands, may be a PIN.
    message.clear();
    message.reserve(padded_size(data.size(), block) + 3 * block + kCryptogramHeader + kExpectedObject + kMacObject);
    append(message, session_->counter);
    append(message, header);
    append_padding(message, block);
    const std::size_t start = message.size();
    if (!data.empty()) {
        const std::size_t size = padded_size(data.size(), block);
        tlv::append_header(message, is_odd(command) ? kCryptogramOfTlv : kPaddedCryptogram,
                           is_odd(command) ? size : 1 + size);
        if (!is_odd(command)) message.push_back(kPaddingIndicator);
        const std::size_t before = message.size();
        append(message, data);
        message.push_back(kPaddingMark);
        message.resize(before + size);
        const auto cryptogram = std::span(message).subspan(before);
        session_->cipher.encrypt_cbc(session_->initialisation_vector(), cryptogram, cryptogram);
    }
    if (expected != 0) {
        const bool two_bytes = expected > Command::kMaxShortExpected;
        tlv::append_header(message, kExpected, two_bytes ? 2 : 1);
        if (two_bytes) message.push_back(static_cast<std::uint8_t>(expected >> 8U & 0xFFU));
        message.push_back(static_cast<std::uint8_t>(expected & 0xFFU));
    }
    const std::size_t end = message.size();
    if (end != start) append_padding(message, block);
    const Mac::ProtocolCode code = session_->mac.protocol_code({message});
    message.resize(end);
    tlv::append_header(message, kMac, code.size());
    append(message, code);

    const ByteView objects = ByteView(message).subspan(start);
    const bool short_fields =
        objects.size() <= Command::kMaxShortData &&
        (expected <= plain_capacity(Command::kMaxShortExpected - kStatusObject - kMacObject, block) ||
         limits().response_data <= Command::kMaxShortExpected);
    return {header[0], header[1], header[2],
            header[3], objects,   short_fields ? Command::kMaxShortExpected : Command::kMaxExpected};
}

Response SecureMessaging::unprotect(const Command& command, Response response) {
    if (!session_) throw ProtocolViolation("secure_messaging.ended", "the secure-messaging session has ended");
    session_->count();
    const std::size_t block = session_->counter.size();
    Bytes& data = response.data;
    if (data.empty()) violation("the card answered in the clear with " + describe(response.status));
    tlv::Cursor cursor(data);
    const std::optional<ByteView> padded_cryptogram = cursor.read_if(kPaddedCryptogram);
    const std::optional<ByteView> cryptogram_of_tlv =
        padded_cryptogram || !is_odd(command) ? std::nullopt : cursor.read_if(kCryptogramOfTlv);
    const ByteView status = cursor.read(kStatus);
    const std::size_t authenticated = data.size() - cursor.rest().size();
    const ByteView code = cursor.read(kMac);
    if (!cursor.at_end()) violation("bytes after the MAC of a response");

    Bytes& message = session_->message;
    message = session_->counter;
    append(message, ByteView(data).first(authenticated));
    append_padding(message, block);
    if (!equal_in_constant_time(code, session_->mac.protocol_code({message})))
        violation("the MAC of a response is wrong");
    if (status.size() != 2 || from_big_endian(status) != response.status.value)
        violation("the status word in the clear is not the protected one");

    ByteView cryptogram = cryptogram_of_tlv.value_or(ByteView{});
    if (padded_cryptogram) {
        if (padded_cryptogram->empty() || padded_cryptogram->front() != kPaddingIndicator)
            violation("an unknown padding indicator");
        cryptogram = padded_cryptogram->subspan(1);
    }
    if (padded_cryptogram || cryptogram_of_tlv) {
        if (cryptogram.empty() || cryptogram.size() % block != 0) violation("a cryptogram that is not whole blocks");
        // Out of the copy that was authenticated, to where the response's data begin.
        const auto at = block + static_cast<std::size_t>(cryptogram.data() - data.data());
        const auto plain = std::span(data).first(cryptogram.size());
        session_->cipher.decrypt_cbc(session_->initialisation_vector(),
                                     ByteView(message).subspan(at, cryptogram.size()), plain);
        data.resize(unpad(plain).size());
    } else {
        data.clear();
    }
    if (data.size() > command.expected()) violation("more data than was asked for");
    return response;
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
