#include "apdu/profiles/writer.h"

#include <gtest/gtest.h>

#include "apdu/profiles/catalogue.h"
#include "apdu/profiles/reader.h"

namespace tahvil::profiles {
namespace {

TEST(ProfileWriter, WritesWhatReadsAsTheSameProfile) {
    const Catalogue catalogue = Catalogue::built_in();
    ASSERT_FALSE(catalogue.profiles().empty());
    for (const Profile& profile : catalogue.profiles()) {
        const Profile again = read_profile(write_profile(profile), profile.origin);
        EXPECT_EQ(again, profile) << write_profile(profile);
    }
}

TEST(ProfileWriter, KeepsWhatNoShippedProfileHas) {
    Profile profile = *Catalogue::built_in().find("piv");
    profile.title = "quotes \" and \\, a line\nand \x7F, تحویل";
    profile.read_limit = 1000;
    profile.files.front().trim_zeros = true;
    profile.pins.front().transport = true;
    profile.pins.front().unblocking->with_new_pin = false;
    profile.certificates.front().carries[Meaning::national_code] = "2.5.4.5";
    profile.fingerprint = Fingerprint{"piv", 0x96, 12, 60, true, true};
    EXPECT_EQ(read_profile(write_profile(profile), profile.origin), profile) << write_profile(profile);
}

}  // namespace
}  // namespace tahvil::profiles
