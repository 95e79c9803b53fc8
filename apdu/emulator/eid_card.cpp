#include "apdu/emulator/eid_card.h"

#include <optional>
#include <utility>
#include <vector>

#include "apdu/applets/eid.h"
#include "apdu/applets/lds/file.h"
#include "apdu/emulator/chip_authentication.h"
#include "apdu/emulator/lds_files.h"
#include "apdu/emulator/pace.h"
#include "apdu/emulator/terminal_authentication.h"
#include "crypto/asn1.h"
#include "crypto/protocol/domain_parameters.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kFirstGroup = 0x0101;
constexpr int kParameters = 13;  // brainpoolP256r1
constexpr int kVersion = 2;
constexpr int kKeyIdentifier = 1;
constexpr auto kCipher = CipherAlgorithm::aes128;

/// TR-03110-4, 2.2.1: each group is one value under an application tag of its number.
Bytes group(unsigned number, ByteView value) {
    return asn1::element(static_cast<asn1::Tag>(0x60U + number), value);
}

Bytes date(std::chrono::year_month_day day) {
    return asn1::element(asn1::Tag::numeric_string, as_bytes(long_date(day)));
}

std::map<unsigned, Bytes> write_groups(const Person& person) {
    const std::string sex(1, person.sex == '<' ? ' ' : person.sex);
    return {{1, group(1, asn1::printable_string("ID"))},
            {2, group(2, asn1::printable_string(person.issuing_state))},
            {3, group(3, date(person.expiry_date))},
            {4, group(4, asn1::utf8_string(person.given_name))},
            {5, group(5, asn1::utf8_string(person.family_name))},
            {8, group(8, date(person.birth_date))},
            {10, group(10, asn1::printable_string(person.nationality))},
            {11, group(11, asn1::printable_string(sex))}};
}

}  // namespace

EidCard personalise_eid(const Person& person, const SpecimenPki& pki, const cv::Certificate& terminal_authority,
                        const EidOptions& options, trust::Time now, const RandomSource& random) {
    const Group domain = *standardized_domain_parameters(kParameters);
    const PrivateKey shown = PrivateKey::generate_ec(domain.curve(), random);
    const PrivateKey in_chip =
        options.fault.fault == Fault::cloned ? PrivateKey::generate_ec(domain.curve(), random) : shown;

    SecurityInfos infos;
    const asn1::Oid pace_protocol = pace::oid_of({true, pace::Mapping::generic, kCipher});
    const asn1::Oid chip_protocol = chip_authentication::oid_of({true, kCipher});
    infos.pace.push_back({pace_protocol, 2, kParameters});
    infos.terminal_authentication.push_back({kVersion, std::nullopt, std::nullopt});
    infos.chip_authentication.push_back({chip_protocol, kVersion, kKeyIdentifier});
    const Bytes card_access = infos.encode();
    infos.chip_authentication_keys.push_back(
        {chip_authentication::public_key_oid(domain),
         encode_agreement_key(encode_standardized(kParameters), shown.public_key()), kKeyIdentifier});
    const std::optional<SpecimenPki> stranger =
        options.fault.fault == Fault::unknown_issuer ? std::optional(SpecimenPki::make(now)) : std::nullopt;
    trust::SigningOptions signing;
    signing.signing_time = now;
    EidCard made;
    made.card_security =
        trust::sign_card_security(infos.encode(), (stranger ? *stranger : pki).document_signer, signing);
    made.data_groups = write_groups(person);

    DedicatedFile application;
    application.name = to_bytes(eid::kApplication);
    for (const auto& [number, content] : made.data_groups)
        application.files.push_back({static_cast<std::uint16_t>(kFirstGroup + number - 1),
                                     static_cast<std::uint8_t>(number), content,
                                     right::access | right::terminal | right::chip | right::read_eid_group(number)});
    DedicatedFile master_file;
    master_file.identifier = kMasterFile;
    const auto add = [&](lds::File file, Bytes content, Rights to_read) {
        const lds::FileEntry& entry = lds::entry(file);
        master_file.files.push_back({entry.identifier, entry.short_identifier, std::move(content), to_read});
    };
    add(lds::File::card_access, card_access, right::none);
    add(lds::File::card_security, made.card_security, right::access | right::terminal);
    add(lds::File::directory, write_directory(eid::kApplication), right::none);
    master_file.directories.push_back(std::move(application));

    using pace::Password;
    using pace::PasswordKind;
    PaceSettings settings;
    settings.domains.push_back({pace_protocol, domain, kParameters});
    settings.passwords = {Password::typed(PasswordKind::can, as_bytes(person.card_access_number)),
                          Password::typed(PasswordKind::pin, as_bytes(options.pin)),
                          Password::typed(PasswordKind::puk, as_bytes(options.puk))};
    settings.authority_references = {terminal_authority.holder_reference};
    std::vector<ChipAuthentication::Key> keys;
    keys.push_back({in_chip, chip_protocol, kVersion, kKeyIdentifier});
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<Pace>(std::move(settings), random));
    functions.push_back(std::make_unique<TerminalAuthentication>(
        std::vector{cv::TrustedKey::trust_point(terminal_authority)}, std::chrono::floor<std::chrono::days>(now),
        kVersion, person.document_number, random));
    functions.push_back(std::make_unique<ChipAuthentication>(std::move(keys), random));

    auto system = std::make_unique<OperatingSystem>(options.link, std::move(master_file), std::move(functions));
    made.system = system.get();
    made.card = std::move(system);
    if (options.fault.is_misbehaviour())
        made.card = std::make_unique<MisbehavingCard>(std::move(made.card), options.fault, random);
    return made;
}

}  // namespace tahvil::emulator
