// Whether the time of an answer tells that a subject is known: 10,000 known and as many unknown ones, in random order,
// each answer given at its deadline as the API gives it. Printed is Welch's |t| of the two; beyond 4.5 they would be
// told apart (as ISO/IEC 17825 judges leakage). The bare look-ups, without the deadline, are beside it.

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/bench/desk.h"

namespace tahvil::daemon::bench {
namespace {

constexpr int kSubjects = 10'000;
constexpr double kToldApart = 4.5;

struct Sample {
    double count = 0;
    double mean = 0;
    double squares = 0;

    void add(double value) {  // Welford
        ++count;
        const double difference = value - mean;
        mean += difference / count;
        squares += difference * (value - mean);
    }
    double variance_of_mean() const { return squares / (count - 1) / count; }
};

double welch_t(const Sample& a, const Sample& b) {
    return std::abs(a.mean - b.mean) / std::sqrt(a.variance_of_mean() + b.variance_of_mean());
}

void known_and_unknown(benchmark::State& state) {
    const bool at_the_deadline = state.range(0) != 0;
    Desk desk;
    {
        Transaction transaction(*desk.database);
        for (int i = 0; i < kSubjects; ++i) desk.add(transaction, i);
        transaction.commit();
    }
    std::vector<int> order(2 * kSubjects);
    for (int i = 0; i < 2 * kSubjects; ++i) order[static_cast<std::size_t>(i)] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(1));

    InquiryRules rules;
    rules.per_caller = 4 * kSubjects;
    rules.deadline = std::chrono::milliseconds(2);
    Inquiry inquiry(desk.keys, rules);
    Sample known;
    Sample unknown;
    for (auto _ : state)
        for (const int subject : order) {
            const auto begun = Inquiry::Clock::now();
            const InquiryAnswer answer =
                inquiry.by_tracking_code(*desk.deliveries, "uid 1000", "TRACK-" + std::to_string(subject), begun);
            if (at_the_deadline) std::this_thread::sleep_until(answer.not_before);
            const double taken = std::chrono::duration<double, std::micro>(Inquiry::Clock::now() - begun).count();
            (answer.stage ? known : unknown).add(taken);
        }
    if (known.count != kSubjects || unknown.count != kSubjects) state.SkipWithError("subjects were not as meant");
    const double t = welch_t(known, unknown);
    state.counters["known_us"] = known.mean;
    state.counters["unknown_us"] = unknown.mean;
    state.counters["abs_t"] = t;
    state.counters["told_apart"] = t > kToldApart ? 1 : 0;
}

}  // namespace
}  // namespace tahvil::daemon::bench

int main(int argc, char** argv) {
    using namespace tahvil::daemon::bench;
    benchmark::RegisterBenchmark("inquiry_bare_lookup", known_and_unknown)
        ->Arg(0)
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("inquiry_at_its_deadline", known_and_unknown)
        ->Arg(1)
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
