#include "apdu/emulator/fault.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "apdu/error.h"

namespace tahvil::emulator {

namespace {

struct Entry {
    Fault fault;
    std::string_view name;
    std::size_t at;
};

constexpr std::size_t kMidRead = 12;

constexpr std::array<Entry, 15> kFaults{{
    {Fault::none, "none", 1},
    {Fault::cloned, "cloned", 1},
    {Fault::dg2_changed, "dg2-changed", 1},
    {Fault::unknown_issuer, "unknown-issuer", 1},
    {Fault::expired, "expired", 1},
    {Fault::unbound_key, "unbound-key", 1},
    {Fault::garbage, "garbage", 1},
    {Fault::lying_length, "lying-length", 1},
    {Fault::endless_more, "endless-more", 1},
    {Fault::endless_length, "endless-length", 1},
    {Fault::truncated, "truncated", 1},
    {Fault::wrong_mac, "wrong-mac", 1},
    {Fault::tampered, "tampered", kMidRead},
    {Fault::removed, "removed", kMidRead},
    {Fault::reset, "reset", kMidRead},
}};

constexpr std::size_t kStatus = 2;

Bytes garbage(const RandomSource& random) {
    constexpr std::size_t kLongest = 64;
    const Bytes size = random_bytes(random, 1);
    return random_bytes(random, size[0] % kLongest);
}

void lie_about_length(Bytes& response) {
    static constexpr std::array<std::uint8_t, 3> length{0x82, 0xFF, 0xF0};
    if (response.size() < kStatus + 1 + length.size()) return;
    std::ranges::copy(length, response.begin() + 1);
}

void spoil_mac(Bytes& response) {
    constexpr std::size_t kMacObject = 10;
    if (response.size() < kMacObject + kStatus || response[response.size() - kMacObject - kStatus] != 0x8E) return;
    response[response.size() - kStatus - 1] ^= 0x01U;
}

}  // namespace

FaultSpec parse_fault(std::string_view text) {
    const std::size_t sign = text.find('@');
    const auto entry = std::ranges::find(kFaults, text.substr(0, sign), &Entry::name);
    const auto refuse = [&] {
        std::string names;
        for (const Entry& known : kFaults) names += (names.empty() ? "" : ", ") + std::string(known.name);
        return InvalidInput("input.fault", "an unknown fault of a card",
                            "One of " + names + "; those of behaviour take the number of a response: removed@12.");
    };
    if (entry == kFaults.end()) throw refuse();
    FaultSpec spec{entry->fault, entry->at};
    if (sign == std::string_view::npos) return spec;
    const std::string_view number = text.substr(sign + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), spec.at);
    if (error != std::errc() || end != number.data() + number.size() || spec.at == 0 || !spec.is_misbehaviour())
        throw refuse();
    return spec;
}

std::vector<std::string_view> fault_names() {
    std::vector<std::string_view> names;
    names.reserve(kFaults.size());
    for (const Entry& entry : kFaults) names.push_back(entry.name);
    return names;
}

MisbehavingCard::MisbehavingCard(std::unique_ptr<Card> card, FaultSpec fault, RandomSource random)
    : card_(std::move(card)), fault_(fault), random_(std::move(random)) {}

Bytes MisbehavingCard::respond(ByteView command) {
    ++responses_;
    if (responses_ < fault_.at) return card_->respond(command);
    const bool now = responses_ == fault_.at;
    if (now && fault_.fault == Fault::removed) throw CardGone("the emulated card was taken out");
    if (now && fault_.fault == Fault::reset) {
        card_->reset();
        throw CardReset("the emulated card was reset");
    }
    Bytes response = card_->respond(command);
    switch (fault_.fault) {
        case Fault::garbage:
            return garbage(random_);
        case Fault::lying_length:
            lie_about_length(response);
            break;
        case Fault::endless_more:
            return from_hex("0102030405060708 6108");
        case Fault::endless_length:
            return responses_ % 2 == 0 ? from_hex("6C10") : from_hex("6C11");
        case Fault::truncated:
            response.resize(response.size() / 2);
            break;
        case Fault::wrong_mac:
            spoil_mac(response);
            break;
        case Fault::tampered:
            if (now) response[response.size() / 2] ^= 0x04U;
            break;
        default:
            break;
    }
    return response;
}

}  // namespace tahvil::emulator
