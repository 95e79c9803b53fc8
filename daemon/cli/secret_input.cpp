#include "daemon/cli/secret_input.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kLongestLine = 256;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }

    int number() const { return number_; }

private:
    int number_;
};

/// Holds the echo back, and the signals that would end the program with the echo off: one that arrives stays pending,
/// and takes effect when the echo is back.
class Silence {
public:
    explicit Silence(int terminal) : terminal_(terminal) {
        sigset_t held;
        sigemptyset(&held);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&held, signal);
        sigprocmask(SIG_BLOCK, &held, &signals_before_);
        signals_.emplace(signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
        if (tcgetattr(terminal_, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= static_cast<tcflag_t>(~static_cast<tcflag_t>(ECHO));
        silent.c_lflag |= ECHONL;
        changed_ = tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() {
        if (changed_) tcsetattr(terminal_, TCSAFLUSH, &before_);
        sigprocmask(SIG_SETMASK, &signals_before_, nullptr);
    }

    /// Until a line was typed. False when a signal came before it.
    bool wait() const {
        std::array<pollfd, 2> both{{{terminal_, POLLIN, 0}, {signals_->number(), POLLIN, 0}}};
        while (poll(both.data(), both.size(), -1) < 0 && errno == EINTR) {
        }
        return (both[1].revents & POLLIN) == 0;
    }

private:
    int terminal_;
    termios before_{};
    sigset_t signals_before_{};
    std::optional<Descriptor> signals_;
    bool changed_ = false;
};

/// One byte, or nothing at the end.
bool read_byte(int descriptor, std::uint8_t& byte) {
    for (;;) {
        const ssize_t count = read(descriptor, &byte, 1);
        if (count == 1) return true;
        if (count == 0) return false;
        if (errno != EINTR) {
            throw InvalidInput("input.descriptor", "file descriptor " + std::to_string(descriptor) + " can not be read",
                               "Open it for the program, such as --can-fd 3 3<FILE.");
        }
    }
}

/// A line without its end. `ended` is set when the input ends before a line does.
SecretBytes read_line(int descriptor, bool& ended) {
    SecretBytes line(kLongestLine);
    std::size_t size = 0;
    std::uint8_t byte = 0;
    ended = true;
    while (read_byte(descriptor, byte)) {
        if (byte == '\n') {
            ended = false;
            break;
        }
        if (size == kLongestLine) {
            throw InvalidInput("input.descriptor", "a line is longer than " + std::to_string(kLongestLine) + " bytes");
        }
        line.writable()[size++] = byte;
    }
    if (size > 0 && line.view()[size - 1] == '\r') --size;
    line.truncate(size);
    return line;
}

}  // namespace

SecretBytes ask_without_echo(std::string_view prompt) {
    const Descriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.number() < 0) {
        throw InvalidInput("input.no_terminal", "a secret is to be asked for and there is no terminal",
                           "Hand it in by a file descriptor: --can-fd, --mrz-fd or --pin-fd.");
    }
    const Silence silence(terminal.number());
    if (write(terminal.number(), prompt.data(), prompt.size()) < 0) {
        throw InvalidInput("input.no_terminal", "the terminal can not be written to");
    }
    if (!silence.wait()) throw InvalidInput("input.ended", "the input was interrupted");
    bool ended = false;
    SecretBytes line = read_line(terminal.number(), ended);
    if (ended) throw InvalidInput("input.ended", "the input ended before the secret was typed");
    return line;
}

std::vector<SecretBytes> read_lines(int descriptor, std::size_t most) {
    std::vector<SecretBytes> lines;
    bool ended = false;
    while (!ended && lines.size() < most) {
        SecretBytes line = read_line(descriptor, ended);
        if (line.empty()) break;
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace tahvil::cli
