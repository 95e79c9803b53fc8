#include "daemon/check/card_probe.h"

#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "crypto/error.h"

namespace tahvil::daemon {

profiles::Probe probe_card(CardSession& session, const Knowledge& knowledge,
                           const std::function<void(const Progress&)>& progress) {
    CardChannel channel(session.wire());
    try {
        learn_capabilities(channel, Atr::parse(session.atr()));
    } catch (const MalformedData&) {
        // Short commands are what every card takes.
    }
    const auto told = [&](std::size_t done, std::size_t size) {
        if (progress) progress({"read", done, size});
    };
    return profiles::probe(channel, session.atr(), *knowledge.profiles, told);
}

}  // namespace tahvil::daemon
