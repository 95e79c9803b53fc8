#pragma once

#include <chrono>
#include <cstddef>

#include "apdu/channel.h"
#include "apdu/wire.h"

namespace tahvil {

/// What a card says it can do (ISO/IEC 7816-4, 12.1.1.9 and 12.7.1), as far as it changes how commands are sent.
struct CardCapabilities {
    bool extended_length = false;
    bool command_chaining = false;
    /// Greatest command and response APDU in bytes that EF.ATR/INFO states for extended length; 0 when it does not.
    std::size_t command_limit = 0;
    std::size_t response_limit = 0;
};

/// What went over the wire.
struct Traffic {
    std::size_t exchanges = 0;
    std::size_t bytes_sent = 0;
    std::size_t bytes_received = 0;
    std::chrono::nanoseconds card_time{};
};

/// The one place where a command becomes exchanges on a wire: the cases of T=0 and T=1 (ISO/IEC 7816-3, 12), GET
/// RESPONSE after 61xx, the right length after 6Cxx, command chaining, and ENVELOPE for extended commands over T=0.
class CardChannel final : public Channel {
public:
    /// Beyond these a card is not answering but stalling, and ProtocolViolation "card.endless_response" is thrown.
    static constexpr std::size_t kMaxResponseParts = 600;
    static constexpr std::size_t kMaxResponseBytes = Command::kMaxExpected;

    explicit CardChannel(Wire& wire, CardCapabilities capabilities = {});

    ChannelLimits limits() const override;
    Response transmit(const Command& command) override;
    void step_down() override { capabilities_.extended_length = false; }

    /// Takes what was learnt of the card into account from the next command on.
    void set_capabilities(const CardCapabilities& capabilities) { capabilities_ = capabilities; }
    const CardCapabilities& capabilities() const { return capabilities_; }

    const Traffic& traffic() const { return traffic_; }

private:
    struct Part {
        ByteView data;  // within buffer_
        StatusWord status;
    };

    bool extended() const;
    Part exchange(const Command& command, bool extended);
    Part send(const Command& command);
    Part send_enveloped(const Command& command);
    Response collect(const Command& command, Part part);

    Wire& wire_;
    WireLimits wire_limits_;
    CardCapabilities capabilities_;
    Traffic traffic_;
    SecretBytes command_;  ///< as it is sent; kept for its memory
    Bytes buffer_;
};

}  // namespace tahvil
