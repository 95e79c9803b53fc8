#include "apdu/emulator/pkcs15_card.h"

#include <algorithm>
#include <utility>

#include "apdu/emulator/card_signature.h"
#include "apdu/emulator/pins.h"
#include "apdu/emulator/pkcs15_files.h"

namespace tahvil::emulator {

namespace {

using trust::KeyUsage;

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kDirectoryFile = 0x2F00;
constexpr std::uint8_t kDirectoryShort = 0x1E;  // ISO/IEC 7816-4, 12.2.2.1
constexpr std::uint16_t kApplication = 0x5015;
constexpr std::uint16_t kObjectDirectory = 0x5031;
constexpr std::uint16_t kCardInfo = 0x5032;
constexpr std::uint16_t kCertificateDirectory = 0x4401;
constexpr std::uint16_t kPrivateKeyDirectory = 0x4402;
constexpr std::uint16_t kAuthenticationDirectory = 0x4403;
constexpr std::uint16_t kIssuerCertificate = 0x4503;
constexpr std::uint8_t kIssuer = 3;  // identifier, after those of the two keys
constexpr unsigned kRsaBits = 2048;

Bytes path(std::initializer_list<std::uint16_t> files) {
    Bytes bytes;
    for (const std::uint16_t file : files) append(bytes, to_big_endian(file, 2));
    return bytes;
}

/// One of the two keys, with its certificate and PIN.
struct Role {
    std::string_view label;
    std::uint8_t identifier = 0;  ///< of key and certificate
    std::uint8_t key_reference = 0;
    CardSignature::Uses uses = CardSignature::Uses::both;
    Bytes certificate_path;  ///< from the application's DF
    std::uint8_t pin_identifier = 0;
    KeyUsage usage{};
};

struct Layout {
    ByteView aid;
    Bytes base;                          ///< of the paths in the directories, empty for paths from the application's DF
    std::vector<pkcs15::PinEntry> pins;  ///< by identifier, from 1
};

/// Adds a file below a DF that is there or made now.
void add_file(DedicatedFile& application, ByteView from_application, Bytes content) {
    DedicatedFile* place = &application;
    for (; from_application.size() > 2; from_application = from_application.subspan(2)) {
        const auto identifier = static_cast<std::uint16_t>(from_big_endian(from_application.first(2)));
        auto& below = place->directories;
        const auto found = std::ranges::find(below, identifier, &DedicatedFile::identifier);
        place = found == below.end() ? &below.emplace_back() : &*found;
        place->identifier = identifier;
    }
    place->files.push_back(
        {static_cast<std::uint16_t>(from_big_endian(from_application)), 0, std::move(content), right::none});
}

NationalCard make_card(const CardMaker& maker, const Layout& layout, const std::vector<Role>& roles,
                       const std::vector<PrivateKey>& shown, std::vector<Pin> pins) {
    using pkcs15::Directory;
    DedicatedFile application;
    application.identifier = kApplication;
    application.name = to_bytes(layout.aid);
    const auto full = [&](ByteView from_application) { return concat({layout.base, from_application}); };
    std::map<std::string, Bytes> values;
    std::vector<CardSignature::Key> keys;
    Bytes certificates;
    Bytes private_keys;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        const Role& role = roles[i];
        auto pair = maker.certify(shown[i], role.label, {role.usage});
        append(certificates,
               pkcs15::certificate_entry(role.label, role.identifier, false, full(role.certificate_path)));
        append(private_keys, pkcs15::private_key_entry({.label = role.label,
                                                        .identifier = role.identifier,
                                                        .key_reference = role.key_reference,
                                                        .authentication = role.pin_identifier,
                                                        .non_repudiation = role.usage == KeyUsage::content_commitment},
                                                       shown[i].public_key(), layout.base));
        add_file(application, role.certificate_path, pair.certificate);
        values[std::string(role.label)] = std::move(pair.certificate);
        const pkcs15::PinEntry& pin = layout.pins.at(role.pin_identifier - 1U);
        keys.push_back({role.key_reference, std::move(pair.in_chip), right::pin(pin.reference), role.uses});
    }
    const Bytes issuer = maker.pki().issuing_authority.certificate;
    append(certificates, pkcs15::certificate_entry("issuer", kIssuer, true, full(path({kIssuerCertificate}))));
    add_file(application, path({kIssuerCertificate}), issuer);
    values["issuer"] = issuer;
    Bytes passwords;
    for (const pkcs15::PinEntry& pin : layout.pins) append(passwords, pkcs15::pin_entry(pin));

