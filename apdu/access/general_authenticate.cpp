#include "apdu/access/general_authenticate.h"

#include <exception>
#include <string>

#include "apdu/error.h"

namespace tahvil {

namespace {

constexpr tlv::Tag kDynamicAuthenticationData = 0x7C;

template <typename Read>
auto reading(std::string_view step, Read read) {
    try {
        return read();
    } catch (const MalformedData&) {
        std::throw_with_nested(
            ProtocolViolation("access.malformed_answer", std::string(step) + ": the card's answer is malformed"));
    }
}

}  // namespace

Response general_authenticate(Channel& card, AuthenticationObject object, bool last) {
    const Bytes inner = object.first == 0 ? Bytes() : tlv::encode(object.first, object.second);
    return card.transmit(Command::general_authenticate(tlv::encode(kDynamicAuthenticationData, inner), last));
}

Bytes dynamic_authentication_data(const Response& response, std::string_view step) {
    if (!response.status.ok()) throw CardRefused(std::string(step), response.status);
    return reading(step, [&response] {
        tlv::Cursor outer(response.data);
        const ByteView objects = outer.read(kDynamicAuthenticationData);
        if (!outer.at_end()) throw MalformedData("tlv.malformed", "bytes behind DO'7C'");
        return to_bytes(objects);
    });
}

Bytes single_authentication_object(const Response& response, tlv::Tag tag, std::string_view step) {
    const Bytes objects = dynamic_authentication_data(response, step);
    return reading(step, [&objects, tag] {
        tlv::Cursor cursor(objects);
        const ByteView value = cursor.read(tag);
        if (!cursor.at_end()) throw MalformedData("tlv.malformed", "an object too many in DO'7C'");
        return to_bytes(value);
    });
}

}  // namespace tahvil
