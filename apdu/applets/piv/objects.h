#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "crypto/bytes.h"

/// The data objects of a PIV card (SP 800-73-4 part 1, appendix A), each without DO'53' around it. Every function
/// returns views into what it was given, where it returns views, and throws MalformedData ("piv.malformed",
/// "tlv.malformed") for what is none.
namespace tahvil::piv {

/// The certificate in an object of table 10, unpacked where it is compressed. Throws as gunzip() too.
Bytes certificate(ByteView object);

/// The card holder unique identifier (table 9).
struct UniqueIdentifier {
    ByteView fascn;      ///< 25 bytes; empty when there is none
    ByteView guid;       ///< 16 bytes
    ByteView expiry;     ///< YYYYMMDD in ASCII
    ByteView signature;  ///< a detached SignedData
    Bytes signed_part;   ///< what it is over: the object without the signature (FIPS 201-2, 4.2.1)
};
UniqueIdentifier unique_identifier(ByteView object);

/// The security object (table 12).
struct SecurityObject {
    std::map<int, std::uint16_t> containers;  ///< of the data groups, by their number
    ByteView signature;                       ///< a SignedData around an LDS security object
};
SecurityObject security_object(ByteView object);

/// Identifier of the container that an object is (table 3); nothing for a tag that is not in the table.
std::optional<std::uint16_t> container(std::uint32_t tag);

/// The facial image: a CBEFF record with its own signature (SP 800-76-2, 9).
struct FacialImage {
    ByteView record;       ///< INCITS 385, which has the header of ISO/IEC 19794-5
    ByteView signature;    ///< a detached SignedData
    ByteView signed_part;  ///< header and record
};
FacialImage facial_image(ByteView object);

}  // namespace tahvil::piv
