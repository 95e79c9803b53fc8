#include "apdu/emulator/specimen.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "apdu/emulator/active_authentication.h"
#include "apdu/emulator/basic_access.h"
#include "apdu/emulator/chip_authentication.h"
#include "apdu/emulator/lds_files.h"
#include "apdu/emulator/pace.h"
#include "apdu/emulator/portrait.h"
#include "apdu/emulator/terminal_authentication.h"
#include "crypto/error.h"
#include "crypto/protocol/domain_parameters.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/signature.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kTrustPoints = 0x011C;  // EF.CVCA, in the application
constexpr std::uint8_t kTrustPointsShort = 0x1C;
constexpr std::size_t kFiller = 8;  // bytes that make an empty EF.DG3 and EF.DG4 of one card unlike another's
constexpr unsigned kActiveAuthenticationBits = 2048;
constexpr auto kActiveAuthenticationCurve = Curve::brainpool_p256r1;
constexpr auto kActiveAuthenticationDigest = DigestAlgorithm::sha256;

PrivateKey generate(const Group& group, const RandomSource& random) {
    return group.is_curve() ? PrivateKey::generate_ec(group.curve(), random) : PrivateKey::generate_dh(group, random);
}

std::optional<pace::Mapping> mapping_of(AccessProtocol access) {
    switch (access) {
        case AccessProtocol::pace_gm:
            return pace::Mapping::generic;
        case AccessProtocol::pace_im:
            return pace::Mapping::integrated;
        case AccessProtocol::pace_cam:
            return pace::Mapping::chip_authentication;
        default:
            return std::nullopt;
    }
}

/// One specimen in the making.
class Personalisation {
public:
    Personalisation(Person person, const SpecimenPki& pki, const SpecimenOptions& options, trust::Time now,
                    const RandomSource& random)
        : person_(std::move(person)),
          options_(options),
          now_(now),
          random_(random),
          group_(group_of(options.parameter_id)) {
        if (options.fault.fault == Fault::unknown_issuer) other_issuer_ = SpecimenPki::make(now);
        signer_ = other_issuer_ ? &other_issuer_->document_signer : &pki.document_signer;
        if (options.fault.fault == Fault::expired)
            person_.expiry_date = std::chrono::floor<std::chrono::days>(now) - std::chrono::days(30);
    }

    Specimen finish() {
        add_pace();
        add_basic_access();
        add_terminal_authentication();
        add_chip_proof();
        write_files();
        DedicatedFile master_file = file_tree();
        auto system = std::make_unique<OperatingSystem>(options_.link, std::move(master_file), std::move(functions_));
        Specimen specimen{nullptr, system.get(), person_, std::move(files_)};
        specimen.card = std::move(system);
        if (options_.fault.is_misbehaviour())
            specimen.card = std::make_unique<MisbehavingCard>(std::move(specimen.card), options_.fault, random_);
        return specimen;
    }

private:
    static Group group_of(int parameter_id) {
        const auto group = standardized_domain_parameters(parameter_id);
        if (!group) throw InvalidInput("input.parameter_id", "no standardized domain parameters of that number");
        return *group;
    }

    /// The private key that the card has for a public one that is signed: a clone has another.
    PrivateKey in_chip(const PrivateKey& key) const {
        if (options_.fault.fault != Fault::cloned && options_.fault.fault != Fault::unbound_key) return key;
        if (key.public_key().kind() == KeyKind::rsa) return PrivateKey::generate_rsa(kActiveAuthenticationBits);
        if (key.public_key().kind() == KeyKind::ec) return PrivateKey::generate_ec(key.public_key().curve(), random_);
        return generate(key.public_key().group(), random_);
    }

    static ChipAuthenticationPublicKeyInfo public_key_info(const PrivateKey& key, std::optional<int> identifier = {}) {
        const Group& group = key.public_key().group();
        return {chip_authentication::public_key_oid(group),
                encode_agreement_key(encode_explicitly(group), key.public_key()), identifier};
    }

    SecretBytes mrz() const {
        return mrz_information(person_.document_number, mrz::date(person_.birth_date), mrz::date(person_.expiry_date));
    }

