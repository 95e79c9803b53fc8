#include "apdu/emulator/irn_nid_card.h"

#include <utility>

#include "apdu/emulator/card_authentication.h"
#include "apdu/emulator/card_signature.h"
#include "apdu/emulator/fingers.h"
#include "apdu/emulator/lds_files.h"
#include "apdu/emulator/pins.h"
#include "apdu/tlv.h"

namespace tahvil::emulator {

namespace {

using trust::KeyUsage;

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kCertificate = 0x5040;
constexpr std::uint8_t kIdPin = 0x01;
constexpr std::uint8_t kSignPin = 0x02;
constexpr std::uint8_t kFinger = 0x21;
constexpr std::uint32_t kBiometricInformation = 0x7F61;
constexpr std::size_t kPinSize = 8;
constexpr std::uint8_t kPinFiller = 0xFF;
constexpr unsigned kRsaBits = 2048;
constexpr std::size_t kReadLimit = 0xF8;
constexpr std::uint32_t kProductionData = 0x9F7F;
constexpr std::uint32_t kChipType = 0x0101;
constexpr std::uint8_t kPinStates = 0x02;  // P2 of GET DATA 0102

/// What the card does in its own way.
class MavCommands final : public Function {
public:
    explicit MavCommands(const Pins& pins) : pins_(pins) {}

    std::optional<Response> answer(const Command& command, Session& session, Tally& /*tally*/) override {
        constexpr std::uint8_t kSelect = 0xA4;
        constexpr std::uint8_t kReadBinary = 0xB0;
        constexpr std::uint8_t kGetData = 0xCA;
        constexpr std::uint8_t kByName = 0x04;
        if (command.ins() == kSelect && command.p1() == kByName) {
            session.verified = right::none;
            session.secured = right::none;
        }
        if (command.ins() == kReadBinary) return read_binary(command, session);
        if (command.ins() == kGetData && command.p1() == 0x01 && command.p2() == kPinStates &&
            equal(session.selection.application(), kPinStatus))
            return Response{{state_byte(kIdPin), state_byte(kSignPin)}, sw::ok};
        return std::nullopt;
    }

private:
    std::uint8_t state_byte(std::uint8_t reference) const {
        switch (pins_.state(reference)) {
            case Pins::State::active:
                return 0x11;
            case Pins::State::inactive:
                return 0xF1;
            case Pins::State::blocked:
                break;
        }
        return 0xF2;
    }

    static std::optional<Response> read_binary(const Command& command, const Session& session) {
        if (command.expected() > kReadLimit) return status_only(sw::wrong_length);
        const ElementaryFile* const file = session.selection.file();
        // Under secure messaging 6Cxx would ask for the wrapped command again, whose counter is spent.
        if (file == nullptr || !session.may(file->to_read) || session.under_secure_messaging) return std::nullopt;
        const std::size_t offset = static_cast<std::size_t>(command.p1()) << 8U | command.p2();
        if (offset >= file->content.size()) return status_only(sw::wrong_offset);
        const std::size_t left = file->content.size() - offset;
        if (command.expected() > left) return status_only({static_cast<std::uint16_t>(0x6C00U | left)});
        return std::nullopt;
    }

