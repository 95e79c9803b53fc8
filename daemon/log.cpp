#include "daemon/log.h"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace tahvil::daemon {

Log::Sink log_to_standard_error() {
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;  // NOLINT(concurrency-mt-unsafe): at start-up
    return [journal](LogLevel level, std::string_view line) {
        static constexpr std::string_view kPriorities[] = {"<3>", "<4>", "<6>", "<7>"};
        static constexpr std::string_view kNames[] = {"error: ", "warning: ", "", "debug: "};
        const auto index = static_cast<std::size_t>(level);
        std::string text{journal ? kPriorities[index] : kNames[index]};
        for (const char c : line) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
        text += '\n';
        // A log that can not be written is no reason to stop serving.
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    };
}

}  // namespace tahvil::daemon
