#pragma once

#include <functional>

#include "apdu/profiles/probe.h"
#include "daemon/check/card_check.h"

namespace tahvil::daemon {

/// Walks over the card of a session and drafts a profile, see profiles::probe(). Throws what the session throws,
/// CardGone and CardReset.
profiles::Probe probe_card(CardSession& session, const Knowledge& knowledge,
                           const std::function<void(const Progress&)>& progress);

}  // namespace tahvil::daemon