    const Pins& pins_;
};

/// Big endian, as the dates are said to be.
Bytes utf16(std::string_view ascii) {
    Bytes text;
    for (const char c : ascii) append(text, Bytes{0x00, static_cast<std::uint8_t>(c)});
    return text;
}

Bytes write_dates(trust::Time issued, std::chrono::year_month_day expiry) {
    const std::string since = long_date(std::chrono::floor<std::chrono::days>(issued));
    return concat({tlv::encode(0xB2, utf16(since)), tlv::encode(0xB3, utf16(long_date(expiry)))});
}

Bytes write_personal_data(const Person& person) {
    const std::string birth_date = long_date(person.birth_date);
    return concat({tlv::encode(0x81, as_bytes(person.national_code)),
                   tlv::encode(0x82, as_bytes(person.persian_given_name)),
                   tlv::encode(0x83, as_bytes(person.persian_family_name)), tlv::encode(0x84, as_bytes(birth_date))});
}

DedicatedFile directory(std::uint16_t identifier, std::vector<ElementaryFile> files) {
    DedicatedFile made;
    made.identifier = identifier;
    made.files = std::move(files);
    return made;
}

DedicatedFile application(ByteView name, std::vector<DedicatedFile> directories) {
    DedicatedFile made;
    made.name = to_bytes(name);
    made.directories = std::move(directories);
    return made;
}

}  // namespace

NationalCard personalise_irn_nid(const Person& holder, const NationalPki& pki, const NationalCardOptions& options,
                                 trust::Time now, const RandomSource& random) {
    const CardMaker maker(holder, pki, options, now, random);
    const Person& person = maker.person();
    const auto authentication =
        maker.certify(PrivateKey::generate_rsa(kRsaBits), "authentication", {KeyUsage::digital_signature});
    const auto signing = maker.certify(PrivateKey::generate_rsa(kRsaBits), "signing", {KeyUsage::content_commitment});
    const auto registry =
        maker.pki().object_signer("SPECIMEN Data Signer", maker.new_ec_key(Curve::secp256r1), maker.validity());
    const Bytes chip = random_bytes(random, 8);
    const std::string serial = to_hex(chip);
    const Bytes personal_data = write_personal_data(person);
    const std::map<std::string, Bytes> files{
        {"0201", personal_data},
        {"0205", trust::sign_security_object({{1, personal_data}}, registry)},
        {"0302", tlv::encode(0xAD, from_hex("01"))},
        {"0303", write_dates(maker.validity().not_before, person.expiry_date)},
        {"0601", concat({tlv::encode(0x81, from_hex("01")), tlv::encode(0x82, from_hex("01"))})}};
    const auto file = [&](std::string_view name, Rights to_read) {
        return ElementaryFile{static_cast<std::uint16_t>(from_big_endian(from_hex(name))), 0,
                              files.at(std::string(name)), to_read};
    };

    DedicatedFile master_file;
    master_file.identifier = kMasterFile;
    master_file.directories = {
        application(kMavPki, {directory(0x5000, {{kCertificate, 0, authentication.certificate, right::none}}),
                              directory(0x5100, {{kCertificate, 0, signing.certificate, right::none}})}),
        application(kMavId, {directory(0x0200, {file("0201", right::mutual_authentication),
                                                file("0205", right::mutual_authentication)}),
                             directory(0x0300, {file("0302", right::none), file("0303", right::none)}),
                             directory(0x0600, {file("0601", right::none)})}),
        application(kMavCardManager, {}), application(kPinStatus, {})};
    // GlobalPlatform Card Specification, H.6: 42 bytes, the chip's own from the tenth on.
    Bytes production_data = from_hex("4790 5354 4D41 0000 0100");
    append(production_data, chip);
    production_data.resize(42);
    auto& manager = master_file.directories[2].data_objects;
    manager[kProductionData] = {tlv::encode(kProductionData, production_data), right::none};
    // How the real card does it is published nowhere: this one keeps to ISO/IEC 7816-11.
    master_file.directories[1].data_objects[kBiometricInformation] = {Fingers::information(kFinger), right::none};
    manager[kChipType] = {from_hex("0001"), right::none};

    std::vector<Pin> pin_list;
    for (const auto& [reference, digits] : {std::pair{kIdPin, options.pin}, {kSignPin, options.pin + "0"}})
        pin_list.push_back({.reference = reference,
                            .block = ascii_pin(digits, kPinSize, kPinFiller),
                            .transport = options.transport_pin,
                            .unblocking = {},  // no sequence that unblocks is public
                            .query_costs_a_try = true});
    auto pins = std::make_unique<Pins>(std::move(pin_list));
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<MavCommands>(*pins));
    functions.push_back(std::make_unique<CardAuthentication>(specimen_card_keys(options.issuer_key.view(), serial),
                                                             right::pin(kIdPin), random));
    functions.push_back(std::move(pins));
    functions.push_back(std::make_unique<CardSignature>(std::vector<CardSignature::Key>{
        {1, authentication.in_chip, right::pin(kIdPin)}, {2, signing.in_chip, right::pin(kSignPin)}}));
    const std::vector<Minutia> finger = draw_finger(random);
    functions.push_back(std::make_unique<Fingers>(Finger{kFinger, finger}));
    std::map<std::string, Bytes> values = files;
    values["finger"] = write_minutiae(seen_again(finger, random));  // as a sensor gives it
    values["authentication"] = authentication.certificate;
    values["signing"] = signing.certificate;
    values["serial"] = to_bytes(as_bytes(serial));
    return maker.finish(std::move(master_file), std::move(functions), std::move(values),
                        from_hex("3BDB97008131FE85801349524E7396715B91302F"));
}

}  // namespace tahvil::emulator
