#pragma once

#include <optional>
#include <vector>

#include "crypto/asn1.h"
#include "crypto/group.h"
#include "crypto/key.h"

namespace tahvil {

/// Doc 9303-11, 9.2.1.
struct PaceInfo {
    asn1::Oid protocol;
    int version = 2;
    std::optional<int> parameter_id;
};

/// Doc 9303-11, 9.2.2.
struct PaceDomainParameterInfo {
    asn1::Oid protocol;      ///< id-PACE-DH-GM and so on, without a cipher
    Bytes domain_parameter;  ///< an AlgorithmIdentifier
    std::optional<int> parameter_id;

    /// Throws what read_domain_parameters() throws.
    Group group() const;
};

/// Doc 9303-11, 9.2.5; version 2 and 3 are TR-03110-3, A.1.1.2.
struct ChipAuthenticationInfo {
    asn1::Oid protocol;
    int version = 1;
    std::optional<int> key_id;
};

/// TR-03110-3, A.1.1.2, of version 2.
struct ChipAuthenticationDomainParameterInfo {
    asn1::Oid protocol;  ///< id-CA-DH or id-CA-ECDH
    Bytes domain_parameter;
    std::optional<int> key_id;

    Group group() const;
};

/// Doc 9303-11, 9.2.6.
struct ChipAuthenticationPublicKeyInfo {
    asn1::Oid protocol;  ///< id-PK-DH or id-PK-ECDH
    Bytes public_key;    ///< a SubjectPublicKeyInfo
    std::optional<int> key_id;

    /// Throws what read_agreement_key() throws.
    PublicKey key() const;
};

/// Doc 9303-11, 9.2.4.
struct ActiveAuthenticationInfo {
    int version = 1;
    asn1::Oid signature_algorithm;
};

/// Doc 9303-11, 9.2.8; the file is TR-03110-3, A.1.1.3.
struct TerminalAuthenticationInfo {
    int version = 1;
    std::optional<std::uint16_t> ef_cvca;  ///< file identifier of EF.CVCA; absent means 011C
    std::optional<std::uint8_t>
        ef_cvca_short_id;  ///< its short identifier; absent means 1C when the file is absent too
};

/// What this program does not use (CardInfo, EFDIRInfo, restricted identification, ...), as it was read.
struct UnknownSecurityInfo {
    asn1::Oid protocol;
    Bytes encoded;  ///< the whole SecurityInfo
};

/// SecurityInfos (Doc 9303-11, 9.2): the content of EF.CardAccess, of EF.DG14 within its tag 6E, and of EF.CardSecurity
/// as its encapsulated content. What it says of keys and domain parameters is read when it is asked for, so that one
/// entry beyond this program does not hide the others.
struct SecurityInfos {
    static constexpr std::size_t kMaxCount = 64;

    std::vector<PaceInfo> pace;
    std::vector<PaceDomainParameterInfo> pace_domain_parameters;
    std::vector<ChipAuthenticationInfo> chip_authentication;
    std::vector<ChipAuthenticationDomainParameterInfo> chip_authentication_domain_parameters;
    std::vector<ChipAuthenticationPublicKeyInfo> chip_authentication_keys;
    std::vector<ActiveAuthenticationInfo> active_authentication;
    std::vector<TerminalAuthenticationInfo> terminal_authentication;
    std::vector<UnknownSecurityInfo> unknown;

    /// Reads the SET, nothing may follow it. Throws MalformedData "asn1.malformed", LimitExceeded beyond kMaxCount.
    static SecurityInfos parse(ByteView encoded);

    /// The SET, DER.
    Bytes encode() const;
};

}  // namespace tahvil
