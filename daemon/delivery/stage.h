#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tahvil::daemon {

/// Where a delivery stands. Numbers are what the store keeps, and never change.
enum class Stage : std::uint8_t {
    expected = 1,   ///< on a manifest, the card not seen yet
    arrived = 2,    ///< the card was read and is this record's
    notified = 3,   ///< the holder was told
    presented = 4,  ///< the card is on the desk, the checklist under way
    handed_over = 5,
    returned = 6,   ///< sent back to the centre
    withdrawn = 7,  ///< called back before it was handed over
    missing = 8,
};

std::string_view name(Stage stage);  ///< "handed_over"
std::optional<Stage> stage_by_name(std::string_view name);

/// One allowed move. There is no other way from stage to stage.
struct StageMove {
    Stage from;
    Stage to;
    std::string_view act;  ///< what is done: "check_in"
    bool needs_reason = false;
};

std::span<const StageMove> stage_moves();
const StageMove* find_move(Stage from, Stage to);  ///< null when it is not allowed
std::vector<std::string> next_stages(Stage from);  ///< by name

}  // namespace tahvil::daemon
