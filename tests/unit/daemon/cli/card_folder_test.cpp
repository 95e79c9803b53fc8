#include "daemon/cli/card_folder.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::cli {
namespace {

namespace fs = std::filesystem;

class CardFolderTest : public ::testing::Test {
protected:
    CardFolderTest() {
        std::string pattern = fs::temp_directory_path() / "tahvil-card-XXXXXX";
        root_ = ::mkdtemp(pattern.data());
    }
    ~CardFolderTest() override { fs::remove_all(root_); }

    fs::path root_;
};

TEST_F(CardFolderTest, IsForItsOwnerOnly) {
    const CardFolder folder(root_ / "card");
    folder.write("EF.DG1", as_bytes("content"));
    EXPECT_EQ(fs::status(root_ / "card").permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(root_ / "card" / "EF.DG1").permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::file_size(root_ / "card" / "EF.DG1"), 7U);
}

TEST_F(CardFolderTest, DoesNotMixTheFilesOfTwoCards) {
    CardFolder(root_ / "card").write("EF.DG1", as_bytes("content"));
    EXPECT_THROW(CardFolder{root_ / "card"}, InvalidInput);
    EXPECT_NO_THROW(CardFolder{root_ / "other"});
}

TEST_F(CardFolderTest, ANameThatLeadsElsewhereIsRefused) {
    const CardFolder folder(root_ / "card");
    for (const auto* name : {"", ".", "..", "../x", "/x", "a/b", ".hidden", "a b", "a\nb"}) {
        EXPECT_THROW(folder.write(name, as_bytes("x")), InvalidInput) << name;
    }
    EXPECT_TRUE(fs::is_empty(root_ / "card"));
}

}  // namespace
}  // namespace tahvil::cli
