#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/asn1.h"
#include "crypto/bytes.h"

/// The directories of a cryptographic information application (ISO/IEC 7816-15, 8; PKCS #15 v1.1, 6), which say what
/// else is on a card. Nobody signs them: they tell where to look, never what to believe. Every function takes a whole
/// file, padding of 00 or FF included, and throws MalformedData ("asn1.malformed", "pkcs15.malformed") for what is
/// none.
namespace tahvil::pkcs15 {

/// ISO/IEC 7816-15, 8.2.5.
struct Path {
    std::vector<std::uint16_t> identifiers;  ///< 3F00 first when it starts at the master file
    std::optional<std::size_t> offset;       ///< where in the file the value begins
    std::optional<std::size_t> length;
};

enum class DirectoryKind : std::uint8_t {
    private_keys,
    public_keys,
    trusted_public_keys,
    secret_keys,
    certificates,
    trusted_certificates,
    useful_certificates,
    data_objects,
    authentication_objects,
};

struct Directory {
    DirectoryKind kind{};
    Path path;
};

/// EF.OD (8.3).
std::vector<Directory> parse_object_directory(ByteView file);

/// X.509 certificates of a CDF (8.7); others are passed over.
struct Certificate {
    std::string label;
    Bytes identifier;
    bool authority = false;
    Path path;    ///< empty for a certificate that is not in a file
    Bytes value;  ///< the certificate itself where the directory holds it
};
std::vector<Certificate> parse_certificates(ByteView file);

/// Private keys of a PrKDF (8.4): RSA and EC, others are passed over.
struct PrivateKey {
    std::string label;
    Bytes identifier;
    Bytes authentication;          ///< identifier of the authentication object; empty for none
    bool signs = false;            ///< usage flag sign
    bool non_repudiation = false;  ///< usage flag nonRepudiation: for signatures of intent alone
    std::optional<std::uint8_t> reference;
};
std::vector<PrivateKey> parse_private_keys(ByteView file);

enum class PasswordType : std::uint8_t { bcd, ascii_numeric, utf8, half_nibble_bcd, iso_9564_1 };

/// Passwords of an AODF (8.9); biometric templates and others are passed over.
struct Password {
    std::string label;
    Bytes identifier;
    PasswordType type{};
    bool unblocking = false;  ///< it is a PUK
    bool security_officer = false;
    bool change_disabled = false;
    bool needs_padding = false;
    std::size_t shortest = 0;  ///< characters
    std::size_t stored = 0;    ///< bytes
    std::size_t longest = 0;   ///< characters; 0 when it is not told
    std::uint8_t reference = 0;
    std::uint8_t padding = 0xFF;
};
std::vector<Password> parse_passwords(ByteView file);

}  // namespace tahvil::pkcs15
