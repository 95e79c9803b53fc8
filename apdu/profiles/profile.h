#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

/// A card described as data: what is where on it, and which of the proofs that this program knows it can give. The text
/// form is TOML, see reader.h; what behaves (protocols, parsers of directories) is code and named here.
namespace tahvil::profiles {

/// Which code walks over the card.
enum class Layout : std::uint8_t {
    lds,     ///< the Logical Data Structure of Doc 9303-10, behind BAC or PACE
    eid,     ///< the eID application of TR-03110-4, behind PACE, terminal and chip authentication
    files,   ///< the files that the profile lists
    pkcs15,  ///< what the directories of ISO/IEC 7816-15 list, beside the profile's own files
    piv,     ///< data objects by GET DATA (SP 800-73-4), as the profile lists them
};

/// How a chip proves that it holds a key.
enum class ChipProof : std::uint8_t {
    none,
    lds,                       ///< by what EF.DG14, EF.DG15 and EF.CardSecurity offer
    eid,                       ///< by chip authentication version 2 with the key of EF.CardSecurity
    internal_authenticate,     ///< MSE:SET AT, INTERNAL AUTHENTICATE (ISO/IEC 7816-4, 11.5.2)
    digital_signature,         ///< MSE:SET DST, PSO:COMPUTE DIGITAL SIGNATURE (ISO/IEC 7816-8, 11.8)
    belpic_signature,          ///< the same as BELPIC has it: a byte of length before the template
    belpic_basic_key,          ///< INTERNAL AUTHENTICATE of BELPIC with the card's own key, over 20 bytes
    piv_general_authenticate,  ///< GENERAL AUTHENTICATE with a challenge (SP 800-73-4 part 2, 3.2.4)
};

/// Departures of cards from the standards, as many as are known and have code.
enum class Quirk : std::uint8_t {
    select_drops_login,   ///< SELECT of an AID forgets verified PINs
    select_needs_answer,  ///< SELECT of an AID without a request for file control information is refused
    pin_state_elsewhere,  ///< VERIFY does not tell the tries that are left, not even after a wrong PIN
};

/// How a file's end is found.
enum class Extent : std::uint8_t {
    object,  ///< it holds one data object, whose header tells
    end,     ///< the card says 6282 or 6B00
};

/// What the content of a file is.
enum class Encoding : std::uint8_t {
    opaque,
    x509,        ///< one certificate, DER
    piv_x509,    ///< one certificate in the objects 70, 71 and FE of SP 800-73-4
    cms,         ///< one SignedData, DER or BER
    ber_tlv,     ///< a run of data objects, ISO/IEC 7816-4, 6.3
    simple_tlv,  ///< a run of one-byte tags with one-byte lengths, FF going on in the next byte
    jpeg,
    piv_image,  ///< a face in CBEFF as SP 800-76-2 has it
};

/// What must have happened before a file may be read.
enum class Access : std::uint8_t { free, pin, provider };

/// What a value on the card says of holder or document.
enum class Meaning : std::uint8_t {
    national_code,
    name,  ///< whole
    family_name,
    given_names,
    birth_date,
    sex,
    nationality,
    card_serial,
    document_number,
    authority,
    issued,
    expires,
};

/// How dates are written in a file.
enum class DateForm : std::uint8_t {
    iso,        ///< YYYYMMDD or YYYY-MM-DD
    day_first,  ///< DD.MM.YYYY, DD/MM/YYYY or "DD MMM YYYY" with a month's name in a language of Belgium
};

struct File {
    std::string name;                 ///< unique within the profile
    std::string application;          ///< by name
    std::vector<std::uint16_t> path;  ///< identifiers; 3F00 first when it starts at the master file; empty: an object
    std::uint32_t object = 0;         ///< tag for GET DATA, when there is no path
    Encoding encoding = Encoding::opaque;
    Extent extent = Extent::object;
    Access access = Access::free;
    std::string pin;                          ///< by name, with Access::pin
    std::size_t max_bytes = 0;                ///< more is refused
    bool optional = false;                    ///< a card without it is whole
    bool trim_zeros = false;                  ///< zeros behind the content do not belong to it
    std::map<Meaning, std::uint32_t> fields;  ///< by tag, for the two TLV encodings
    DateForm dates = DateForm::iso;

    friend bool operator==(const File&, const File&) = default;
};

struct Application {
    std::string name;
    Bytes aid;                    ///< 5 to 16 bytes
    bool recognises = true;       ///< whether a card that has it is one of this profile
    bool paths_in_steps = false;  ///< SELECT takes one identifier at a time
    std::vector<std::string> files;

    friend bool operator==(const Application&, const Application&) = default;
};

struct SignedFile {
    std::string name;  ///< of the check signed_file.NAME
    std::vector<std::string>
        covers;                  ///< files whose contents, one after the other, were signed; one alone for the others
    std::string signature;       ///< file with the signature; or
    bool cms = false;            ///< the file is itself a SignedData; or
    std::string hash_in;         ///< signed file that holds the hash, under
    std::uint32_t hash_tag = 0;  ///< this tag
    std::string certificate;     ///< by name, of the key that made `signature`

