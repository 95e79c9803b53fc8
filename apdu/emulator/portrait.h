#pragma once

#include <cstddef>

#include "crypto/bytes.h"

namespace tahvil::emulator {

inline constexpr unsigned kPortraitWidth = 240;   ///< pixels
inline constexpr unsigned kPortraitHeight = 320;  ///< pixels

/// A drawn head and shoulders as a baseline JPEG in grey, of exactly `size` bytes, filled up with comment segments that
/// say SPECIMEN; longer if that is not enough for the picture (about 2 kB).
Bytes draw_portrait(std::size_t size);

}  // namespace tahvil::emulator
