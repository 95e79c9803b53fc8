#include "daemon/cli/progress_bar.h"

#include <algorithm>
#include <ostream>

namespace tahvil::cli {

namespace {

constexpr std::uint64_t kWidth = 30;

std::string words_of(const Console& console, std::string_view step) {
    if (step.empty()) return console.say(Message::step_queued);
    if (step == "recognise") return console.say(Message::step_recognise);
    if (step == "access") return console.say(Message::step_access);
    if (step == "read") return console.say(Message::step_read);
    if (step == "authenticate") return console.say(Message::step_authenticate);
    if (step == "decide") return console.say(Message::step_decide);
    if (step == "pin_pad") return console.say(Message::step_pin_pad);
    if (step == "pin_pad_change") return console.say(Message::step_pin_pad_change);
    if (step == "hash") return console.say(Message::step_hash);
    return harmless(step);
}

std::string bar(std::uint64_t bytes, std::uint64_t of) {
    const std::uint64_t filled = std::min(bytes, of) * kWidth / of;
    std::string text = "[";
    text.append(filled, '#').append(kWidth - filled, '.');
    return text + "] " + std::to_string(bytes) + "/" + std::to_string(of) + "  ";
}

}  // namespace

void ProgressBar::show(std::string_view step, std::uint64_t bytes, std::uint64_t of) {
    if (!console_.error_is_terminal) return;
    const std::string line = (of > 0 ? bar(bytes, of) : std::string()) + words_of(console_, step);
    if (line == shown_) return;
    console_.error << "\r\x1b[K" << line << std::flush;
    shown_ = line;
}

void ProgressBar::clear() {
    if (shown_.empty()) return;
    console_.error << "\r\x1b[K" << std::flush;
    shown_.clear();
}

}  // namespace tahvil::cli
