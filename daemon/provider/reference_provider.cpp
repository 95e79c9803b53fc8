#include "daemon/provider/reference_provider.h"

#include <charconv>
#include <optional>
#include <utility>

#include "apdu/emulator/card_authentication.h"
#include "apdu/emulator/received_command.h"
#include "apdu/secure_messaging.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kMostBody = 16384;
constexpr std::size_t kMostHex = 8192;
constexpr std::size_t kMostName = 64;
constexpr std::string_view kCollection = "/v1/authentications";
constexpr std::string_view kFamily = "irn-nid/";  // of the cards for which specimens have an issuer's key

using api::HttpError;

/// A channel for secure messaging that is done here and sent by another.
class Nowhere final : public Channel {
public:
    ChannelLimits limits() const override { return {}; }
    Response transmit(const Command& /*command*/) override {
        throw HttpError(409, "provider.no_card", "there is no card at the provider");
    }
    void step_down() override {}
};

Bytes bytes_of(const api::Members& members, std::string_view key) {
    const auto hex = members.secret_if(key, kMostHex);
    if (!hex) members.refuse(key, "hexadecimal digits");
    members.finish();
    return from_hex(as_text(hex->view()));
}

std::string member(std::string_view name, ByteView bytes) {
    return "\"" + std::string(name) + "\":\"" + to_hex(bytes) + "\"";
}

}  // namespace

struct ReferenceProvider::Authentication {
    explicit Authentication(bac::AccessKeys keys, const RandomSource& random) : terminal(std::move(keys), random) {}

    bac::Terminal terminal;
    bool finished = false;
    Nowhere nowhere;
    std::optional<SecureMessaging> messaging;
    std::optional<Command> command;  ///< whose response is to come
};

ReferenceProvider::ReferenceProvider(SecretBytes issuer_key, Gives gives, const RandomSource& random)
    : issuer_key_(std::move(issuer_key)), gives_(gives), random_(random) {}

ReferenceProvider::~ReferenceProvider() = default;

api::Caller ReferenceProvider::greet(api::Peer peer) {
    return {std::move(peer), {}};
}

std::variant<api::Admitted, api::Response> ReferenceProvider::begin(const api::Head& head,
                                                                    const api::Caller& /*caller*/) {
    if (head.method != "POST" || !head.target.starts_with(kCollection))
        return api::problem(HttpError(404, "http.not_found", "there is nothing of that name"));
    return api::Admitted{kMostBody, false, std::make_shared<std::string>(head.target)};
}

api::Response ReferenceProvider::finish(const api::Admitted& admitted, const api::Caller& /*caller*/,
                                        const api::WipingBuffer& body) {
    try {
        return serve(*static_cast<const std::string*>(admitted.context.get()), body);
    } catch (const std::exception& error) {
        return api::problem(error);
    }
}

void ReferenceProvider::refused(const api::Caller& /*caller*/, const std::exception& /*why*/) {}

api::Response ReferenceProvider::authenticate(ByteView body) {
    const api::JsonBody json(body);
    const api::Members members = json.members();
    const std::string family = members.text("family", kMostName);
    const std::string serial = members.text("serial", kMostName);
    if (!family.starts_with(kFamily))
        throw HttpError(403, "provider.unknown_card", "no keys are here for cards of this family");
    auto begun = std::make_unique<Authentication>(emulator::specimen_card_keys(issuer_key_.view(), serial), random_);
    const Bytes cryptogram = begun->terminal.cryptogram(bytes_of(members, "challenge"));
    const std::lock_guard lock(mutex_);
    if (authentications_.size() == kKept) authentications_.erase(authentications_.begin());
    const std::string id = std::to_string(++last_);
    authentications_[last_] = std::move(begun);
    auto response = api::json_response("{\"id\":\"" + id + "\"," + member("cryptogram", cryptogram) + "}");
    response.status = 201;
    return response;
}

api::Response ReferenceProvider::serve(const std::string& target, ByteView body) {
    if (target == kCollection) return authenticate(body);
    std::string_view rest = std::string_view(target).substr(kCollection.size());
    const std::size_t slash = rest.find('/', 1);
    std::uint64_t number = 0;
    if (rest.starts_with('/') && slash != std::string_view::npos)
        std::from_chars(rest.data() + 1, rest.data() + slash, number);
    const std::lock_guard lock(mutex_);
    const auto found = authentications_.find(number);
    if (found == authentications_.end())
        throw HttpError(404, "provider.unknown_authentication", "this authentication is not known, or not any more");
    Authentication& under_way = *found->second;
    const std::string_view step = rest.substr(slash + 1);
    const api::JsonBody json(body);
    if (step == "finish" && !std::exchange(under_way.finished, true)) {
        auto keys = under_way.terminal.finish(bytes_of(json.members(), "answer"));
        if (!keys)
            throw HttpError(403, "provider.unknown_card", "the card does not have the keys of its serial number");
        if (gives_ == Gives::transforms) {
            under_way.messaging.emplace(under_way.nowhere, *keys);
            return api::json_response("{\"transforms\":true}");
        }
        return api::json_response("{" + member("encryption", keys->encryption.view()) + "," +
                                  member("mac", keys->mac.view()) + "," + member("counter", keys->counter) + "}");
    }
    if (step == "protect" && under_way.messaging && !under_way.command) {
        const auto command = emulator::parse_command(bytes_of(json.members(), "command"));
        if (!command) throw HttpError(422, "provider.command", "no command APDU");
        under_way.command = command->command;
        const Command wrapped = under_way.messaging->protect(command->command);
        return api::json_response("{" + member("command", wrapped.encode(!wrapped.fits_short()).view()) + "}");
    }
    if (step == "unprotect" && under_way.messaging && under_way.command) {
        const Command command = *std::exchange(under_way.command, std::nullopt);
        Response wrapped = Response::decode(bytes_of(json.members(), "response"));
        Response plain;
        try {
            plain = under_way.messaging->unprotect(command, std::move(wrapped));
        } catch (const Error&) {
            authentications_.erase(found);  // the counters of both sides may differ now
            throw;
        }
        return api::json_response("{" + member("response", concat({plain.data, to_big_endian(plain.status.value, 2)})) +
                                  "}");
    }
    throw HttpError(409, "provider.out_of_order", "this step does not come now");
}

}  // namespace tahvil::daemon
