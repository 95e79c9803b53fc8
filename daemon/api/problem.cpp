#include "daemon/api/problem.h"

#include <boost/json.hpp>

#include "apdu/error.h"
#include "crypto/signer.h"
#include "daemon/delivery/delivery_json.h"
#include "daemon/delivery/manifest.h"
#include "daemon/error.h"
#include "daemon/reader/error.h"
#include "daemon/store/error.h"

namespace tahvil::daemon::api {

namespace {

constexpr int kInternalError = 500;

template <typename... Kinds>
bool is_any(const Error& error) {
    return ((dynamic_cast<const Kinds*>(&error) != nullptr) || ...);
}

int status_of(const Error& error) {
    if (const auto* http = dynamic_cast<const HttpError*>(&error)) return http->status();
    if (is_any<NotFound, ReaderNotFound>(error)) return 404;
    if (is_any<Conflict, NoCard, CardGone, CardReset, ReaderGone, JobCancelled>(error)) return 409;
    if (is_any<NotPermitted>(error)) return 403;
    if (is_any<Busy, ReaderQueueFull>(error)) return 429;
    if (is_any<Unavailable, ReaderStuck, SignerError>(error)) return 503;
    if (is_any<StoreError>(error)) return error.code() == "store.conflict" ? 409 : 503;
    if (is_any<AccessDenied, ProtocolViolation, CardRefused, DeadlinePassed>(error)) return 422;
    if (is_any<InvalidInput>(error)) return 400;
    if (is_any<MalformedData, LimitExceeded, CryptoError, ManifestRejected>(error)) return 422;
    return kInternalError;
}

std::string_view title_of(int status) {
    switch (status) {
        case 400:
            return "The request is not well formed";
        case 403:
            return "Not permitted";
        case 404:
            return "Not found";
        case 405:
            return "The method is not known here";
        case 408:
            return "The request took too long";
        case 409:
            return "Not possible in the present state";
        case 413:
            return "The body is too large";
        case 415:
            return "The body is of another kind";
        case 417:
            return "The expectation can not be met";
        case 422:
            return "The content can not be accepted";
        case 429:
            return "Too much at once";
        case 431:
            return "The header is too large";
        case 503:
            return "Not available now";
        case 505:
            return "The version of HTTP is not spoken here";
        default:
            return "The daemon failed";
    }
}

/// What a manifest's refusal says beside its words.
void add_faults(boost::json::object& document, const ManifestRejected& rejected) {
    boost::json::array faults;
    for (const RowFault& fault : rejected.faults()) faults.push_back(daemon::to_json(fault));
    document["faults"] = std::move(faults);
    document["good_rows"] = rejected.good_rows();
}

Response render(int status, std::string_view code, std::string_view detail, std::string_view remedy, bool try_again,
                std::string_view pointer, const std::vector<std::string>& choices, const ManifestRejected* rejected) {
    boost::json::object document{{"type", "urn:tahvil:problem:" + std::string{code}},
                                 {"title", title_of(status)},
                                 {"status", status},
                                 {"detail", detail},
                                 {"try_again", try_again}};
    if (!remedy.empty()) document["remedy"] = remedy;
    if (!pointer.empty()) document["pointer"] = pointer;
    if (rejected != nullptr) add_faults(document, *rejected);
    if (!choices.empty()) document["choices"] = boost::json::value_from(choices);
    Response response;
    response.status = status;
    response.media = "application/problem+json";
    response.body = boost::json::serialize(document);
    if (status == 429) response.fields.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace

Response problem(const std::exception& error) {
    const auto* ours = dynamic_cast<const Error*>(&error);
    if (ours == nullptr)
        return render(kInternalError, "internal", "Something failed that should not; the log has more.",
                      "Tell the person who runs this machine.", false, {}, {}, nullptr);
    const auto* bad_request = dynamic_cast<const BadRequest*>(ours);
    const auto* conflict = dynamic_cast<const Conflict*>(ours);
    const auto* rejected = dynamic_cast<const ManifestRejected*>(ours);
    return render(status_of(*ours), ours->code(), ours->what(), ours->remedy(), ours->try_again(),
                  bad_request == nullptr ? std::string{} : bad_request->pointer(),
                  conflict == nullptr ? std::vector<std::string>{} : conflict->choices(), rejected);
}

}  // namespace tahvil::daemon::api
