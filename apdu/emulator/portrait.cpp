#include "apdu/emulator/portrait.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tahvil::emulator {

namespace {

constexpr unsigned kBlock = 8;
constexpr unsigned kColumns = kPortraitWidth / kBlock;
constexpr unsigned kRows = kPortraitHeight / kBlock;

/// The grey of a block: a head over shoulders, light on dark.
int grey(unsigned column, unsigned row) {
    const auto within = [&](double x, double y, double width, double height) {
        const double dx = (column + 0.5 - x) / width;
        const double dy = (row + 0.5 - y) / height;
        return dx * dx + dy * dy <= 1.0;
    };
    if (within(15, 15, 6.5, 9)) return 165 - static_cast<int>(row);
    if (within(15, 40, 13.5, 13)) return 120;
    return 225 - static_cast<int>(row);
}

/// Entropy-coded data (ITU-T T.81, F.1.2), with the stuffing of B.1.1.5.
class BitWriter {
public:
    void put(unsigned bits, unsigned count) {
        for (unsigned i = count; i-- > 0;) {
            pending_ = pending_ << 1U | (bits >> i & 1U);
            if (++filled_ == 8) flush();
        }
    }
    Bytes finish() {
        while (filled_ != 0) put(1, 1);
        return std::move(bytes_);
    }

private:
    void flush() {
        bytes_.push_back(static_cast<std::uint8_t>(pending_));
        if (pending_ == 0xFF) bytes_.push_back(0);
        pending_ = 0;
        filled_ = 0;
    }
    Bytes bytes_;
    unsigned pending_ = 0;
    unsigned filled_ = 0;
};

// DC differences: the categories 0 to 8 with the codes of T.81, table K.3. AC: every block ends at once, code 0.
struct Code {
    unsigned bits;
    unsigned count;
};
constexpr std::array<Code, 9> kDcCodes{
    {{0b00, 2}, {0b010, 3}, {0b011, 3}, {0b100, 3}, {0b101, 3}, {0b110, 3}, {0b1110, 4}, {0b11110, 5}, {0b111110, 6}}};
constexpr Code kEndOfBlock{0, 1};

Bytes scan() {
    BitWriter writer;
    int previous = 128;
    for (unsigned row = 0; row < kRows; ++row)
        for (unsigned column = 0; column < kColumns; ++column) {
            // A flat block's DC coefficient is eight times its grey; the quantisation step is eight.
            const int difference = grey(column, row) - previous;
            previous += difference;
            const auto category = static_cast<unsigned>(std::bit_width(static_cast<unsigned>(std::abs(difference))));
            writer.put(kDcCodes.at(category).bits, kDcCodes.at(category).count);
            const int extra = difference < 0 ? difference + (1 << category) - 1 : difference;
            writer.put(static_cast<unsigned>(extra), category);
            writer.put(kEndOfBlock.bits, kEndOfBlock.count);
        }
    return writer.finish();
}

Bytes segment(std::uint8_t marker, ByteView content) {
    return concat({Bytes{0xFF, marker}, to_big_endian(content.size() + 2, 2), content});
}

Bytes quantisation_table() {
    Bytes table(65, kBlock);
    table[0] = 0;
    return table;
}

Bytes comments(std::size_t size) {
    static constexpr std::string_view text = "SPECIMEN ";
    constexpr std::size_t kHeader = 4;
    constexpr std::size_t kLongest = 0xFFFF - 2;
    Bytes all;
    while (size >= kHeader) {
        Bytes content(std::min(size - kHeader, kLongest));
        for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(text[i % text.size()]);
        append(all, segment(0xFE, content));
        size -= kHeader + content.size();
    }
    all.insert(all.end(), size, 0xFF);  // fill bytes, which may stand before any marker (B.1.1.2)
    return all;
}

}  // namespace

Bytes draw_portrait(std::size_t size) {
    const Bytes start{0xFF, 0xD8};
    const Bytes application = segment(0xE0, from_hex("4A46494600 0101 00 0001 0001 00 00"));
    const Bytes frame = segment(0xC0, concat({Bytes{8}, to_big_endian(kPortraitHeight, 2),
                                              to_big_endian(kPortraitWidth, 2), from_hex("01 01 11 00")}));
    const Bytes dc = segment(0xC4, from_hex("00 00010501010100000000000000000000 000102030405060708"));
    const Bytes ac = segment(0xC4, from_hex("10 01000000000000000000000000000000 00"));
    const Bytes scan_header = segment(0xDA, from_hex("01 01 00 00 3F 00"));
    const Bytes end{0xFF, 0xD9};
    const Bytes rest = concat({segment(0xDB, quantisation_table()), frame, dc, ac, scan_header, scan(), end});
    const std::size_t picture = start.size() + application.size() + rest.size();
    return concat({start, application, comments(std::max(size, picture) - picture), rest});
}

}  // namespace tahvil::emulator