    void add_pace() {
        PaceSettings settings;
        for (const AccessProtocol access : options_.access) {
            const auto mapping = mapping_of(access);
            if (!mapping) continue;
            const asn1::Oid protocol = pace::oid_of({group_.is_curve(), *mapping, options_.cipher});
            card_access_.pace.push_back({protocol, 2, options_.parameter_id});
            settings.domains.push_back({protocol, group_, options_.parameter_id});
            if (mapping == pace::Mapping::chip_authentication) {
                const PrivateKey key = generate(group_, random_);
                card_security_.chip_authentication_keys.push_back(public_key_info(key));
                settings.chip_authentication_key = in_chip(key);
            }
        }
        if (settings.domains.empty()) return;
        using pace::PasswordKind;
        settings.passwords.push_back(pace::Password::mrz(mrz().view()));
        for (const auto& [kind, digits] :
             {std::pair<PasswordKind, std::string_view>{PasswordKind::can, person_.card_access_number},
              {PasswordKind::pin, options_.pin},
              {PasswordKind::puk, options_.puk}})
            if (!digits.empty()) settings.passwords.push_back(pace::Password::typed(kind, as_bytes(digits)));
        if (options_.terminal_authority)
            settings.authority_references = {options_.terminal_authority->holder_reference};
        functions_.push_back(std::make_unique<Pace>(std::move(settings), random_));
    }

    void add_basic_access() {
        if (std::ranges::count(options_.access, AccessProtocol::bac) == 0) return;
        functions_.push_back(std::make_unique<BasicAccess>(lds::kApplication, mrz().view(), random_));
    }

    void add_terminal_authentication() {
        if (!options_.terminal_authority) return;
        const int version = options_.chip_authentication_version;
        data_group_14_.terminal_authentication.push_back({version, std::nullopt, std::nullopt});
        files_[lds::File::dg3] = write_empty_biometrics(lds::File::dg3, random_bytes(random_, kFiller));
        files_[lds::File::dg4] = write_empty_biometrics(lds::File::dg4, random_bytes(random_, kFiller));
        functions_.push_back(std::make_unique<TerminalAuthentication>(
            std::vector{cv::TrustedKey::trust_point(*options_.terminal_authority)},
            std::chrono::floor<std::chrono::days>(now_), version, person_.document_number, random_));
    }

    void add_chip_proof() {
        switch (options_.chip) {
            case ChipProof::none:
                return;
            case ChipProof::ca:
                return add_chip_authentication();
            case ChipProof::aa_rsa:
                return add_active_authentication(PrivateKey::generate_rsa(kActiveAuthenticationBits));
            case ChipProof::aa_ecdsa:
                return add_active_authentication(PrivateKey::generate_ec(kActiveAuthenticationCurve, random_));
        }
    }

    void add_chip_authentication() {
        const int version = options_.chip_authentication_version;
        SecurityInfos& infos = version == 1 ? data_group_14_ : card_security_;
        std::vector<ChipKeyOptions> wanted{{options_.cipher, options_.parameter_id}};
        wanted.insert(wanted.end(), options_.further_chip_keys.begin(), options_.further_chip_keys.end());
        std::vector<ChipAuthentication::Key> keys;
        for (const ChipKeyOptions& each : wanted) {
            const PrivateKey key = generate(group_of(each.parameter_id), random_);
            const asn1::Oid protocol = chip_authentication::oid_of({key.public_key().group().is_curve(), each.cipher});
            const std::optional<int> identifier =
                wanted.size() > 1 ? std::optional(static_cast<int>(keys.size()) + 1) : std::nullopt;
            infos.chip_authentication.push_back({protocol, version, identifier});
            infos.chip_authentication_keys.push_back(public_key_info(key, identifier));
            keys.push_back({in_chip(key), protocol, version, identifier});
            own_infos_.chip_authentication_keys.push_back(public_key_info(keys.back().key, identifier));
        }
        functions_.push_back(std::make_unique<ChipAuthentication>(std::move(keys), random_));
    }

    void add_active_authentication(const PrivateKey& key) {
        const PrivateKey own = in_chip(key);
        own_dg15_ = write_dg15(own.public_key().spki());
        files_[lds::File::dg15] = write_dg15(key.public_key().spki());
        if (key.public_key().kind() == KeyKind::ec) {
            const Bytes algorithm =
                encode(SignatureAlgorithm{SignatureScheme::ecdsa_plain, kActiveAuthenticationDigest});
            data_group_14_.active_authentication.push_back(
                {1, asn1::Cursor(algorithm).enter(asn1::Tag::sequence).read_oid()});
        }
        functions_.push_back(std::make_unique<ActiveAuthentication>(own, kActiveAuthenticationDigest, random_));
    }

