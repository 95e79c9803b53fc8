#include "apdu/status_word.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "crypto/bytes.h"

namespace tahvil {

namespace {

using Meaning = std::pair<std::uint16_t, std::string_view>;

constexpr std::array kMeanings{
    Meaning{0x6282, "end of file reached before the bytes asked for"},
    Meaning{0x6283, "selected file deactivated"},
    Meaning{0x6300, "verification failed"},
    Meaning{0x6400, "execution error"},
    Meaning{0x6581, "memory failure"},
    Meaning{0x6700, "wrong length"},
    Meaning{0x6881, "logical channel not supported"},
    Meaning{0x6882, "secure messaging not supported"},
    Meaning{0x6883, "last command of the chain expected"},
    Meaning{0x6884, "command chaining not supported"},
    Meaning{0x6982, "security status not satisfied"},
    Meaning{0x6983, "authentication method blocked"},
    Meaning{0x6984, "reference data not usable"},
    Meaning{0x6985, "conditions of use not satisfied"},
    Meaning{0x6986, "command not allowed"},
    Meaning{0x6987, "secure messaging data objects missing"},
    Meaning{0x6988, "secure messaging data objects incorrect"},
    Meaning{0x6A80, "wrong parameters in the command data"},
    Meaning{0x6A81, "function not supported"},
    Meaning{0x6A82, "file or application not found"},
    Meaning{0x6A86, "wrong parameters P1-P2"},
    Meaning{0x6A88, "referenced data not found"},
    Meaning{0x6B00, "wrong parameters P1-P2 or offset beyond the end"},
    Meaning{0x6D00, "instruction not supported"},
    Meaning{0x6E00, "class not supported"},
    Meaning{0x6F00, "no precise diagnosis"},
    Meaning{0x9000, "no further qualification"},
};

}  // namespace

std::string describe(StatusWord status) {
    std::string text = to_hex(std::array{status.sw1(), status.sw2()});
    const auto* const found = std::ranges::find(kMeanings, status.value, &Meaning::first);
    if (found != kMeanings.end())
        text.append(", ").append(found->second);
    else if ((status.value & 0xFFF0U) == 0x63C0)
        text += ", verification failed, tries left: " + std::to_string(status.value & 0x0FU);
    return text;
}

}  // namespace tahvil
