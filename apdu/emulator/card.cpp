#include "apdu/emulator/card.h"

#include <algorithm>

namespace tahvil::emulator {

WireLimits wire_limits(const LinkSettings& settings) {
    WireLimits limits;
    limits.transmission = settings.link == Link::contact_t0 ? Transmission::t0 : Transmission::t1;
    // With T=0 an extended command goes in ENVELOPEs: one exchange stays short.
    if (settings.extended_length && settings.link != Link::contact_t0) {
        limits.command = std::clamp(settings.command_buffer, WireLimits::kShortCommand, LinkSettings::kLongest);
        limits.response = std::clamp(settings.response_buffer, WireLimits::kShortResponse, LinkSettings::kLongest);
    }
    return limits;
}

}  // namespace tahvil::emulator
