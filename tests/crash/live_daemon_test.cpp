// A live daemon that is ended by kill -9 while a clerk plays a day through its socket: at every sync that its store
// makes, at each kind of write, and at random moments. After each restart the store is sound, what was answered is
// still so, and the clerk goes on to the end of the day.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/desk/desk.h"
#include "daemon/desk/store_key.h"
#include "tests/crash/clerk.h"
#include "tests/crash/faulty_disk.h"
#include "tests/crash/soundness.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
using test::Clerk;
using test::DaemonGone;
using test::Fault;
using test::FaultyDisk;

/// A process that is ended when this goes.
class Second {
public:
    explicit Second(pid_t process) : process_(process) {}
    Second(const Second&) = delete;
    Second& operator=(const Second&) = delete;
    ~Second() { end(); }

    void end() {
        if (process_ <= 0) return;
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

private:
    pid_t process_;
};

class LiveDaemonTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("tahvil-live-" + std::to_string(::getpid()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        std::ofstream(folder_ / "tahvild.toml")
            << "state_directory = \"" << state().string() << "\"\ndemo = true\npcsc = false\nlog_level = \"error\"\n"
            << "[socket]\npath = \"" << socket() << "\"\n[deliveries]\naccept_unsigned_manifests = true\n"
            << "[[embedded_reader]]\nid = \"reader\"\nfault = \"none\"\n";
    }
    void TearDown() override {
        end_daemon();
        fs::remove_all(folder_);
    }

    fs::path state() const { return folder_ / "state"; }
    std::string socket() const { return folder_ / "t.sock"; }
    Config config() const {
        Surroundings surroundings;
        surroundings.own_uid = ::geteuid();
        return read_config(folder_ / "tahvild.toml", surroundings);
    }

    /// A daemon in a process of its own, whose disk kills it at an operation; 0: at none.
    void start_daemon(std::size_t operation = 0) {
        daemon_ = ::fork();
        if (daemon_ == 0) run_daemon(operation);
        wait_for(socket());
    }
    [[noreturn]] void run_daemon(std::size_t operation) {
        ::signal(SIGPIPE, SIG_IGN);
        int status = 0;
        try {
            FaultyDisk disk(true);
            disk.arm(operation == 0 ? Fault::none : Fault::kill, operation);
            const Log log([](LogLevel, std::string_view) {});
            const Config config = this->config();
            {
                Daemon daemon(config, api::ListeningSocket{config.socket_path, std::nullopt}, log);
                daemon.run({SIGTERM});
            }
            std::ofstream points(folder_ / "points");
            for (const std::string& point : disk.points()) points << point << '\n';
        } catch (const std::exception& error) {
            std::ofstream(folder_ / "trouble") << error.what() << '\n';
            status = 1;
        }
        ::_exit(status);
    }
    /// The real program.
    void start_tahvild() {
        daemon_ = run_tahvild("tahvild.toml");
        wait_for(socket());
    }
    pid_t run_tahvild(const char* config) const {
        const std::string file = folder_ / config;
        const pid_t child = ::fork();
        if (child != 0) return child;
        ::execl(TAHVIL_DAEMON, "tahvild", "--config", file.c_str(), nullptr);
        ::_exit(127);
    }
    /// Until it listens, or is gone.
    bool wait_for(const std::string& socket) {
        while (!gone()) {
            try {
                Clerk(socket).greet();
                return true;
            } catch (const DaemonGone&) {
                std::this_thread::sleep_for(std::chrono::milliseconds{5});
            }
        }
        return false;
    }
    bool gone() {
        int status = 0;
        if (daemon_ <= 0 || ::waitpid(daemon_, &status, WNOHANG) == 0) return daemon_ <= 0;
        daemon_ = 0;
        status_ = status;
        return true;
    }
    /// As the system ends it, with all that it has to do at its end.
    void end_daemon(int signal = SIGTERM) {
        if (daemon_ <= 0) return;
        ::kill(daemon_, signal);
        ::waitpid(daemon_, &status_, 0);
        daemon_ = 0;
    }
    /// What the kernel says of its end.
    bool was_killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }

    /// Whether the day came to its end before the daemon did.
    static bool played(Clerk& clerk) {
        try {
            clerk.play();
            return true;
        } catch (const DaemonGone&) {
            return false;
        }
    }

    /// Looks at the store while no daemon has it.
    void expect_sound(const Clerk& clerk) {
        if (!fs::exists(state() / "terminal" / "terminal.json") || !fs::exists(state() / "store.key")) return;
        const Terminal terminal(state() / "terminal");
        StoreKeys keys;
        keys.add(1, fetch_store_key({1, "file:" + (state() / "store.key").string()}));
        DeskConfig desk = config().desk;
        desk.store = state() / "store.db";
        OpenDesk open(desk, keys, terminal);
        EXPECT_EQ(test::contradictions(open.database, open.journal, clerk.checkpoints()), std::vector<std::string>());
        const auto count = [&](const char* query) {
            Statement statement = open.database.prepare(query);
            statement.step();
            return statement.integer(0);
        };
        const std::int64_t receipts = count("SELECT count(*) FROM receipt");
        const std::int64_t shipments = count("SELECT count(*) FROM shipment");
        EXPECT_LE(receipts, 1);
        EXPECT_LE(shipments, 1);
        if (clerk.handed_over()) {
            EXPECT_EQ(receipts, 1) << "an answer was forgotten";
        }
        if (clerk.sent_back()) {
            EXPECT_EQ(shipments, 1) << "an answer was forgotten";
        }
        if (!clerk.receipt().empty()) {
            EXPECT_EQ(open.handover.receipt("DEMO-00000001"), clerk.receipt());
        }
    }
    void forget_everything() {
        end_daemon();
        fs::remove_all(state());
    }

