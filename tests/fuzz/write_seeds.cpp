// Writes the first inputs of a fuzz target into a folder: genuine files of a specimen, made afresh.
//
//   write_seeds TARGET FOLDER

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "apdu/access/bac.h"
#include "apdu/access/pace.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "apdu/emulator/specimen.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/profiles/shipped.h"
#include "crypto/signed_note.h"
#include "crypto/trust/issuer.h"
#include "daemon/receipt/sd_jwt.h"
#include "tests/unit/daemon/check/national_bench.h"

namespace tahvil {
namespace {

using daemon::specimen_bench::Bench;
using daemon::specimen_bench::kNow;
using Seeds = std::map<std::string, Bytes>;

/// Answers for a card, and writes down what it answered in the form that the targets take: each behind its length.
class Recorder final : public daemon::CardSession, private Wire {
public:
    explicit Recorder(emulator::Card& card) : wire_(card), atr_(card.atr()) {
        recorded_.push_back(static_cast<std::uint8_t>(atr_.size()));
        append(recorded_, atr_);
    }

    Wire& wire() override { return *this; }
    ByteView atr() const override { return atr_; }
    std::uint64_t epoch() const override { return 0; }
    const Bytes& recorded() const { return recorded_; }
    void forget() { recorded_.clear(); }

private:
    WireLimits limits() const override { return {}; }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        const std::size_t size = wire_.exchange(command, response);
        recorded_.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(size, 0xFF)));
        append(recorded_, ByteView(response).first(std::min<std::size_t>(size, 0xFF)));
        return size;
    }

    emulator::EmulatedWire wire_;
    Bytes atr_;
    Bytes recorded_;
};

Seeds files_of(const Bench& bench, emulator::AccessProtocol access, emulator::ChipProof chip) {
    emulator::SpecimenOptions options;
    options.access = {access};
    options.chip = chip;
    options.portrait_size = 2000;
    const emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
    Seeds seeds;
    for (const auto& [file, bytes] : specimen.files) seeds[std::string(lds::name(file))] = bytes;
    return seeds;
}

Seeds recorded_check(Bench& bench, Bytes before) {
    emulator::SpecimenOptions options;
    options.access = {emulator::AccessProtocol::bac};
    options.link.extended_length = false;
    options.portrait_size = 500;
    emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
    Recorder recorder(*specimen.card);
    daemon::CardChecker(bench.knowledge(), system_random, {}).run(recorder, bench.with_mrz(), "seed");
    append(before, recorder.recorded());
    return {{"check", before}};
}

Bytes bytes_of(std::string_view text) {
    return to_bytes(as_bytes(text));
}

