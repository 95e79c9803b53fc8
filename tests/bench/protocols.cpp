// What each protocol costs this program on the terminal's side, in time and in commands, beside the sum of the OpenSSL
// operations that it contains, measured in the same run. The card's own time is left out of both.

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <functional>
#include <optional>

#include <benchmark/benchmark.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include "apdu/access/active_authentication.h"
#include "apdu/access/bac.h"
#include "apdu/access/chip_authentication.h"
#include "apdu/access/pace.h"
#include "apdu/access/terminal_authentication.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/mrz.h"
#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "crypto/protocol/domain_parameters.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/signer.h"
#include "crypto/trust/security_object.h"
#include "tests/bench/raw_openssl.h"

namespace tahvil {
namespace {

/// This thread's time on a processor: other programs do not count.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<Clock, duration>;
    static time_point now() {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return time_point{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
    }
};
using emulator::AccessProtocol;
using emulator::ChipProof;

constexpr trust::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
constexpr std::size_t kBrainpoolPoint = 65;
constexpr std::size_t kTokenInput = 86;       // bytes under the MAC of an authentication token on a 256 bit curve
constexpr std::size_t kLongTokenInput = 280;  // and with a prime of 2048 bits

/// Measures the time within the card, so that what is left is this program's.
class TimedWire final : public Wire {
public:
    explicit TimedWire(emulator::Card& card) : wire_(card) {}
    WireLimits limits() const override { return wire_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        const auto start = Clock::now();
        const std::size_t size = wire_.exchange(command, response);
        in_card += Clock::now() - start;
        ++commands;
        return size;
    }

    Clock::duration in_card{};
    std::size_t commands = 0;

private:
    emulator::EmulatedWire wire_;
};

/// A terminal before a card that is reset for each round. What prepares a protocol is not measured.
class Desk {
public:
    explicit Desk(const emulator::SpecimenOptions& options)
        : specimen_(emulator::personalise(
              emulator::specimen_person(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(kNow))),
              pki(), options, kNow)),
          wire_(*specimen_.card) {}

    static const emulator::SpecimenPki& pki() {
        static const emulator::SpecimenPki made = emulator::SpecimenPki::make(kNow);
        return made;
    }

    void insert() {
        secure.reset();
        specimen_.card->reset();
        plain.emplace(wire_);
        const Bytes atr = specimen_.card->atr();
        learn_capabilities(*plain, Atr::parse(atr));
    }

    Bytes read(Channel& channel, lds::File file) const {
        const lds::FileEntry& entry = lds::entry(file);
        return read_file(channel, {entry.identifier, entry.short_identifier});
    }

    /// PACE with the CAN as with a card that nothing is known of, but that it does PACE.
    void open_with_pace() {
        const auto offer = pace::choose(pace::offers(SecurityInfos::parse(read(*plain, lds::File::card_access))));
        const auto can = pace::Password::typed(pace::PasswordKind::can, as_bytes(specimen_.person.card_access_number));
        established = pace::establish(*plain, *offer, can);
        secure.emplace(*plain, established->keys);
    }

    void open_with_bac() {
        const mrz::Mrz printed = emulator::mrz_of(specimen_.person);
        const auto information = mrz_information(printed.document_number, printed.birth_date, printed.expiry_date);
        secure.emplace(*plain, bac::establish(*plain, bac::AccessKeys::derive(information.view())));
    }

    void select() {
        secure ? secure->require(Command::select_application(lds::kApplication), "SELECT")
               : plain->require(Command::select_application(lds::kApplication), "SELECT");
    }

    const emulator::Specimen& specimen() const { return specimen_; }
    TimedWire& wire() { return wire_; }

