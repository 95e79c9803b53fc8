#include "daemon/delivery/notice_channel.h"

#include <array>
#include <csignal>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "crypto/error.h"
#include "daemon/client/client.h"
#include "daemon/client/transport.h"
#include "daemon/strict_json.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;
using Outcome = SendResult::Outcome;
using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t kMaxOutput = 4096;  // bytes of which the first line is looked for
constexpr int kSchema = 1;

/// A file descriptor that closes itself.
class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(); }
    int get() const { return descriptor_; }
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }

private:
    int descriptor_;
};

int milliseconds_left(Deadline deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

/// Whether the descriptor is ready before the deadline; a signal that interrupts counts for nothing.
bool ready(int descriptor, short events, Deadline deadline) {
    while (true) {
        pollfd waited{descriptor, events, 0};
        const int answer = ::poll(&waited, 1, milliseconds_left(deadline));
        if (answer > 0) return true;
        if (answer == 0 || errno != EINTR) return false;
    }
}

/// The program's own business is told to us by its output and its exit status alone.
std::optional<pid_t> start(const std::vector<std::string>& command, int input, int output) {
    std::vector<char*> arguments;
    for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
    std::string language = "LANG=C.UTF-8";
    std::array<char*, 3> environment{path.data(), language.data(), nullptr};
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);  // so that it can be ended with all that it started
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t process = 0;
    const int answer =
        ::posix_spawn(&process, arguments.front(), &actions, &attributes, arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return answer == 0 ? std::optional(process) : std::nullopt;
}

/// Its exit status as waitpid() tells it, or nothing when it had to be ended.
std::optional<int> wait_for(pid_t process, Deadline deadline) {
    const File descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    const bool ended = descriptor.get() >= 0 && ready(descriptor.get(), POLLIN, deadline);
    if (!ended) ::kill(-process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return ended ? std::optional(status) : std::nullopt;
}

void write_all(int descriptor, std::string_view text, Deadline deadline) {
    while (!text.empty() && ready(descriptor, POLLOUT, deadline)) {
        const ssize_t written = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
        if (written <= 0) return;  // it reads no more, which its exit status explains
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string first_line(int descriptor, Deadline deadline) {
    std::string output;
    std::array<char, 512> piece{};
    while (output.size() < kMaxOutput && output.find('\n') == std::string::npos &&
           ready(descriptor, POLLIN, deadline)) {
        const ssize_t count = ::read(descriptor, piece.data(), piece.size());
        if (count <= 0) break;
        output.append(piece.data(), static_cast<std::size_t>(count));
    }
    return output.substr(0, output.find('\n'));
}

/// A reference is shown to people: printable ASCII, or there is none.
std::string printable(std::string text) {
    if (text.size() > kMaxReference) text.resize(kMaxReference);
    for (const char each : text)
        if (each < ' ' || each > '~') return {};
    return text;
}

SendResult run(const std::vector<std::string>& command, const std::string& message, std::chrono::seconds time) {
    const Deadline deadline = std::chrono::steady_clock::now() + time;
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    // A socket, because a pipe whose reader is gone would send a signal to the daemon.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) != 0)
        return {Outcome::try_again, "no_pipe", {}};
    File in_end(in[0]);
    File to_program(in[1]);
    if (::pipe2(out.data(), O_CLOEXEC) != 0) return {Outcome::try_again, "no_pipe", {}};
    File from_program(out[0]);
    File out_end(out[1]);
    const std::optional<pid_t> process = start(command, in_end.get(), out_end.get());
    if (!process) return {Outcome::try_again, "not_started", {}};
    in_end.close();
    out_end.close();
    write_all(to_program.get(), message, deadline);
    to_program.close();
    const std::string reference = printable(first_line(from_program.get(), deadline));
    const std::optional<int> status = wait_for(*process, deadline);
    if (!status) return {Outcome::try_again, "time_out", {}};
    if (!WIFEXITED(*status)) return {Outcome::try_again, "signal", {}};
    const int code = WEXITSTATUS(*status);
    if (code == 0) return {Outcome::sent, {}, reference};
    return {code == EX_TEMPFAIL ? Outcome::try_again : Outcome::refused, "exit_status_" + std::to_string(code), {}};
}

std::string reference_in(const std::string& body) {
    constexpr std::size_t depth = 8;
    try {
        const json::value answer = parse_strict_json(body, depth);
        if (const json::object* const object = answer.if_object())
            if (const json::value* const reference = object->if_contains("reference"))
                if (const json::string* const text = reference->if_string()) return printable(std::string(*text));
    } catch (const MalformedData&) {  // an answer without a reference is one, too
    }
    return {};
}

}  // namespace

std::string encode(const NoticeMessage& message) {
    return json::serialize(json::object{{"schema", kSchema},
                                        {"id", message.id},
                                        {"delivery", message.delivery},
                                        {"kind", name(message.kind)},
                                        {"phone", message.phone},
                                        {"text", message.text},
                                        {"attempt", message.attempt}}) +
           "\n";
}

NoticeChannel command_channel(std::vector<std::string> command, std::chrono::seconds time) {
    if (command.empty() || !command.front().starts_with('/'))
        throw InvalidInput("notice.command", "a program that is not named by its whole path",
                           "Name it as in /usr/local/bin/send-sms.");
    return [command = std::move(command), time](const NoticeMessage& message) {
        return run(command, encode(message), time);
    };
}

NoticeChannel webhook_channel(std::string socket_path, std::string target, std::chrono::seconds time) {
    return [socket_path = std::move(socket_path), target = std::move(target),
            time](const NoticeMessage& message) -> SendResult {
        const std::string body = encode(message);
        client::RawAnswer answer;
        try {
            client::Transport transport(socket_path);
            answer = transport.exchange("POST", target,
                                        {{"Content-Type", "application/json"}, {"Idempotency-Key", message.id}},
                                        as_bytes(body), time);
        } catch (const client::Unreachable&) {
            return {Outcome::try_again, "unreachable", {}};
        }
        if (answer.status / 100 == 2) return {Outcome::sent, {}, reference_in(answer.body)};
        const bool later = answer.status / 100 == 5 || answer.status == 408 || answer.status == 429;
        return {later ? Outcome::try_again : Outcome::refused, "http_" + std::to_string(answer.status), {}};
    };
}

}  // namespace tahvil::daemon
