#include "crypto/protocol/terminal_authentication.h"

#include "crypto/error.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/protocol/public_key_object.h"

namespace tahvil::terminal_authentication {

Bytes chip_identifier(std::string_view document_number) {
    static constexpr std::size_t kNumberField = 9;
    std::string number(document_number);
    if (number.size() < kNumberField) number.resize(kNumberField, '<');
    number += mrz_check_digit(number);
    return to_bytes(as_bytes(number));
}

Bytes chip_identifier(const Group& group, ByteView chip_ephemeral_key) {
    return compress_public_key(group, chip_ephemeral_key);
}

Bytes signed_data(ByteView chip_identifier, ByteView challenge, ByteView compressed_ephemeral_key,
                  ByteView auxiliary_data) {
    if (challenge.size() != kChallengeSize)
        throw MalformedData("ta.challenge", "a challenge of the chip that is not of 8 bytes");
    return concat({chip_identifier, challenge, compressed_ephemeral_key, auxiliary_data});
}

bool verify(const cv::TrustedKey& terminal, ByteView signed_data, ByteView signature) {
    return tahvil::verify(terminal.key, terminal.algorithm, {signed_data}, signature);
}

}  // namespace tahvil::terminal_authentication
