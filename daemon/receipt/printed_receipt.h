#pragma once

#include <string>
#include <string_view>

#include "daemon/text/office_calendar.h"

namespace tahvil::daemon {

/// What the QR code of a printed receipt holds: "tahvil-receipt:1:ID:DIGEST:SIGNATURE:KEY", the last three in base64url
/// without padding. DIGEST is SHA-256 over the SD-JWT's signing input, SIGNATURE is the ES256 one, r and s, which
/// verifies over that digest with nothing else at hand, and KEY is the SHA-256 of the signer's certificate
/// (x5t#S256 of RFC 7515). Nothing personal is in it. Throws as SdJwt::parse().
std::string short_form(std::string_view sd_jwt);

/// The receipt as HTML that prints on one page A4: Persian, right to left, with the short form as a QR code. It loads
/// nothing and runs nothing. Personal lines are there as far as the receipt discloses them. Times are by the office's
/// clock. Throws as SdJwt::parse(); InvalidInput "receipt.signature" when the signature is not of the certificate that
/// is in it, "receipt.type" when it is another kind of SD-JWT.
std::string print_receipt(std::string_view sd_jwt, const OfficeCalendar& calendar);

}  // namespace tahvil::daemon
