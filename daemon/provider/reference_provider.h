#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "crypto/random.h"
#include "daemon/api/server.h"

namespace tahvil::daemon {

/// A card authentication provider (contract.yaml) for specimens, whose issuer's key it holds: what a real one must do,
/// for trying a terminal out. To be served by an api::Server.
class ReferenceProvider final : public api::Application {
public:
    enum class Gives : std::uint8_t {
        keys,        ///< of the session
        transforms,  ///< protect and unprotect, and no key
    };

    ReferenceProvider(SecretBytes issuer_key, Gives gives, const RandomSource& random = system_random);
    ~ReferenceProvider() override;

    api::Caller greet(api::Peer peer) override;
    std::variant<api::Admitted, api::Response> begin(const api::Head& head, const api::Caller& caller) override;
    api::Response finish(const api::Admitted& admitted, const api::Caller& caller,
                         const api::WipingBuffer& body) override;
    void refused(const api::Caller& caller, const std::exception& why) override;

private:
    struct Authentication;

    api::Response serve(const std::string& target, ByteView body);
    api::Response authenticate(ByteView body);

    static constexpr std::size_t kKept = 64;  ///< authentications, the oldest go first

    const SecretBytes issuer_key_;
    const Gives gives_;
    const RandomSource random_;
    std::mutex mutex_;
    std::map<std::uint64_t, std::unique_ptr<Authentication>> authentications_;
    std::uint64_t last_ = 0;
};

}  // namespace tahvil::daemon
