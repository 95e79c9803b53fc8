// What a full verified read of a card costs this program, beside what the card and OpenSSL's own operations cost in the
// same run.

#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "apdu/access/bac.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/lds/file.h"
#include "apdu/card_channel.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "crypto/asn1.h"
#include "crypto/trust/passive_authentication.h"
#include "crypto/trust/security_object.h"
#include "crypto/trust/signed_data.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil {
namespace {

using daemon::specimen_bench::Bench;
using daemon::specimen_bench::kNow;
using Clock = std::chrono::steady_clock;

/// A session with an emulated card, without a reader around it.
class BareSession final : public daemon::CardSession {
public:
    explicit BareSession(emulator::Card& card) : wire_(card), atr_(card.atr()) { card.reset(); }
    Wire& wire() override { return wire_; }
    ByteView atr() const override { return atr_; }
    std::uint64_t epoch() const override { return 0; }

private:
    emulator::EmulatedWire wire_;
    Bytes atr_;
};

/// Measures the time within the card, so that what is left is this program's.
class TimedCard final : public emulator::Card {
public:
    explicit TimedCard(emulator::Card& card) : card_(card) {}
    Bytes atr() const override { return card_.atr(); }
    WireLimits limits() const override { return card_.limits(); }
    void reset() override { card_.reset(); }
    Bytes respond(ByteView command) override {
        const auto start = Clock::now();
        Bytes response = card_.respond(command);
        in_card += Clock::now() - start;
        ++commands;
        bytes_out += command.size();
        bytes_back += response.size();
        return response;
    }

