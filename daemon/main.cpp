// tahvild: see --help.

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "crypto/bytes.h"
#include "crypto/error.h"
#include "daemon/daemon.h"

namespace {

using namespace tahvil;
using namespace tahvil::daemon;

constexpr std::size_t kLockedMemory = std::size_t{64} * 1024;
constexpr int kArenas = 2;
constexpr int kTrimThreshold = 128 * 1024;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

constexpr std::string_view kHelp =
    "Usage: tahvild [--config FILE] [--check-config]\n"
    "\n"
    "Watches the smart-card readers of this machine, checks cards, and answers programs on a Unix socket.\n"
    "\n"
    "  --config FILE    configuration (default: /etc/tahvil/tahvild.toml, which may be missing)\n"
    "  --check-config   say whether the configuration is good, and end\n"
    "  --version        say the version, and end\n"
    "  --help           say this, and end\n";

struct Arguments {
    std::optional<std::string> config;
    bool check_config = false;
};

Arguments parse(int count, char** values) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view value = values[i];
        if (value == "--help" || value == "-h") {
            std::cout << kHelp;
            std::exit(EXIT_SUCCESS);  // NOLINT(concurrency-mt-unsafe): nothing else runs yet
        } else if (value == "--version") {
            std::cout << "tahvild " TAHVIL_VERSION "\n";
            std::exit(EXIT_SUCCESS);  // NOLINT(concurrency-mt-unsafe)
        } else if (value == "--check-config") {
            arguments.check_config = true;
        } else if (value == "--config" && i + 1 < count) {
            arguments.config = values[++i];
        } else {
            throw InvalidInput("usage", "there is no option " + std::string{value} + ", or it lacks its value",
                               "See tahvild --help.");
        }
    }
    return arguments;
}

Config configuration(const Arguments& arguments) {
    Surroundings surroundings;
    surroundings.own_uid = ::geteuid();
    if (const char* folder = std::getenv("STATE_DIRECTORY")) surroundings.state_directory = folder;  // NOLINT
    if (arguments.config) return read_config(*arguments.config, surroundings);
    if (std::filesystem::exists(kDefaultConfigFile)) return read_config(std::string{kDefaultConfigFile}, surroundings);
    return parse_config({}, kDefaultConfigFile, surroundings);
}

/// Nothing of this process is for others: no core dump, no file that they can read, no secret on the swap.
bool close_up() {
    ::prctl(PR_SET_DUMPABLE, 0);
    ::umask(S_IRWXG | S_IRWXO);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    ::mallopt(M_ARENA_MAX, kArenas);
    ::mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
    return reserve_locked_memory(kLockedMemory);
}

void serve(const Config& config, const Log& log) {
    auto activated = api::ListeningSocket::activated();
    Daemon daemon{
        config, activated ? *std::move(activated) : api::ListeningSocket{config.socket_path, config.socket_group}, log};
    log.info("tahvild " TAHVIL_VERSION " serves " + config.socket_path);
    ::sd_notify(0, "READY=1");
    daemon.run({SIGTERM, SIGINT});
    ::sd_notify(0, "STOPPING=1");
    log.info("tahvild stops");
}

}  // namespace

int main(int count, char** values) {
    const bool locked = close_up();
    std::optional<Log> log;
    try {
        log.emplace(log_to_standard_error());
        const Arguments arguments = parse(count, values);
        const Config config = configuration(arguments);
        if (arguments.check_config) {
            std::cout << "The configuration is good.\n";
            return EXIT_SUCCESS;
        }
        log.emplace(log_to_standard_error(), config.log_level);
        if (!locked) log->warning("memory could not be locked: secrets are wiped, but may reach the swap before that");
        serve(config, *log);
        return EXIT_SUCCESS;
    } catch (const InvalidInput& error) {
        log->error(describe(error));
        if (!error.remedy().empty()) log->error(error.remedy());
        return kWrongUsage;
    } catch (const Error& error) {
        log->error(describe(error));
        if (!error.remedy().empty()) log->error(error.remedy());
        return kFailed;
    } catch (const std::exception& error) {
        log->error(describe(error));
        return kFailed;
    }
}
