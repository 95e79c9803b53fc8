// Writes the first inputs of a fuzz target into a folder: genuine files of a specimen, made afresh.
//
//   write_seeds TARGET FOLDER

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen.h"
#include "apdu/emulator/specimen_terminals.h"
#include "tests/unit/daemon/check/specimen_bench.h"

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

Seeds seeds_for(const std::string& target) {
    Bench bench;
    if (target == "fuzz_card_check") return recorded_check(bench, {});
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
