#pragma once

#include <optional>
#include <string>

#include "crypto/trust/certificate.h"

namespace tahvil::trust {

/// A certificate revocation list (RFC 5280, 5) as views into bytes that must outlive it.
class RevocationList {
public:
    /// Takes one CertificateList, all of `raw`, and leaves its entries for later: a list of thousands is read for one.
    /// Throws MalformedData: "trust.revocation_list", "asn1.malformed".
    static RevocationList parse(ByteView raw);

    /// Throws MalformedData when an entry is malformed; asked once, when a list comes in.
    void require_entries() const;

    ByteView raw() const { return raw_; }
    ByteView issuer() const { return issuer_; }  ///< the whole Name
    Time this_update() const { return this_update_; }
    const std::optional<Time>& next_update() const { return next_update_; }
    ByteView authority_key_id() const { return authority_key_id_; }  ///< empty when there is none
    ByteView number() const { return number_; }                      ///< magnitude, empty when there is none
    bool is_delta() const { return is_delta_; }                      ///< has a delta CRL indicator (RFC 5280, 5.2.4)
    /// The issuing distribution point (5.2.5): an issuer may have one list for each. Empty when there is none.
    ByteView scope() const { return scope_; }
    /// A critical extension that is not known (a delta list, a list for some reasons only): the list can not be used.
    std::optional<std::string> unknown_critical_extension() const;

    /// Since when the certificate with these content octets of its serial number is revoked; nothing when it is not
    /// listed.
    std::optional<Time> revoked_since(ByteView serial) const;
    std::size_t count() const;

    bool signed_by(const PublicKey& issuer) const;
    std::string description() const;  ///< "C=DE, ..., of 2026-05-28, number 0C"

private:
    ByteView raw_, tbs_, algorithm_, signature_, issuer_, revoked_, authority_key_id_, number_, scope_,
        unknown_critical_;
    Time this_update_{};
    std::optional<Time> next_update_;
    bool is_delta_ = false;
};

/// Whether the one may take the other's place: of the same issuer, key and scope, and both complete or both deltas.
bool same_series(const RevocationList& a, const RevocationList& b);

/// Whether `next` is older than `known`, a list of the same series: by number where both have one, else by thisUpdate.
bool goes_back(const RevocationList& next, const RevocationList& known);

/// "2026-05-28T08:28:45Z"
std::string to_text(Time at);

}  // namespace tahvil::trust
