#include "tests/lab/pcscd_process.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <memory>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pcsc/context.h"
#include "pcsc/error.h"
#include "pcsc/service_watch.h"

namespace tahvil::lab {

namespace {

constexpr const char* kDriver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

std::string new_folder(std::string name) {
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
    return name;
}

}  // namespace

bool in_namespace() {
    return std::getenv("TAHVIL_LAB") != nullptr;
}

void PcscdProcess::configure() {
    if (!in_namespace()) throw std::logic_error("a pcscd of the test's own needs tests/lab/in_namespace");
    configuration_ = new_folder("/run/lab-readers-XXXXXX");
    drivers_ = new_folder("/run/lab-drivers-XXXXXX");
    int number = 0;
    for (const std::uint16_t port : ports_) {
        ++number;
        // The driver keeps one table of slots for all its readers: each reader gets a copy of its own.
        const std::string driver = drivers_ + "/vpcd" + std::to_string(number) + ".so";
        std::filesystem::copy_file(kDriver, driver);
        std::ofstream file(configuration_ + "/reader" + std::to_string(number));
        file << "FRIENDLYNAME \"Lab Reader " << number << "\"\n"
             << std::hex << "DEVICENAME /dev/null:0x" << port << "\nLIBPATH " << driver << "\nCHANNELID 0x" << port
             << "\n";
    }
}

PcscdProcess::~PcscdProcess() {
    stop();
    for (const std::string& folder : {configuration_, drivers_}) {
        if (!folder.empty()) std::filesystem::remove_all(folder);
    }
}

void PcscdProcess::start() {
    if (configuration_.empty()) configure();
    // It refuses to start beside what a crashed one has left.
    std::filesystem::remove("/run/pcscd/pcscd.pid");
    pcsc::ServiceWatch watch(pcsc::service_socket());
    watch.arm();
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    const char* const log = std::getenv("TAHVIL_LAB_LOG");
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log != nullptr ? log : "/dev/null",
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    std::array<std::string, 8> words{"setpriv",      "--pdeathsig", "KILL", "/usr/sbin/pcscd",
                                     "--foreground", "--info",      "-c",   configuration_};
    std::array<char*, 9> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    const int failure = posix_spawnp(&process_, "setpriv", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("setpriv could not be started");
    for (;;) {
        try {
            const pcsc::Context answered;
            return;
        } catch (const pcsc::ServiceUnavailable&) {
            if (waitpid(process_, nullptr, WNOHANG) == process_) {
                process_ = 0;
                throw std::runtime_error("pcscd ended at its start");
            }
            watch.wait();
        }
    }
}

void PcscdProcess::end_by(int signal) {
    if (process_ == 0) return;
    kill(process_, SIGCONT);
    kill(process_, signal);
    waitpid(process_, nullptr, 0);
    process_ = 0;
}

void PcscdProcess::freeze() const {
    kill(process_, SIGSTOP);
    // Its threads go on until the signal has reached them all.
    int status = 0;
    if (waitpid(process_, &status, WUNTRACED) != process_ || !WIFSTOPPED(status))
        throw std::runtime_error("pcscd could not be stopped");
}

void PcscdProcess::thaw() const {
    kill(process_, SIGCONT);
}

}  // namespace tahvil::lab
