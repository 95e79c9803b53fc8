#include <algorithm>
#include <array>

#include "apdu/access/active_authentication.h"
#include "apdu/access/bac.h"
#include "apdu/access/pace.h"
#include "apdu/access/terminal_authentication.h"
#include "apdu/applets/eid.h"
#include "crypto/error.h"
#include "crypto/protocol/mrz_information.h"
#include "tests/fuzz/fuzzed_card.h"

namespace {

using namespace tahvil;

/// A terminal that draws the same numbers each time: so what was recorded once is understood to the end.
void draw_ones(std::span<std::uint8_t> into) {
    std::ranges::fill(into, std::uint8_t{1});
}

pace::Offer offer_of(pace::Mapping mapping) {
    constexpr int kBrainpoolP256r1 = 13;
    SecurityInfos infos;
    infos.pace.push_back({pace::oid_of({true, mapping, CipherAlgorithm::aes128}), 2, kBrainpoolP256r1});
    return pace::offers(infos).front();
}

void establish(Channel& card, pace::Mapping mapping) {
    pace::Options options;
    options.random = draw_ones;
    const pace::Established made = pace::establish(
        card, offer_of(mapping), pace::Password::typed(pace::PasswordKind::can, as_bytes("123456")), options);
    static const PrivateKey chip = PrivateKey::generate_ec(Curve::brainpool_p256r1);
    if (mapping == pace::Mapping::chip_authentication &&
        made.party.authenticates(made.chip_authentication_data, chip.public_key()))
        __builtin_trap();  // nobody has this key
}

void run(std::uint8_t protocol, Channel& card, ByteView input) {
    switch (protocol) {
        case 0:
            return establish(card, pace::Mapping::generic);
        case 1:
            return establish(card, pace::Mapping::integrated);
        case 2:
            return establish(card, pace::Mapping::chip_authentication);
        case 3: {
            const SecretBytes information = mrz_information("D23145890", "900521", "310203");
            static_cast<void>(bac::establish(card, bac::AccessKeys::derive(information.view()), draw_ones));
            return;
        }
        case 4:
        case 5: {
            static const std::array keys{PrivateKey::generate_ec(Curve::brainpool_p256r1).public_key(),
                                         PrivateKey::generate_rsa(1024).public_key()};
            if (active_authentication::authenticate(card, keys.at(protocol - 4U), std::nullopt, draw_ones))
                __builtin_trap();  // nobody has these keys
            return;
        }
        case 6:
            if (terminal_authentication::authority_references(input).size() > 2) __builtin_trap();
            return;
        default:
            static_cast<void>(eid::parse_text(eid::Group::family_names, input));
    }
}

}  // namespace

/// Any bytes as what a card answers in an access protocol, chosen by the first of them: an error with a name, or keys
/// that only a card with the password can share.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    constexpr std::uint8_t kProtocols = 8;
    const ByteView input = ByteView(data, size).subspan(1);
    FuzzedCard card(input);
    CardChannel channel(card);
    try {
        run(data[0] % kProtocols, channel, input);
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
