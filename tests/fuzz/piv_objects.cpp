#include "apdu/applets/certificate_card/fields.h"
#include "apdu/applets/piv/objects.h"
#include "crypto/error.h"

namespace {

using namespace tahvil;

template <typename Parse>
void read_or_refuse(Parse parse) {
    try {
        parse();
    } catch (const MalformedData&) {
        return;
    }
}

void require_within(ByteView part, ByteView whole) {
    const bool within =
        part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
    if (!within) __builtin_trap();
}

}  // namespace

/// Any bytes as each data object of a PIV card, and as a file of data objects: understood or refused, and never more
/// than was there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    read_or_refuse([&] {
        if (piv::certificate(input).size() > 16384) __builtin_trap();
    });
    read_or_refuse([&] {
        const piv::UniqueIdentifier identifier = piv::unique_identifier(input);
        require_within(identifier.guid, input);
        if (identifier.signed_part.size() + identifier.signature.size() > input.size()) __builtin_trap();
    });
    read_or_refuse([&] { require_within(piv::security_object(input).signature, input); });
    read_or_refuse([&] {
        const piv::FacialImage image = piv::facial_image(input);
        require_within(image.record, input);
        require_within(image.signature, input);
    });
    for (const auto encoding : {profiles::Encoding::simple_tlv, profiles::Encoding::ber_tlv}) {
        read_or_refuse([&] {
            if (const auto value = certificate_card::field(encoding, input, 0x05)) require_within(*value, input);
        });
    }
    for (const auto form : {profiles::DateForm::iso, profiles::DateForm::day_first}) {
        const auto date = certificate_card::parse_date(as_text(input), form);
        if (date && !date->ok()) __builtin_trap();
    }
    return 0;
}
