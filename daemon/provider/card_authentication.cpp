#include "daemon/provider/card_authentication.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "apdu/emulator/received_command.h"
#include "apdu/secure_messaging.h"
#include "apdu/tlv.h"
#include "daemon/api/json_body.h"
#include "daemon/client/client.h"
#include "daemon/client/transport.h"
#include "daemon/provider/sam.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kChallenge = 8;
constexpr std::size_t kMostHex = 4096;  // characters
constexpr std::size_t kMostId = 64;
constexpr std::string_view kRemedy = "Ask who runs the provider; the card is not to blame.";

/// One answer of the provider: an object of hexadecimal texts.
class Answer {
public:
    explicit Answer(ByteView text) : body_(text) {}

    std::string text(std::string_view key) const { return body_.members().text(key, kMostId); }
    bool truth(std::string_view key) const { return body_.members().truth(key, false); }
    SecretBytes bytes(std::string_view key) const {
        const auto hex = body_.members().secret_if(key, kMostHex);
        if (!hex) throw MalformedData("json.malformed", "a member is missing");
        Bytes plain = from_hex(as_text(hex->view()));
        SecretBytes secret(plain);
        wipe(plain);
        return secret;
    }

private:
    api::JsonBody body_;
};

/// The provider, and the authentication that is under way with it.
class Provider {
public:
    explicit Provider(const ProviderSettings& settings) : settings_(settings) {}

    /// Bytes to send are named in order; `members` are JSON text.
    template <typename Read>
    auto ask(const std::string& target, const SecretBytes& json, const Read& read) {
        const auto start = std::chrono::steady_clock::now();
        client::RawAnswer raw;
        bool connected = false;
        try {
            client::Transport transport(settings_.socket);
            connected = true;
            raw = transport.exchange("POST", target, {{"Content-Type", "application/json"}}, json.view(),
                                     settings_.answer_time);
        } catch (const client::Unreachable&) {
            const bool late = std::chrono::steady_clock::now() - start >= settings_.answer_time;
            if (!connected) fail("provider.unreachable", "the card authentication provider can not be reached");
            if (late) fail("provider.time_out", "the card authentication provider did not answer in time");
            fail("provider.died", "the card authentication provider broke off");
        }
        const auto wiped = [&raw] { wipe({reinterpret_cast<std::uint8_t*>(raw.body.data()), raw.body.size()}); };
        if (raw.status / 100 != 2) {
            wiped();
            fail("provider.refused",
                 "the card authentication provider refused, with status " + std::to_string(raw.status));
        }
        try {
            auto result = read(Answer(as_bytes(raw.body)));
            wiped();
            return result;
        } catch (const Error&) {
            wiped();
            fail("provider.malformed", "the card authentication provider answered in another form than its contract");
        }
    }

    /// {"name": "HEX"}
    static SecretBytes hex_member(std::string_view name, ByteView bytes) {
        std::string text = "{\"" + std::string(name) + "\":\"" + to_hex(bytes) + "\"}";
        SecretBytes json(as_bytes(text));
        wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
        return json;
    }

private:
    [[noreturn]] static void fail(const char* code, const std::string& what) {
        throw ProviderFailed(code, what, std::string(kRemedy));
    }

    const ProviderSettings settings_;
};

/// Secure messaging by a provider that gives no key out.
class ProviderChannel final : public Channel {
public:
    ProviderChannel(Channel& card, const ProviderSettings& settings, std::string authentication)
        : card_(card), provider_(settings), authentication_(std::move(authentication)) {}

    ChannelLimits limits() const override {
        // What a short APDU holds when it is wrapped by triple DES (ISO/IEC 7816-4, 10).
        constexpr std::size_t kCommand = 215;
        constexpr std::size_t kResponse = 223;
        const ChannelLimits plain = card_.limits();
        return {std::min(plain.command_data, kCommand), std::min(plain.response_data, kResponse)};
    }

    void step_down() override { card_.step_down(); }

