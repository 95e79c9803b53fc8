#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/bytes.h"

namespace tahvil {

/// How command and response are carried (ISO/IEC 7816-3). A contactless card counts as T=1: it has all four cases.
enum class Transmission : std::uint8_t { t0, t1 };

/// What one exchange can carry in bytes, header and status word included.
struct WireLimits {
    static constexpr std::size_t kShortCommand = 5 + 255 + 1;
    static constexpr std::size_t kShortResponse = 256 + 2;
    static constexpr std::size_t kExtendedCommand = 7 + 65535 + 2;
    static constexpr std::size_t kExtendedResponse = 65536 + 2;

    Transmission transmission = Transmission::t1;
    std::size_t command = kShortCommand;
    std::size_t response = kShortResponse;
};

/// The wire to a card: the bytes of one command out, the bytes of one response back, and no meaning. A reader, the
/// emulated card, a recorded script and a fuzzer's input are wires.
class Wire {
public:
    Wire() = default;
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    virtual ~Wire() = default;

    virtual WireLimits limits() const = 0;

    /// Writes the response into the front of `response`, which has limits().response bytes, and returns its length.
    /// Throws CardGone, CardReset or another Error when the card or the reader does not answer.
    virtual std::size_t exchange(ByteView command, std::span<std::uint8_t> response) = 0;
};

}  // namespace tahvil
