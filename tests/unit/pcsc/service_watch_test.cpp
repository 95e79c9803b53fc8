#include "pcsc/service_watch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace tahvil::pcsc {
namespace {

class ServiceWatchTest : public testing::Test {
protected:
    ServiceWatchTest() {
        std::string name = (std::filesystem::temp_directory_path() / "tahvil-watch-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~ServiceWatchTest() override { std::filesystem::remove_all(folder); }

    void make_socket() const { std::ofstream(folder / "pcscd" / "pcscd.comm") << ""; }

    std::filesystem::path folder;
};

// Each of these hangs when it fails, until the time limit of the test.

TEST_F(ServiceWatchTest, SeesTheSocketAppear) {
    std::filesystem::create_directory(folder / "pcscd");
    ServiceWatch watch(folder / "pcscd" / "pcscd.comm");
    watch.arm();
    make_socket();
    watch.wait();
}

TEST_F(ServiceWatchTest, SeesTheFolderAppear) {
    ServiceWatch watch(folder / "pcscd" / "pcscd.comm");
    watch.arm();
    std::thread service([this] { std::filesystem::create_directory(folder / "pcscd"); });
    watch.wait();
    service.join();
    watch.arm();
    make_socket();
    watch.wait();
}

TEST_F(ServiceWatchTest, SeesTheSocketBeOpenedToEverybody) {
    std::filesystem::create_directory(folder / "pcscd");
    make_socket();
    ServiceWatch watch(folder / "pcscd" / "pcscd.comm");
    watch.arm();
    std::filesystem::permissions(folder / "pcscd" / "pcscd.comm", std::filesystem::perms::all);
    watch.wait();
}

TEST_F(ServiceWatchTest, IsInterruptedForGood) {
    ServiceWatch watch(folder / "pcscd" / "pcscd.comm");
    watch.arm();
    watch.interrupt();
    watch.wait();
    watch.arm();
    watch.wait();
}

}  // namespace
}  // namespace tahvil::pcsc