    Response transmit(const Command& command) override {
        const SecretBytes bytes = command.encode(!command.fits_short());
        const auto wrapped = provider_.ask(authentication_ + "/protect", Provider::hex_member("command", bytes.view()),
                                           [](const Answer& answer) {
                                               auto read = emulator::parse_command(answer.bytes("command").view());
                                               if (!read) throw MalformedData("json.malformed", "no command APDU");
                                               return read->command;
                                           });
        const Response response = card_.transmit(wrapped);
        const Bytes whole = concat({response.data, to_big_endian(response.status.value, 2)});
        return provider_.ask(authentication_ + "/unprotect", Provider::hex_member("response", whole),
                             [](const Answer& answer) { return Response::decode(answer.bytes("response").view()); });
    }

private:
    Channel& card_;
    Provider provider_;
    std::string authentication_;
};

SecretBytes begin_request(const CardIdentity& identity, ByteView challenge) {
    const boost::json::object request{
        {"family", identity.family}, {"serial", identity.serial}, {"challenge", to_hex(challenge)}};
    return SecretBytes(as_bytes(boost::json::serialize(request)));
}

struct Begun {
    std::string id;
    SecretBytes cryptogram;
};

}  // namespace

std::optional<CardIdentity> identify_card(std::string_view profile, ByteView production_data, ByteView chip_type) {
    constexpr tlv::Tag kProductionData = 0x9F7F;
    constexpr std::size_t kChipAt = 10;
    constexpr std::size_t kChipSize = 8;
    constexpr std::size_t kMostType = 8;
    if (chip_type.empty() || chip_type.size() > kMostType) return std::nullopt;
    try {
        const ByteView value = tlv::Cursor(production_data).read(kProductionData);
        if (value.size() < kChipAt + kChipSize) return std::nullopt;
        return CardIdentity{std::string(profile) + "/" + to_hex(chip_type), to_hex(value.subspan(kChipAt, kChipSize))};
    } catch (const MalformedData&) {
        return std::nullopt;
    }
}

std::unique_ptr<Channel> authenticate_card(Channel& card, const CardIdentity& identity,
                                           const ProviderSettings& settings) {
    if (settings.borrow) return authenticate_by_sam(card, identity, settings);
    Provider provider(settings);
    const Bytes challenge = card.require(Command::get_challenge(kChallenge), "GET CHALLENGE");
    const Begun begun =
        provider.ask("/v1/authentications", begin_request(identity, challenge), [](const Answer& answer) {
            Begun read{answer.text("id"), answer.bytes("cryptogram")};
            if (read.id.empty() || read.id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                             "0123456789_-") != std::string::npos)
                throw MalformedData("json.malformed", "an id that can not stand in a path");
            return read;
        });
    const Bytes proof = card.require(
        Command::external_authenticate(begun.cryptogram.view(), Command::kMaxShortExpected), "EXTERNAL AUTHENTICATE");
    const std::string authentication = "/v1/authentications/" + begun.id;
    auto keys = provider.ask(authentication + "/finish", Provider::hex_member("answer", proof),
                             [](const Answer& answer) -> std::optional<SessionKeys> {
                                 if (answer.truth("transforms")) return std::nullopt;
                                 SessionKeys session;
                                 session.algorithm = CipherAlgorithm::two_key_triple_des;
                                 session.encryption = answer.bytes("encryption");
                                 session.mac = answer.bytes("mac");
                                 session.counter = to_bytes(answer.bytes("counter").view());
                                 if (session.encryption.size() != key_size(session.algorithm) ||
                                     session.mac.size() != key_size(session.algorithm) ||
                                     session.counter.size() != block_size(session.algorithm))
                                     throw MalformedData("json.malformed", "keys of another size");
                                 return session;
                             });
    if (keys) return std::make_unique<SecureMessaging>(card, *keys);
    return std::make_unique<ProviderChannel>(card, settings, authentication);
}

}  // namespace tahvil::daemon
