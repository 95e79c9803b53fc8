#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace tahvil::lab {

/// Whether this process runs under tests/lab/in_namespace, where a pcscd of its own may be started.
bool in_namespace();

/// A pcscd of the test's own, with a vpcd reader "Lab Reader N 00 00" for each port, counted from 1.
class PcscdProcess {
public:
    explicit PcscdProcess(std::vector<std::uint16_t> ports) : ports_(std::move(ports)) {}
    PcscdProcess(const PcscdProcess&) = delete;
    PcscdProcess& operator=(const PcscdProcess&) = delete;
    /// Stops it, and removes its configuration.
    ~PcscdProcess();

    /// Starts it, and waits until it answers.
    void start();
    /// Stops it as the system would (SIGTERM), and waits for its end.
    void stop() { end_by(SIGTERM); }
    /// Lets it crash.
    void crash() { end_by(SIGKILL); }
    /// Lets it hang, and go on.
    void freeze() const;
    void thaw() const;

private:
    void configure();
    void end_by(int signal);

    const std::vector<std::uint16_t> ports_;
    std::string configuration_;
    std::string drivers_;
    pid_t process_ = 0;
};

}  // namespace tahvil::lab
