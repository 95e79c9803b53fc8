#include "apdu/tlv.h"

#include "crypto/error.h"

/// Any bytes as a run of data objects: read to the end or refused, and nothing else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const tahvil::ByteView input(data, size);
    try {
        static_cast<void>(tahvil::tlv::object_size(input));
        static_cast<void>(tahvil::tlv::find(input, 0x7F61));
        for (tahvil::tlv::Cursor cursor(input); !cursor.at_end();) {
            const tahvil::tlv::Object object = cursor.read();
            if (tahvil::tlv::encode(object.tag, object.value).size() > object.raw.size()) __builtin_trap();
        }
    } catch (const tahvil::MalformedData&) {
        return 0;
    }
    return 0;
}
