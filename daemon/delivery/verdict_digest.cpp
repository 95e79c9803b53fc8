#include "daemon/delivery/verdict_digest.h"

#include "crypto/digest.h"
#include "daemon/check/verdict_json.h"

namespace tahvil::daemon {

Bytes digest_of(const Verdict& verdict) {
    return digest(DigestAlgorithm::sha256, as_bytes(to_json_text(verdict, {})));
}

}  // namespace tahvil::daemon