    add_file(
        application, path({kObjectDirectory}),
        concat({pkcs15::directory_pointer(Directory::private_keys, full(path({kPrivateKeyDirectory}))),
                pkcs15::directory_pointer(Directory::certificates, full(path({kCertificateDirectory}))),
                pkcs15::directory_pointer(Directory::authentication_objects, full(path({kAuthenticationDirectory})))}));
    add_file(application, path({kCardInfo}),
             pkcs15::card_info(as_bytes(maker.person().document_number), "Tahvil", "SPECIMEN identity card"));
    add_file(application, path({kPrivateKeyDirectory}), private_keys);
    add_file(application, path({kCertificateDirectory}), certificates);
    add_file(application, path({kAuthenticationDirectory}), passwords);

    DedicatedFile master_file;
    master_file.identifier = kMasterFile;
    master_file.files.push_back(
        {kDirectoryFile, kDirectoryShort,
         pkcs15::application_template(layout.aid, "SPECIMEN", path({kMasterFile, kApplication})), right::none});
    master_file.directories.push_back(std::move(application));
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<Pins>(std::move(pins)));
    functions.push_back(std::make_unique<CardSignature>(std::move(keys)));
    return maker.finish(std::move(master_file), std::move(functions), std::move(values));
}

}  // namespace

NationalCard personalise_pkcs15(const Person& person, const NationalPki& pki, const NationalCardOptions& options,
                                trust::Time now, const RandomSource& random) {
    constexpr std::uint8_t kPin = 0x81;
    constexpr std::size_t kSize = 8;
    constexpr std::uint8_t kFiller = 0xFF;
    using Uses = CardSignature::Uses;
    const CardMaker maker(person, pki, options, now, random);
    const Bytes base = path({kMasterFile, kApplication});
    const Layout layout{
        kPkcs15Application,
        base,
        {{.label = "PIN", .identifier = 1, .reference = kPin, .stored = kSize, .filler = kFiller, .path = base}}};
    std::vector<Pin> pins;
    pins.push_back({.reference = kPin,
                    .block = ascii_pin(options.pin, kSize, kFiller),
                    .transport = options.transport_pin,
                    .unblocking = ascii_pin(options.puk, kSize, kFiller)});
    return make_card(maker, layout,
                     {{"authentication", 1, 1, Uses::both, path({0x4501}), 1, KeyUsage::digital_signature},
                      {"signature", 2, 2, Uses::both, path({0x4502}), 1, KeyUsage::content_commitment}},
                     {maker.new_ec_key(Curve::secp256r1), PrivateKey::generate_rsa(kRsaBits)}, std::move(pins));
}

NationalCard personalise_ias_ecc(const Person& person, const NationalPki& pki, const NationalCardOptions& options,
                                 trust::Time now, const RandomSource& random) {
    constexpr std::uint8_t kPin1 = 0x81;
    constexpr std::uint8_t kPin2 = 0x85;
    constexpr std::size_t kSize = 12;
    constexpr std::uint8_t kFiller = 0x00;
    using Uses = CardSignature::Uses;
    const CardMaker maker(person, pki, options, now, random);
    const Layout layout{
        kIasEccApplication,
        {},
        {{.label = "PIN1", .identifier = 1, .reference = kPin1, .stored = kSize, .filler = kFiller, .path = {}},
         {.label = "PIN2", .identifier = 2, .reference = kPin2, .stored = kSize, .filler = kFiller, .path = {}}}};
    std::vector<Pin> pins;
    for (const auto& [reference, digits] : {std::pair{kPin1, options.pin}, {kPin2, options.pin + "0"}})
        pins.push_back({.reference = reference,
                        .block = ascii_pin(digits, kSize, kFiller),
                        .transport = options.transport_pin,
                        .unblocking = ascii_pin(options.puk, kSize, kFiller)});
    return make_card(
        maker, layout,
        {{"authentication", 1, 0x81, Uses::authentication, path({0xADF1, 0x3401}), 1, KeyUsage::digital_signature},
         {"signature", 2, 0x9F, Uses::signature, path({0xADF2, 0x341F}), 2, KeyUsage::content_commitment}},
        {maker.new_ec_key(Curve::secp384r1), maker.new_ec_key(Curve::secp384r1)}, std::move(pins));
}

}  // namespace tahvil::emulator
