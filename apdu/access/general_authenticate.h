#pragma once

#include <string_view>
#include <utility>

#include "apdu/channel.h"
#include "apdu/tlv.h"

namespace tahvil {

/// One data object of dynamic authentication data (ISO/IEC 7816-4, 11.5.5): its tag and its value.
using AuthenticationObject = std::pair<tlv::Tag, ByteView>;

/// GENERAL AUTHENTICATE with DO'7C' around `object` (around nothing when its tag is 0), as a link of a chain unless
/// `last`.
Response general_authenticate(Channel& card, AuthenticationObject object, bool last);

/// What is inside DO'7C' of an answer. Throws CardRefused, naming the step, for a status word other than 9000, and
/// ProtocolViolation "access.malformed_answer" when the answer is not that object alone.
Bytes dynamic_authentication_data(const Response& response, std::string_view step);

/// The value of the one object in there, which must be of this tag.
Bytes single_authentication_object(const Response& response, tlv::Tag tag, std::string_view step);

}  // namespace tahvil
