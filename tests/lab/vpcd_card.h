#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "crypto/bytes.h"

namespace tahvil::lab {

/// A card in a vpcd reader: connects to the reader's port for as long as it lives, and answers as its script says. The
/// script runs on the card's own thread.
class VpcdCard {
public:
    using Script = std::function<Bytes(ByteView command)>;

    VpcdCard(std::uint16_t port, Bytes atr, Script script);
    VpcdCard(const VpcdCard&) = delete;
    VpcdCard& operator=(const VpcdCard&) = delete;
    /// Takes the card out.
    ~VpcdCard();

    int resets() const { return resets_; }  ///< power-ups and warm resets

private:
    void run();

    const Bytes atr_;
    const Script script_;
    const int socket_;
    std::atomic<int> resets_ = 0;
    std::thread thread_;
};

/// A TCP port with a free one above it, as the two slots of a vpcd reader need them.
std::uint16_t free_port_pair();

}  // namespace tahvil::lab
