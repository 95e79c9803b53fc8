#pragma once

namespace tahvil::cli {

/// What the program ends with; programs act on it.
enum class ExitStatus : int {
    done = 0,           ///< accept, or the work is done
    rejected = 1,       ///< reject
    bad_input = 2,      ///< wrong usage, or something typed that can not be
    referred = 3,       ///< refer, and everything else that a person must look at
    no_card = 4,        ///< no reader, or no card in it
    unreachable = 5,    ///< the daemon
    not_permitted = 6,  ///< by the daemon's rights
};

}  // namespace tahvil::cli
