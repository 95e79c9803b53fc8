#pragma once

#include <string>
#include <vector>

#include "daemon/journal/journal.h"
#include "daemon/store/database.h"

namespace tahvil::daemon::test {

/// What contradicts itself in a store, in words; empty when all is well. `checkpoints` were given out before.
std::vector<std::string> contradictions(Database& database, Journal& journal,
                                        const std::vector<std::string>& checkpoints = {});

}  // namespace tahvil::daemon::test
