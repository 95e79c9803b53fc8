#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/bytes.h"

namespace tahvil {

/// A command APDU (ISO/IEC 7816-4, 5.1), before it is known how long an exchange may be. Built by the named functions,
/// which make only valid ones. The data field is wiped with the command, since some carry a PIN.
class Command {
public:
    static constexpr std::size_t kMaxData = 65535;      ///< Lc in bytes
    static constexpr std::size_t kMaxExpected = 65536;  ///< Le in bytes
    static constexpr std::size_t kMaxShortData = 255;
    static constexpr std::size_t kMaxShortExpected = 256;

    /// Any command. `expected` is Ne, the greatest number of bytes that may come back: 0 for none, kMaxExpected for as
    /// many as there are. Throws InvalidInput beyond the limits above.
    Command(std::uint8_t cla, std::uint8_t ins, std::uint8_t p1, std::uint8_t p2, ByteView data = {},
            std::size_t expected = 0);

    /// \name ISO/IEC 7816-4, 11.2.2 SELECT
    /// @{
    /// By DF name, no answer asked for (P2 = 0C).
    static Command select_application(ByteView aid);
    /// By DF name, with the file control information as answer (P2 = 00).
    static Command select_application_with_fci(ByteView aid);
    /// An EF below the current DF by its identifier, no answer asked for.
    static Command select_file(std::uint16_t identifier);
    /// A child DF of the current one.
    static Command select_directory(std::uint16_t identifier);
    /// From the MF by a path of identifiers without 3F00.
    static Command select_path(ByteView path);
    static Command select_master_file();
    /// @}

    /// \name ISO/IEC 7816-4, 11.3.3 READ BINARY
    /// @{
    static constexpr std::size_t kMaxOffset = 0x7FFF;  ///< of the even instruction
    /// From the current EF. Beyond kMaxOffset the odd instruction (B1) is taken, whose answer is DO'53'.
    static Command read_binary(std::size_t offset, std::size_t length);
    /// From the EF with this short identifier (1 to 30), which becomes the current one; `offset` up to 255.
    static Command read_binary_short(std::uint8_t short_identifier, std::size_t offset, std::size_t length);
    /// @}

    static Command get_challenge(std::size_t length);  ///< 11.5.3
    static Command external_authenticate(ByteView data,
                                         std::size_t expected);  ///< 11.5.4, mutual if an answer is expected
    static Command internal_authenticate(ByteView challenge, std::size_t expected);  ///< 11.5.2
    static Command verify(std::uint8_t reference, ByteView pin_block);               ///< 11.5.6
    /// VERIFY without data: on cards that have it, a question for the tries that are left, which costs none.
    static Command verify_query(std::uint8_t reference);
    static Command change_reference_data(std::uint8_t reference, ByteView old_and_new);  ///< 11.5.7, P1 = 00
    /// 11.5.8: with the unblocking code and the new PIN (P1 = 00), or with the code alone (P1 = 01).
    static Command reset_retry_counter(std::uint8_t reference, ByteView code_and_new, bool with_new);
    static Command manage_security_environment(std::uint8_t p1, std::uint8_t p2, ByteView data);  ///< 11.5.11
    /// 11.5.5. `last` is false within a chain (class 10).
    static Command general_authenticate(ByteView dynamic_authentication_data, bool last);
    /// The same with the algorithm and the key in the header, as PIV has it (SP 800-73-4 part 2, 3.2.4).
    static Command general_authenticate_with_key(std::uint8_t algorithm, std::uint8_t key, ByteView data);
    static Command perform_security_operation(std::uint8_t p1, std::uint8_t p2, ByteView data,
                                              std::size_t expected);  ///< 7816-8, 11
    static Command get_data(std::uint8_t p1, std::uint8_t p2);        ///< 11.4.3, even instruction
    /// 11.4.3, odd instruction, from the current application: `tag` of up to three bytes in a tag list.
    static Command get_data_object(std::uint32_t tag, std::size_t expected);
    static Command get_response(std::uint8_t cla, std::size_t length);  ///< 11.8.1
    static Command envelope(ByteView data);                             ///< 11.8.2

    std::uint8_t cla() const { return cla_; }
    std::uint8_t ins() const { return ins_; }
    std::uint8_t p1() const { return p1_; }
    std::uint8_t p2() const { return p2_; }
    ByteView data() const { return data_.view(); }
    std::size_t expected() const { return expected_; }

    bool is_chained() const { return (cla_ & 0x10U) != 0; }
    Command with_class(std::uint8_t cla) const;
    Command with_expected(std::size_t expected) const;

    /// Whether short length fields are enough.
    bool fits_short() const { return data_.size() <= kMaxShortData && expected_ <= kMaxShortExpected; }

    /// The bytes for the wire: the case follows from data and expected, the form of the length fields from `extended`.
    /// Throws InvalidInput when short fields can not hold them.
    SecretBytes encode(bool extended) const;
    /// The same into memory of encoded_size(extended) bytes.
    void encode(bool extended, std::span<std::uint8_t> out) const;
    std::size_t encoded_size(bool extended) const;

private:
    std::uint8_t cla_;
    std::uint8_t ins_;
    std::uint8_t p1_;
    std::uint8_t p2_;
    SecretBytes data_;
    std::size_t expected_;
};

}  // namespace tahvil
