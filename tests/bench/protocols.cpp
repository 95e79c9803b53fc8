// What each protocol costs this program on the terminal's side, in time and in commands, beside the sum of the OpenSSL
// operations that it contains, measured in the same run. The card's own time is left out of both.

#include <algorithm>
#include <optional>

#include <benchmark/benchmark.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include "apdu/access/active_authentication.h"
#include "apdu/access/chip_authentication.h"
#include "apdu/access/terminal_authentication.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/emulator/specimen_terminals.h"
#include "crypto/protocol/domain_parameters.h"
#include "crypto/signer.h"
#include "crypto/trust/security_object.h"
#include "tests/bench/raw_openssl.h"
#include "tests/bench/terminal.h"

namespace tahvil::bench {
namespace {

using emulator::AccessProtocol;
using emulator::ChipProof;

constexpr std::size_t kBrainpoolPoint = 65;
constexpr std::size_t kTokenInput = 86;       // bytes under the MAC of an authentication token on a 256 bit curve
constexpr std::size_t kLongTokenInput = 280;  // and with a prime of 2048 bits

emulator::SpecimenOptions options_of(AccessProtocol access, int parameter_id = 13) {
    emulator::SpecimenOptions options;
    options.access = {access};
    options.parameter_id = parameter_id;
    options.portrait_size = 4000;
    return options;
}

const raw::Curve& brainpool() {
    static const raw::Curve curve(NID_brainpoolP256r1);
    return curve;
}

/// A public key of a peer, as it comes in.
const Bytes& peer() {
    static const Bytes encoded = brainpool().encode(brainpool().generate(brainpool().scalar()));
    return encoded;
}

/// The password's key and the nonce.
void raw_nonce() {
    raw::Symmetric keys(CipherAlgorithm::aes128, raw::derive(CipherAlgorithm::aes128, Bytes(20)));
    keys.decrypt(Bytes(16));
}

/// Key agreement with a generator, session keys and both tokens (Doc 9303-11, 4.4.1, steps 3 and 4).
void raw_agree(const raw::Point& generator) {
    const raw::Curve& curve = brainpool();
    const raw::Number own = curve.scalar();
    benchmark::DoNotOptimize(curve.encode(curve.multiply(generator, own)));
    const Bytes shared = curve.encode(curve.multiply(curve.decode(peer()), own));
    raw::derive(CipherAlgorithm::aes128, shared);
    raw::Symmetric keys(CipherAlgorithm::aes128, raw::derive(CipherAlgorithm::aes128, shared));
    for (int i = 0; i < 2; ++i) keys.authenticate(Bytes(kTokenInput));
}

/// The generator of generic mapping: x G and s G + x Y.
raw::Point raw_generic_mapping() {
    const raw::Curve& curve = brainpool();
    const raw::Number own = curve.scalar();
    benchmark::DoNotOptimize(curve.encode(curve.generate(own)));
    return curve.add(curve.generate(raw::nonce()), curve.multiply(curve.decode(peer()), own));
}

void pace_gm_ecdh(benchmark::State& state) {
    Terminal terminal(options_of(AccessProtocol::pace_gm));
    measure(state, terminal,
            {[] {}, [&] { terminal.open_with_pace(); },
             [] {
                 raw_nonce();
                 raw_agree(raw_generic_mapping());
             }});
}

void pace_im_ecdh(benchmark::State& state) {
    Terminal terminal(options_of(AccessProtocol::pace_im));
    measure(state, terminal,
            {[] {}, [&] { terminal.open_with_pace(); },
             [] {
                 raw_nonce();
                 // The pseudo-random number: a key for each block of it.
                 for (int i = 0; i < 4; ++i) raw::Symmetric(CipherAlgorithm::aes128, Bytes(16)).encrypt(Bytes(32));
                 raw_agree(brainpool().encode_to_curve());
             }});
}

void pace_cam(benchmark::State& state) {
    Terminal terminal(options_of(AccessProtocol::pace_cam));
    const auto infos = SecurityInfos::parse(
        trust::CardSecurity::parse(terminal.specimen().files.at(lds::File::card_security)).security_infos());
    const PublicKey key = infos.chip_authentication_keys.front().key();
    measure(state, terminal,
            {[] {},
             [&] {
                 terminal.open_with_pace();
                 if (!terminal.established->party.authenticates(terminal.established->chip_authentication_data, key))
                     state.SkipWithError("the chip did not prove its key");
             },
             [] {
                 raw_nonce();
                 raw_agree(raw_generic_mapping());
                 raw::Symmetric keys(CipherAlgorithm::aes128, Bytes(16));
                 keys.encrypt(Bytes(16));
                 keys.decrypt(Bytes(48));
                 const raw::Curve& curve = brainpool();
                 benchmark::DoNotOptimize(curve.encode(curve.multiply(curve.decode(peer()), curve.scalar())));
             }});
}

void pace_gm_dh(benchmark::State& state) {
    Terminal terminal(options_of(AccessProtocol::pace_gm, 2));
    const Group group = *standardized_domain_parameters(2);
    const raw::Dh dh(group.dh().prime, group.dh().generator, group.dh().order);
    const raw::Number peer_key = dh.power(dh.generator(), dh.scalar());
    measure(state, terminal,
            {[] {}, [&] { terminal.open_with_pace(); },
             [&] {
                 raw_nonce();
                 const raw::Number mapping = dh.scalar();
                 benchmark::DoNotOptimize(dh.power(dh.generator(), mapping));
                 dh.check_order(peer_key);
                 const raw::Number generator =
                     dh.multiply(dh.power(dh.generator(), raw::nonce()), dh.power(peer_key, mapping));
                 const raw::Number own = dh.scalar();
                 benchmark::DoNotOptimize(dh.power(generator, own));
                 dh.check_order(peer_key);
                 benchmark::DoNotOptimize(dh.power(peer_key, own));
                 raw::derive(CipherAlgorithm::aes128, Bytes(256));
                 raw::Symmetric keys(CipherAlgorithm::aes128, raw::derive(CipherAlgorithm::aes128, Bytes(256)));
                 for (int i = 0; i < 2; ++i) keys.authenticate(Bytes(kLongTokenInput));
             }});
}

/// Draws as it must and gives the same numbers each time, so that the same commands follow.
void drawn_again(std::span<std::uint8_t> into) {
    system_random(into);
    std::ranges::fill(into, std::uint8_t{0x5A});
}

void bac(benchmark::State& state) {
    constexpr auto kCipher = CipherAlgorithm::two_key_triple_des;
    Terminal terminal(options_of(AccessProtocol::bac));
    terminal.insert();
    terminal.select();
    measure_again(state, terminal,
                  {[] {}, [&] { terminal.open_with_bac(drawn_again); },
                   [] {
                       for (int i = 0; i < 3; ++i) raw::derive(kCipher, Bytes(24));  // the seed, and two keys of it
                       Bytes random(24);
                       raw::check(RAND_bytes(random.data(), 24) == 1);
                       raw::Symmetric keys(kCipher, Bytes(24));
                       keys.encrypt(Bytes(32));
                       keys.authenticate(Bytes(40));
                       keys.authenticate(Bytes(40));
                       keys.decrypt(Bytes(32));
                       for (int i = 0; i < 2; ++i) raw::derive(kCipher, Bytes(16));
                       raw::Symmetric(kCipher, Bytes(24));
                   }});
}

void chip_authentication_1(benchmark::State& state) {
    Terminal terminal(options_of(AccessProtocol::pace_gm));
    const auto infos = SecurityInfos::parse(lds::parse_dg14(terminal.specimen().files.at(lds::File::dg14)));
    const auto offer = chip_authentication::offers(infos, 1).front();
    std::optional<raw::Symmetric> session;
    measure(state, terminal,
            {[&] {
                 terminal.open_with_pace();
                 terminal.select();
                 session.emplace(CipherAlgorithm::aes128, Bytes(16));
             },
             [&] { chip_authentication::authenticate(*terminal.secure, offer); },
             [&] {
                 raw::wrap(*session, 12, 0);
                 raw::wrap(*session, kBrainpoolPoint + 4, 2);
                 const raw::Curve& curve = brainpool();
                 const raw::Number own = curve.scalar();
                 benchmark::DoNotOptimize(curve.encode(curve.generate(own)));
                 const Bytes shared = curve.encode(curve.multiply(curve.decode(peer()), own));
                 raw::derive(CipherAlgorithm::aes128, shared);
                 raw::Symmetric(CipherAlgorithm::aes128, raw::derive(CipherAlgorithm::aes128, shared));
             }});
}

raw::Key generate(const char* type, const char* group_or_bits) {
    const bool rsa = std::string_view(type) == "RSA";
    raw::Key key(rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, std::size_t{2048})
                     : EVP_PKEY_Q_keygen(nullptr, nullptr, type, group_or_bits));
    raw::check(key != nullptr);
    return key;
}

const EVP_MD* sha256() {
    static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    return fetched;
}

Bytes raw_sign(const raw::Key& key, ByteView message) {
    const raw::Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    Bytes signature(512);
    std::size_t size = signature.size();
    raw::check(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA2-256", nullptr, nullptr, key.get(), nullptr) == 1);
    raw::check(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
    signature.resize(size);
    return signature;
}

void raw_verify(const raw::Key& key, ByteView message, ByteView signature) {
    const raw::Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    raw::check(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA2-256", nullptr, nullptr, key.get(), nullptr) == 1);
    raw::check(EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) ==
               1);
}

/// From the card's references on: two certificates, the challenge and the signature.
void terminal_authentication_1(benchmark::State& state) {
    const auto terminals = emulator::SpecimenTerminals::make(std::chrono::floor<std::chrono::days>(kNow));
    emulator::SpecimenOptions options = options_of(AccessProtocol::pace_gm);
    options.terminal_authority = terminals.authority;
    Terminal terminal(options);
    const auto infos = SecurityInfos::parse(lds::parse_dg14(terminal.specimen().files.at(lds::File::dg14)));
    const auto offer = chip_authentication::offers(infos, 1).front();
    const auto signer = signer_in_memory(terminals.terminal_key);
    const raw::Key key = generate("EC", "brainpoolP256r1");
    std::optional<terminal_authentication::Binding> binding;
    std::optional<raw::Symmetric> session;
    measure(state, terminal,
            {[&] {
                 terminal.open_with_pace();
                 terminal.select();
                 const auto chip = chip_authentication::authenticate(*terminal.secure, offer);
                 const auto& party = terminal.established->party;
                 binding = {terminal_authentication::chip_identifier(party.group(), party.peer_public_key()),
                            chip.compressed_public_key(),
                            {}};
                 session.emplace(CipherAlgorithm::aes128, Bytes(16));
             },
             [&] {
                 terminal_authentication::authenticate(*terminal.secure, 1, {terminals.authority.holder_reference},
                                                       {terminals.terminal, {terminals.verifier}, signer.get()},
                                                       *binding);
             },
             [&] {
                 for (int i = 0; i < 2; ++i) {
                     raw::wrap(*session, 18, 0);
                     raw::wrap(*session, terminals.terminal.content().size(), 0);
                 }
                 raw::wrap(*session, 18, 0);
                 raw::wrap(*session, 0, 8);
                 raw::wrap(*session, 64, 0);
                 raw_sign(key, Bytes(72));
             }});
}

void active_authentication_ecdsa(benchmark::State& state) {
    emulator::SpecimenOptions options = options_of(AccessProtocol::pace_gm);
    options.chip = ChipProof::aa_ecdsa;
    Terminal terminal(options);
    const auto key = PublicKey::from_spki(lds::parse_dg15(terminal.specimen().files.at(lds::File::dg15)));
    const raw::Key raw_key = generate("EC", "brainpoolP256r1");
    const Bytes signature = raw_sign(raw_key, Bytes(8));
    std::optional<raw::Symmetric> session;
    measure(state, terminal,
            {[&] {
                 terminal.open_with_pace();
                 terminal.select();
                 session.emplace(CipherAlgorithm::aes128, Bytes(16));
             },
             [&] {
                 if (!active_authentication::authenticate(*terminal.secure, key, DigestAlgorithm::sha256))
                     state.SkipWithError("the chip did not prove its key");
             },
             [&] {
                 raw::wrap(*session, 8, 64);
                 raw_verify(raw_key, Bytes(8), signature);
             }});
}

void active_authentication_rsa(benchmark::State& state) {
    emulator::SpecimenOptions options = options_of(AccessProtocol::pace_gm);
    options.chip = ChipProof::aa_rsa;
    Terminal terminal(options);
    const auto key = PublicKey::from_spki(lds::parse_dg15(terminal.specimen().files.at(lds::File::dg15)));
    const raw::Key raw_key = generate("RSA", nullptr);
    std::optional<raw::Symmetric> session;
    measure(
        state, terminal,
        {[&] {
             terminal.open_with_pace();
             terminal.select();
             session.emplace(CipherAlgorithm::aes128, Bytes(16));
         },
         [&] {
             if (!active_authentication::authenticate(*terminal.secure, key))
                 state.SkipWithError("the chip did not prove its key");
         },
         [&] {
             raw::wrap(*session, 8, 256);
             Bytes value(256, 0x11);
             Bytes recovered(256);
             std::size_t size = recovered.size();
             const raw::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
                 EVP_PKEY_CTX_new_from_pkey(nullptr, raw_key.get(), nullptr));
             raw::check(EVP_PKEY_encrypt_init(context.get()) == 1);
             raw::check(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1);
             raw::check(EVP_PKEY_encrypt(context.get(), recovered.data(), &size, value.data(), value.size()) == 1);
             unsigned hash = 0;
             raw::check(EVP_Digest(recovered.data(), recovered.size(), value.data(), &hash, sha256(), nullptr) == 1);
         }});
}

/// The plain bytes in a response, by its size: what is not status word, DO'99', DO'8E', header and padding.
std::size_t plain_size(const Bytes& answer, std::size_t block) {
    constexpr std::size_t kAround = 2 + 4 + 10 + 3;
    return (answer.size() - kAround) / block * block - 1;
}

/// EF.DG2, of four kilobytes, in commands of short or extended length.
void secure_messaging(benchmark::State& state, AccessProtocol access, CipherAlgorithm cipher, bool extended) {
    emulator::SpecimenOptions options = options_of(access);
    options.link.extended_length = extended;
    Terminal terminal(options);
    terminal.insert();
    if (access == AccessProtocol::bac) terminal.select();
    if (access != AccessProtocol::bac) terminal.open_with_pace();
    const SessionKeys keys = access == AccessProtocol::bac ? terminal.open_with_bac() : terminal.established->keys;
    std::optional<raw::Symmetric> session;
    measure_again(state, terminal,
                  {[&] {
                       terminal.secure.emplace(*terminal.plain, keys);
                       terminal.select();
                       session.emplace(cipher, Bytes(24));
                   },
                   [&] { benchmark::DoNotOptimize(terminal.read(*terminal.secure, lds::File::dg2)); },
                   [&] {
                       const auto& answers = terminal.wire().answers();  // the first is that of SELECT
                       for (std::size_t i = 1; i < answers.size(); ++i)
                           raw::wrap(*session, 0, plain_size(answers[i], session->block()));
                   }});
}

// Far more time goes into what prepares a round than into the round, so that the number is set.
constexpr benchmark::IterationCount kRounds = 100;
constexpr benchmark::IterationCount kReplayedRounds = 3000;

BENCHMARK(pace_gm_ecdh)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(pace_gm_dh)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(pace_im_ecdh)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(pace_cam)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(bac)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kReplayedRounds);
BENCHMARK(chip_authentication_1)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(terminal_authentication_1)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(active_authentication_ecdsa)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(active_authentication_rsa)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK_CAPTURE(secure_messaging, aes_extended, AccessProtocol::pace_gm, CipherAlgorithm::aes128, true)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(kReplayedRounds);
BENCHMARK_CAPTURE(secure_messaging, aes_short, AccessProtocol::pace_gm, CipherAlgorithm::aes128, false)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(kReplayedRounds);
BENCHMARK_CAPTURE(secure_messaging, triple_des_short, AccessProtocol::bac, CipherAlgorithm::two_key_triple_des, false)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(kReplayedRounds);

}  // namespace
}  // namespace tahvil::bench

BENCHMARK_MAIN();
