#include <algorithm>

#include "apdu/atr.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "crypto/error.h"
#include "tests/fuzz/fuzzed_card.h"

namespace {

using namespace tahvil;

template <typename Work>
void tolerate(Work work) {
    try {
        work();
    } catch (const Error&) {
        return;
    }
}

}  // namespace

/// Any bytes as the answers of a card: every step ends, with a result or with an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::uint8_t mode = data[0];
    WireLimits limits;
    if ((mode & 1U) != 0) limits.transmission = Transmission::t0;
    if ((mode & 2U) != 0) {
        limits.command = WireLimits::kExtendedCommand;
        limits.response = WireLimits::kExtendedResponse;
    }
    FuzzedCard card(ByteView(data, size).subspan(1), limits);
    CardChannel plain(card, {.extended_length = (mode & 4U) != 0, .command_chaining = (mode & 8U) != 0});
    tolerate(
        [&] { learn_capabilities(plain, Atr::parse(ByteView(data, size).first(std::min<std::size_t>(size, 33)))); });
    const CipherAlgorithm cipher = (mode & 16U) != 0 ? CipherAlgorithm::aes128 : CipherAlgorithm::two_key_triple_des;
    const SecretBytes key(16);
    SecureMessaging secure(plain, {cipher, key, key, Bytes(block_size(cipher))});
    Channel& channel = (mode & 32U) != 0 ? static_cast<Channel&>(secure) : plain;
    const FileExtent extent = (mode & 64U) != 0 ? FileExtent::end_of_file : FileExtent::data_object;
    for (std::uint8_t file = 1; file < 4; ++file)
        tolerate([&] { read_file(channel, {0x0100, file}, {.extent = extent, .max_bytes = 1U << 16U}); });
    tolerate([&] { channel.transmit(Command::internal_authenticate(Bytes(300), 256)); });
    return 0;
}
