#include "apdu/emulator/national_card.h"

#include <algorithm>
#include <utility>

#include "apdu/emulator/portrait.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr std::chrono::days kMonth{30};
constexpr std::chrono::days kYear{365};
constexpr std::size_t kPortraitSize = 3000;  // bytes, as on contact cards with little memory

}  // namespace

CardMaker::CardMaker(const Person& person, const NationalPki& pki, const NationalCardOptions& options, trust::Time now,
                     const RandomSource& random)
    : person_(person),
      pki_(pki),
      options_(options),
      random_(random),
      validity_{now - kYear, std::chrono::sys_days(person.expiry_date)} {
    if (options.fault.fault == Fault::expired) {
        validity_ = {now - 5 * kYear, now - kMonth};
        person_.expiry_date = std::chrono::floor<std::chrono::days>(validity_.not_after);
    }
    if (options.fault.fault == Fault::unknown_issuer) other_issuer_ = NationalPki::make(now);
}

CardMaker::KeyPair CardMaker::certify(const PrivateKey& key, std::string_view purpose,
                                      std::vector<trust::KeyUsage> usage, std::vector<Bytes> extensions) const {
    auto issued = pki().certify(person_, purpose, key, std::move(usage), validity_, std::move(extensions));
    return {in_chip(key), std::move(issued.certificate)};
}

PrivateKey CardMaker::in_chip(const PrivateKey& key) const {
    if (options_.fault.fault != Fault::cloned) return key;
    const PublicKey& shown = key.public_key();
    return shown.kind() == KeyKind::rsa ? PrivateKey::generate_rsa(shown.bits()) : new_ec_key(shown.curve());
}

Bytes CardMaker::portrait() const {
    return options_.portrait.empty() ? draw_portrait(kPortraitSize) : options_.portrait;
}

Bytes CardMaker::changed(Bytes holding_portrait) const {
    if (options_.fault.fault == Fault::dg2_changed) holding_portrait[holding_portrait.size() / 2] ^= 0x20U;
    return holding_portrait;
}

NationalCard CardMaker::finish(DedicatedFile master_file, std::vector<std::unique_ptr<Function>> functions,
                               std::map<std::string, Bytes> values, Bytes atr) const {
    LinkSettings link = options_.link;
    link.atr = std::move(atr);
    auto system = std::make_unique<OperatingSystem>(link, std::move(master_file), std::move(functions));
    NationalCard made{nullptr, system.get(), std::move(values)};
    made.card = std::move(system);
    if (options_.fault.is_misbehaviour())
        made.card = std::make_unique<MisbehavingCard>(std::move(made.card), options_.fault, random_);
    return made;
}

SecretBytes ascii_pin(std::string_view pin, std::size_t size, std::uint8_t filler) {
    if (pin.size() > size) throw InvalidInput("input.pin", "a PIN that is longer than its block");
    SecretBytes block(size);
    std::ranges::fill(block.writable(), filler);
    std::ranges::copy(as_bytes(pin), block.writable().begin());
    return block;
}

}  // namespace tahvil::emulator
