#pragma once

#include "crypto/bytes.h"
#include "daemon/check/verdict.h"

namespace tahvil::daemon {

/// SHA-256 over the verdict as JSON, without anything of document or holder: what journal and receipts name it by.
Bytes digest_of(const Verdict& verdict);

}  // namespace tahvil::daemon
