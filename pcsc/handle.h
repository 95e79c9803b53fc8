#pragma once

#include "pcsc/context.h"

namespace tahvil::pcsc {

/// Included by the sources of this folder only.
struct Context::Handle {
    long value = 0;  ///< a SCARDCONTEXT of pcsc-lite
};

}  // namespace tahvil::pcsc
