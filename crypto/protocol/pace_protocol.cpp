#include "crypto/protocol/pace_protocol.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "crypto/error.h"
#include "crypto/protocol/domain_parameters.h"

namespace tahvil::pace {

namespace {

struct Family {
    asn1::Oid oid;  // with the cipher's arc to follow
    bool elliptic;
    Mapping mapping;
    std::string_view name;
};

const std::array<Family, 5>& families() {
    static const std::array<Family, 5> table{{
        {asn1::Oid("0.4.0.127.0.7.2.2.4.1"), false, Mapping::generic, "PACE-DH-GM"},
        {asn1::Oid("0.4.0.127.0.7.2.2.4.2"), true, Mapping::generic, "PACE-ECDH-GM"},
        {asn1::Oid("0.4.0.127.0.7.2.2.4.3"), false, Mapping::integrated, "PACE-DH-IM"},
        {asn1::Oid("0.4.0.127.0.7.2.2.4.4"), true, Mapping::integrated, "PACE-ECDH-IM"},
        {asn1::Oid("0.4.0.127.0.7.2.2.4.6"), true, Mapping::chip_authentication, "PACE-ECDH-CAM"},
    }};
    return table;
}

constexpr std::array<std::string_view, 4> kCipherNames{"3DES", "AES-128", "AES-192", "AES-256"};

bool exists(Mapping mapping, CipherAlgorithm cipher) {
    return mapping != Mapping::chip_authentication || cipher != CipherAlgorithm::two_key_triple_des;
}

const Family& family_of(const Protocol& protocol) {
    const auto found = std::ranges::find_if(families(), [&protocol](const Family& family) {
        return family.elliptic == protocol.elliptic && family.mapping == protocol.mapping;
    });
    if (found == families().end() || !exists(protocol.mapping, protocol.cipher))
        throw InvalidInput("pace.unknown_protocol", "a combination of PACE algorithms that does not exist");
    return *found;
}

/// SP 800-57 part 1, table 2, rounded down.
unsigned strength_of(const Group& group) {
    if (group.is_curve()) return static_cast<unsigned>(field_size(group.curve()) * 8 / 2);
    return group.dh().prime.size() >= 256 ? 112 : 80;
}

unsigned strength_of(CipherAlgorithm cipher) {
    static constexpr std::array<unsigned, 4> bits{80, 128, 192, 256};
    return bits.at(static_cast<std::size_t>(cipher));
}

/// The domain parameters of an entry; nothing when they are not known here.
std::optional<Group> find_group(const PaceInfo& info, const SecurityInfos& card_access) {
    if (info.parameter_id)
        if (std::optional<Group> group = standardized_domain_parameters(*info.parameter_id)) return group;
    for (const PaceDomainParameterInfo& parameters : card_access.pace_domain_parameters) {
        if (parameters.parameter_id != info.parameter_id) continue;
        if (!info.protocol.starts_with(parameters.protocol)) continue;
        try {
            const Group group = parameters.group();
            if (standardized_identifier(group)) return group;
        } catch (const MalformedData&) {
            continue;  // parameters that are not known to be secure must not be used (9.2.2)
        }
    }
    return std::nullopt;
}

template <typename T>
std::ptrdiff_t rank(const std::vector<T>& list, T item) {
    return std::ranges::find(list, item) - list.begin();
}

}  // namespace

std::optional<Protocol> protocol_by_oid(const asn1::Oid& identifier) {
    for (const Family& family : families()) {
        if (!identifier.starts_with(family.oid)) continue;
        const ByteView rest = identifier.content().subspan(family.oid.content().size());
        if (rest.size() != 1 || rest[0] < 1 || rest[0] > kCipherNames.size()) continue;
        const auto cipher = static_cast<CipherAlgorithm>(rest[0] - 1);
        if (!exists(family.mapping, cipher)) continue;
        return Protocol{family.elliptic, family.mapping, cipher};
    }
    return std::nullopt;
}

asn1::Oid oid_of(const Protocol& protocol) {
    Bytes content = to_bytes(family_of(protocol).oid.content());
    content.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(protocol.cipher) + 1));
    return asn1::Oid::from_content(content);
}

std::string description(const Protocol& protocol) {
    return std::string(family_of(protocol).name) + "-" +
           std::string(kCipherNames.at(static_cast<std::size_t>(protocol.cipher)));
}

unsigned Offer::strength() const {
    return std::min(strength_of(group), strength_of(protocol.cipher));
}

std::vector<Offer> offers(const SecurityInfos& card_access) {
    std::vector<Offer> all;
    for (const PaceInfo& info : card_access.pace) {
        const std::optional<Protocol> protocol = protocol_by_oid(info.protocol);
        if (!protocol || info.version != 2) continue;
        const std::optional<Group> group = find_group(info, card_access);
        if (!group || group->is_curve() != protocol->elliptic) continue;
        if (protocol->mapping == Mapping::integrated && group->is_curve() && group->curve() == Curve::secp224r1)
            continue;
        all.push_back({info, *protocol, *group, info.parameter_id, false});
    }
    const auto has_other_parameters = [&card_access](const Offer& offer) {
        return std::ranges::any_of(
            card_access.pace, [&offer](const PaceInfo& other) { return other.parameter_id != offer.parameter_id; });
    };
    for (Offer& offer : all) offer.ambiguous = offer.parameter_id.has_value() && has_other_parameters(offer);
    return all;
}

std::optional<Offer> choose(const std::vector<Offer>& offers, const Preference& preference) {
    const auto allowed = [&preference](const Offer& offer) {
        return std::ranges::count(preference.mappings, offer.protocol.mapping) != 0 &&
               std::ranges::count(preference.ciphers, offer.protocol.cipher) != 0 &&
               offer.strength() >= preference.minimum_strength;
    };
    const auto order = [&preference](const Offer& offer) {
        return std::make_tuple(-static_cast<int>(offer.strength()), rank(preference.mappings, offer.protocol.mapping),
                               rank(preference.ciphers, offer.protocol.cipher));
    };
    std::optional<Offer> best;
    for (const Offer& offer : offers)
        if (allowed(offer) && (!best || order(offer) < order(*best))) best = offer;
    return best;
}

}  // namespace tahvil::pace
