#include "daemon/check/verdict.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tahvil::daemon {

namespace {

template <typename Value, std::size_t Count>
using Names = std::array<std::pair<Value, std::string_view>, Count>;

constexpr Names<Purpose, 4> kPurposes{{
    {Purpose::handover, "handover"},
    {Purpose::field, "field"},
    {Purpose::identity_check, "identity_check"},
    {Purpose::read, "read"},
}};

constexpr Names<Decision, 3> kDecisions{{
    {Decision::accept, "accept"},
    {Decision::refer, "refer"},
    {Decision::reject, "reject"},
}};

constexpr Names<Part, 4> kParts{{
    {Part::document, "document"},
    {Part::holder, "holder"},
    {Part::portrait, "portrait"},
    {Part::files, "files"},
}};

template <typename Value, std::size_t Count>
std::string_view name_in(const Names<Value, Count>& names, Value value) {
    return names.at(static_cast<std::size_t>(value)).second;
}

template <typename Value, std::size_t Count>
std::optional<Value> value_in(const Names<Value, Count>& names, std::string_view name) {
    for (const auto& [value, candidate] : names) {
        if (candidate == name) return value;
    }
    return std::nullopt;
}

}  // namespace

std::string_view name(Purpose purpose) {
    return name_in(kPurposes, purpose);
}

std::optional<Purpose> purpose_by_name(std::string_view name) {
    return value_in(kPurposes, name);
}

std::string_view name(Decision decision) {
    return name_in(kDecisions, decision);
}

std::string_view name(Part part) {
    return name_in(kParts, part);
}

std::optional<Part> part_by_name(std::string_view name) {
    return value_in(kParts, name);
}

std::string make_id(std::chrono::sys_time<std::chrono::milliseconds> at, const RandomSource& random) {
    constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    constexpr std::size_t characters = 26;
    constexpr unsigned bits_a_character = 5;

    Bytes number = to_big_endian(static_cast<std::uint64_t>(at.time_since_epoch().count()) & 0xFFFFFFFFFFFFU, 6);
    append(number, random_bytes(random, 10));

    // 128 bits in 26 characters of 5: the first two bits of the 130 are zero.
    std::string id;
    unsigned held = 0;
    unsigned held_bits = 2;
    for (const std::uint8_t byte : number) {
        held = (held << 8U) | byte;
        held_bits += 8;
        while (held_bits >= bits_a_character) {
            held_bits -= bits_a_character;
            id += digits[(held >> held_bits) & 0x1FU];
        }
        held &= (1U << held_bits) - 1;
    }
    id.resize(characters);
    return id;
}

}  // namespace tahvil::daemon
