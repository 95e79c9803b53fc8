// Any text as what people type: dates, times, national codes, names.

#include "crypto/bytes.h"
#include "crypto/error.h"
#include "daemon/text/collation.h"
#include "daemon/text/date.h"
#include "daemon/text/digits.h"
#include "daemon/text/folding.h"
#include "daemon/text/length.h"
#include "daemon/text/national_code.h"
#include "daemon/text/time.h"

namespace {

template <typename Read>
void take(const Read& read) {
    try {
        read();
    } catch (const tahvil::InvalidInput& error) {
        if (error.code().empty() || error.remedy().empty()) __builtin_trap();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tahvil;
    using namespace tahvil::daemon;
    const std::string_view text = as_text(ByteView(data, size));
    take([&] {
        const Date date = parse_typed_date(text);
        if (parse_iso_date(to_iso(date)) != date) __builtin_trap();
        static_cast<void>(to_solar_hijri(date));
    });
    take([&] {
        const auto time = parse_iso_time(text);
        if (to_iso(time) != text) __builtin_trap();
    });
    take([&] {
        const std::string code = parse_national_code(text);
        if (code.size() != 10 || fault_of_national_code(code)) __builtin_trap();
    });
    take([&] {
        const std::string key = folding_key(text);
        if (folding_key(key) != key) __builtin_trap();
    });
    if (with_ascii_digits(with_ascii_digits(text)) != with_ascii_digits(text)) __builtin_trap();
    static_cast<void>(collation_key(text));
    static_cast<void>(utf16_units(text));
    return 0;
}