    Clock::duration in_card{};
    std::size_t commands = 0;
    std::size_t bytes_out = 0;
    std::size_t bytes_back = 0;

private:
    emulator::Card& card_;
};

double microseconds(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

void full_read(benchmark::State& state, emulator::AccessProtocol access, bool extended, std::size_t portrait) {
    Bench bench;
    emulator::SpecimenOptions options;
    options.access = {access};
    if (access == emulator::AccessProtocol::bac) options.cipher = CipherAlgorithm::two_key_triple_des;
    options.link.extended_length = extended;
    options.portrait_size = portrait;
    emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
    TimedCard card(*specimen.card);

    const daemon::Knowledge knowledge = bench.knowledge();
    const daemon::CardCheck check = bench.with_mrz();
    Clock::duration total{};
    for (auto _ : state) {
        BareSession session(card);
        const auto start = Clock::now();
        daemon::CardChecker checker(knowledge, system_random, {});
        const daemon::CardCheckResult result = checker.run(session, check, "bench");
        total += Clock::now() - start;
        if (result.verdict.decision != daemon::Decision::accept) state.SkipWithError("the specimen was not accepted");
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["apdus"] = static_cast<double>(card.commands) / rounds;
    state.counters["bytes_out"] = static_cast<double>(card.bytes_out) / rounds;
    state.counters["bytes_back"] = static_cast<double>(card.bytes_back) / rounds;
    state.counters["own_us_per_apdu"] = microseconds(total - card.in_card) / static_cast<double>(card.commands);
}

BENCHMARK_CAPTURE(full_read, pace_extended_20k, emulator::AccessProtocol::pace_gm, true, 20'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(full_read, pace_short_20k, emulator::AccessProtocol::pace_gm, false, 20'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(full_read, bac_short_15k, emulator::AccessProtocol::bac, false, 15'000)
    ->Unit(benchmark::kMillisecond);

/// EF.COM, EF.SOD, EF.DG1 and an EF.DG2 of 15 kB over BAC in short APDUs, and nothing else: a job for which another
/// implementation needs 86 commands, 1,672 bytes out and 18,092 back.
void four_files_over_bac(benchmark::State& state) {
    Bench bench;
    emulator::SpecimenOptions options;
    options.access = {emulator::AccessProtocol::bac};
    options.cipher = CipherAlgorithm::two_key_triple_des;
    options.link.extended_length = false;
    options.portrait_size = 15'000;
    emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
    TimedCard card(*specimen.card);
    const auto keys = bac::AccessKeys::derive(bench.mrz_information().view());
    for (auto _ : state) {
        BareSession session(card);
        CardChannel plain(session.wire());
        plain.require(Command::select_application(lds::kApplication), "SELECT");
        SecureMessaging secure(plain, bac::establish(plain, keys));
        for (const auto file : {lds::File::com, lds::File::security_object, lds::File::dg1, lds::File::dg2}) {
            const lds::FileEntry& entry = lds::entry(file);
            if (read_file(secure, {entry.identifier, entry.short_identifier}) != specimen.files.at(file))
                state.SkipWithError("a file was not read as it is");
        }
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["apdus"] = static_cast<double>(card.commands) / rounds;
    state.counters["bytes_out"] = static_cast<double>(card.bytes_out) / rounds;
    state.counters["bytes_back"] = static_cast<double>(card.bytes_back) / rounds;
}

BENCHMARK(four_files_over_bac)->Unit(benchmark::kMillisecond);

/// The verifications that passive authentication contains, by OpenSSL alone with keys that are ready.
class RawVerify {
public:
    RawVerify(const PublicKey& key, const EVP_MD* digest, ByteView message, ByteView signature)
        : digest_(digest), message_(to_bytes(message)), signature_(to_bytes(signature)) {
        const Bytes spki = key.spki();
        const unsigned char* at = spki.data();
        key_.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
    }

    bool run() const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        return EVP_DigestVerifyInit(context.get(), nullptr, digest_, nullptr, key_.get()) == 1 &&
               EVP_DigestVerify(context.get(), signature_.data(), signature_.size(), message_.data(),
                                message_.size()) == 1;
    }

private:
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, EVP_PKEY_free};
    const EVP_MD* digest_;
    Bytes message_;
    Bytes signature_;
};

struct SignedPart {
    ByteView part;
    ByteView signature;
};

/// A CertificateList: what is signed, and the signature.
SignedPart take_apart(ByteView list) {
    asn1::Cursor outer(list);
    asn1::Cursor parts = outer.enter(asn1::Tag::sequence);
    const ByteView part = parts.read(asn1::Tag::sequence).raw;
    parts.read(asn1::Tag::sequence);
    return {part, parts.read_bits()};
}

void passive_authentication(benchmark::State& state) {
    const Bench bench;
    const emulator::Specimen specimen = emulator::personalise(bench.person, bench.pki, {}, kNow);
    const auto store = bench.knowledge().trust;

    trust::LdsFiles files;
    files.security_object = specimen.files.at(lds::File::security_object);
    const lds::Com com = lds::parse_com(specimen.files.at(lds::File::com));
    files.com = trust::StatedByCom{std::string(com.lds_version), {com.data_groups.begin(), com.data_groups.end()}, {}};
    std::vector<ByteView> groups;
    for (const auto& [file, bytes] : specimen.files)
        if (const auto number = lds::data_group_number(file)) {
            files.data_groups.emplace(static_cast<int>(*number), bytes);
            groups.emplace_back(bytes);
        }

    const auto object = trust::SecurityObject::parse(files.security_object);
    const trust::SignerInfo& signer = object.signed_data.signers().front();
    const trust::Certificate certificate = bench.pki.document_signer.parsed();
    const trust::Certificate issuer = bench.pki.country_signer.parsed();
    const SignedPart list = take_apart(bench.pki.revocation_list);
    const RawVerify verifies[] = {
        {certificate.public_key(), EVP_sha256(), asn1::element(asn1::Tag::set, signer.attributes), signer.signature},
        {issuer.public_key(), EVP_sha384(), certificate.signed_part(), certificate.signature()},
        {issuer.public_key(), EVP_sha384(), list.part, list.signature},
    };

    Clock::duration ours{};
    Clock::duration floor{};
    for (auto _ : state) {
        const auto start = Clock::now();
        const trust::PassiveAuthentication result = trust::authenticate(files, *store, {kNow, std::nullopt});
        const auto middle = Clock::now();
        bool all = true;
        for (const RawVerify& verify : verifies) all = verify.run() && all;
        for (const ByteView group : groups) benchmark::DoNotOptimize(digest(object.lds.digest, group));
        const auto end = Clock::now();
        if (!result.authentic() || !all) state.SkipWithError("the specimen's data is not authentic");
        ours += middle - start;
        floor += end - middle;
    }
    state.counters["ours_us"] = microseconds(ours) / static_cast<double>(state.iterations());
    state.counters["openssl_us"] = microseconds(floor) / static_cast<double>(state.iterations());
    state.counters["ratio"] = microseconds(ours) / microseconds(floor);
}

BENCHMARK(passive_authentication)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tahvil

BENCHMARK_MAIN();
