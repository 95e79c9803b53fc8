#include "daemon/receipt/qr_code.h"

#include <memory>

#include <qrencode.h>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

constexpr int kQuietZone = 4;                // modules
constexpr std::size_t kMaxBytes = 2331;      // of version 40 at level M
constexpr unsigned char kBlack = 1;          // the lowest bit of a module
constexpr int kSmallestVersionThatFits = 0;  // libqrencode chooses

}  // namespace

std::string qr_svg(std::string_view text) {
    const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
    const auto free = [](QRcode* code) { QRcode_free(code); };
    const std::unique_ptr<QRcode, decltype(free)> code(
        text.empty() || text.size() > kMaxBytes
            ? nullptr
            : QRcode_encodeData(static_cast<int>(text.size()), data, kSmallestVersionThatFits, QR_ECLEVEL_M),
        free);
    if (!code) throw InvalidInput("qr.too_long", "a text that no QR code holds", "Give 1 to 2331 bytes.");
    std::string path;
    for (int y = 0; y < code->width; ++y)
        for (int x = 0; x < code->width; ++x)
            if ((code->data[y * code->width + x] & kBlack) != 0)
                path += "M" + std::to_string(x + kQuietZone) + "," + std::to_string(y + kQuietZone) + "h1v1h-1z";
    const std::string size = std::to_string(code->width + 2 * kQuietZone);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + " " + size +
           "\" shape-rendering=\"crispEdges\" role=\"img\"><path fill=\"#fff\" d=\"M0,0h" + size + "v" + size +
           "H0z\"/>" + "<path d=\"" + path + "\"/></svg>";
}

}  // namespace tahvil::daemon
