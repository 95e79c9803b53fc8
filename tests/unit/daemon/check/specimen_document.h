#pragma once

#include <memory>
#include <string>
#include <utility>

#include "apdu/applets/mrz.h"
#include "apdu/tlv.h"
#include "crypto/trust/issuer.h"
#include "daemon/check/document_check.h"
#include "tests/unit/crypto/trust/specimen.h"

/// A whole document of a person who does not exist, signed with fresh keys.
namespace tahvil::daemon::specimen {

using trust::specimen::at;
using trust::specimen::kNow;

inline Bytes image() {
    return from_hex("FF D8 FF E0 00 10 4A 46 49 46 00 01");
}

inline Bytes dg2(ByteView jpeg) {
    const std::size_t face = 20 + 12 + jpeg.size();
    Bytes record =
        concat({as_bytes("FAC"), Bytes{0}, as_bytes("010"), Bytes{0}, to_big_endian(14 + face, 4), Bytes{0, 1}});
    append(record, concat({to_big_endian(face, 4), Bytes(28), jpeg}));
    const Bytes template_ = tlv::encode(0x7F60, {tlv::encode(0xA1, from_hex("81 01 02")), tlv::encode(0x5F2E, record)});
    return tlv::encode(0x75, tlv::encode(0x7F61, {tlv::encode(0x02, Bytes{1}), template_}));
}

inline Bytes dg11() {
    return tlv::encode(0x6B,
                       {tlv::encode(0x5C, from_hex("5F 0E 5F 10 5F 2B")), tlv::encode(0x5F0E, as_bytes("محمدی<<سارا")),
                        tlv::encode(0x5F10, as_bytes("0084575948")), tlv::encode(0x5F2B, as_bytes("19900521"))});
}

inline mrz::Mrz mrz() {
    mrz::Mrz zone;
    zone.format = mrz::Format::td1;
    zone.document_code = "I";
    zone.issuing_state = "UTO";
    zone.document_number = "D23145890";
    zone.nationality = "UTO";
    zone.primary_identifier = "MOHAMMADI";
    zone.secondary_identifier = "SARA";
    zone.birth_date = "900521";
    zone.expiry_date = "310203";
    zone.sex = 'F';
    return zone;
}

/// The files of a document before it is signed, and what signs it.
struct Maker {
    trust::CertifiedKey issuer = trust::specimen::country_signer();
    trust::CertifiedKey signer = trust::specimen::document_signer(issuer);
    std::string mrz_text = mrz::format(mrz());
    std::map<int, Bytes> further{{2, dg2(image())}, {11, dg11()}};

    LdsDocument sign(const trust::SecurityObjectOptions& options = {}) const {
        std::map<int, Bytes> groups = further;
        groups[1] = tlv::encode(0x61, tlv::encode(0x5F1F, as_bytes(mrz_text)));
        LdsDocument document;
        Bytes tags;
        for (const auto& [number, content] : groups) {
            const lds::File file = lds::data_group(static_cast<unsigned>(number));
            document.files[file] = content;
            tags.push_back(lds::entry(file).tag);
        }
        document.files[lds::File::security_object] = trust::sign_security_object(groups, signer, options);
        document.files[lds::File::com] = tlv::encode(
            0x60,
            {tlv::encode(0x5F01, as_bytes("0107")), tlv::encode(0x5F36, as_bytes("040000")), tlv::encode(0x5C, tags)});
        return document;
    }

    /// Everything that is needed to accept it.
    Knowledge knowledge(std::shared_ptr<const Policy> policy) const {
        Knowledge known;
        const Bytes list = trust::issue_revocation_list({kNow, at(2026, 12), 1, {}}, issuer);
        known.trust = trust::specimen::store_of({issuer.certificate}, {}, {list});
        known.card_revocation = [](const std::string&, const std::string&, Time, std::chrono::days) {
            return Check{"document.revocation", Result::passed, {}, {}};
        };
        known.policy = std::move(policy);
        known.at = kNow;
        known.software = "test";
        known.demo = true;
        return known;
    }
};

}  // namespace tahvil::daemon::specimen
