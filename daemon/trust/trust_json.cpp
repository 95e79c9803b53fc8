#include "daemon/trust/trust_json.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/trust/name.h"
#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace json = boost::json;

namespace {

void put(json::object& to, std::string_view key, const std::string& text) {
    if (!text.empty()) to[key] = text;
}

std::string fingerprint_text(ByteView bytes) {
    std::string text = to_hex(bytes);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return text;
}

json::object to_json(const trust::Entry& entry) {
    const trust::Certificate& certificate = entry.certificate;
    json::array purposes;
    for (const std::string_view purpose : entry.purposes.names()) purposes.emplace_back(purpose);
    json::object object{{"id", fingerprint_text(certificate.fingerprint())},
                        {"subject", trust::to_text(certificate.subject())},
                        {"issuer", trust::to_text(certificate.issuer())},
                        {"serial", to_hex(certificate.serial())},
                        {"not_before", to_iso(certificate.validity().not_before)},
                        {"not_after", to_iso(certificate.validity().not_after)},
                        {"status", name(entry.status)},
                        {"purposes", std::move(purposes)},
                        {"specimen", entry.specimen},
                        {"sources", json::array(entry.sources.begin(), entry.sources.end())}};
    put(object, "country", certificate.country());
    return object;
}

json::object to_json(const trust::Source& source) {
    json::object object{{"kind", name(source.kind)},
                        {"file", source.file},
                        {"digest", fingerprint_text(source.digest)},
                        {"imported_at", to_iso(source.imported_at)},
                        {"rollback", source.rollback},
                        {"superseded", source.superseded}};
    put(object, "country", source.country);
    put(object, "signer", source.signer);
    if (source.signed_at) object["signed_at"] = to_iso(*source.signed_at);
    return object;
}

json::object to_json(const trust::RevocationList& list) {
    json::object object{{"issuer", trust::to_text(list.issuer())}, {"this_update", to_iso(list.this_update())}};
    if (list.next_update()) object["next_update"] = to_iso(*list.next_update());
    return object;
}

std::string_view status_name(trust::OcspStatus status) {
    switch (status) {
        case trust::OcspStatus::good:
            return "good";
        case trust::OcspStatus::revoked:
            return "revoked";
        case trust::OcspStatus::unknown:
            break;
    }
    return "unknown";
}

json::object to_json(const trust::OcspAnswer& answer) {
    json::object object{{"serial", to_hex(answer.serial)},
                        {"status", status_name(answer.status)},
                        {"this_update", to_iso(answer.this_update)}};
    if (answer.next_update) object["next_update"] = to_iso(*answer.next_update);
    return object;
}

json::object to_json(const trust::HotListRecord& list) {
    return {{"issuer", list.issuer},
            {"sequence", list.sequence},
            {"issued_at", to_iso(list.issued_at)},
            {"digest", fingerprint_text(list.digest)}};
}

}  // namespace

json::object to_json(const trust::TrustStore& store) {
    json::array certificates;
    for (std::size_t i = 0; i < store.size(); ++i) certificates.push_back(to_json(store.entry(i)));
    json::array sources;
    for (const trust::Source& source : store.sources()) sources.push_back(to_json(source));
    json::array revocation_lists;
    for (std::size_t i = 0; i < store.revocation_list_count(); ++i)
        revocation_lists.push_back(to_json(store.revocation_list(i)));
    json::array ocsp_answers;
    for (std::size_t i = 0; i < store.ocsp_response_count(); ++i) {
        const trust::OcspResponse response = store.ocsp_response(i);
        for (const trust::OcspAnswer& answer : response.answers()) ocsp_answers.push_back(to_json(answer));
    }
    json::array hot_lists;
    for (const trust::HotListRecord& list : store.hot_lists()) hot_lists.push_back(to_json(list));
    json::object object{{"version", store.number()},
                        {"certificates", std::move(certificates)},
                        {"sources", std::move(sources)},
                        {"revocation_lists", std::move(revocation_lists)},
                        {"ocsp_answers", std::move(ocsp_answers)},
                        {"hot_lists", std::move(hot_lists)}};
    if (store.number() != 0) object["created_at"] = to_iso(store.created_at());
    return object;
}

json::array to_json(const trust::ImportReport& report) {
    json::array items;
    for (const trust::ImportItem& item : report.items) {
        json::object object{{"outcome", name(item.outcome)}, {"what", item.what}};
        put(object, "reason", item.reason);
        put(object, "words", item.words);
        items.push_back(std::move(object));
    }
    return items;
}

}  // namespace tahvil::daemon
