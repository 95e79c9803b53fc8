// The acts of a day at the desk, each ended at every write and sync that it makes: by kill -9, by a loss of power, by
// an error of the disk, by a full one. Afterwards the store must be as before the act or as after it, never between,
// and the act done again must end as if nothing had been.

#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include "daemon/error.h"
#include "tests/crash/faulty_disk.h"
#include "tests/crash/office.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
using test::Fault;
using test::FaultyDisk;
using test::Office;
using test::OfficeAct;

class CrashTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("tahvil-crash-" + std::to_string(::getpid()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// A copy of the store as it stands before an act; made once for all faults.
    fs::path prepare(std::size_t act) {
        const fs::path before = folder_ / ("before-" + std::to_string(act));
        if (fs::exists(before)) return before;
        fs::create_directory(before);
        if (act > 0) {
            fs::copy(prepare(act - 1), before, fs::copy_options::recursive);
            run(before, act - 1);
        }
        disk_.forget();
        return before;
    }
    fs::path copy_of(const fs::path& before) {
        const fs::path copy = folder_ / "run";
        fs::remove_all(copy);
        fs::copy(before, copy);
        return copy;
    }
    void run(const fs::path& folder, std::size_t act) {
        Office office(folder, keys_, FaultyDisk::kVfs);
        test::office_day()[act].act(office);
    }
    std::string content(const fs::path& folder) { return Office(folder, keys_, FaultyDisk::kVfs).content(); }

    /// Everything that must be so after a restart.
    void expect_sound(const fs::path& folder, std::size_t act, const std::string& before, const std::string& after,
                      bool answered) {
        const std::vector<std::string> earlier = checkpoints(act);
        std::string receipt;
        {
            Office office(folder, keys_, FaultyDisk::kVfs);
            const std::string found = office.content();
            EXPECT_TRUE(found == after || (found == before && !answered)) << "between the two:\n" << found;
            EXPECT_EQ(office.contradictions(earlier), std::vector<std::string>());
            receipt = office.handover.receipt(Office::kFirst).value_or("");
        }
        Office office(folder, keys_, FaultyDisk::kVfs);
        test::office_day()[act].act(office);  // the client asks again
        EXPECT_EQ(office.content(), after);
        EXPECT_EQ(office.contradictions(earlier), std::vector<std::string>());
        if (!receipt.empty()) {
            EXPECT_EQ(office.handover.receipt(Office::kFirst), receipt);
        }
    }
    /// Those that were signed before the act.
    std::vector<std::string> checkpoints(std::size_t act) {
        if (!checkpoints_.contains(act)) {
            const fs::path copy = folder_ / "checkpoints";
            fs::copy(prepare(act), copy);
            {
                Office office(copy, keys_, FaultyDisk::kVfs);
                const std::optional<std::string> last = office.journal.last_checkpoint();
                checkpoints_[act] = last ? std::vector{*last} : std::vector<std::string>();
            }
            fs::remove_all(copy);
            disk_.forget();
        }
        return checkpoints_[act];
    }

    /// Does an act with a fault at the nth operation, by `run_one`, for every n that it has, or every `step`th.
    void at_every_point(Fault fault, std::size_t act, const std::function<bool(const fs::path&)>& run_one,
                        std::size_t step = 1) {
        const fs::path before = prepare(act);
        const std::string content_before = act == 0 ? std::string() : content(before);
        const std::string content_after = content(prepare(act + 1));
        bool finished = false;
        for (std::size_t n = 1 + act % step; !finished; n += step) {
            ASSERT_LT(n, kMaxPoints);
            SCOPED_TRACE(std::string(test::office_day()[act].name) + ", operation " + std::to_string(n));
            const fs::path folder = copy_of(before);
            disk_.forget();
            disk_.arm(fault, n);
            const bool answered = run_one(folder);
            finished = fault == Fault::kill ? !killed_ : !disk_.happened();
            if (fault != Fault::kill) seen_.insert(disk_.points().begin(), disk_.points().end());
            if (fault == Fault::power_loss)
                disk_.restore_power(static_cast<std::uint32_t>(n));
            else
                disk_.forget();
            expect_sound(folder, act, content_before, content_after, answered);
            if (HasFailure()) return;
        }
    }
    /// In this process; whether the act was answered before anything went wrong.
    bool answered_in_process(const fs::path& folder, std::size_t act) {
        try {
            Office office(folder, keys_, FaultyDisk::kVfs);
            test::office_day()[act].act(office);
            return true;
        } catch (const StoreError& error) {
            codes_.insert(std::string(error.code()));
            EXPECT_FALSE(error.remedy().empty()) << error.what();
            return false;
        }
    }
    /// In a process of its own, which may be killed.
    bool answered_in_child(const std::function<void(const std::function<void()>& answered)>& work) {
        std::array<int, 2> pipe{};
        EXPECT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            int status = 0;
            try {
                work([&] { status = ::write(pipe[1], "!", 1) == 1 ? 0 : 1; });
            } catch (const std::exception&) {
                status = 1;
            }
            ::_exit(status);
        }
        ::close(pipe[1]);
        char byte = 0;
        const bool answered = ::read(pipe[0], &byte, 1) == 1;
        ::close(pipe[0]);
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        EXPECT_TRUE(killed_ || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
        return answered;
    }

    static constexpr std::size_t kMaxPoints = 1000;
    fs::path folder_;
    test::OfficeKeys keys_;
    FaultyDisk disk_;
    std::map<std::size_t, std::vector<std::string>> checkpoints_;
    std::set<std::string> seen_;
    std::set<std::string> codes_;
    bool killed_ = false;
};

const std::size_t kActs = test::office_day().size();

TEST_F(CrashTest, SurvivesAKillAtEveryPoint) {
    for (std::size_t act = 0; act < kActs && !HasFailure(); ++act)
        at_every_point(Fault::kill, act, [&](const fs::path& folder) {
            return answered_in_child([&](const std::function<void()>& answered) {
                Office office(folder, keys_, FaultyDisk::kVfs);
                test::office_day()[act].act(office);
                answered();
            });
        });
}

TEST_F(CrashTest, SurvivesALossOfPowerAtEveryPoint) {
    for (std::size_t act = 0; act < kActs && !HasFailure(); ++act)
        at_every_point(Fault::power_loss, act,
                       [&](const fs::path& folder) { return answered_in_process(folder, act); });
    for (const char* const point :
         {"store.db-wal write", "store.db-wal sync", "store.db write", "store.db sync", "store.db-wal delete"})
        EXPECT_TRUE(seen_.contains(point)) << point;
}

TEST_F(CrashTest, AnErrorOfTheDiskIsToldAndLosesNothing) {
    for (std::size_t act = 0; act < kActs && !HasFailure(); ++act)
        at_every_point(
            Fault::io_error, act, [&](const fs::path& folder) { return answered_in_process(folder, act); }, 3);
    EXPECT_EQ(codes_, (std::set<std::string>{"store.io"}));
}

TEST_F(CrashTest, AFullDiskIsToldAndLosesNothing) {
    for (std::size_t act = 0; act < kActs && !HasFailure(); ++act)
        at_every_point(
            Fault::full, act, [&](const fs::path& folder) { return answered_in_process(folder, act); }, 3);
    EXPECT_EQ(codes_, (std::set<std::string>{"store.full"}));
}

TEST_F(CrashTest, GoesOnWithoutARestartOnceTheDiskHasRoomAgain) {
    const std::string after = content(prepare(kActs));
    const fs::path folder = copy_of(prepare(0));
    Office office(folder, keys_, FaultyDisk::kVfs);
    for (const OfficeAct& each : test::office_day()) {
        disk_.arm(Fault::full, 2);
        try {
            each.act(office);
        } catch (const StoreError& error) {
            EXPECT_EQ(error.code(), "store.full");
            EXPECT_TRUE(error.try_again());
        }
        disk_.arm(Fault::none, 0);
        each.act(office);
    }
    EXPECT_EQ(office.content(), after);
    EXPECT_EQ(office.contradictions(), std::vector<std::string>());
}

TEST_F(CrashTest, SurvivesAKillAndALossOfPowerAtAnyPointOfTheWholeDay) {
    const std::string after = content(prepare(kActs));
    const auto day = [&](const fs::path& folder) {
        Office office(folder, keys_, FaultyDisk::kVfs);
        for (const OfficeAct& each : test::office_day()) each.act(office);
    };
    disk_.arm(Fault::none, 0);
    day(copy_of(prepare(0)));
    const std::size_t all = disk_.points().size();
    std::mt19937 random(std::random_device{}());
    for (int run = 0; run < 40 && !HasFailure(); ++run) {
        const std::uint32_t seed = static_cast<std::uint32_t>(random());
        const std::size_t n = 1 + seed % all;
        SCOPED_TRACE("operation " + std::to_string(n) + ", seed " + std::to_string(seed));
        const fs::path folder = copy_of(prepare(0));
        disk_.forget();
        if (run % 2 == 0) {
            disk_.arm(Fault::kill, n);
            answered_in_child([&](const std::function<void()>&) { day(folder); });
            disk_.forget();
        } else {
            disk_.arm(Fault::power_loss, n);
            try {
                day(folder);  // the power may go while the store is closed, of which nobody is told
            } catch (const StoreError& error) {
                EXPECT_EQ(error.code(), "store.io");
            }
            disk_.restore_power(seed);
        }
        Office office(folder, keys_, FaultyDisk::kVfs);
        EXPECT_EQ(office.contradictions(), std::vector<std::string>());
        for (const OfficeAct& each : test::office_day()) each.act(office);  // the day is gone through again
        EXPECT_EQ(office.content(), after);
        EXPECT_EQ(office.contradictions(), std::vector<std::string>());
    }
}

TEST_F(CrashTest, AStoreThatTurnsReadOnlyIsToldAndLosesNothing) {
    const std::string after = content(prepare(kActs));
    const fs::path folder = copy_of(prepare(0));
    Office office(folder, keys_, FaultyDisk::kVfs);
    for (const OfficeAct& each : test::office_day()) {
        office.database.execute("PRAGMA query_only=ON");
        try {
            each.act(office);
        } catch (const StoreError& error) {
            EXPECT_EQ(error.code(), "store.read_only");
            EXPECT_NE(error.remedy().find("mounted for writing"), std::string_view::npos);
        }
        office.database.execute("PRAGMA query_only=OFF");
        each.act(office);
    }
    EXPECT_EQ(office.content(), after);
}

std::size_t act_by_name(std::string_view name) {
    const auto& day = test::office_day();
    return static_cast<std::size_t>(std::ranges::find_if(day, [&](const OfficeAct& act) { return act.name == name; }) -
                                    day.begin());
}

TEST_F(CrashTest, AClockSetBackStopsAHandoverAndLosesNothing) {
    Office office(copy_of(prepare(act_by_name("hand_over"))), keys_, FaultyDisk::kVfs);
    const std::string before = office.content();
    try {
        office.hand_over(Office::kFirst, "key-1", test::kNow - std::chrono::hours(1));
        ADD_FAILURE() << "handed over before it was begun";
    } catch (const Conflict& conflict) {
        EXPECT_EQ(conflict.code(), "delivery.clock");
        EXPECT_EQ(conflict.remedy(), "Set the clock of this machine.");
    }
    EXPECT_EQ(office.content(), before);
    EXPECT_FALSE(office.hand_over(Office::kFirst).again);
    EXPECT_EQ(office.contradictions(), std::vector<std::string>());
}

/// Two processes hand the same card over at the same moment; what each of them answered, a line each.
std::vector<std::string> race(const fs::path& folder, const test::OfficeKeys& keys,
                              const std::vector<std::string>& idempotency_keys) {
    std::array<int, 2> start{};
    EXPECT_EQ(::pipe(start.data()), 0);
    std::vector<pid_t> children;
    for (std::size_t i = 0; i < idempotency_keys.size(); ++i) {
        children.push_back(::fork());
        if (children.back() != 0) continue;
        ::close(start[1]);
        std::string answer;
        {
            Office office(folder, keys);
            char byte = 0;
            if (::read(start[0], &byte, 1) != 0) ::_exit(1);  // until the other end is closed
            try {
                const HandedOver done = office.hand_over(Office::kFirst, idempotency_keys[i]);
                answer = std::string(done.again ? "again " : "done ") + done.receipt;
            } catch (const Error& error) {
                answer = error.code();
            }
        }
        std::ofstream(folder / ("answer-" + std::to_string(i))) << answer;
        ::_exit(0);
    }
    ::close(start[0]);
    ::close(start[1]);
    std::vector<std::string> answers;
    for (std::size_t i = 0; i < children.size(); ++i) {
        int status = 0;
        EXPECT_EQ(::waitpid(children[i], &status, 0), children[i]);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        std::ifstream file(folder / ("answer-" + std::to_string(i)));
        std::string answer;
        std::getline(file, answer);
        answers.push_back(answer);
    }
    std::ranges::sort(answers);
    return answers;
}

TEST_F(CrashTest, TwoProcessesOnOneStoreHandACardOverOnce) {
    const fs::path before = prepare(act_by_name("hand_over"));
    for (int round = 0; round < 5; ++round) {
        const fs::path folder = copy_of(before);
        const std::vector<std::string> answers = race(folder, keys_, {"key-1", "key-2"});
        EXPECT_TRUE(answers[0].starts_with("done ")) << answers[0];
        EXPECT_EQ(answers[1], "handover.not_begun");
        Office office(folder, keys_);
        EXPECT_EQ(office.contradictions(), std::vector<std::string>());
    }
}

TEST_F(CrashTest, TwoProcessesWithOneKeyGiveOneReceipt) {
    const fs::path before = prepare(act_by_name("hand_over"));
    for (int round = 0; round < 5; ++round) {
        const fs::path folder = copy_of(before);
        const std::vector<std::string> answers = race(folder, keys_, {"key-1", "key-1"});
        ASSERT_TRUE(answers[0].starts_with("again ")) << answers[0];
        ASSERT_TRUE(answers[1].starts_with("done ")) << answers[1];
        EXPECT_EQ(answers[0].substr(6), answers[1].substr(5));
        EXPECT_EQ(Office(folder, keys_).contradictions(), std::vector<std::string>());
    }
}

}  // namespace
}  // namespace tahvil::daemon
