#include "daemon/desk/store_key.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/key.h"
#include "crypto/random.h"
#include "daemon/private_file.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";

class StoreKeySource : public testing::Test {
protected:
    StoreKeySource() {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    ~StoreKeySource() override {
        ::unsetenv("CREDENTIALS_DIRECTORY");
        fs::remove_all(folder_);
    }

    static std::string refusal(const std::string& source) {
        return thrown_code([&] { fetch_store_key({1, source}); });
    }

    fs::path folder_ = fs::temp_directory_path() / ("tahvil-store-key-" + std::to_string(::getpid()));
};

TEST_F(StoreKeySource, IsAFileThatNobodyElseMayRead) {
    const fs::path file = folder_ / "store.key";
    const Bytes key = random_bytes(system_random, StoreKeys::kKeySize);
    write_private_file(file, key);
    EXPECT_TRUE(equal(fetch_store_key({1, "file:" + file.string()}).view(), key));
    for (const mode_t mode : {0640U, 0604U, 0660U}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        EXPECT_EQ(refusal("file:" + file.string()), "private_file.open_to_others") << mode;
    }
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    fs::create_symlink(file, folder_ / "link");
    EXPECT_EQ(refusal("file:" + (folder_ / "link").string()), "private_file.unreadable");
    EXPECT_EQ(refusal("file:" + folder_.string()), "private_file.open_to_others") << "a folder";
    EXPECT_EQ(refusal("file:" + (folder_ / "none").string()), "private_file.unreadable");
    write_private_file(file, Bytes(31, 1));
    EXPECT_EQ(refusal("file:" + file.string()), "store.key");
    write_private_file(file, Bytes(kMaxPrivateFile + 1, 1));
    EXPECT_EQ(refusal("file:" + file.string()), "private_file.too_large");
}

TEST_F(StoreKeySource, IsACredentialOfSystemd) {
    EXPECT_EQ(refusal("credential:store"), "private_file.no_credential");
    write_private_file(folder_ / "store", Bytes(StoreKeys::kKeySize, 7));
    ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1), 0);
    EXPECT_TRUE(equal(fetch_store_key({1, "credential:store"}).view(), Bytes(StoreKeys::kKeySize, 7)));
    EXPECT_EQ(refusal("credential:../store"), "private_file.no_credential");
    EXPECT_EQ(refusal("credential:"), "private_file.no_credential");
}

TEST_F(StoreKeySource, IsAKeyInATokenThatSignsTheSameEachTime) {
    if (!fs::exists(kModule) || std::system("command -v softhsm2-util > /dev/null") != 0)
        GTEST_SKIP() << "softhsm2 is not installed";
    fs::create_directories(folder_ / "tokens");
    std::ofstream(folder_ / "softhsm2.conf")
        << "directories.tokendir = " << (folder_ / "tokens").string() << "\nlog.level = ERROR\n";
    ASSERT_EQ(::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1), 0);
    const auto run = [&](const std::string& arguments) {
        ASSERT_EQ(std::system(("softhsm2-util --module " + std::string(kModule) + " " + arguments + " > " +
                               (folder_ / "log").string() + " 2>&1")
                                  .c_str()),
                  0)
            << arguments;
    };
    run("--init-token --free --label store --so-pin 12345678 --pin 471108");
    const auto import = [&](const PrivateKey& key, const std::string& label, const std::string& id) {
        const fs::path file = folder_ / (label + ".pem");
        write_private_file(file, key.pem().view());
        run("--import " + file.string() + " --token store --label " + label + " --id " + id + " --pin 471108");
    };
    import(PrivateKey::generate_rsa(2048), "first", "01");
    import(PrivateKey::generate_rsa(2048), "second", "02");
    import(PrivateKey::generate_ec(Curve::secp256r1), "elliptic", "03");
    write_private_file(folder_ / "pin", as_bytes("471108\n"));
    const auto uri = [&](const std::string& label) {
        return "pkcs11:token=store;object=" + label + "?module-path=" + kModule +
               "&pin-source=file:" + (folder_ / "pin").string();
    };
    const SecretBytes key = fetch_store_key({1, uri("first")});
    EXPECT_EQ(key.size(), StoreKeys::kKeySize);
    EXPECT_TRUE(equal(key.view(), fetch_store_key({1, uri("first")}).view()));
    EXPECT_FALSE(equal(key.view(), fetch_store_key({2, uri("first")}).view())) << "another number";
    EXPECT_FALSE(equal(key.view(), fetch_store_key({1, uri("second")}).view()));
    EXPECT_EQ(refusal(uri("elliptic")), "store.key");
    EXPECT_EQ(refusal("pkcs11:token=store;object=first?module-path=" + std::string(kModule)), "signer.pin_source");
}

}  // namespace
}  // namespace tahvil::daemon