    void write_files() {
        files_[lds::File::dg1] = write_dg1(person_);
        files_[lds::File::dg2] =
            write_dg2(options_.portrait.empty() ? draw_portrait(options_.portrait_size) : options_.portrait);
        files_[lds::File::dg11] = write_dg11(person_);
        // Doc 9303-11, 9.2: EF.DG14 says again, signed, what EF.CardAccess says.
        data_group_14_.pace = card_access_.pace;
        if (!(data_group_14_.pace.empty() && data_group_14_.chip_authentication.empty() &&
              data_group_14_.active_authentication.empty() && data_group_14_.terminal_authentication.empty()))
            files_[lds::File::dg14] = write_dg14(data_group_14_.encode());

        std::map<int, Bytes> signed_groups;
        std::vector<unsigned> present;
        for (const auto& [file, content] : files_)
            if (const auto number = lds::data_group_number(file)) {
                signed_groups[static_cast<int>(*number)] = content;
                present.push_back(*number);
            }
        trust::SecurityObjectOptions signing;
        signing.signing_time = now_;
        files_[lds::File::com] = write_com(present);
        files_[lds::File::security_object] = trust::sign_security_object(signed_groups, *signer_, signing);
        files_[lds::File::directory] = write_directory(lds::kApplication);
        if (!card_access_.pace.empty()) files_[lds::File::card_access] = card_access_.encode();
        if (!card_security_.chip_authentication_keys.empty()) {
            card_security_.pace = card_access_.pace;
            files_[lds::File::card_security] = trust::sign_card_security(card_security_.encode(), *signer_, signing);
        }
        if (options_.fault.fault == Fault::unbound_key) name_own_keys();
        if (options_.fault.fault == Fault::dg2_changed) {
            Bytes& face = files_[lds::File::dg2];
            face[face.size() / 2] ^= 0x20U;
        }
    }

    void name_own_keys() {
        if (!own_dg15_.empty()) files_[lds::File::dg15] = own_dg15_;
        if (own_infos_.chip_authentication_keys.empty()) return;
        data_group_14_.chip_authentication_keys = own_infos_.chip_authentication_keys;
        files_[lds::File::dg14] = write_dg14(data_group_14_.encode());
    }

    static Rights to_read(lds::File file) {
        switch (file) {
            case lds::File::card_access:
            case lds::File::directory:
                return right::none;
            case lds::File::dg3:
                return right::access | right::read_fingerprints;
            case lds::File::dg4:
                return right::access | right::read_iris;
            default:
                return right::access;
        }
    }

    DedicatedFile file_tree() const {
        DedicatedFile master_file;
        DedicatedFile application;
        master_file.identifier = kMasterFile;
        application.name = to_bytes(lds::kApplication);
        for (const auto& [file, content] : files_) {
            const lds::FileEntry& entry = lds::entry(file);
            DedicatedFile& place = entry.place == lds::Place::master_file ? master_file : application;
            place.files.push_back({entry.identifier, entry.short_identifier, content, to_read(file)});
        }
        if (options_.terminal_authority)
            application.files.push_back({kTrustPoints, kTrustPointsShort,
                                         write_trust_points({options_.terminal_authority->holder_reference}),
                                         right::access});
        master_file.directories.push_back(std::move(application));
        return master_file;
    }

    Person person_;
    const SpecimenOptions& options_;
    trust::Time now_;
    const RandomSource& random_;
    Group group_;
    std::optional<SpecimenPki> other_issuer_;
    const trust::CertifiedKey* signer_ = nullptr;

    SecurityInfos card_access_;
    SecurityInfos card_security_;
    SecurityInfos data_group_14_;
    SecurityInfos own_infos_;  ///< the keys that the chip has, of a card that names them
    Bytes own_dg15_;
    std::map<lds::File, Bytes> files_;
    std::vector<std::unique_ptr<Function>> functions_;
};

}  // namespace

AccessProtocol parse_access(std::string_view text) {
    if (text == "bac") return AccessProtocol::bac;
    if (text == "pace-gm") return AccessProtocol::pace_gm;
    if (text == "pace-im") return AccessProtocol::pace_im;
    if (text == "pace-cam") return AccessProtocol::pace_cam;
    throw InvalidInput("input.access", "an unknown access protocol", "One of bac, pace-gm, pace-im, pace-cam.");
}

ChipProof parse_chip_proof(std::string_view text) {
    if (text == "none") return ChipProof::none;
    if (text == "ca") return ChipProof::ca;
    if (text == "aa-rsa") return ChipProof::aa_rsa;
    if (text == "aa-ecdsa") return ChipProof::aa_ecdsa;
    throw InvalidInput("input.chip", "an unknown proof of a chip", "One of none, ca, aa-rsa, aa-ecdsa.");
}

Specimen personalise(const Person& person, const SpecimenPki& pki, const SpecimenOptions& options, trust::Time now,
                     const RandomSource& random) {
    return Personalisation(person, pki, options, now, random).finish();
}

}  // namespace tahvil::emulator
