#pragma once

#include <winscard.h>

#include "pcsc/context.h"

namespace tahvil::pcsc {

/// Included by the sources of this folder only.
struct Context::Handle {
    SCARDCONTEXT value = 0;
};

}  // namespace tahvil::pcsc
