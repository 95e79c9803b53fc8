#include "apdu/emulator/piv_card.h"

#include <utility>

#include "apdu/emulator/pins.h"
#include "apdu/emulator/piv_application.h"
#include "apdu/emulator/piv_objects.h"

namespace tahvil::emulator {

namespace {

using trust::KeyUsage;

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::size_t kPinSize = 8;
constexpr std::uint8_t kPinFiller = 0xFF;
constexpr unsigned kRsaBits = 2048;
constexpr std::uint8_t kRsa2048 = 0x07;
constexpr std::uint8_t kP256 = 0x11;

// Part 1, table 3.
namespace tag {
constexpr std::uint32_t discovery = 0x7E;
constexpr std::uint32_t card_authentication = 0x5FC101;
constexpr std::uint32_t unique_identifier = 0x5FC102;
constexpr std::uint32_t authentication = 0x5FC105;
constexpr std::uint32_t security_object = 0x5FC106;
constexpr std::uint32_t capability_container = 0x5FC107;
constexpr std::uint32_t facial_image = 0x5FC108;
constexpr std::uint32_t printed_information = 0x5FC109;
constexpr std::uint32_t signature = 0x5FC10A;
constexpr std::uint32_t key_management = 0x5FC10B;
}  // namespace tag
constexpr std::uint16_t kUniqueIdentifierContainer = 0x3000;
constexpr std::uint16_t kPrintedInformationContainer = 0x3001;
constexpr std::uint16_t kFacialImageContainer = 0x6030;

}  // namespace

NationalCard personalise_piv(const Person& person, const NationalPki& pki, const NationalCardOptions& options,
                             trust::Time now, const RandomSource& random) {
    const CardMaker maker(person, pki, options, now, random);
    const piv::CardNumbers numbers = piv::draw_numbers(maker.person(), random);
    const auto signer = maker.pki().object_signer("SPECIMEN Content Signer", maker.new_ec_key(Curve::secp256r1),
                                                  maker.validity(), {piv::content_signing()});
    const Rights holder = right::pin(kPivPin);
    DedicatedFile application;
    application.name = to_bytes(kPivApplication);
    std::map<std::string, Bytes> values;
    const auto put = [&](std::uint32_t tag, Bytes content, Rights to_read = right::none) {
        values[to_hex(to_big_endian(tag, tag > 0xFF ? 3 : 1))] = content;
        application.data_objects[tag] = {std::move(content), to_read};
    };
    std::vector<PivApplication::Key> keys;
    const auto add_key = [&](std::uint8_t reference, std::uint8_t algorithm, std::uint32_t certificate_tag,
                             std::string_view purpose, KeyUsage usage, Rights to_use) {
        const PrivateKey key =
            algorithm == kRsa2048 ? PrivateKey::generate_rsa(kRsaBits) : maker.new_ec_key(Curve::secp256r1);
        auto pair = maker.certify(key, purpose, {usage}, {piv::alternative_name(numbers)});
        put(certificate_tag, piv::certificate_object(pair.certificate));
        values[to_hex(to_big_endian(reference, 1))] = std::move(pair.certificate);
        keys.push_back({reference, algorithm, std::move(pair.in_chip), to_use, usage == KeyUsage::content_commitment});
    };
    add_key(0x9A, kRsa2048, tag::authentication, "PIV authentication", KeyUsage::digital_signature, holder);
    add_key(0x9C, kP256, tag::signature, "signature", KeyUsage::content_commitment, holder);
    add_key(0x9D, kP256, tag::key_management, "key management", KeyUsage::key_agreement, holder);
    add_key(0x9E, kP256, tag::card_authentication, "card authentication", KeyUsage::digital_signature, right::none);

    put(tag::discovery, piv::discovery_object());
    put(tag::capability_container, piv::capability_container(numbers));
    put(tag::unique_identifier, piv::unique_identifier(numbers, maker.person().expiry_date, signer));
    put(tag::printed_information, piv::printed_information(maker.person()), holder);
    const Bytes facial_image = piv::facial_image(numbers, maker.validity(), maker.portrait(), signer);
    put(tag::security_object,
        piv::security_object(
            {{kPrintedInformationContainer, application.data_objects[tag::printed_information].content},
             {kFacialImageContainer, facial_image},
             {kUniqueIdentifierContainer, application.data_objects[tag::unique_identifier].content}},
            signer));
    put(tag::facial_image, maker.changed(facial_image), holder);

    DedicatedFile master_file;
    master_file.identifier = kMasterFile;
    master_file.directories.push_back(std::move(application));
    std::vector<Pin> pins;
    pins.push_back({.reference = kPivPin,
                    .block = ascii_pin(options.pin, kPinSize, kPinFiller),
                    .transport = options.transport_pin,
                    .unblocking = ascii_pin(options.puk, kPinSize, kPinFiller)});
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<PivApplication>(std::move(keys)));
    functions.push_back(std::make_unique<Pins>(std::move(pins)));
    return maker.finish(std::move(master_file), std::move(functions), std::move(values));
}

}  // namespace tahvil::emulator
