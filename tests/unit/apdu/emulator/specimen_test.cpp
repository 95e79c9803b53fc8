#include "apdu/emulator/specimen.h"

#include <gtest/gtest.h>

#include "apdu/access/active_authentication.h"
#include "apdu/access/bac.h"
#include "apdu/access/chip_authentication.h"
#include "apdu/access/pace.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "apdu/tlv.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/protocol/terminal_authentication.h"
#include "crypto/trust/passive_authentication.h"

namespace tahvil::emulator {
namespace {

using namespace std::chrono_literals;

const trust::Time kNow = std::chrono::sys_days(2026y / 11 / 22) + 9h;

const SpecimenPki& issuer() {
    static const SpecimenPki pki = SpecimenPki::make(kNow);
    return pki;
}

Specimen make(const SpecimenOptions& options = {}) {
    return personalise(specimen_person(2026y / 11 / 22), issuer(), options, kNow);
}

/// What a terminal does with a specimen, step by step.
class Visit {
public:
    explicit Visit(const Specimen& specimen) : specimen_(specimen), wire_(*specimen.card), channel_(wire_) {
        const Bytes atr = specimen.card->atr();
        channel_.set_capabilities(Atr::parse(atr).capabilities());
    }

    void open_by_pace(const pace::Password& password, std::size_t offer = 0) {
        const auto infos = SecurityInfos::parse(read_file(channel_, file(lds::File::card_access)));
        auto established = pace::establish(channel_, pace::offers(infos).at(offer), password);
        secure_ = std::make_unique<SecureMessaging>(channel_, established.keys);
        pace_ = std::move(established);
    }
    void open_by_pace() {
        open_by_pace(pace::Password::typed(pace::PasswordKind::can, as_bytes(specimen_.person.card_access_number)));
    }
    void open_by_bac(std::string_view document_number) {
        select(channel_);
        const auto keys =
            bac::AccessKeys::derive(mrz_information(document_number, mrz::date(specimen_.person.birth_date),
                                                    mrz::date(specimen_.person.expiry_date))
                                        .view());
        secure_ = std::make_unique<SecureMessaging>(channel_, bac::establish(channel_, keys));
    }
    void select() { select(*secure_); }
    Bytes read(lds::File which) { return read_file(*secure_, file(which)); }
    Bytes read(FileIdentifier which, FileExtent extent) { return read_file(*secure_, which, {.extent = extent}); }

    /// Doc 9303-11, 6.2: whether the chip goes on under the new keys.
    bool chip_is_authentic() {
        const Bytes dg14 = read(lds::File::dg14);
        const auto offers = chip_authentication::offers(SecurityInfos::parse(lds::parse_dg14(dg14)), 1);
        chip_authentication::authenticate(*secure_, offers.at(0));
        try {
            read(lds::File::com);
            return true;
        } catch (const ProtocolViolation&) {
            return false;
        }
    }
    bool chip_signs() {
        const Bytes dg15 = read(lds::File::dg15);
        return active_authentication::authenticate(*secure_, PublicKey::from_spki(lds::parse_dg15(dg15))).has_value();
    }

    CardChannel& plain() { return channel_; }
    SecureMessaging& secure() { return *secure_; }
    const pace::Established& pace() const { return *pace_; }

private:
    static void select(Channel& channel) {
        channel.require(Command::select_application(lds::kApplication), "SELECT of the eMRTD application");
    }
    static FileIdentifier file(lds::File which) {
        return {lds::entry(which).identifier, lds::entry(which).short_identifier};
    }

