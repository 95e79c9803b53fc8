#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "crypto/key.h"
#include "crypto/signer.h"

namespace tahvil::test {

/// A SoftHSM token in a temporary folder, made for each test. The keys are imported, so that the test knows them.
class SoftToken : public testing::Test {
public:
    static constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";

protected:
    void SetUp() override {
        if (!std::filesystem::exists(kModule) || std::system("command -v softhsm2-util > /dev/null") != 0)
            GTEST_SKIP() << "softhsm2 is not installed";
        folder_ = std::filesystem::temp_directory_path() / ("tahvil-signer-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_ / "tokens");
        std::ofstream(folder_ / "softhsm2.conf")
            << "directories.tokendir = " << (folder_ / "tokens").string() << "\nlog.level = ERROR\n";
        ASSERT_EQ(::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1), 0);
        make_token("office");
    }
    void TearDown() override {
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }

    void run(const std::string& arguments) const {
        ASSERT_EQ(std::system(("softhsm2-util --module " + std::string(kModule) + " " + arguments + " > " +
                               (folder_ / "log").string() + " 2>&1")
                                  .c_str()),
                  0)
            << arguments;
    }

    void make_token(const std::string& label) const {
        run("--init-token --free --label " + label + " --so-pin 12345678 --pin " + kPin);
    }

    void import(const PrivateKey& key, const std::string& label, const std::string& id) const {
        const std::filesystem::path file = folder_ / (label + id + ".pem");
        const SecretBytes pem = key.pem();
        std::ofstream(file) << as_text(pem.view());
        run("--import " + file.string() + " --token office --label " + label + " --id " + id + " --pin " + kPin);
    }

    std::unique_ptr<Signer> open(const std::string& attributes) {
        return signer_from_token("pkcs11:" + attributes + "?module-path=" + kModule, [this](const PinRequest& request) {
            ++pins_asked_;
            last_request_ = request;
            return SecretBytes(as_bytes(pin_));
        });
    }

    inline static const std::string kPin = "471108";
    std::filesystem::path folder_;
    std::string pin_ = kPin;
    int pins_asked_ = 0;
    PinRequest last_request_;
};

}  // namespace tahvil::test
