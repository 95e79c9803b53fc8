#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apdu/applets/lds/file.h"
#include "apdu/profiles/catalogue.h"
#include "crypto/trust/national_path.h"
#include "crypto/trust/passive_authentication.h"
#include "daemon/check/policy.h"
#include "daemon/check/terminal_credentials.h"
#include "daemon/check/verdict.h"
#include "daemon/provider/card_authentication.h"

namespace tahvil::daemon {

/// A document as far as it is in memory: whole files, as they were read.
struct LdsDocument {
    std::map<lds::File, Bytes> files;
    std::set<lds::File> refused;  ///< that the card did not give
};

/// What the caller knows of the person or the card, to be compared.
struct Expected {
    std::optional<std::string> national_code = {};  ///< ten ASCII digits
    std::optional<std::string> name = {};
    std::optional<Date> birth_date = {};
    std::optional<std::string> card_serial = {};
};

/// Answers for a card, by issuing state (three letters) and serial, whether it is lost, stolen or recalled: the check
/// `document.revocation`.
using CardRevocation =
    std::function<Check(const std::string& issuer, const std::string& serial, Time at, std::chrono::days age_limit)>;

/// What facts are judged by.
struct Knowledge {
    std::shared_ptr<const trust::TrustStore> trust;
    CardRevocation card_revocation;  ///< may be empty: no list
    std::shared_ptr<const Policy> policy;
    Terminals terminals;                                  ///< for cards that ask who reads them
    std::shared_ptr<const profiles::Catalogue> profiles;  ///< of the cards that are known beside those of the LDS
    std::optional<ProviderSettings> card_authentication;  ///< who has the keys of cards that open to these alone
    Time at{};
    std::string software;
    bool demo = false;
    bool explain = false;  ///< asks OpenSSL for its opinion on each step of a path
};

/// What was found out about a document from its files alone.
struct DocumentFindings {
    std::vector<Check> checks;  ///< passive_authentication.*, document.*, and the expected.* that were asked for
    Deviations deviations;
    DocumentFacts document;
    HolderFacts holder;
    trust::PassiveAuthentication authentication;

    /// Whether this file was read and is as it was signed by someone whose signature holds.
    bool vouched_for(lds::File file) const;
};

DocumentFindings check_document(const LdsDocument& document, const Expected& expected, const Knowledge& knowledge);

/// The files that a check needs, given what EF.SOD lists: fingerprints and irises are out of reach without terminal
/// authentication, and an identity check takes no more than it must: of the holder the MRZ, the details of EF.DG11 for
/// Part::holder, the portrait for Part::portrait.
std::set<lds::File> files_needed(const std::set<int>& data_groups, Purpose purpose, const Parts& want);

/// \name What was found out, into a verdict
/// @{
void add_to(Verdict& verdict, const DocumentFindings& findings);
void add_to(Verdict& verdict, const trust::CardSecurityAuthentication& findings);
/// Puts the checks into the order of running, decides, and fills in what the decision was made by.
void conclude(Verdict& verdict, const Knowledge& knowledge);
/// @}

struct VerifiedDocument {
    Verdict verdict;
    std::vector<trust::PathStep> steps;  ///< the paths that were tried, for people who ask
};

/// The verdict on a certificate of a national PKI, without a card: `path` is what was found out of it.
VerifiedDocument verify_certificate(const trust::NationalPath& path, const Knowledge& knowledge, std::string id);

/// The verdict on files that came from anywhere: no chip is there to be asked. Its purpose is `read`.
VerifiedDocument verify_document(const LdsDocument& document, const Expected& expected, const Knowledge& knowledge,
                                 std::string id);

}  // namespace tahvil::daemon
