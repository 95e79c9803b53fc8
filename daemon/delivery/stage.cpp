#include "daemon/delivery/stage.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tahvil::daemon {

namespace {

using enum Stage;

constexpr std::array<std::pair<Stage, std::string_view>, 8> kNames{{
    {expected, "expected"},
    {arrived, "arrived"},
    {notified, "notified"},
    {presented, "presented"},
    {handed_over, "handed_over"},
    {returned, "returned"},
    {withdrawn, "withdrawn"},
    {missing, "missing"},
}};

constexpr std::array kMoves{
    StageMove{expected, arrived, "check_in"},          StageMove{expected, missing, "miss", true},
    StageMove{expected, withdrawn, "withdraw", true},  StageMove{arrived, notified, "notify"},
    StageMove{arrived, presented, "present"},          StageMove{arrived, returned, "return", true},
    StageMove{arrived, withdrawn, "withdraw", true},   StageMove{arrived, missing, "miss", true},
    StageMove{notified, presented, "present"},         StageMove{notified, returned, "return", true},
    StageMove{notified, withdrawn, "withdraw", true},  StageMove{notified, missing, "miss", true},
    StageMove{presented, handed_over, "hand_over"},    StageMove{presented, arrived, "put_back", true},
    StageMove{presented, withdrawn, "withdraw", true}, StageMove{withdrawn, returned, "return", true},
    StageMove{missing, arrived, "check_in"},           StageMove{missing, withdrawn, "withdraw", true},
};

}  // namespace

std::string_view name(Stage stage) {
    const auto* const found = std::ranges::find(kNames, stage, &std::pair<Stage, std::string_view>::first);
    return found == kNames.end() ? "unknown" : found->second;
}

std::optional<Stage> stage_by_name(std::string_view name) {
    const auto* const found = std::ranges::find(kNames, name, &std::pair<Stage, std::string_view>::second);
    return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

std::span<const StageMove> stage_moves() {
    return kMoves;
}

const StageMove* find_move(Stage from, Stage to) {
    const auto* const found =
        std::ranges::find_if(kMoves, [&](const StageMove& move) { return move.from == from && move.to == to; });
    return found == kMoves.end() ? nullptr : found;
}

std::vector<std::string> next_stages(Stage from) {
    std::vector<std::string> names;
    for (const StageMove& move : kMoves)
        if (move.from == from) names.emplace_back(name(move.to));
    return names;
}

}  // namespace tahvil::daemon
