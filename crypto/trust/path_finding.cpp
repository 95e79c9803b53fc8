#include "crypto/trust/path_finding.h"

#include <openssl/x509_vfy.h>

namespace tahvil::trust {

Finding classify(int error) {
    switch (error) {
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
        case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
            return {Concern::signature, Result::failed, "signature_invalid"};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {Concern::validity, Result::failed, "not_yet_valid"};
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {Concern::validity, Result::failed, "expired"};
        case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
        case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
            return {Concern::validity, Result::failed, "malformed"};
        case X509_V_ERR_CERT_REVOKED:
            return {Concern::revocation, Result::failed, "revoked"};
        case X509_V_ERR_UNABLE_TO_GET_CRL:
        case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
            return {Concern::revocation, Result::undetermined, "no_list"};
        case X509_V_ERR_CRL_HAS_EXPIRED:
            return {Concern::revocation, Result::undetermined, "list_too_old"};
        case X509_V_ERR_CRL_NOT_YET_VALID:
        case X509_V_ERR_CRL_SIGNATURE_FAILURE:
        case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
        case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
        case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
        case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
        case X509_V_ERR_DIFFERENT_CRL_SCOPE:
        case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
        case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
            return {Concern::revocation, Result::undetermined, "list_unusable"};
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return {Concern::chain, Result::undetermined, "issuer_unknown"};
        case X509_V_ERR_INVALID_CA:
        case X509_V_ERR_INVALID_NON_CA:
        case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
        case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
            return {Concern::chain, Result::failed, "not_an_issuer"};
        case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        case X509_V_ERR_CERT_CHAIN_TOO_LONG:
            return {Concern::chain, Result::failed, "path_too_long"};
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
            return {Concern::chain, Result::failed, "unknown_critical_extension"};
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
        case X509_V_ERR_SUBTREE_MINMAX:
        case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
        case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
        case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
            return {Concern::chain, Result::failed, "name_constraints"};
        case X509_V_ERR_NO_EXPLICIT_POLICY:
        case X509_V_ERR_INVALID_POLICY_EXTENSION:
            return {Concern::chain, Result::failed, "policy"};
        case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
            return {Concern::chain, Result::failed, "explicit_ec_parameters"};
        default:
            return {Concern::chain, Result::failed, "not_conforming"};
    }
}

void settle(Check& check, Result result, const std::string& reason) {
    if (check.result == Result::failed || (check.result == Result::undetermined && result != Result::failed)) return;
    check.result = result;
    check.reason = reason;
}

}  // namespace tahvil::trust
