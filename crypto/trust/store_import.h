#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/trust/master_list.h"
#include "crypto/trust/store_builder.h"

namespace tahvil::trust {

/// One file on its way into a store. What is in it decides who takes it; whatever is wrong is refused in the report.
class StoreBuilder::Import {
public:
    static constexpr std::size_t kMaxSources = 65'535;        ///< their indices are written in two bytes
    static constexpr std::chrono::hours kClockTolerance{24};  ///< a list may be signed by a clock that is ahead of ours
    static constexpr std::size_t kMaxResponses = 4096;        ///< each is looked at in every check of a national path

    Import(StoreBuilder& builder, const ImportOptions& options) : builder_(builder), options_(options) {}
    ImportReport run(ByteView file);

private:
    /// \name Files by their content
    /// @{
    void refuse(std::string what, std::string reason, std::string words);
    void say(Outcome outcome, const std::string& what, std::string reason = {}, std::string words = {});
    void take_der(ByteView file);
    /// A CertificateList goes on with an algorithm and a name where a certificate has a serial number and an algorithm.
    static bool is_revocation_list(asn1::Cursor outer);
    void take_pem(ByteView file);
    /// What the ICAO PKD publishes. Its certificates are no anchors: nobody has vouched for the file.
    void take_ldif(ByteView file);
    void take_signed_data(ByteView file);
    /// @}

    /// \name Certificates, and where they come from
    /// @{
    static bool may_issue(const Certificate& certificate);
    /// A certificate that the operator hands in: an anchor when it signs itself, else one that must chain to an anchor.
    void take_certificate(ByteView raw);
    void take_plain_certificate(ByteView raw);
    bool usable(const Certificate& certificate);
    void vouch(const Certificate& certificate, Purposes purposes, const Source& source);
    StoreContent::Item& item_at(std::size_t index) { return builder_.content_.items[index]; }
    Source new_source(SourceKind kind, ByteView content) const;
    std::uint16_t index_of(const Source& source);
    static void add_unique(std::vector<std::uint16_t>& sources, std::uint16_t source);
    /// @}

    /// \name Master lists
    /// @{
    void take_master_list(ByteView file);
    /// Pins the root whose fingerprint the operator has from elsewhere: it may come in the list itself.
    bool pin_root_of(const MasterList& list);
    /// Every signer must be genuine and chain to a pinned root at the time at which it signed.
    bool judge_signers(const SignedData& data, Source& source);
    /// A store of the pinned roots and of what the list brings along to get to them.
    std::shared_ptr<const TrustStore> roots_with(const std::vector<Certificate>& brought) const;
    static bool same_series(const Source& a, const Source& b);
    bool in_order(Source& source);
    std::uint16_t supersede(const Source& source);
    std::size_t take_listed(ByteView raw, std::uint16_t place);
    void take_known(std::size_t index, std::uint16_t place);
    bool replaces(std::uint16_t next, std::uint16_t before) const;
    void settle_vanished(const Source& source, std::uint16_t place, const std::vector<bool>& listed);
    /// @}

    /// \name What is revoked
    /// @{
    void take_revocation_list(const RevocationList& list);
    bool has_issuer(const RevocationList& list) const;
    void take_ocsp_response(const OcspResponse& response);
    bool is_signed(const OcspResponse& response) const;
    /// @}

    StoreBuilder& builder_;
    const ImportOptions& options_;
    ImportReport report_;
    std::optional<std::uint16_t> superseded_;  ///< the list that the one on its way in follows
};

}  // namespace tahvil::trust
