#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "apdu/command.h"
#include "apdu/status_word.h"
#include "pcsc/reader_features.h"

namespace tahvil::pcsc {

/// How a card wants a PIN in the data field of its command.
struct PinBlock {
    enum class Encoding : std::uint8_t {
        ascii,     ///< a byte a digit, from the first byte on
        iso_9564,  ///< format 2: 2, the number of digits, and the digits in half bytes
    };
    Encoding encoding = Encoding::ascii;
    unsigned least = 4;          ///< digits
    unsigned greatest = 8;       ///< digits
    std::size_t size = 8;        ///< bytes of the whole block
    std::uint8_t filler = 0xFF;  ///< what is behind the digits
};

/// What a pad that knows texts shows them in.
enum class PadLanguage : std::uint16_t { english = 0x0409, persian = 0x0429 };

struct PadTimes {
    std::chrono::seconds first_key{30};  ///< 1 to 255
    std::chrono::seconds next_key{15};   ///< 1 to 255; 0 leaves it to the reader
};

/// What became of an entry.
struct PadAnswer {
    enum class Outcome : std::uint8_t {
        answered,      ///< the card was asked: `status` is its answer
        timed_out,     ///< 6400: nobody typed
        cancelled,     ///< 6401: the holder pressed the cancel key
        not_repeated,  ///< 6402: the new PIN and its confirmation differ
        wrong_length,  ///< 6403: fewer or more digits than allowed
    };
    Outcome outcome = Outcome::answered;
    StatusWord status;
};

/// Why a reader is not spoken to as part 10 has it.
enum class PadQuirk : std::uint8_t {
    none,
    four_to_eight_digits,  ///< "GemPC Pinpad", "Vega Alpha": other lengths, and ends other than the key, are refused
    no_length_byte,        ///< "SPR532": a command for a PIN of several lengths goes without Lc
};

/// Of a reader by its USB identifiers.
PadQuirk pad_quirk(std::uint32_t vendor, std::uint32_t product);
std::string_view name(PadQuirk quirk);  ///< "four-to-eight-digits"

/// The keys and the display of a reader that takes a PIN and puts it into a command for the card by itself (PC/SC part
/// 10, 2.5), so that no PIN comes into this program. Waits as long as the holder takes; only their cancel key and the
/// times end it.
class PinPad {
public:
    /// Nothing for a reader that can not verify a PIN by itself.
    static std::optional<PinPad> find(const Control& control);

    bool can_modify() const { return modify_.has_value(); }
    PadQuirk quirk() const { return quirk_; }

    /// VERIFY of the PIN of this reference. Throws InvalidInput "input.pin_block" for a block that a pad can not fill,
    /// ProtocolViolation "reader.pin_pad" for an answer that is none, and what the reader throws.
    PadAnswer verify(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                     const PadTimes& times = {}) const;

    /// CHANGE REFERENCE DATA: the old PIN, the new one, and the new one again. Throws as verify(), and
    /// FeatureUnsupported where the reader can not.
    PadAnswer modify(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                     const PadTimes& times = {}) const;

    /// \name The structures that go to the reader
    /// @{
    Bytes verify_structure(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                           const PadTimes& times) const;
    Bytes modify_structure(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                           const PadTimes& times) const;
    /// @}

private:
    PinPad() = default;
    PadAnswer send(std::uint32_t code, ByteView structure) const;
    void check(const PinBlock& block, const PadTimes& times) const;
    std::uint8_t end_of_entry(const PinBlock& block) const;
    Bytes digits(const PinBlock& block) const;

    Control control_;
    std::uint32_t verify_ = 0;
    std::optional<std::uint32_t> modify_;
    unsigned least_ = 0;  // digits that the reader takes, 0 where it does not say
    unsigned greatest_ = 0;
    PadQuirk quirk_ = PadQuirk::none;
};

}  // namespace tahvil::pcsc
