#pragma once

#include <string>

#include "crypto/error.h"

namespace tahvil::daemon {

/// The store could not do what it was asked. `code` is one of
///  "store.cannot_open", "store.full", "store.read_only", "store.locked", "store.corrupt", "store.newer",
///  "store.foreign", "store.io", "store.conflict" (two of what there can be only one of), "store.statement" (a fault of
///  this program).
/// Nothing of a transaction that failed is in the store.
class StoreError : public Error {
public:
    StoreError(std::string code, const std::string& what, std::string remedy, bool try_again = false)
        : Error(std::move(code), what, std::move(remedy)), try_again_(try_again) {}

    bool try_again() const noexcept override { return try_again_; }

private:
    bool try_again_;
};

}  // namespace tahvil::daemon
