#include "apdu/command.h"

#include <algorithm>

#include "crypto/error.h"

namespace tahvil {

namespace {

std::uint8_t high(std::size_t number) {
    return static_cast<std::uint8_t>(number >> 8U & 0xFFU);
}

std::uint8_t low(std::size_t number) {
    return static_cast<std::uint8_t>(number & 0xFFU);
}

}  // namespace

Command::Command(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, ByteView data,
                 std::size_t expected)
    : cla_(cla), ins_(ins), p1_(p1), p2_(p2), data_(data), expected_(expected) {
    if (data.size() > kMaxData) throw InvalidInput("input.command", "a command data field of over 65535 bytes");
    if (expected > kMaxExpected) throw InvalidInput("input.command", "more than 65536 bytes expected of a command");
}

Command Command::select_application(ByteView aid) {
    return {0x00, 0xA4, 0x04, 0x0C, aid};
}

Command Command::select_application_with_fci(ByteView aid) {
    return {0x00, 0xA4, 0x04, 0x00, aid, kMaxShortExpected};
}

Command Command::select_file(std::uint16_t identifier) {
    return {0x00, 0xA4, 0x02, 0x0C, to_big_endian(identifier, 2)};
}

Command Command::select_directory(std::uint16_t identifier) {
    return {0x00, 0xA4, 0x01, 0x0C, to_big_endian(identifier, 2)};
}

Command Command::select_path(ByteView path) {
    return {0x00, 0xA4, 0x08, 0x0C, path};
}

Command Command::select_master_file() {
    return {0x00, 0xA4, 0x00, 0x0C, to_big_endian(0x3F00, 2)};
}

Command Command::read_binary(std::size_t offset, std::size_t length) {
    if (offset <= kMaxOffset) return {0x00, 0xB0, high(offset), low(offset), {}, length};
    const Bytes number = to_big_endian(offset, offset > 0xFFFF ? 3 : 2);
    Bytes offset_object{0x54, low(number.size())};
    append(offset_object, number);
    return {0x00, 0xB1, 0x00, 0x00, offset_object, length};
}

Command Command::read_binary_short(std::uint8_t short_identifier, std::size_t offset, std::size_t length) {
    if (short_identifier < 1 || short_identifier > 30 || offset > 0xFF)
        throw InvalidInput("input.command", "a short file identifier is 1 to 30, its offset up to 255");
    return {0x00, 0xB0, static_cast<std::uint8_t>(0x80U | short_identifier), low(offset), {}, length};
}

Command Command::get_challenge(std::size_t length) {
    return {0x00, 0x84, 0x00, 0x00, {}, length};
}

Command Command::external_authenticate(ByteView data, std::size_t expected) {
    return {0x00, 0x82, 0x00, 0x00, data, expected};
}

Command Command::internal_authenticate(ByteView challenge, std::size_t expected) {
    return {0x00, 0x88, 0x00, 0x00, challenge, expected};
}

Command Command::verify(std::uint8_t reference, ByteView pin_block) {
    return {0x00, 0x20, 0x00, reference, pin_block};
}

Command Command::verify_query(std::uint8_t reference) {
    return {0x00, 0x20, 0x00, reference};
}

Command Command::change_reference_data(std::uint8_t reference, ByteView old_and_new) {
    return {0x00, 0x24, 0x00, reference, old_and_new};
}

Command Command::reset_retry_counter(std::uint8_t reference, ByteView code_and_new, bool with_new) {
    return {0x00, 0x2C, static_cast<std::uint8_t>(with_new ? 0x00 : 0x01), reference, code_and_new};
}

Command Command::manage_security_environment(std::uint8_t p1, std::uint8_t p2, ByteView data) {
    return {0x00, 0x22, p1, p2, data};
}

Command Command::general_authenticate(ByteView dynamic_authentication_data, bool last) {
    return {static_cast<std::uint8_t>(last ? 0x00 : 0x10),
            0x86,
            0x00,
            0x00,
            dynamic_authentication_data,
            kMaxShortExpected};
}

Command Command::general_authenticate_with_key(std::uint8_t algorithm, std::uint8_t key, ByteView data) {
    return {0x00, 0x87, algorithm, key, data, kMaxShortExpected};
}

Command Command::perform_security_operation(std::uint8_t p1, std::uint8_t p2, ByteView data, std::size_t expected) {
    return {0x00, 0x2A, p1, p2, data, expected};
}

Command Command::get_data(std::uint8_t p1, std::uint8_t p2) {
    return {0x00, 0xCA, p1, p2, {}, kMaxShortExpected};
}

Command Command::get_data_object(std::uint32_t tag, std::size_t expected) {
    const std::size_t size = tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
    Bytes tag_list{0x5C, low(size)};
    append(tag_list, to_big_endian(tag, size));
    return {0x00, 0xCB, 0x3F, 0xFF, tag_list, expected};
}

Command Command::get_response(std::uint8_t cla, std::size_t length) {
    return {cla, 0xC0, 0x00, 0x00, {}, length};
}

Command Command::envelope(ByteView data) {
    return {0x00, 0xC2, 0x00, 0x00, data, kMaxShortExpected};
}

Command Command::with_class(std::uint8_t cla) const {
    Command copy = *this;
    copy.cla_ = cla;
    return copy;
}

Command Command::with_expected(std::size_t expected) const {
    Command copy = *this;
    copy.expected_ = expected;
    return copy;
}

std::size_t Command::encoded_size(bool extended) const {
    if (!extended && !fits_short()) throw InvalidInput("input.command", "a command too long for short length fields");
    const std::size_t length_field = extended ? 2 : 1;
    const std::size_t marker = extended && (!data_.empty() || expected_ != 0) ? 1 : 0;
    return 4 + marker + (data_.empty() ? 0 : length_field + data_.size()) + (expected_ == 0 ? 0 : length_field);
}

SecretBytes Command::encode(bool extended) const {
    SecretBytes bytes(encoded_size(extended));
    encode(extended, bytes.writable());
    return bytes;
}

void Command::encode(bool extended, std::span<std::uint8_t> out) const {
    if (out.size() != encoded_size(extended)) throw InvalidInput("input.length", "no room of the size of the command");
    out[0] = cla_;
    out[1] = ins_;
    out[2] = p1_;
    out[3] = p2_;
    std::size_t at = 4;
    if (extended && out.size() > at) out[at++] = 0;  // a zero byte: extended length fields follow
    const auto put_length = [&](std::size_t length) {
        if (extended) out[at++] = high(length);
        out[at++] = low(length);  // 256 and 65536 are written as zero
    };
    if (!data_.empty()) {
        put_length(data_.size());
        std::ranges::copy(data_.view(), out.begin() + static_cast<std::ptrdiff_t>(at));
        at += data_.size();
    }
    if (expected_ != 0) put_length(expected_);
}

}  // namespace tahvil
