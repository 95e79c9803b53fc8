#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "apdu/emulator/card.h"
#include "apdu/emulator/function.h"
#include "apdu/emulator/received_command.h"
#include "apdu/emulator/secure_messaging_end.h"

namespace tahvil::emulator {

/// A card with files (ISO/IEC 7816-4): takes commands apart, puts chains and ENVELOPEs together, opens and wraps secure
/// messaging, hands plain commands to its functions, and gives long responses in pieces. SELECT, READ BINARY and
/// GET DATA are built in; everything else is a Function.
class OperatingSystem final : public Card {
public:
    /// `functions` are asked in their order. EF.ATR/INFO is added to the master file if it has none.
    OperatingSystem(LinkSettings link, DedicatedFile master_file, std::vector<std::unique_ptr<Function>> functions);
    ~OperatingSystem() override;

    Bytes atr() const override;
    WireLimits limits() const override { return wire_limits(link_); }
    void reset() override;
    Bytes respond(ByteView command) override;

    const Tally& tally() const { return tally_; }

private:
    struct Chain {
        std::uint8_t ins;
        std::uint8_t p1;
        std::uint8_t p2;
        SecretBytes data;
    };
    struct Pending {
        Bytes data;
        std::size_t given = 0;
        StatusWord status;
    };

    Bytes answer(ByteView bytes);
    Bytes get_response(std::size_t expected);
    Bytes take_envelope(const Command& envelope);
    Bytes deliver(Response response, const ReceivedCommand& received, bool enveloped);
    Bytes deliver_piece(std::size_t expected);
    Response execute(const ReceivedCommand& received, bool enveloped);
    Response execute_wrapped(const Command& command, std::size_t room);
    Response execute_plain(const Command& command);
    Response dispatch(const Command& command);
    void end_secure_messaging();
    std::size_t longest_command() const;
    std::size_t longest_response() const;

    LinkSettings link_;
    DedicatedFile master_file_;
    std::vector<std::unique_ptr<Function>> functions_;
    Session session_;
    std::optional<SecureMessagingEnd> messaging_;
    std::optional<Chain> chain_;
    SecretBytes envelope_;
    std::optional<Pending> pending_;
    Tally tally_;
};

}  // namespace tahvil::emulator
