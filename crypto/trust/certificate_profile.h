#pragma once

#include <optional>
#include <string>

#include "crypto/trust/deviation.h"

struct x509_st;
struct X509_crl_st;

/// What RFC 5280 asks of certificates and lists and OpenSSL's strict rules leave out. Inside crypto/ only.
namespace tahvil::trust {

/// Why a certificate of a path is not one of the profile, in words; nothing when it is.
std::optional<std::string> refuse_by_profile(x509_st* certificate);

/// The same of a revocation list: such a one decides nothing.
std::optional<std::string> refuse_by_profile(X509_crl_st* list);

/// Weak algorithms and odd serial numbers of a certificate that was verified with this issuer's key. Throws
/// MalformedData "trust.weak_algorithm" for what nobody may rely on: MD5 and older, RSA below 1024 bits.
void note_departures(Deviations& deviations, x509_st* certificate, x509_st* issuer);

}  // namespace tahvil::trust
