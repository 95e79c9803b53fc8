#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/cli/console.h"

namespace tahvil::cli {

/// One line on a terminal that is written over while a card is read. On anything else it says nothing.
class ProgressBar {
public:
    explicit ProgressBar(const Console& console) : console_(console) {}
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar() { clear(); }

    /// `step` as the daemon names it. Without `of` no bar is drawn.
    void show(std::string_view step, std::uint64_t bytes, std::uint64_t of);
    void clear();

private:
    const Console& console_;
    std::string shown_;
};

}  // namespace tahvil::cli
