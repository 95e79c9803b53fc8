#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/key.h"

/// Writes the directory files of a cryptographic information application (ISO/IEC 7816-15), one entry at a time.
namespace tahvil::emulator::pkcs15 {

/// Which directory file an entry of EF.OD points to: the tag of the choice (8.3).
enum class Directory : std::uint8_t { private_keys = 0, certificates = 4, authentication_objects = 8 };

/// What certificate, key and PIN say of each other.
struct KeyEntry {
    std::string_view label;
    std::uint8_t identifier = 0;      ///< the same for a key and its certificate
    std::uint8_t key_reference = 0;   ///< for MSE:SET
    std::uint8_t authentication = 0;  ///< identifier of the PIN that must be verified
    bool non_repudiation = false;
};

struct PinEntry {
    std::string_view label;
    std::uint8_t identifier = 0;
    std::uint8_t reference = 0;  ///< for VERIFY
    unsigned least = 4;          ///< digits
    unsigned stored = 8;         ///< bytes of the block
    std::uint8_t filler = 0xFF;
    ByteView path;  ///< of the DF in which it is verified; empty where that is the application's
};

/// A pointer in EF.OD (8.3).
Bytes directory_pointer(Directory directory, ByteView path);
/// X509CertificateObject in EF.CD (8.8.1), with the path of the certificate's file.
Bytes certificate_entry(std::string_view label, std::uint8_t identifier, bool authority, ByteView path);
/// PrivateRSAKeyObject or PrivateECKeyObject in EF.PrKD (8.4.1, 8.4.2).
Bytes private_key_entry(const KeyEntry& entry, const PublicKey& key, ByteView path);
/// PasswordObject in EF.AOD (8.9.1).
Bytes pin_entry(const PinEntry& entry);
/// CIAInfo (8.10).
Bytes card_info(ByteView serial_number, std::string_view manufacturer, std::string_view label);
/// EF.DIR (ISO/IEC 7816-4, 12.2.2.2) with the application's identifier, label and path.
Bytes application_template(ByteView aid, std::string_view label, ByteView path);

}  // namespace tahvil::emulator::pkcs15
