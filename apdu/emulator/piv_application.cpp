#include "apdu/emulator/piv_application.h"

#include <algorithm>
#include <utility>

#include "apdu/tlv.h"
#include "crypto/key_agreement.h"
#include "crypto/signature.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kByName = 0x04;
constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kGetData = 0xCB;
constexpr std::uint8_t kGeneralAuthenticate = 0x87;
constexpr std::size_t kRegisteredProvider = 5;  // bytes of the AID

constexpr tlv::Tag kTagList = 0x5C;
constexpr tlv::Tag kDynamicAuthenticationTemplate = 0x7C;
constexpr tlv::Tag kChallenge = 0x81;
constexpr tlv::Tag kResponse = 0x82;
constexpr tlv::Tag kExponentiation = 0x85;

/// Part 2, table 3.
Bytes property_template() {
    const ByteView aid(kPivApplication);
    return tlv::encode(0x61, {tlv::encode(0x4F, aid.subspan(kRegisteredProvider)),
                              tlv::encode(0x79, {tlv::encode(0x4F, aid.first(kRegisteredProvider))}),
                              tlv::encode(0x50, as_bytes("SPECIMEN PIV card"))});
}

Response get_data(const Command& command, const Session& session) {
    if (command.p1() != 0x3F || command.p2() != 0xFF) return status_only(sw::wrong_parameters);
    tlv::Cursor cursor(command.data());
    const ByteView tag = cursor.read(kTagList);
    if (!cursor.at_end() || tag.empty() || tag.size() > 3) return status_only(sw::wrong_data);
    const auto& objects = session.selection.directory().data_objects;
    const auto found = objects.find(static_cast<std::uint32_t>(from_big_endian(tag)));
    if (found == objects.end()) return status_only(sw::file_not_found);
    if (!session.may(found->second.to_read)) return status_only(sw::security_status_not_satisfied);
    return {found->second.content, sw::ok};
}

}  // namespace

PivApplication::PivApplication(std::vector<Key> keys) : keys_(std::move(keys)) {}

std::optional<Response> PivApplication::answer(const Command& command, Session& session, Tally& /*tally*/) {
    const bool verify = command.ins() == kVerify && command.p2() == kPivPin && !command.data().empty();
    const bool verified_just_now = std::exchange(verified_just_now_, verify);
    if (command.ins() == kSelect && command.p1() == kByName) {
        if (!session.selection.select_application(command.data())) return status_only(sw::file_not_found);
        return Response{property_template(), sw::ok};
    }
    if (!equal(session.selection.application(), kPivApplication)) return std::nullopt;
    if (command.ins() == kGetData) return get_data(command, session);
    if (command.ins() == kGeneralAuthenticate) return authenticate(command, session, verified_just_now);
    return std::nullopt;
}

// Part 2, 3.2.4 and A.1: the template asks for a response (an empty DO'82') to a challenge, or for the shared secret
// with a point.
Response PivApplication::authenticate(const Command& command, const Session& session, bool verified_just_now) const {
    const auto key = std::ranges::find(keys_, command.p2(), &Key::reference);
    if (key == keys_.end() || key->algorithm != command.p1()) return status_only(sw::wrong_parameters);
    if (!session.may(key->to_use) || (key->pin_each_time && !verified_just_now))
        return status_only(sw::security_status_not_satisfied);
    tlv::Cursor outer(command.data());
    const ByteView asked = outer.read(kDynamicAuthenticationTemplate);
    const auto response = tlv::find(asked, kResponse);
    const auto challenge = tlv::find(asked, kChallenge);
    const auto point = tlv::find(asked, kExponentiation);
    if (!outer.at_end() || !response || !response->empty() || challenge.has_value() == point.has_value())
        return status_only(sw::wrong_data);
    Bytes answer;
    const bool rsa = key->key.public_key().kind() == KeyKind::rsa;
    if (rsa && challenge)
        answer = rsa_private_operation(key->key, *challenge);
    else if (challenge)
        answer = ecdsa_sign_digest(key->key, *challenge);
    else if (!rsa)
        answer = to_bytes(agree(key->key, PublicKey::ec(key->key.public_key().curve(), *point)).view());
    else
        return status_only(sw::wrong_data);
    return {tlv::encode(kDynamicAuthenticationTemplate, {tlv::encode(kResponse, answer)}), sw::ok};
}

}  // namespace tahvil::emulator
