#include "apdu/emulator/sam.h"

#include <string>

#include "apdu/emulator/card_authentication.h"
#include "apdu/emulator/operating_system.h"
#include "apdu/emulator/received_command.h"
#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kManageSecurityEnvironment = 0x22;
constexpr std::uint8_t kPerformSecurityOperation = 0x2A;
constexpr std::uint8_t kExternalAuthenticate = 0x82;
constexpr std::uint8_t kInternalAuthenticate = 0x88;
constexpr std::uint8_t kPlain = 0x80;  // P1 and P2 of PSO
constexpr std::uint8_t kProtected = 0x86;
constexpr std::string_view kFamily = "irn-nid/";  // of the cards for which specimens have an issuer's key

}  // namespace

Sam::Sam(SecretBytes issuer_key, RandomSource random)
    : issuer_key_(std::move(issuer_key)), random_(std::move(random)) {}

void Sam::reset() {
    terminal_.reset();
    messaging_.reset();
    pending_.reset();
}

Response Sam::choose_card(ByteView data) {
    reset();
    const auto family = tlv::find(data, 0x80);
    const auto serial = tlv::find(data, 0x94);
    if (!family || !serial) return status_only(sw::wrong_data);
    if (!as_text(*family).starts_with(kFamily)) return status_only(sw::referenced_data_not_found);
    terminal_.emplace(specimen_card_keys(issuer_key_.view(), as_text(*serial)), random_);
    return status_only(sw::ok);
}

Response Sam::transform(const Command& command) {
    if (!messaging_) return status_only(sw::conditions_not_satisfied);
    if (command.p1() == kProtected && command.p2() == kPlain && !pending_) {
        const auto plain = parse_command(command.data());
        if (!plain) return status_only(sw::wrong_data);
        pending_ = plain->command;
        const Command wrapped = messaging_->protect(plain->command);
        return {to_bytes(wrapped.encode(!wrapped.fits_short()).view()), sw::ok};
    }
    if (command.p1() == kPlain && command.p2() == kProtected && pending_) {
        const Command asked = *std::exchange(pending_, std::nullopt);
        const Response plain = messaging_->unprotect(asked, Response::decode(command.data()));
        return {concat({plain.data, to_big_endian(plain.status.value, 2)}), sw::ok};
    }
    return status_only(sw::wrong_parameters);
}

std::optional<Response> Sam::answer(const Command& command, Session& /*session*/, Tally& /*tally*/) {
    try {
        switch (command.ins()) {
            case kManageSecurityEnvironment:
                return choose_card(command.data());
            case kInternalAuthenticate:
                if (!terminal_) return status_only(sw::conditions_not_satisfied);
                return Response{terminal_->cryptogram(command.data()), sw::ok};
            case kExternalAuthenticate: {
                if (!terminal_) return status_only(sw::conditions_not_satisfied);
                auto keys = terminal_->finish(command.data());
                terminal_.reset();
                if (!keys) return status_only(sw::verification_failed);
                messaging_.emplace(nowhere_, std::move(*keys));
                return status_only(sw::ok);
            }
            case kPerformSecurityOperation:
                return transform(command);
            default:
                return std::nullopt;
        }
    } catch (const Error&) {
        reset();  // the counters of both sides may differ now
        return status_only(sw::wrong_data);
    }
}

std::unique_ptr<Card> make_sam(const SecretBytes& issuer_key, const RandomSource& random) {
    DedicatedFile master_file;
    master_file.identifier = 0x3F00;
    DedicatedFile application;
    application.name = kSamApplication;
    master_file.directories.push_back(std::move(application));
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<Sam>(issuer_key, random));
    return std::make_unique<OperatingSystem>(LinkSettings{.link = Link::contact_t1}, std::move(master_file),
                                             std::move(functions));
}

}  // namespace tahvil::emulator
