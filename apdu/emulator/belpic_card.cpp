#include "apdu/emulator/belpic_card.h"

#include <algorithm>
#include <utility>

#include "apdu/emulator/belpic_commands.h"
#include "apdu/emulator/pins.h"
#include "apdu/emulator/pkcs15_files.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

using trust::KeyUsage;

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint8_t kPin = 0x01;
constexpr unsigned kRsaBits = 2048;
constexpr std::size_t kChipNumberSize = 16;
constexpr std::size_t kAddressSize = 117;  // of the file; what is not used is zero

/// Tag, length, value: the card content's own simple form.
Bytes field(std::uint8_t tag, ByteView value) {
    if (value.size() >= 0xFF) throw InvalidInput("input.person", "a text that is too long for the card");
    return concat({Bytes{tag, static_cast<std::uint8_t>(value.size())}, value});
}

Bytes field(std::uint8_t tag, std::string_view text) {
    return field(tag, as_bytes(text));
}

std::string two_digits(unsigned number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

std::string dotted(std::chrono::year_month_day day) {
    return two_digits(static_cast<unsigned>(day.day())) + "." + two_digits(static_cast<unsigned>(day.month())) + "." +
           std::to_string(static_cast<int>(day.year()));
}

/// With the month as the Dutch cards spell it.
std::string with_month_name(std::chrono::year_month_day day) {
    static constexpr std::array<std::string_view, 12> months{"JAN", "FEB", "MAAR", "APR", "MEI", "JUN",
                                                             "JUL", "AUG", "SEP",  "OKT", "NOV", "DEC"};
    return two_digits(static_cast<unsigned>(day.day())) + " " +
           std::string(months.at(static_cast<unsigned>(day.month()) - 1)) + " " +
           std::to_string(static_cast<int>(day.year()));
}

Bytes write_identity(const Person& person, trust::Time issued, ByteView chip_number, ByteView photo_hash,
                     ByteView basic_key_hash) {
    const auto since = std::chrono::floor<std::chrono::days>(issued);
    const std::string_view sex = person.sex == 'M' ? "M" : person.sex == 'F' ? "V" : "X";
    return concat({field(0x00, "\x04"), field(0x01, person.document_number), field(0x02, chip_number),
                   field(0x03, dotted(since)), field(0x04, dotted(person.expiry_date)), field(0x05, "Specimen"),
                   field(0x06, person.national_code), field(0x07, person.family_name), field(0x08, person.given_name),
                   field(0x09, ""), field(0x0A, person.nationality), field(0x0B, "Specimen"),
                   field(0x0C, with_month_name(person.birth_date)), field(0x0D, sex), field(0x0E, ""), field(0x0F, "1"),
                   field(0x10, "0"), field(0x11, photo_hash), field(0x1A, basic_key_hash)});
}

Bytes write_address() {
    Bytes address = concat({field(0x01, "Specimen street 1"), field(0x02, "1000"), field(0x03, "Specimen")});
    address.resize(kAddressSize);
    return address;
}

/// What a signature is over: the file without the zeros at its end.
ByteView trimmed(ByteView file) {
    while (!file.empty() && file.back() == 0) file = file.first(file.size() - 1);
    return file;
}

Bytes directories() {
    using pkcs15::Directory;
    const auto pointer = [](Directory directory, std::string_view path) {
        return pkcs15::directory_pointer(directory, from_hex(path));
    };
    return concat({pointer(Directory::private_keys, "3F00DF005035"), pointer(Directory::certificates, "3F00DF005037"),
                   pointer(Directory::authentication_objects, "3F00DF005034")});
}

}  // namespace

