#include "apdu/access/pin.h"

#include <algorithm>
#include <string>

#include "apdu/error.h"

namespace tahvil::pin {

namespace {

constexpr std::uint8_t kCounter = 0x63;  // SW1 of 63CX
constexpr std::uint8_t kFormat2 = 0x20;  // ISO 9564-1, 9.3.3: format and length in one byte

std::optional<unsigned> counter(StatusWord status) {
    if (status.sw1() != kCounter || (status.sw2() & 0xF0U) != 0xC0) return std::nullopt;
    return status.sw2() & 0x0FU;
}

bool is_blocked(StatusWord status) {
    return status == sw::authentication_method_blocked || counter(status) == 0U;
}

bool is_unusable(StatusWord status) {
    return status == sw::reference_data_not_usable || status == sw::conditions_not_satisfied;
}

void require_length(ByteView characters, std::size_t shortest, std::size_t longest) {
    if (characters.size() >= shortest && characters.size() <= longest) return;
    throw InvalidInput(
        "access.pin_length",
        "this card's PIN has " + std::to_string(shortest) + " to " + std::to_string(longest) + " characters",
        "Let the holder type it again.");
}

unsigned digit(std::uint8_t character) {
    if (character < '0' || character > '9')
        throw InvalidInput("access.pin_characters", "this card's PIN is made of digits",
                           "Let the holder type it again.");
    return character - unsigned{'0'};
}

SecretBytes pack(const profiles::Pin& pin, ByteView characters, std::size_t size) {
    using profiles::PinFormat;
    SecretBytes packed(size == 0 ? (pin.format == PinFormat::ascii ? characters.size() : (characters.size() + 1) / 2)
                                 : size);
    const auto out = packed.writable();
    std::ranges::fill(out, pin.padding);
    if (pin.format == PinFormat::ascii) {
        std::ranges::copy(characters, out.begin());
        return packed;
    }
    std::size_t at = 0;
    if (pin.format == PinFormat::iso_9564) out[at++] = static_cast<std::uint8_t>(kFormat2 | characters.size());
    for (std::size_t i = 0; i < characters.size(); i += 2) {
        const unsigned low = i + 1 < characters.size() ? digit(characters[i + 1]) : pin.padding & 0x0FU;
        out[at++] = static_cast<std::uint8_t>(digit(characters[i]) << 4U | low);
    }
    return packed;
}

SecretBytes joined(const SecretBytes& first, const SecretBytes& second) {
    SecretBytes both(first.size() + second.size());
    std::ranges::copy(first.view(), both.writable().begin());
    std::ranges::copy(second.view(), both.writable().begin() + static_cast<std::ptrdiff_t>(first.size()));
    return both;
}

}  // namespace

SecretBytes block(const profiles::Pin& pin, ByteView characters) {
    require_length(characters, pin.shortest, pin.longest);
    return pack(pin, characters, pin.block);
}

SecretBytes unblocking_block(const profiles::Pin& pin, ByteView characters) {
    if (!pin.unblocking)
        throw InvalidInput("access.no_unblocking", "nothing is known of how this card's PIN is unblocked",
                           "The holder has to go to the issuer.");
    require_length(characters, pin.unblocking->shortest, pin.unblocking->longest);
    return pack(pin, characters, pin.unblocking->block);
}

State state_of(StatusWord status) {
    State state;
    state.verified = status.ok();
    state.blocked = is_blocked(status);
    state.needs_change = is_unusable(status);
    state.tries_left = counter(status);
    if (state.verified || state.blocked || state.needs_change || state.tries_left) return state;
    throw CardRefused("the query of the tries that are left", status);
}

State query(Channel& card, const profiles::Profile& profile, const profiles::Pin& pin) {
    if (!pin.empty_verify_queries || profile.has(profiles::Quirk::pin_state_elsewhere)) return {};
    return state_of(card.transmit(Command::verify_query(pin.reference)).status);
}

bool at_last_try(const State& state) {
    return !state.verified && state.tries_left.value_or(1) <= 1;
}

Answer judge(StatusWord status, const std::string& doing) {
    if (status.ok()) return {Outcome::accepted, std::nullopt};
    if (is_blocked(status)) return {Outcome::blocked, 0U};
    if (is_unusable(status)) return {Outcome::needs_change, std::nullopt};
    if (const auto left = counter(status)) return {Outcome::wrong, left};
    if (status == sw::verification_failed) return {Outcome::wrong, std::nullopt};
    throw CardRefused(doing, status);
}

Answer verify(Channel& card, const profiles::Pin& pin, ByteView characters) {
    const SecretBytes packed = block(pin, characters);
    return judge(card.transmit(Command::verify(pin.reference, packed.view())).status, "VERIFY");
}

Answer change(Channel& card, const profiles::Pin& pin, ByteView old_characters, ByteView new_characters) {
    const SecretBytes both = joined(block(pin, old_characters), block(pin, new_characters));
    return judge(card.transmit(Command::change_reference_data(pin.reference, both.view())).status,
                 "CHANGE REFERENCE DATA");
}

Answer unblock(Channel& card, const profiles::Pin& pin, ByteView code, ByteView new_characters) {
    const SecretBytes packed = unblocking_block(pin, code);
    const bool with_new = pin.unblocking->with_new_pin;
    const SecretBytes data = with_new ? joined(packed, block(pin, new_characters)) : packed;
    return judge(card.transmit(Command::reset_retry_counter(pin.reference, data.view(), with_new)).status,
                 "RESET RETRY COUNTER");
}

}  // namespace tahvil::pin