    fs::path folder_;
    pid_t daemon_ = 0;
    int status_ = 0;
};

/// The operations at which a kill is of interest: every sync and deletion, and of the writes and truncations of each
/// file the first, the last and one in the middle; with TAHVIL_CRASH_ALL in the environment all.
std::vector<std::size_t> chosen(const std::vector<std::string>& points) {
    std::map<std::string, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < points.size(); ++i) places[points[i]].push_back(i + 1);
    std::set<std::size_t> operations;
    for (const auto& [name, all] : places) {
        if (std::getenv("TAHVIL_CRASH_ALL") != nullptr || name.ends_with("sync") || name.ends_with("delete"))
            operations.insert(all.begin(), all.end());
        else
            operations.insert({all.front(), all[all.size() / 2], all.back()});
    }
    return {operations.begin(), operations.end()};
}

TEST_F(LiveDaemonTest, SurvivesAKillAtEveryNamedPointOfTheDay) {
    start_daemon();
    Clerk first(socket());
    ASSERT_TRUE(played(first));
    end_daemon();
    expect_sound(first);
    std::vector<std::string> points;
    std::ifstream file(folder_ / "points");
    for (std::string line; std::getline(file, line);) points.push_back(line);
    ASSERT_GT(points.size(), 100U);
    const std::vector<std::size_t> operations = chosen(points);
    std::size_t kills = 0;
    for (const std::size_t operation : operations) {
        SCOPED_TRACE("operation " + std::to_string(operation) + ", " + points[operation - 1]);
        forget_everything();
        Clerk clerk(socket());
        start_daemon(operation);
        const bool whole = daemon_ > 0 && played(clerk);
        end_daemon();
        ASSERT_TRUE(was_killed() || whole);
        if (was_killed()) ++kills;
        expect_sound(clerk);
        start_daemon();
        EXPECT_TRUE(played(clerk));
        end_daemon();
        expect_sound(clerk);
        if (HasFailure()) return;
    }
    // Operations at the very end may not come again, since no two days take the same pages.
    EXPECT_GE(kills + 3, operations.size());
    std::cout << "killed at " << kills << " of " << points.size() << " operations\n";
}

TEST_F(LiveDaemonTest, SurvivesKillsAtRandomMoments) {
    constexpr int kKills = 20;
    const auto begun = std::chrono::steady_clock::now();
    start_tahvild();
    Clerk first(socket());
    ASSERT_TRUE(played(first));
    const auto day = std::chrono::steady_clock::now() - begun;
    std::mt19937 random(std::random_device{}());
    for (int i = 0; i < kKills && !HasFailure(); ++i) {
        const auto moment = day * static_cast<int>(random() % 1000) / 1000;
        SCOPED_TRACE("after " + std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(moment).count()) +
                     " microseconds");
        forget_everything();
        daemon_ = run_tahvild("tahvild.toml");
        std::thread killer([pid = daemon_, moment] {
            std::this_thread::sleep_for(moment);
            ::kill(pid, SIGKILL);
        });
        Clerk clerk(socket());
        wait_for(socket());
        if (daemon_ > 0) played(clerk);
        killer.join();
        end_daemon(SIGKILL);
        expect_sound(clerk);
        start_tahvild();
        EXPECT_TRUE(played(clerk));
        end_daemon();
        expect_sound(clerk);
    }
}

/// Two daemons on one store, and two clients with the same keys: one effect, and the same answer.
TEST_F(LiveDaemonTest, TwoOnOneStorePlayOneDay) {
    const std::string other = folder_ / "u.sock";
    {
        std::ifstream in(folder_ / "tahvild.toml");
        std::string text{std::istreambuf_iterator<char>(in), {}};
        text.replace(text.find(socket()), socket().size(), other);
        std::ofstream(folder_ / "other.toml") << text;
    }
    start_tahvild();
    Second second(run_tahvild("other.toml"));
    ASSERT_TRUE(wait_for(other));
    Clerk one(socket());
    Clerk two(other);
    std::string trouble;
    std::thread beside([&] {
        try {
            two.play_to_the_end();
        } catch (const std::exception& error) {
            trouble = error.what();
        }
    });
    EXPECT_NO_THROW(one.play_to_the_end());
    beside.join();
    EXPECT_EQ(trouble, "");
    EXPECT_FALSE(one.receipt().empty());
    EXPECT_EQ(one.receipt(), two.receipt());
    end_daemon();
    second.end();
    expect_sound(one);
    expect_sound(two);
}

}  // namespace
}  // namespace tahvil::daemon
