#pragma once

#include <optional>

#include "apdu/channel.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"

namespace tahvil {

/// Secure messaging (Doc 9303-11, 9.8; ISO/IEC 7816-4, 10): a channel that wraps another. Every command is encrypted
/// and authenticated, every response must be. The first violation ends the session: it throws ProtocolViolation
/// "secure_messaging.violation", the keys are wiped, and every later command throws "secure_messaging.ended".
class SecureMessaging final : public Channel {
public:
    /// `channel` outlives this object.
    SecureMessaging(Channel& channel, const SessionKeys& keys);

    ChannelLimits limits() const override;
    Response transmit(const Command& command) override;
    void step_down() override { channel_.step_down(); }

    /// Goes over to new keys, as chip authentication ends (TR-03110-3, 3.4).
    void restart(const SessionKeys& keys);

    bool ended() const { return !session_; }

    /// \name The two halves of transmit(), for one who is not at the channel
    /// @{
    Command protect(const Command& command);
    Response unprotect(const Command& command, Response response);
    /// @}

private:
    struct Session {
        explicit Session(const SessionKeys& keys);

        CipherAlgorithm algorithm() const { return cipher.algorithm(); }
        std::size_t block() const { return counter.size(); }
        void count();
        /// For the message that was counted last (Doc 9303-11, 9.8.6.1).
        ByteView initialisation_vector();

        BlockCipher cipher;
        Mac mac;
        Bytes counter;
        Bytes vector;
        /// What the MAC of a message covers: the counter, a command's header and the data objects, each padded (9.8.4,
        /// 9.8.6). Kept for its memory.
        Bytes message;
    };

    Channel& channel_;
    std::optional<Session> session_;
};

}  // namespace tahvil
