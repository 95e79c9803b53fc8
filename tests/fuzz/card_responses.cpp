#include <algorithm>

#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "crypto/error.h"

namespace {

using namespace tahvil;

/// A card whose answers are the input, each behind a byte of length (FF: 255 bytes and go on), with a limit on
/// commands.
class FuzzedCard final : public Wire {
public:
    FuzzedCard(ByteView input, WireLimits limits) : input_(input), limits_(limits) {}

    WireLimits limits() const override { return limits_; }

    std::size_t exchange(ByteView, std::span<std::uint8_t> response) override {
        if (input_.empty()) throw Error("card.removed", "the input has ended");
        const std::size_t size = std::min<std::size_t>({input_[0], input_.size() - 1, response.size()});
        std::ranges::copy(input_.subspan(1, size), response.begin());
        input_ = input_.subspan(1 + size);
        return size;
    }

private:
    ByteView input_;
    WireLimits limits_;
};

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
