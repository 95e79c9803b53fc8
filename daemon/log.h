#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace tahvil::daemon {

/// By falling weight; what is written are the chosen level and those above it.
enum class LogLevel : std::uint8_t { error, warning, info, debug };

/// Where the daemon's lines for the person who runs it go. No line ever holds a secret or personal data, at any level:
/// ids, reader names, codes of errors and numbers only. Safe to be used from every thread.
class Log {
public:
    /// Gets one line without its end; may be called from any thread.
    using Sink = std::function<void(LogLevel, std::string_view line)>;

    explicit Log(Sink sink, LogLevel level = LogLevel::info) : sink_(std::move(sink)), level_(level) {}

    void error(std::string_view line) const { write(LogLevel::error, line); }
    void warning(std::string_view line) const { write(LogLevel::warning, line); }
    void info(std::string_view line) const { write(LogLevel::info, line); }
    void debug(std::string_view line) const { write(LogLevel::debug, line); }

private:
    void write(LogLevel level, std::string_view line) const {
        if (level <= level_) sink_(level, line);
    }

    Sink sink_;
    LogLevel level_;
};

/// Standard error, one write a line; under systemd with the priority that the journal understands (sd-daemon(3)).
/// Control characters of a line are shown as '?', so that nothing that came from outside can forge a line.
Log::Sink log_to_standard_error();

}  // namespace tahvil::daemon
