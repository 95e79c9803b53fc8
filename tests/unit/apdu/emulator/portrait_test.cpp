#include "apdu/emulator/portrait.h"

#include <gtest/gtest.h>

namespace tahvil::emulator {
namespace {

/// Walks over the segments (ITU-T T.81, annex B) up to the scan: their markers in order, or nothing if they do not fit.
std::string markers(ByteView jpeg) {
    std::string found;
    std::size_t at = 0;
    while (at + 1 < jpeg.size()) {
        if (jpeg[at] != 0xFF) return "";
        if (jpeg[at + 1] == 0xFF) {
            ++at;
            continue;
        }
        const std::uint8_t marker = jpeg[at + 1];
        found += to_hex(jpeg.subspan(at + 1, 1)) + " ";
        at += 2;
        if (marker == 0xD8) continue;
        if (at + 2 > jpeg.size()) return "";
        at += static_cast<std::size_t>(from_big_endian(jpeg.subspan(at, 2)));
        if (marker == 0xDA) return found + to_hex(jpeg.last(2));
    }
    return "";
}

TEST(Portrait, IsAJpegOfTheSizeAskedFor) {
    const std::size_t least = draw_portrait(0).size();
    EXPECT_LT(least, 2500U);
    for (const std::size_t size :
         {least, least + 1, least + 3, least + 4, std::size_t{20'000}, std::size_t{65'536}, std::size_t{150'000}})
        EXPECT_EQ(draw_portrait(size).size(), size);
    EXPECT_EQ(markers(draw_portrait(0)), "D8 E0 DB C0 C4 C4 DA FFD9");
    EXPECT_EQ(markers(draw_portrait(least + 2)), "D8 E0 DB C0 C4 C4 DA FFD9");
    EXPECT_EQ(markers(draw_portrait(20'000)), "D8 E0 FE DB C0 C4 C4 DA FFD9");
}

}  // namespace
}  // namespace tahvil::emulator
