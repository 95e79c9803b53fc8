#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include <benchmark/benchmark.h>

#include "apdu/access/pace.h"
#include "apdu/applets/lds/file.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen.h"
#include "apdu/secure_messaging.h"
#include "crypto/random.h"

/// A terminal before an emulated card, and what its own work costs.
namespace tahvil::bench {

constexpr trust::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

/// This thread's time on a processor: other programs do not count.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<Clock, duration>;
    static time_point now();
};

/// Measures the time within the card, so that what is left is this program's; or gives what the card once answered
/// again, so that nothing else runs in between.
class CardWire final : public Wire {
public:
    explicit CardWire(emulator::Card& card) : wire_(card) {}
    WireLimits limits() const override { return wire_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override;

    /// Keeps the answers from now on.
    void record();
    /// Gives those answers again, from the first.
    void rewind();
    const std::vector<Bytes>& answers() const { return answers_; }
    /// What giving all of them takes, which stands in the figures for the card's time.
    Clock::duration cost_of_answers();

    Clock::duration in_card{};
    std::size_t commands = 0;

private:
    enum class Mode : std::uint8_t { live, recording, replaying };

    emulator::EmulatedWire wire_;
    Mode mode_ = Mode::live;
    std::vector<Bytes> answers_;
    std::size_t next_ = 0;
    Clock::duration cost_{};
};

/// A terminal with one specimen card.
class Terminal {
public:
    explicit Terminal(const emulator::SpecimenOptions& options);

    void insert();
    Bytes read(Channel& channel, lds::File file) const;
    /// PACE with the CAN as with a card that nothing is known of, but that it does PACE.
    void open_with_pace();
    /// The session's keys by BAC with the MRZ.
    SessionKeys open_with_bac(const RandomSource& random = system_random);
    void select();

    const emulator::Specimen& specimen() const { return specimen_; }
    CardWire& wire() { return wire_; }

    std::optional<CardChannel> plain;
    std::optional<SecureMessaging> secure;
    std::optional<pace::Established> established;

private:
    emulator::Specimen specimen_;
    CardWire wire_;
};

/// A round: what goes before and is not measured, what this program does, and OpenSSL's operations in it.
struct Rounds {
    std::function<void()> prepare;
    std::function<void()> ours;
    std::function<void()> floor;
};

/// Each round with the card, which is put in anew. Counters: apdus, ours_us, openssl_us and ratio of one round.
void measure(benchmark::State& state, Terminal& terminal, const Rounds& rounds);

/// One round with the card, and the measured ones with what it answered then: for what is over in microseconds. `ours`
/// sends the same commands each time.
void measure_again(benchmark::State& state, Terminal& terminal, const Rounds& rounds);

}  // namespace tahvil::bench
