#include "daemon/delivery/notice_channel.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
using Outcome = SendResult::Outcome;

NoticeMessage message() {
    return {"T1-N7", "T1-00000001", NoticeKind::reminder, "09120000000", "یادآوری: \"کارت\"", 2};
}

class NoticeChannelTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("tahvil-notices-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    SendResult run(const std::string& script, std::chrono::seconds time = std::chrono::seconds(60)) {
        return command_channel({"/bin/sh", "-c", script, "sh", folder_.string()}, time)(message());
    }
    std::string read(const char* name) {
        std::ifstream stream(folder_ / name);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    fs::path folder_;
};

TEST_F(NoticeChannelTest, AProgramGetsTheMessageOnItsInputAndNothingElse) {
    const SendResult result = run("cat > $1/in; env > $1/env; ls /proc/self/fd > $1/fds; echo sms-42; echo more");
    EXPECT_EQ(result.outcome, Outcome::sent);
    EXPECT_EQ(result.reference, "sms-42");
    EXPECT_TRUE(result.problem.empty());
    const boost::json::value told = boost::json::parse(read("in"));
    EXPECT_EQ(told, (boost::json::value{{"schema", 1},
                                        {"id", "T1-N7"},
                                        {"delivery", "T1-00000001"},
                                        {"kind", "reminder"},
                                        {"phone", "09120000000"},
                                        {"text", "یادآوری: \"کارت\""},
                                        {"attempt", 2U}}));
    EXPECT_EQ(read("env").find("HOME="), std::string::npos);
    EXPECT_EQ(read("fds").find("5"), std::string::npos);
}

TEST_F(NoticeChannelTest, ItsExitStatusSaysWhetherToTryAgain) {
    EXPECT_EQ(run("exit 75").outcome, Outcome::try_again);
    EXPECT_EQ(run("exit 75").problem, "exit_status_75");
    EXPECT_EQ(run("exit 1").outcome, Outcome::refused);
    EXPECT_EQ(run("kill -SEGV $$").problem, "signal");
    EXPECT_EQ(run("kill -SEGV $$").outcome, Outcome::try_again);
    EXPECT_EQ(run("exec 0<&-; exit 0").outcome, Outcome::sent);  // it need not read
    EXPECT_EQ(run("printf 'a\\001b\\n'").reference, "");
    EXPECT_EQ(command_channel({"/nonexistent/program"})(message()).problem, "not_started");
    EXPECT_EQ(thrown_code([] { command_channel({"sh"}); }), "notice.command");
    EXPECT_EQ(thrown_code([] { command_channel({}); }), "notice.command");
}

TEST_F(NoticeChannelTest, AProgramThatHangsIsEndedWithAllThatItStarted) {
    const SendResult result = run("sleep 1000 & echo $! > $1/child; wait", std::chrono::seconds(1));
    EXPECT_EQ(result.outcome, Outcome::try_again);
    EXPECT_EQ(result.problem, "time_out");
    // The orphan is dead, or a zombie that init has not seen yet.
    const std::string child = read("child").substr(0, read("child").find('\n'));
    ASSERT_FALSE(child.empty());
    for (int i = 0; i < 500; ++i) {
        std::ifstream stat("/proc/" + child + "/stat");
        std::string text{std::istreambuf_iterator<char>(stat), {}};
        if (text.empty() || text.find(") Z") != std::string::npos) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "what the program started still runs";
}

/// Answers one request on a Unix socket, and keeps it.
class OneAnswer {
public:
    OneAnswer(const fs::path& path, std::string answer) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        thread_ = std::thread([this, answer = std::move(answer)] {
            const int peer = ::accept(listener_, nullptr, nullptr);
            std::array<char, 4096> piece{};
            while (request_.find("\n\n") == std::string::npos && request_.find("}\n") == std::string::npos) {
                const ssize_t count = ::read(peer, piece.data(), piece.size());
                if (count <= 0) break;
                request_.append(piece.data(), static_cast<std::size_t>(count));
            }
            EXPECT_EQ(::write(peer, answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
            ::close(peer);
        });
    }
    OneAnswer(const OneAnswer&) = delete;
    OneAnswer& operator=(const OneAnswer&) = delete;
    ~OneAnswer() {
        if (thread_.joinable()) thread_.join();
        ::close(listener_);
    }
    const std::string& request() {
        thread_.join();
        return request_;
    }

private:
    int listener_;
    std::string request_;
    std::thread thread_;
};

TEST_F(NoticeChannelTest, AWebhookGetsTheMessageOnItsSocket) {
    const fs::path path = folder_ / "sms.sock";
    const std::string body = R"({"reference": "m-1"})";
    OneAnswer service(path, "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body);
    const SendResult result = webhook_channel(path, "/notices")(message());
    EXPECT_EQ(result.outcome, Outcome::sent);
    EXPECT_EQ(result.reference, "m-1");
    const std::string& request = service.request();
    EXPECT_TRUE(request.starts_with("POST /notices HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Idempotency-Key: T1-N7\r\n"), std::string::npos);
    EXPECT_NE(request.find(R"("phone":"09120000000")"), std::string::npos);
}

TEST_F(NoticeChannelTest, AWebhooksStatusSaysWhetherToTryAgain) {
    const auto outcome = [this](const std::string& status) {
        const fs::path path = folder_ / ("s" + status);
        fs::remove(path);
        const OneAnswer service(path, "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n");
        return webhook_channel(path, "/")(message());
    };
    EXPECT_EQ(outcome("204").outcome, Outcome::sent);
    EXPECT_EQ(outcome("503").outcome, Outcome::try_again);
    EXPECT_EQ(outcome("503").problem, "http_503");
    EXPECT_EQ(outcome("429").outcome, Outcome::try_again);
    EXPECT_EQ(outcome("400").outcome, Outcome::refused);
    EXPECT_EQ(webhook_channel(folder_ / "nobody", "/")(message()).problem, "unreachable");
}

}  // namespace
}  // namespace tahvil::daemon
