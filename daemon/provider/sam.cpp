#include "daemon/provider/sam.h"

#include <algorithm>
#include <utility>

#include "apdu/card_channel.h"
#include "apdu/emulator/received_command.h"
#include "apdu/tlv.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kChallenge = 8;
constexpr std::uint8_t kPlain = 0x80;      // P1 and P2 of PSO: plain value,
constexpr std::uint8_t kProtected = 0x86;  // cryptogram

/// A SAM that was chosen the card's keys in.
class Sam {
public:
    explicit Sam(const ProviderSettings& settings) : wire_(settings.borrow()), channel_(*wire_) {
        ask(Command::select_application(settings.aid));
    }

    Bytes ask(const Command& command) {
        const Response response = channel_.transmit(command);
        if (response.status.ok()) return response.data;
        throw ProviderFailed("provider.refused", "the SAM refused, with " + describe(response.status),
                             "Ask who issued the SAM; the card is not to blame.");
    }

    Bytes transform(std::uint8_t p1, std::uint8_t p2, ByteView apdu) {
        return ask(Command::perform_security_operation(p1, p2, apdu, Command::kMaxShortExpected));
    }

private:
    std::unique_ptr<Wire> wire_;
    CardChannel channel_;
};

/// Secure messaging by a SAM.
class SamChannel final : public Channel {
public:
    SamChannel(Channel& card, std::unique_ptr<Sam> sam) : card_(card), sam_(std::move(sam)) {}

    ChannelLimits limits() const override {
        // What the APDU under secure messaging, and that in turn in a short command to the SAM, have room for.
        constexpr std::size_t kCommand = 200;
        constexpr std::size_t kResponse = 208;
        const ChannelLimits plain = card_.limits();
        return {std::min(plain.command_data, kCommand), std::min(plain.response_data, kResponse)};
    }

    void step_down() override { card_.step_down(); }

    Response transmit(const Command& command) override {
        const SecretBytes bytes = command.encode(!command.fits_short());
        const auto wrapped = emulator::parse_command(sam_->transform(kProtected, kPlain, bytes.view()));
        if (!wrapped) malformed();
        const Response response = card_.transmit(wrapped->command);
        const Bytes whole = concat({response.data, to_big_endian(response.status.value, 2)});
        const Bytes plain = sam_->transform(kPlain, kProtected, whole);
        if (plain.size() < 2) malformed();
        return Response::decode(plain);
    }

private:
    [[noreturn]] static void malformed() {
        throw ProviderFailed("provider.malformed", "the SAM answered with what is no APDU",
                             "Ask who issued the SAM; the card is not to blame.");
    }

    Channel& card_;
    std::unique_ptr<Sam> sam_;
};

}  // namespace

std::unique_ptr<Channel> authenticate_by_sam(Channel& card, const CardIdentity& identity,
                                             const ProviderSettings& settings) {
    constexpr tlv::Tag kFamily = 0x80;
    constexpr tlv::Tag kSerial = 0x94;
    auto sam = std::make_unique<Sam>(settings);
    sam->ask(Command::manage_security_environment(
        0x41, 0xA4,
        concat({tlv::encode(kFamily, as_bytes(identity.family)), tlv::encode(kSerial, as_bytes(identity.serial))})));
    const Bytes challenge = card.require(Command::get_challenge(kChallenge), "GET CHALLENGE");
    const Bytes cryptogram = sam->ask(Command::internal_authenticate(challenge, Command::kMaxShortExpected));
    const Bytes answer =
        card.require(Command::external_authenticate(cryptogram, Command::kMaxShortExpected), "EXTERNAL AUTHENTICATE");
    sam->ask(Command::external_authenticate(answer, 0));
    return std::make_unique<SamChannel>(card, std::move(sam));
}

}  // namespace tahvil::daemon
