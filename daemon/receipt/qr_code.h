#pragma once

#include <string>
#include <string_view>

/// QR codes (ISO/IEC 18004) by libqrencode.
namespace tahvil::daemon {

/// The text as an SVG element of one path, with the quiet zone of four modules, at error correction level M (15 %).
/// It has no size of its own. Throws InvalidInput "qr.too_long" beyond 2331 bytes.
std::string qr_svg(std::string_view text);

}  // namespace tahvil::daemon