Bytes receipt(const trust::CertifiedKey& office) {
    daemon::SdJwtContent content;
    content.type = "tahvil-receipt+sd-jwt";
    content.certificates = {office.certificate};
    content.open = {{"jti", "T1-00000001-R"}, {"iat", 1'780'000'000}, {"checklist", boost::json::array{}}};
    content.disclosable = {{"card_serial", "SERIAL-1"}, {"given_name", "Sara"}};
    return bytes_of(daemon::issue_sd_jwt(content, *signer_in_memory(office.key)));
}

/// What the handover desk reads: manifests, receipts, heads and exports of the journal, and what people type.
Seeds desk_seeds(const std::string& target) {
    const std::string rows =
        "tracking_code,national_code,given_name,family_name,birth_date,can,fee\n"
        "A-1,0012345679,\"Sara, \"\"S\"\"\",Rad,1369-01-01,123456,200000\nA-2,84575948,a,b,1990-03-21,,\n";
    const trust::CertifiedKey office = trust::issue_self_signed(
        trust::CertificateTemplate::document_signer(trust::NameWriter().country("UT").common_name("Office").der(),
                                                    {kNow, kNow + std::chrono::days(365)}),
        PrivateKey::generate_ec(Curve::secp256r1));
    const auto head = [](std::uint64_t size) {
        return signed_note::sign(signed_note::Checkpoint{"office.example/12", size, merkle::empty_root()}.text(),
                                 "office.example/12", *signer_in_memory(PrivateKey::generate_ed25519()));
    };
    if (target == "fuzz_manifest")
        return {{"csv", bytes_of(rows)},
                {"json", bytes_of(R"({"tracking_code":"A-1","national_code":"0012345679","given_name":"a",)"
                                  R"("family_name":"b","fee":5,"document_expiry":"2031-01-02"})"
                                  "\n")},
                {"signed", trust::sign_data(asn1::Oid("1.2.840.113549.1.7.1"), as_bytes(rows), {office})}};
    if (target == "fuzz_sd_jwt") return {{"receipt", receipt(office)}};
    if (target == "fuzz_signed_note")
        return {
            {"checkpoint", bytes_of(head(0))},
            {"text", bytes_of(signed_note::Checkpoint{"a", 1, merkle::empty_root()}.text())},
            {"key",
             bytes_of(
                 signed_note::VerifierKey("office.example/12", PrivateKey::generate_ed25519().public_key()).text())}};
    if (target == "fuzz_journal_export")
        return {{"empty", bytes_of("tahvil-journal 1\n\n" + head(0))},
                {"two", bytes_of("tahvil-journal 1\n{\"n\":0,\"at\":\"x\"}\n{\"n\":1,\"at\":\"x\"}\n\n" + head(2) +
                                 std::string(1, '\0') + head(1))}};
    if (target == "fuzz_typed_text")
        return {{"date", bytes_of("1403-12-30")},
                {"persian", bytes_of("\u06f1\u06f4\u06f0\u06f3-\u06f1\u06f2-\u06f3\u06f0")},
                {"time", bytes_of("2026-11-22T10:14:20Z")},
                {"code", bytes_of("0012345679")},
                {"name", bytes_of("\u0645\u064a\u0631\u200c\u0643\u0631\u064a\u0645\u064a")}};
    return {};
}

/// PACE and BAC up to secure messaging, as fuzz_access_protocols numbers them. Its terminal draws other numbers, so
/// that the last answer will not be the right one.
Seeds recorded_access(const Bench& bench) {
    using emulator::AccessProtocol;
    Seeds seeds;
    constexpr std::array kProtocols{AccessProtocol::pace_gm, AccessProtocol::pace_im, AccessProtocol::pace_cam,
                                    AccessProtocol::bac};
    for (std::size_t i = 0; i < kProtocols.size(); ++i) {
        emulator::SpecimenOptions options;
        options.access = {kProtocols.at(i)};
        options.portrait_size = 500;
        emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
        Recorder recorder(*specimen.card);
        CardChannel channel(recorder.wire());
        if (kProtocols.at(i) == AccessProtocol::bac) {
            channel.transmit(Command::select_application(lds::kApplication));
            recorder.forget();
            bac::establish(channel, bac::AccessKeys::derive(bench.mrz_information().view()));
        } else {
            const auto infos = SecurityInfos::parse(specimen.files.at(lds::File::card_access));
            recorder.forget();
            pace::establish(channel, pace::offers(infos).front(),
                            pace::Password::typed(pace::PasswordKind::can, as_bytes(bench.person.card_access_number)));
        }
        Bytes seed{static_cast<std::uint8_t>(i)};
        append(seed, recorder.recorded());
        seeds["protocol" + std::to_string(i)] = seed;
    }
    return seeds;
}

/// The files of a card of a national PKI, as a check reads them.
Seeds files_of_national_card(daemon::national_bench::Maker maker) {
    const daemon::national_bench::Bench bench;
    const emulator::NationalCard card = bench.make(maker);
    Recorder session(*card.card);
    daemon::CardCheck check = bench.with_pin("123456");
    check.access.allow_last_try = true;
    check.want = {daemon::Part::files};
    Seeds seeds = daemon::CardChecker(bench.knowledge(), system_random, {}).run(session, check, "seed").files;
    seeds["check"] = session.recorded();
    return seeds;
}

Seeds built_in_profiles() {
    Seeds seeds;
    for (const std::string_view text : profiles::shipped())
        seeds[profiles::read_profile(text, "built-in").name] = to_bytes(as_bytes(text));
    return seeds;
}

Seeds seeds_for(const std::string& target) {
    if (target == "fuzz_profile") return built_in_profiles();
    if (target == "fuzz_pkcs15_objects") return files_of_national_card(emulator::personalise_pkcs15);
    if (target == "fuzz_piv_objects") return files_of_national_card(emulator::personalise_piv);
    Bench bench;
    if (target == "fuzz_access_protocols") return recorded_access(bench);
    if (target == "fuzz_card_check") {
        Seeds seeds = recorded_check(bench, {});
        seeds["pkcs15"] = files_of_national_card(emulator::personalise_pkcs15).at("check");
        seeds["piv"] = files_of_national_card(emulator::personalise_piv).at("check");
        return seeds;
    }
    if (target == "fuzz_card_responses") return recorded_check(bench, {0x00});
    if (target == "fuzz_cv_certificate") {
        const auto terminals = emulator::SpecimenTerminals::make(std::chrono::floor<std::chrono::days>(kNow));
        return {{"authority", terminals.authority.encode()}, {"terminal", terminals.terminal.encode()}};
    }
    if (target == "fuzz_api_request")
        return {{"get", to_bytes(as_bytes("GET /v1/readers HTTP/1.1\r\nHost: localhost\r\n\r\n"))},
                {"post", to_bytes(as_bytes(
                             "POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             "Content-Length: 43\r\n\r\n{\"purpose\":\"read\",\"access\":{\"can\":\"123456\"}}"))}};
    if (const Seeds desk = desk_seeds(target); !desk.empty()) return desk;
    Seeds seeds = files_of(bench, emulator::AccessProtocol::pace_cam, emulator::ChipProof::ca);
    seeds.merge(files_of(bench, emulator::AccessProtocol::bac, emulator::ChipProof::aa_rsa));
    if (target == "fuzz_security_object") {
        seeds["certificate"] = bench.pki.country_signer.certificate;
        seeds["revocation_list"] = bench.pki.revocation_list;
        seeds["hot_list"] = bench.pki.hot_list;
    }
    return seeds;
}

}  // namespace
}  // namespace tahvil

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: write_seeds TARGET FOLDER\n";
        return 2;
    }
    for (const auto& [name, bytes] : tahvil::seeds_for(arguments[1])) {
        std::ofstream file(std::filesystem::path(arguments[2]) / name, std::ios::binary);
        const std::string_view text = tahvil::as_text(bytes);
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
        if (!file) return 1;
    }
    return 0;
}