    friend bool operator==(const SignedFile&, const SignedFile&) = default;
};

struct Certificate {
    std::string name;
    std::string file;
    bool issuer = false;  ///< of the others on the card: helps to build paths, and proves nothing by itself
    std::map<Meaning, std::string> carries;  ///< attribute of the subject (dotted identifier) that a deployment trusts

    friend bool operator==(const Certificate&, const Certificate&) = default;
};

enum class PinFormat : std::uint8_t {
    ascii,
    bcd,
    iso_9564,  ///< format 2: a byte 2N, digits, padding FF
};

struct Unblocking {
    std::uint8_t shortest = 0;  ///< characters of the PUK
    std::uint8_t longest = 0;
    std::uint8_t block = 0;    ///< bytes
    bool with_new_pin = true;  ///< RESET RETRY COUNTER carries the new PIN

    friend bool operator==(const Unblocking&, const Unblocking&) = default;
};

struct Pin {
    std::string name;
    std::string application;
    std::uint8_t reference = 0;  ///< P2 of VERIFY
    PinFormat format = PinFormat::ascii;
    std::uint8_t shortest = 0;  ///< characters
    std::uint8_t longest = 0;
    std::uint8_t block = 0;  ///< bytes; 0: as long as what is typed
    std::uint8_t padding = 0xFF;
    bool empty_verify_queries = false;  ///< VERIFY without data tells the tries that are left, and costs none
    bool holder = false;                ///< this is the one that the holder is asked for
    bool can_change = false;
    bool transport = false;  ///< a fresh card has a transport PIN, which the holder changes before anything needs it
    std::optional<Unblocking> unblocking;

    friend bool operator==(const Pin&, const Pin&) = default;
};

/// A finger that the card compares by itself, see apdu/access/fingerprint.h.
struct Fingerprint {
    std::string application;
    std::uint8_t reference = 0;  ///< P2 of VERIFY
    std::uint8_t least = 0;      ///< minutiae, where the card does not tell
    std::uint8_t most = 0;
    bool information = false;           ///< the card tells by biometric information templates
    bool empty_verify_queries = false;  ///< VERIFY without data tells the tries that are left, and costs none

    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

struct Proof {
    ChipProof method = ChipProof::none;
    std::string application;
    std::string certificate;                ///< by name; or
    std::string public_key;                 ///< a signed file that is a SubjectPublicKeyInfo, by name
    std::optional<std::uint8_t> key;        ///< key reference
    std::optional<std::uint8_t> algorithm;  ///< algorithm reference of the card
    std::string pin;                        ///< by name, when the key asks for one

    friend bool operator==(const Proof&, const Proof&) = default;
};

struct Profile {
    /// What even cards that tell nothing of themselves take: the offset of READ BINARY has 15 bits, Le one byte.
    static constexpr std::size_t kLargestFile = 0x8000;
    static constexpr std::size_t kLargestResponse = 256;

    std::string name;
    std::string title;
    bool confirmed = false;  ///< stands in normative text, or was seen on hardware
    std::string origin;      ///< "built-in", or the file that it was read from
    std::string source;      ///< where the facts come from
    Layout layout = Layout::files;
    std::string country;              ///< issuing state as in an MRZ, up to three letters; empty when many issue it
    unsigned order = 100;             ///< where neither ATR nor EF.DIR tells: the smaller is tried earlier
    std::vector<Bytes> atrs;          ///< hints for the order of attempts, never a proof
    std::vector<std::string> before;  ///< profiles that this one is a special case of
    std::vector<Quirk> quirks;
    std::size_t read_limit = 0;  ///< bytes of one READ BINARY; 0: what the channel takes
    std::size_t largest_file = kLargestFile;
    std::vector<Application> applications;
    std::vector<File> files;
    std::vector<SignedFile> signed_files;
    std::vector<Certificate> certificates;
    /// What the certificates that a card itself lists carry, for Layout::pkcs15.
    std::map<Meaning, std::string> carries;
    /// Whether VERIFY without data is a query for the PINs that a card itself lists, for Layout::pkcs15.
    bool empty_verify_queries = false;
    std::vector<Pin> pins;
    std::optional<Fingerprint> fingerprint;
    std::vector<Proof> proofs;  ///< the first whose key is on the card is the one that counts

    bool has(Quirk quirk) const;
    const Application* application(std::string_view name) const;
    const File* file(std::string_view name) const;
    const Certificate* certificate(std::string_view name) const;
    const SignedFile* signed_file(std::string_view name) const;
    const Pin* pin(std::string_view name) const;
    const Pin* holder_pin() const;  ///< null when the holder has none

    friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace tahvil::profiles