    const Specimen& specimen_;
    EmulatedWire wire_;
    CardChannel channel_;
    std::unique_ptr<SecureMessaging> secure_;
    std::optional<pace::Established> pace_;
};

trust::PassiveAuthentication judge(const std::map<lds::File, Bytes>& files) {
    trust::StoreContent content;
    content.number = 1;
    content.created_at = kNow;
    content.items.push_back(
        {issuer().country_signer.certificate, {trust::Purpose::documents}, trust::Status::trusted, {}});
    content.revocation_lists = {issuer().revocation_list};
    const auto store = trust::TrustStore::from_bytes(encode(content));
    const lds::Com com = lds::parse_com(files.at(lds::File::com));
    trust::LdsFiles read{
        files.at(lds::File::security_object),
        trust::StatedByCom{std::string{com.lds_version}, {com.data_groups.begin(), com.data_groups.end()}, {}},
        {}};
    for (const auto& [file, bytes] : files)
        if (const auto number = lds::data_group_number(file)) read.data_groups.emplace(*number, bytes);
    return trust::authenticate(read, *store, {kNow, std::nullopt});
}

TEST(Specimen, IsReadWholeAndIsAuthenticOnEveryLink) {
    for (const Link link : {Link::contact_t0, Link::contact_t1, Link::contactless})
        for (const bool extended : {false, true}) {
            SpecimenOptions options;
            options.link = {.link = link, .extended_length = extended};
            const Specimen specimen = make(options);
            Visit visit(specimen);
            visit.open_by_pace();
            visit.select();
            std::map<lds::File, Bytes> read;
            for (const lds::File file : {lds::File::com, lds::File::security_object, lds::File::dg1, lds::File::dg2,
                                         lds::File::dg11, lds::File::dg14}) {
                read[file] = visit.read(file);
                EXPECT_EQ(read[file], specimen.files.at(file)) << lds::name(file);
            }
            const auto result = judge(read);
            EXPECT_TRUE(result.authentic());
            EXPECT_TRUE(result.trust.specimen);
            for (const Check& check : result.checks)
                EXPECT_EQ(check.result, Result::passed) << check.id << check.reason;
            EXPECT_TRUE(result.deviations.empty());
            EXPECT_TRUE(visit.chip_is_authentic());
        }
}

TEST(Specimen, SaysWhoseItIs) {
    const Specimen specimen = make();
    EXPECT_EQ(lds::parse_dg1(specimen.files.at(lds::File::dg1)), mrz::format(mrz_of(specimen.person)));
    const auto portrait = lds::parse_dg2(specimen.files.at(lds::File::dg2));
    EXPECT_EQ(portrait.format, lds::ImageFormat::jpeg);
    EXPECT_EQ(portrait.image.size(), 20'000U);
    const auto details = lds::parse_dg11(specimen.files.at(lds::File::dg11));
    EXPECT_EQ(as_text(details.personal_number), specimen.person.national_code);
    EXPECT_EQ(details.birth_date, specimen.person.birth_date);
    EXPECT_EQ(lds::readable_name(details.name), "نمونه‌کارت نمونه");
    SpecimenOptions options;
    options.portrait = from_hex("FF4FFF51 0000");
    const Specimen other = make(options);
    EXPECT_EQ(lds::parse_dg2(other.files.at(lds::File::dg2)).format, lds::ImageFormat::jpeg2000_codestream);
    options.portrait = from_hex("89504E47");
    EXPECT_THROW(make(options), InvalidInput);
}

struct Combination {
    AccessProtocol access;
    CipherAlgorithm cipher;
    int parameter_id;
    ChipProof chip;
};

// Doc 9303-11, tables 4, 6 and 7; the tables of what goes with what.
TEST(Specimen, SpeaksEveryAccessProtocolCipherAndGroup) {
    using enum AccessProtocol;
    using enum CipherAlgorithm;
    for (const Combination& c :
         {Combination{pace_gm, two_key_triple_des, 12, ChipProof::ca}, Combination{pace_gm, aes192, 8, ChipProof::ca},
          Combination{pace_gm, aes256, 17, ChipProof::aa_ecdsa}, Combination{pace_gm, aes128, 18, ChipProof::ca},
          Combination{pace_gm, aes128, 0, ChipProof::ca}, Combination{pace_gm, two_key_triple_des, 1, ChipProof::ca},
          Combination{pace_gm, aes256, 2, ChipProof::ca}, Combination{pace_im, aes128, 13, ChipProof::aa_rsa},
          Combination{pace_im, aes128, 0, ChipProof::none}, Combination{pace_im, aes256, 16, ChipProof::none},
          Combination{pace_cam, aes128, 12, ChipProof::none}, Combination{pace_cam, aes256, 14, ChipProof::ca}}) {
        SpecimenOptions options;
        options.access = {c.access};
        options.cipher = c.cipher;
        options.parameter_id = c.parameter_id;
        options.chip = c.chip;
        options.portrait_size = 0;
        const Specimen specimen = make(options);
        SCOPED_TRACE(testing::Message() << "access " << static_cast<int>(c.access) << ", cipher "
                                        << static_cast<int>(c.cipher) << ", parameters " << c.parameter_id);
        Visit visit(specimen);
        visit.open_by_pace();
        if (c.access == pace_cam) {
            const Bytes card_security = visit.read(lds::File::card_security);
            const auto infos = SecurityInfos::parse(trust::CardSecurity::parse(card_security).security_infos());
            EXPECT_TRUE(visit.pace().party.authenticates(visit.pace().chip_authentication_data,
                                                         infos.chip_authentication_keys.at(0).key()));
        }
        visit.select();
        const bool signs = c.chip == ChipProof::aa_rsa || c.chip == ChipProof::aa_ecdsa;
        EXPECT_TRUE(c.chip != ChipProof::ca || visit.chip_is_authentic());
        EXPECT_TRUE(!signs || visit.chip_signs());
        EXPECT_EQ(visit.read(lds::File::dg1), specimen.files.at(lds::File::dg1));
    }
}

// TR-03110-2, 3.4: the key is in EF.CardSecurity, and the chip's token proves it at once.
TEST(Specimen, SpeaksChipAuthenticationOfVersion2) {
    for (const char* const fault : {"none", "cloned"}) {
        SpecimenOptions options;
        options.chip_authentication_version = 2;
        options.fault = parse_fault(fault);
        const Specimen specimen = make(options);
        Visit visit(specimen);
        visit.open_by_pace();
        const Bytes card_security = visit.read(lds::File::card_security);
        const auto infos = SecurityInfos::parse(trust::CardSecurity::parse(card_security).security_infos());
        const auto offer = chip_authentication::offers(infos, 2).at(0);
        const chip_authentication::Terminal ephemeral(offer.key.group());
        if (options.fault.fault == Fault::cloned) {
            EXPECT_THROW(chip_authentication::authenticate(visit.secure(), offer, ephemeral), ProtocolViolation);
            continue;
        }
        chip_authentication::authenticate(visit.secure(), offer, ephemeral);
        visit.select();
        EXPECT_EQ(visit.read(lds::File::dg1), specimen.files.at(lds::File::dg1));
    }
}

/// Doc 9303-11, 7.1: what a terminal sends to be let in to EF.DG3 and EF.DG4.
class Inspection {
public:
    Inspection(Channel& card, Bytes chip_identifier, Bytes ephemeral_key)
        : card_(card), chip_identifier_(std::move(chip_identifier)), ephemeral_key_(std::move(ephemeral_key)) {}

    StatusWord show(const cv::Certificate& certificate) {
        const Bytes reference = tlv::encode(0x83, as_bytes(certificate.authority_reference));
        const StatusWord known = card_.transmit(Command::manage_security_environment(0x81, 0xB6, reference)).status;
        if (!known.ok()) return known;
        return card_.transmit(Command::perform_security_operation(0x00, 0xBE, certificate.content(), 0)).status;
    }
    StatusWord prove(const std::string& reference, const PrivateKey& key) {
        const Bytes name = tlv::encode(0x83, as_bytes(reference));
        const StatusWord known = card_.transmit(Command::manage_security_environment(0x81, 0xA4, name)).status;
        if (!known.ok()) return known;
        const Bytes challenge = card_.require(Command::get_challenge(8), "GET CHALLENGE");
        const Bytes message = terminal_authentication::signed_data(chip_identifier_, challenge, ephemeral_key_);
        const Bytes signature = sign(key, {SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256}, message);
        return card_.transmit(Command::external_authenticate(signature, 0)).status;
    }

private:
    Channel& card_;
    Bytes chip_identifier_;
    Bytes ephemeral_key_;
};

TEST(Specimen, OpensBiometricsToATerminalWithTheRight) {
    const auto terminals = SpecimenTerminals::make(2026y / 11 / 22, 0x01);  // fingerprints only
    for (const AccessProtocol access : {AccessProtocol::pace_gm, AccessProtocol::bac}) {
        SpecimenOptions options;
        options.access = {access};
        options.terminal_authority = terminals.authority;
        const Specimen specimen = make(options);
        Visit visit(specimen);
        Bytes chip_identifier = terminal_authentication::chip_identifier(specimen.person.document_number);
        if (access == AccessProtocol::bac) {
            visit.open_by_bac(specimen.person.document_number);
        } else {
            visit.open_by_pace();
            const auto& party = visit.pace().party;
            chip_identifier = terminal_authentication::chip_identifier(party.group(), party.peer_public_key());
            visit.select();
        }
        EXPECT_EQ(visit.read({0x011C, 0x1C}, FileExtent::end_of_file).size(), 36U);
        EXPECT_THROW(visit.read(lds::File::dg3), CardRefused);
        const auto offers =
            chip_authentication::offers(SecurityInfos::parse(lds::parse_dg14(visit.read(lds::File::dg14))), 1);
        const auto ephemeral = chip_authentication::authenticate(visit.secure(), offers.at(0));
        Inspection inspection(visit.secure(), chip_identifier, ephemeral.compressed_public_key());
        EXPECT_EQ(inspection.show(terminals.terminal), sw::referenced_data_not_found) << "its issuer comes first";
        EXPECT_EQ(inspection.show(terminals.verifier), sw::ok);
        EXPECT_EQ(inspection.show(terminals.terminal), sw::ok);
        const std::string& reference = terminals.terminal.holder_reference;
        EXPECT_EQ(inspection.prove(reference, PrivateKey::generate_ec(Curve::brainpool_p256r1)),
                  sw::verification_failed);
        EXPECT_THROW(visit.read(lds::File::dg3), CardRefused);
        EXPECT_EQ(inspection.prove(reference, terminals.terminal_key), sw::ok);
        EXPECT_EQ(visit.read(lds::File::dg3), specimen.files.at(lds::File::dg3));
        EXPECT_THROW(visit.read(lds::File::dg4), CardRefused) << "the terminal has no right to it";
        EXPECT_TRUE(judge(specimen.files).authentic());
    }
}

TEST(Specimen, RefusesATerminalOfAnotherAuthority) {
    const auto terminals = SpecimenTerminals::make(2026y / 11 / 22);
    SpecimenOptions options;
    options.terminal_authority = SpecimenTerminals::make(2026y / 11 / 22).authority;  // of the same name
    const Specimen specimen = make(options);
    Visit visit(specimen);
    visit.open_by_pace();
    visit.select();
    Inspection inspection(visit.secure(), {}, {});
    EXPECT_EQ(inspection.show(terminals.verifier), sw::verification_failed);
    EXPECT_EQ(inspection.prove(terminals.terminal.holder_reference, terminals.terminal_key),
              sw::referenced_data_not_found);
}

TEST(Specimen, IsOpenedByBac) {
    SpecimenOptions options;
    options.access = {AccessProtocol::bac};
    options.chip = ChipProof::aa_ecdsa;
    const Specimen specimen = make(options);
    EXPECT_EQ(specimen.files.count(lds::File::card_access), 0U);
    Visit visit(specimen);
    EXPECT_THROW(visit.open_by_bac("SPECIMEN2"), AccessDenied);
    visit.open_by_bac(specimen.person.document_number);
    EXPECT_EQ(visit.read(lds::File::dg2), specimen.files.at(lds::File::dg2));
    EXPECT_TRUE(visit.chip_signs());
}

TEST(Specimen, TakesMrzCanPinAndPuk) {
    SpecimenOptions options;
    options.access = {AccessProtocol::pace_gm, AccessProtocol::bac};
    options.pin = "314159";
    options.puk = "2718281828";
    const Specimen specimen = make(options);
    using pace::Password;
    using pace::PasswordKind;
    for (const Password& password :
         {Password::mrz(mrz_information(specimen.person.document_number, mrz::date(specimen.person.birth_date),
                                        mrz::date(specimen.person.expiry_date))
                            .view()),
          Password::typed(PasswordKind::can, as_bytes("123456")),
          Password::typed(PasswordKind::pin, as_bytes("314159")),
          Password::typed(PasswordKind::puk, as_bytes("2718281828"))}) {
        specimen.card->reset();
        Visit visit(specimen);
        visit.open_by_pace(password);
        visit.select();
        EXPECT_EQ(visit.read(lds::File::com), specimen.files.at(lds::File::com));
    }
    specimen.card->reset();
    Visit visit(specimen);
    EXPECT_THROW(visit.open_by_pace(Password::typed(PasswordKind::can, as_bytes("123457"))), AccessDenied);
}

// TR-03110-2, 3.3: the PIN is suspended before its last try and blocked after it.
TEST(Specimen, SuspendsThenBlocksThePin) {
    SpecimenOptions options;
    options.pin = "314159";
    const Specimen specimen = make(options);
    using pace::Password;
    using pace::PasswordKind;
    const Password wrong = Password::typed(PasswordKind::pin, as_bytes("314150"));
    const Password right = Password::typed(PasswordKind::pin, as_bytes("314159"));
    const std::string select_pin = "00 22 C1 A4 0F 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 03";
    const auto state = [&] { return to_hex(specimen.card->respond(from_hex(select_pin))); };
    EXPECT_EQ(state(), "9000");
    EXPECT_THROW(Visit(specimen).open_by_pace(wrong), AccessDenied);
    EXPECT_EQ(state(), "63C2");
    Visit(specimen).open_by_pace(right);
    EXPECT_EQ(state(), "9000") << "the right PIN gives all tries back";
    EXPECT_THROW(Visit(specimen).open_by_pace(wrong), AccessDenied);
    EXPECT_THROW(Visit(specimen).open_by_pace(wrong), AccessDenied);
    EXPECT_EQ(state(), "63C1");
    EXPECT_EQ(specimen.system->tally().pace_with_pin, 4U);
    EXPECT_EQ(to_hex(specimen.card->respond(from_hex("10 86 00 00 02 7C 00 00"))), "6985") << "suspended";
    Visit(specimen).open_by_pace();  // the CAN
    EXPECT_EQ(state(), "63C1");
    EXPECT_GT(specimen.card->respond(from_hex("10 86 00 00 02 7C 00 00")).size(), 2U) << "resumed";
    specimen.card->reset();
    EXPECT_EQ(state(), "63C1");
    EXPECT_EQ(to_hex(specimen.card->respond(from_hex("10 86 00 00 02 7C 00 00"))), "6985") << "suspended again";
}

// TR-03110-3, B.1: what is out of order or unknown.
TEST(Specimen, RefusesPaceOutOfOrder) {
    const Specimen specimen = make();
    const auto answer = [&](std::string_view command) { return to_hex(specimen.card->respond(from_hex(command))); };
    EXPECT_EQ(answer("10 86 00 00 02 7C 00 00"), "6D00") << "nothing was chosen";
    EXPECT_EQ(answer("00 22 C1 A4 0F 80 0A 04 00 7F 00 07 02 02 04 02 04 83 01 02"), "6A88") << "another cipher";
    EXPECT_EQ(answer("00 22 C1 A4 0F 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 03"), "6A88") << "there is no PIN";
    EXPECT_EQ(answer("00 22 C1 A4 12 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 02 84 01 0C"), "6A88");
    EXPECT_EQ(answer("00 22 C1 A4 03 80 0A 04"), "6A80");
    const std::string good = "00 22 C1 A4 12 80 0A 04 00 7F 00 07 02 02 04 02 02 83 01 02 84 01 0D";
    EXPECT_EQ(answer(good), "9000");
    EXPECT_EQ(answer("00 86 00 00 02 7C 00 00"), "6985") << "not chained";
    EXPECT_EQ(answer(good), "9000");
    EXPECT_EQ(answer("10 86 00 00 02 7C 00 00").substr(0, 8), "7C128010");
    EXPECT_EQ(answer("10 86 00 00 04 7C 02 83 00 00"), "6A80") << "a step left out";
    EXPECT_EQ(answer("10 86 00 00 02 7C 00 00"), "6D00") << "the run is over";
    EXPECT_EQ(answer(good), "9000");
    EXPECT_EQ(answer("10 86 00 00 02 7C 00 00").substr(0, 8), "7C128010");
    EXPECT_EQ(answer("10 86 00 00 45 7C 43 81 41 04" + std::string(128, '1') + "00"), "6A80") << "off the curve";
}

TEST(Specimen, GivesNothingAwayBeforeAccess) {
    const Specimen specimen = make();
    const auto answer = [&](std::string_view command) { return to_hex(specimen.card->respond(from_hex(command))); };
    EXPECT_EQ(answer("00 A4 04 0C 07 A0 00 00 02 47 10 01"), "9000");
    for (const auto& [file, content] : specimen.files) {
        const lds::FileEntry& entry = lds::entry(file);
        if (entry.place != lds::Place::application) continue;
        const Bytes by_short_identifier{0x00, 0xB0, static_cast<std::uint8_t>(0x80U | entry.short_identifier), 0x00,
                                        0x00};
        EXPECT_EQ(answer(to_hex(by_short_identifier)), "6982") << entry.name;
    }
    EXPECT_EQ(answer("00 88 00 00 08 01 02 03 04 05 06 07 08 00"), "6D00");
    EXPECT_EQ(answer("00 22 41 A4 0C 80 0A 04 00 7F 00 07 02 02 03 02 02"), "6982");
}

TEST(Specimen, ClonedHasTheDataButNotTheKey) {
    for (const ChipProof chip : {ChipProof::ca, ChipProof::aa_rsa, ChipProof::aa_ecdsa}) {
        SpecimenOptions options;
        options.fault = parse_fault("cloned");
        options.chip = chip;
        const Specimen specimen = make(options);
        EXPECT_TRUE(judge(specimen.files).authentic());
        Visit visit(specimen);
        visit.open_by_pace();
        visit.select();
        EXPECT_FALSE(chip == ChipProof::ca ? visit.chip_is_authentic() : visit.chip_signs());
    }
    SpecimenOptions options;
    options.fault = parse_fault("cloned");
    options.access = {AccessProtocol::pace_cam};
    const Specimen specimen = make(options);
    Visit visit(specimen);
    visit.open_by_pace();
    const Bytes card_security = visit.read(lds::File::card_security);
    const auto infos = SecurityInfos::parse(trust::CardSecurity::parse(card_security).security_infos());
    EXPECT_FALSE(visit.pace().party.authenticates(visit.pace().chip_authentication_data,
                                                  infos.chip_authentication_keys.at(0).key()));
}

std::string outcome(const trust::PassiveAuthentication& result, std::string_view check) {
    const Check* const found = find(result.checks, "passive_authentication." + std::string(check));
    return found == nullptr ? "missing" : std::string(name(found->result));
}

TEST(Specimen, HasTheFaultThatWasAskedFor) {
    SpecimenOptions options;
    options.fault = parse_fault("dg2-changed");
    EXPECT_EQ(outcome(judge(make(options).files), "data_group_hashes"), "failed");
    options.fault = parse_fault("unknown-issuer");
    EXPECT_EQ(outcome(judge(make(options).files), "chain"), "undetermined");
    EXPECT_EQ(outcome(judge(make(options).files), "signature"), "passed");
    options.fault = parse_fault("expired");
    const Specimen expired = make(options);
    EXPECT_TRUE(judge(expired.files).authentic());
    EXPECT_LT(std::chrono::sys_days(
                  *mrz::expiry_date(mrz::parse(lds::parse_dg1(expired.files.at(lds::File::dg1))).expiry_date)),
              kNow);
    Visit(expired).open_by_pace();
}

TEST(Specimen, MisbehavesInTheMiddleOfARead) {
    for (const auto& [fault, code] :
         {std::pair{"removed@9", "card.removed"}, std::pair{"reset@9", "card.reset"},
          std::pair{"wrong-mac", "secure_messaging.violation"}, std::pair{"tampered@9", "secure_messaging.violation"},
          std::pair{"endless-more@9", "card.endless_response"}}) {
        SpecimenOptions options;
        options.fault = parse_fault(fault);
        const Specimen specimen = make(options);
        Visit visit(specimen);
        try {
            visit.open_by_pace();
            visit.select();
            for (int i = 0; i < 10; ++i) visit.read(lds::File::dg2);
            ADD_FAILURE() << fault;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << fault << ": " << error.what();
        }
    }
}

TEST(Specimen, RefusesOptionsThatDoNotGoTogether) {
    SpecimenOptions options;
    options.access = {AccessProtocol::pace_cam};
    options.parameter_id = 1;
    EXPECT_THROW(make(options), InvalidInput);
    options.parameter_id = 5;
    EXPECT_THROW(make(options), InvalidInput);
    EXPECT_THROW(parse_access("pace"), InvalidInput);
    EXPECT_THROW(parse_chip_proof("eac"), InvalidInput);
    EXPECT_EQ(parse_access("pace-cam"), AccessProtocol::pace_cam);
    EXPECT_EQ(parse_chip_proof("aa-rsa"), ChipProof::aa_rsa);
}

}  // namespace
}  // namespace tahvil::emulator
