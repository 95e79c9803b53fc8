#include "apdu/emulator/card.h"

#include <algorithm>

#include "crypto/error.h"

namespace tahvil::emulator {

Link parse_link(std::string_view text) {
    if (text == "contact") return Link::contact_t1;
    if (text == "contact-t0") return Link::contact_t0;
    if (text == "contactless") return Link::contactless;
    throw InvalidInput("input.link", "an unknown link of a card", "One of contact, contact-t0, contactless.");
}

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
