#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::daemon::api {

/// An allocator whose memory is wiped when it is given back, for what a request brought: any of it may be a secret.
template <typename T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() = default;
    template <typename U>
    WipingAllocator(const WipingAllocator<U>& /*other*/) {}  // NOLINT(google-explicit-constructor)

    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* memory, std::size_t count) {
        wipe({reinterpret_cast<std::uint8_t*>(memory), count * sizeof(T)});
        std::allocator<T>{}.deallocate(memory, count);
    }

    friend bool operator==(const WipingAllocator& /*a*/, const WipingAllocator& /*b*/) { return true; }
};

using WipingBuffer = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

/// Takes the first `count` bytes away and leaves no copy of them behind.
inline void consume(WipingBuffer& buffer, std::size_t count) {
    const std::size_t rest = buffer.size() - count;
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(count), buffer.end(), buffer.begin());
    wipe(std::span{buffer}.subspan(rest));
    buffer.resize(rest);
}

}  // namespace tahvil::daemon::api
