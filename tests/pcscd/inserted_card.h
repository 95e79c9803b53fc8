#pragma once

#include <cstdint>
#include <thread>

#include "apdu/emulator/card.h"
#include "apdu/emulator/vpcd_link.h"

namespace tahvil::lab {

/// An emulated card in a vpcd reader for as long as this lives. Where vpcd drops the connection, as it may while it
/// still ends that of the card before, the card is put in again.
class InsertedCard {
public:
    InsertedCard(emulator::Card& card, std::uint16_t port)
        : thread_([&card, port](const std::stop_token& stop) {
              while (!stop.stop_requested()) emulator::VpcdLink("127.0.0.1", port).serve(card, stop);
          }) {}

private:
    std::jthread thread_;
};

}  // namespace tahvil::lab