    std::optional<CardChannel> plain;
    std::optional<SecureMessaging> secure;
    std::optional<pace::Established> established;

private:
    emulator::Specimen specimen_;
    TimedWire wire_;
};

/// What one look at the clock costs, which is a system call: the two around each command put as much into what is
/// measured outside of the card.
Clock::duration cost_of_a_look() {
    static const Clock::duration cost = [] {
        std::array<Clock::duration, 1001> costs{};
        for (Clock::duration& each : costs) {
            const auto before = Clock::now();
            each = Clock::now() - before;
        }
        std::nth_element(costs.begin(), costs.begin() + costs.size() / 2, costs.end());
        return costs[costs.size() / 2];
    }();
    return cost;
}

double microseconds(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

struct Rounds {
    std::function<void()> prepare;
    std::function<void()> ours;
    std::function<void()> floor;
};

/// Prints apdus, ours_us, openssl_us and ratio of one round.
void measure(benchmark::State& state, Desk& desk, const Rounds& rounds) {
    Clock::duration ours{};
    Clock::duration floor{};
    std::size_t commands = 0;
    for (auto _ : state) {
        desk.insert();
        rounds.prepare();
        const std::size_t before = desk.wire().commands;
        desk.wire().in_card = {};
        const auto start = Clock::now();
        rounds.ours();
        const auto middle = Clock::now();
        rounds.floor();
        const auto end = Clock::now();
        const std::size_t sent = desk.wire().commands - before;
        const auto own = middle - start - desk.wire().in_card - sent * cost_of_a_look();
        ours += own;
        floor += end - middle;
        commands += sent;
        state.SetIterationTime(std::chrono::duration<double>(own).count());
    }
    const auto count = static_cast<double>(state.iterations());
    state.counters["apdus"] = static_cast<double>(commands) / count;
    state.counters["ours_us"] = microseconds(ours) / count;
    state.counters["openssl_us"] = microseconds(floor) / count;
    state.counters["ratio"] = microseconds(ours) / microseconds(floor);
}

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
    Desk desk(options_of(AccessProtocol::pace_gm));
    measure(state, desk,
            {[] {}, [&] { desk.open_with_pace(); },
             [] {
                 raw_nonce();
                 raw_agree(raw_generic_mapping());
             }});
}

void pace_im_ecdh(benchmark::State& state) {
    Desk desk(options_of(AccessProtocol::pace_im));
    measure(state, desk,
            {[] {}, [&] { desk.open_with_pace(); },
             [] {
                 raw_nonce();
                 // The pseudo-random number: a key for each block of it.
                 for (int i = 0; i < 4; ++i) raw::Symmetric(CipherAlgorithm::aes128, Bytes(16)).encrypt(Bytes(32));
                 raw_agree(brainpool().encode_to_curve());
             }});
}

void pace_cam(benchmark::State& state) {
    Desk desk(options_of(AccessProtocol::pace_cam));
    const auto infos = SecurityInfos::parse(
        trust::CardSecurity::parse(desk.specimen().files.at(lds::File::card_security)).security_infos());
    const PublicKey key = infos.chip_authentication_keys.front().key();
    measure(state, desk,
            {[] {},
             [&] {
                 desk.open_with_pace();
                 if (!desk.established->party.authenticates(desk.established->chip_authentication_data, key))
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
    Desk desk(options_of(AccessProtocol::pace_gm, 2));
    const Group group = *standardized_domain_parameters(2);
    const raw::Dh dh(group.dh().prime, group.dh().generator, group.dh().order);
    const raw::Number peer_key = dh.power(dh.generator(), dh.scalar());
    measure(state, desk,
            {[] {}, [&] { desk.open_with_pace(); },
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

void bac(benchmark::State& state) {
    constexpr auto kCipher = CipherAlgorithm::two_key_triple_des;
    Desk desk(options_of(AccessProtocol::bac));
    measure(state, desk,
            {[&] { desk.select(); }, [&] { desk.open_with_bac(); },
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
    Desk desk(options_of(AccessProtocol::pace_gm));
    const auto infos = SecurityInfos::parse(lds::parse_dg14(desk.specimen().files.at(lds::File::dg14)));
    const auto offer = chip_authentication::offers(infos, 1).front();
    std::optional<raw::Symmetric> session;
    measure(state, desk,
            {[&] {
                 desk.open_with_pace();
                 desk.select();
                 session.emplace(CipherAlgorithm::aes128, Bytes(16));
             },
             [&] { chip_authentication::authenticate(*desk.secure, offer); },
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
    Desk desk(options);
    const auto infos = SecurityInfos::parse(lds::parse_dg14(desk.specimen().files.at(lds::File::dg14)));
    const auto offer = chip_authentication::offers(infos, 1).front();
    const auto signer = signer_in_memory(terminals.terminal_key);
    const raw::Key key = generate("EC", "brainpoolP256r1");
    std::optional<terminal_authentication::Binding> binding;
    std::optional<raw::Symmetric> session;
    measure(state, desk,
            {[&] {
                 desk.open_with_pace();
                 desk.select();
                 const auto chip = chip_authentication::authenticate(*desk.secure, offer);
                 const auto& party = desk.established->party;
                 binding = {terminal_authentication::chip_identifier(party.group(), party.peer_public_key()),
                            chip.compressed_public_key(),
                            {}};
                 session.emplace(CipherAlgorithm::aes128, Bytes(16));
             },
             [&] {
                 terminal_authentication::authenticate(*desk.secure, 1, {terminals.authority.holder_reference},
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
    Desk desk(options);
    const auto key = PublicKey::from_spki(lds::parse_dg15(desk.specimen().files.at(lds::File::dg15)));
    const raw::Key raw_key = generate("EC", "brainpoolP256r1");
    const Bytes signature = raw_sign(raw_key, Bytes(8));
    std::optional<raw::Symmetric> session;
    measure(state, desk,
            {[&] {
                 desk.open_with_pace();
                 desk.select();
                 session.emplace(CipherAlgorithm::aes128, Bytes(16));
             },
             [&] {
                 if (!active_authentication::authenticate(*desk.secure, key, DigestAlgorithm::sha256))
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
    Desk desk(options);
    const auto key = PublicKey::from_spki(lds::parse_dg15(desk.specimen().files.at(lds::File::dg15)));
    const raw::Key raw_key = generate("RSA", nullptr);
    std::optional<raw::Symmetric> session;
    measure(
        state, desk,
        {[&] {
             desk.open_with_pace();
             desk.select();
             session.emplace(CipherAlgorithm::aes128, Bytes(16));
         },
         [&] {
             if (!active_authentication::authenticate(*desk.secure, key))
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

/// EF.DG2, of four kilobytes, in commands of short or extended length.
void secure_messaging(benchmark::State& state, AccessProtocol access, CipherAlgorithm cipher, bool extended) {
    emulator::SpecimenOptions options = options_of(access);
    options.link.extended_length = extended;
    Desk desk(options);
    std::optional<raw::Symmetric> session;
    const std::size_t size = desk.specimen().files.at(lds::File::dg2).size();
    const auto key_bytes = std::size_t{cipher == CipherAlgorithm::two_key_triple_des ? 24U : 16U};
    std::size_t piece = 0;
    measure(state, desk,
            {[&] {
                 if (access == AccessProtocol::bac) desk.select();
                 access == AccessProtocol::bac ? desk.open_with_bac() : desk.open_with_pace();
                 if (access != AccessProtocol::bac) desk.select();
                 piece = desk.secure->limits().response_data;
                 session.emplace(cipher, Bytes(key_bytes));
             },
             [&] { benchmark::DoNotOptimize(desk.read(*desk.secure, lds::File::dg2)); },
             [&] {
                 for (std::size_t at = 0; at < size; at += piece) raw::wrap(*session, 0, std::min(piece, size - at));
             }});
}

// Far more time goes into what prepares a round than into the round, so that the number is set.
constexpr benchmark::IterationCount kRounds = 100;

BENCHMARK(pace_gm_ecdh)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(pace_gm_dh)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(pace_im_ecdh)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(pace_cam)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(bac)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(chip_authentication_1)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(terminal_authentication_1)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(active_authentication_ecdsa)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK(active_authentication_rsa)->Unit(benchmark::kMicrosecond)->UseManualTime()->Iterations(kRounds);
BENCHMARK_CAPTURE(secure_messaging, aes_extended, AccessProtocol::pace_gm, CipherAlgorithm::aes128, true)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(kRounds);
BENCHMARK_CAPTURE(secure_messaging, aes_short, AccessProtocol::pace_gm, CipherAlgorithm::aes128, false)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(kRounds);
BENCHMARK_CAPTURE(secure_messaging, triple_des_short, AccessProtocol::bac, CipherAlgorithm::two_key_triple_des, false)
    ->Unit(benchmark::kMicrosecond)
    ->UseManualTime()
    ->Iterations(kRounds);

}  // namespace
}  // namespace tahvil

BENCHMARK_MAIN();