NationalCard personalise_belpic(const Person& holder, const NationalPki& pki, const NationalCardOptions& options,
                                trust::Time now, const RandomSource& random) {
    const CardMaker maker(holder, pki, options, now, random);
    const Person& person = maker.person();
    const auto sha256 = [](ByteView bytes) { return digest(DigestAlgorithm::sha256, bytes); };
    const trust::CertifiedKey registry =
        maker.pki().object_signer("SPECIMEN National Registry", PrivateKey::generate_rsa(kRsaBits), maker.validity());
    const auto signed_by_registry = [&](std::initializer_list<ByteView> parts) {
        return sign(registry.key, trust::default_algorithm(registry.key.public_key()), concat(parts));
    };
    const PrivateKey basic = PrivateKey::generate_rsa(kRsaBits);
    const auto authentication =
        maker.certify(PrivateKey::generate_rsa(kRsaBits), "Authentication", {KeyUsage::digital_signature});
    const auto signature =
        maker.certify(PrivateKey::generate_rsa(kRsaBits), "Signature", {KeyUsage::content_commitment});

    const Bytes chip_number = random_bytes(random, kChipNumberSize);
    const Bytes photo = maker.portrait();
    const Bytes basic_key = basic.public_key().spki();
    const Bytes identity =
        write_identity(person, maker.validity().not_before, chip_number, sha256(photo), sha256(basic_key));
    const Bytes identity_signature = signed_by_registry({identity});
    const Bytes address = write_address();
    // The address is bound to the person by the signature over the identity.
    const Bytes address_signature = signed_by_registry({trimmed(address), identity_signature});

    std::map<std::string, Bytes> values{{"authentication", authentication.certificate},
                                        {"signature", signature.certificate},
                                        {"registry", registry.certificate}};
    DedicatedFile identity_directory;
    identity_directory.identifier = 0xDF01;
    for (const auto& [identifier, content] : {std::pair<std::uint16_t, Bytes>{0x4031, identity},
                                              {0x4032, identity_signature},
                                              {0x4033, address},
                                              {0x4034, address_signature},
                                              {0x4035, maker.changed(photo)},
                                              {0x4040, basic_key}}) {
        values[to_hex(to_big_endian(identifier, 2))] = content;
        identity_directory.files.push_back({identifier, 0, content, right::none});
    }
    DedicatedFile belpic_directory;
    belpic_directory.identifier = 0xDF00;
    belpic_directory.name = to_bytes(kBelpicApplication);
    const auto certificate_of = [](std::string_view label, std::uint8_t identifier, bool authority,
                                   std::string_view path) {
        return pkcs15::certificate_entry(label, identifier, authority, from_hex(path));
    };
    const auto key_of = [](std::string_view label, std::uint8_t identifier, std::uint8_t reference,
                           bool non_repudiation, const Bytes& certificate) {
        return pkcs15::private_key_entry({.label = label,
                                          .identifier = identifier,
                                          .key_reference = reference,
                                          .authentication = 1,
                                          .non_repudiation = non_repudiation},
                                         trust::Certificate::parse(certificate).public_key(), from_hex("3F00DF00"));
    };
    const Bytes place = from_hex("3F00DF00");
    for (const auto& [identifier, content] :
         {std::pair<std::uint16_t, Bytes>{0x5031, directories()},
          {0x5032, pkcs15::card_info(chip_number, "Tahvil", "BELPIC")},
          {0x5034,
           pkcs15::pin_entry(
               {.label = "Basic PIN", .identifier = 1, .reference = kPin, .stored = 8, .filler = 0xFF, .path = place})},
          {0x5035,
           concat({key_of("Authentication", 2, BelpicCommands::kAuthenticationKey, false, authentication.certificate),
                   key_of("Signature", 3, BelpicCommands::kSignatureKey, true, signature.certificate)})},
          {0x5037,
           concat({certificate_of("Authentication", 2, false, "3F00DF005038"),
                   certificate_of("Signature", 3, false, "3F00DF005039"), certificate_of("CA", 4, true, "3F00DF00503A"),
                   certificate_of("Root", 6, true, "3F00DF00503B")})},
          {0x5038, authentication.certificate},
          {0x5039, signature.certificate},
          {0x503A, maker.pki().issuing_authority.certificate},
          {0x503B, maker.pki().root.certificate},
          {0x503C, registry.certificate}})
        belpic_directory.files.push_back({identifier, 0, content, right::none});

    DedicatedFile master_file;
    master_file.identifier = kMasterFile;
    master_file.files.push_back(
        {0x2F00, 0, pkcs15::application_template(kBelpicApplication, "BELPIC", place), right::none});
    master_file.directories.push_back(std::move(belpic_directory));
    master_file.directories.push_back(std::move(identity_directory));

    std::vector<Pin> pins;
    pins.push_back({.reference = kPin,
                    .block = iso_9564_pin(options.pin),
                    .transport = options.transport_pin,
                    .unblocking = iso_9564_pin(options.puk),
                    .query_costs_a_try = true});
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<BelpicCommands>(
        BelpicCommands::Keys{maker.in_chip(basic), authentication.in_chip, signature.in_chip}, right::pin(kPin),
        concat({chip_number, from_hex("A5 03 01 01 01 11 00 02 00 01 01 0F")})));
    functions.push_back(std::make_unique<Pins>(std::move(pins)));
    return maker.finish(std::move(master_file), std::move(functions), std::move(values));
}

SecretBytes iso_9564_pin(std::string_view digits) {
    constexpr std::size_t kSize = 8;
    if (digits.size() < 4 || digits.size() > 12 || digits.find_first_not_of("0123456789") != std::string_view::npos)
        throw InvalidInput("input.pin", "a PIN that is not of 4 to 12 digits");
    SecretBytes block(kSize);
    std::ranges::fill(block.writable(), 0xFF);
    block.writable()[0] = static_cast<std::uint8_t>(0x20U | digits.size());
    for (std::size_t i = 0; i < digits.size(); ++i) {
        std::uint8_t& byte = block.writable()[1 + i / 2];
        const auto digit = static_cast<unsigned>(digits[i] - '0');
        byte = i % 2 == 0 ? static_cast<std::uint8_t>(digit << 4U | 0x0FU)
                          : static_cast<std::uint8_t>((byte & 0xF0U) | digit);
    }
    return block;
}

}  // namespace tahvil::emulator
