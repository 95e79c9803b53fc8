#include "tests/bench/terminal.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "apdu/access/bac.h"
#include "apdu/applets/mrz.h"
#include "apdu/atr.h"
#include "apdu/file_reader.h"
#include "crypto/protocol/mrz_information.h"

namespace tahvil::bench {

namespace {

const emulator::SpecimenPki& pki() {
    static const emulator::SpecimenPki made = emulator::SpecimenPki::make(kNow);
    return made;
}

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

class Figures {
public:
    explicit Figures(benchmark::State& state) : state_(state) {}

    void add(Clock::duration ours, Clock::duration floor, std::size_t commands) {
        ours_ += ours;
        floor_ += floor;
        commands_ += commands;
        state_.SetIterationTime(std::chrono::duration<double>(ours).count());
    }

    void report() {
        const auto count = static_cast<double>(state_.iterations());
        state_.counters["apdus"] = static_cast<double>(commands_) / count;
        state_.counters["ours_us"] = microseconds(ours_) / count;
        state_.counters["openssl_us"] = microseconds(floor_) / count;
        state_.counters["ratio"] = microseconds(ours_) / microseconds(floor_);
    }

private:
    benchmark::State& state_;
    Clock::duration ours_{};
    Clock::duration floor_{};
    std::size_t commands_ = 0;
};

}  // namespace

Clock::time_point Clock::now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time_point{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
}

std::size_t CardWire::exchange(ByteView command, std::span<std::uint8_t> response) {
    ++commands;
    if (mode_ == Mode::replaying) {
        const Bytes& answer = answers_.at(next_++);
        std::ranges::copy(answer, response.begin());
        return answer.size();
    }
    const auto start = Clock::now();
    const std::size_t size = wire_.exchange(command, response);
    in_card += Clock::now() - start;
    if (mode_ == Mode::recording) answers_.push_back(to_bytes(response.first(size)));
    return size;
}

void CardWire::record() {
    mode_ = Mode::recording;
    answers_.clear();
}

Clock::duration CardWire::cost_of_answers() {
    if (cost_ == Clock::duration::zero()) {
        constexpr int kTimes = 1000;
        Bytes buffer(limits().response);
        const auto start = Clock::now();
        for (int i = 0; i < kTimes; ++i) {
            next_ = 0;
            for (std::size_t each = 0; each < answers_.size(); ++each) exchange({}, buffer);
        }
        cost_ = (Clock::now() - start) / kTimes;
    }
    return cost_;
}

void CardWire::rewind() {
    mode_ = Mode::replaying;
    next_ = 0;
}

Terminal::Terminal(const emulator::SpecimenOptions& options)
    : specimen_(emulator::personalise(
          emulator::specimen_person(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(kNow))), pki(),
          options, kNow)),
      wire_(*specimen_.card) {}

void Terminal::insert() {
    secure.reset();
    specimen_.card->reset();
    plain.emplace(wire_);
    const Bytes atr = specimen_.card->atr();
    learn_capabilities(*plain, Atr::parse(atr));
}

Bytes Terminal::read(Channel& channel, lds::File file) const {
    const lds::FileEntry& entry = lds::entry(file);
    return read_file(channel, {entry.identifier, entry.short_identifier});
}

void Terminal::open_with_pace() {
    const auto offer = pace::choose(pace::offers(SecurityInfos::parse(read(*plain, lds::File::card_access))));
    const auto can = pace::Password::typed(pace::PasswordKind::can, as_bytes(specimen_.person.card_access_number));
    established = pace::establish(*plain, *offer, can);
    secure.emplace(*plain, established->keys);
}

SessionKeys Terminal::open_with_bac(const RandomSource& random) {
    const mrz::Mrz printed = emulator::mrz_of(specimen_.person);
    const auto information = mrz_information(printed.document_number, printed.birth_date, printed.expiry_date);
    SessionKeys keys = bac::establish(*plain, bac::AccessKeys::derive(information.view()), random);
    secure.emplace(*plain, keys);
    return keys;
}

void Terminal::select() {
    Channel& channel = secure ? static_cast<Channel&>(*secure) : *plain;
    channel.require(Command::select_application(lds::kApplication), "SELECT");
}

void measure(benchmark::State& state, Terminal& terminal, const Rounds& rounds) {
    Figures figures(state);
    CardWire& wire = terminal.wire();
    for (auto _ : state) {
        terminal.insert();
        rounds.prepare();
        const std::size_t before = wire.commands;
        wire.in_card = {};
        const auto start = Clock::now();
        rounds.ours();
        const auto middle = Clock::now();
        rounds.floor();
        const auto end = Clock::now();
        const std::size_t sent = wire.commands - before;
        figures.add(middle - start - wire.in_card - sent * cost_of_a_look(), end - middle, sent);
    }
    figures.report();
}

void measure_again(benchmark::State& state, Terminal& terminal, const Rounds& rounds) {
    Figures figures(state);
    CardWire& wire = terminal.wire();
    wire.record();
    rounds.prepare();
    rounds.ours();
    for (auto _ : state) {
        wire.rewind();
        rounds.prepare();
        const std::size_t before = wire.commands;
        const auto start = Clock::now();
        rounds.ours();
        const auto middle = Clock::now();
        rounds.floor();
        const auto end = Clock::now();
        figures.add(middle - start - wire.cost_of_answers(), end - middle, wire.commands - before);
    }
    figures.report();
}

}  // namespace tahvil::bench
