#include "apdu/applets/lds/data_groups.h"

#include "apdu/applets/mrz.h"
#include "crypto/error.h"

namespace {

using namespace tahvil;

template <typename Parse>
void refuse_or_read(Parse parse) {
    try {
        parse();
    } catch (const MalformedData&) {
        return;
    }
}

bool within(ByteView part, ByteView whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void require(bool holds) {
    if (!holds) __builtin_trap();
}

}  // namespace

/// Any bytes as each file of the LDS: understood or refused, and never more than was there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    refuse_or_read([&] { require(lds::parse_com(input).data_groups.size() <= 16); });
    refuse_or_read([&] { static_cast<void>(mrz::parse(lds::parse_dg1(input))); });
    refuse_or_read([&] { require(within(lds::parse_dg2(input).image, input)); });
    refuse_or_read([&] {
        const lds::PersonalDetails details = lds::parse_dg11(input);
        require(within(details.name, input) && within(details.personal_number, input));
        static_cast<void>(lds::readable_name(details.name));
    });
    refuse_or_read([&] { require(within(lds::parse_dg12(input).issuing_authority, input)); });
    refuse_or_read([&] { require(within(lds::parse_dg14(input), input)); });
    refuse_or_read([&] { require(within(lds::parse_dg15(input), input)); });
    // Text for people is stable: what was made readable stays as it is.
    const std::string text = lds::readable(input);
    require(lds::readable(as_bytes(text)) == text);
    return 0;
}
