#include "daemon/check/verdict_json.h"

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "daemon/text/date.h"
#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace json = boost::json;

namespace {

void put(json::object& to, std::string_view key, const std::string& text) {
    if (!text.empty()) to[key] = text;
}

void put(json::object& to, std::string_view key, const std::optional<Date>& date) {
    if (date) to[key] = to_iso(*date);
}

json::array list(const std::vector<Check>& checks) {
    json::array result;
    for (const Check& check : checks) {
        json::object one{{"id", check.id}, {"result", name(check.result)}};
        put(one, "reason", check.reason);
        if (!check.detail.empty()) {
            json::object& detail = one["detail"].emplace_object();
            for (const auto& [key, value] : check.detail) detail[key] = value;
        }
        result.push_back(std::move(one));
    }
    return result;
}

json::array list(const Deviations& deviations) {
    json::array result;
    for (const Deviation& deviation : deviations) {
        json::object one{{"code", name(deviation.code)}};
        put(one, "detail", deviation.detail);
        result.push_back(std::move(one));
    }
    return result;
}

json::object document(const DocumentFacts& facts) {
    json::object result;
    put(result, "type", facts.type);
    put(result, "issuer", facts.issuer);
    put(result, "number", facts.number);
    put(result, "authority", facts.authority);
    put(result, "issue_date", facts.issued);
    put(result, "expiry_date", facts.expires);
    return result;
}

json::object holder(const HolderFacts& facts, const Parts& parts) {
    json::object result;
    if (parts.contains(Part::holder)) {
        put(result, "name", facts.name);
        put(result, "latin_name", facts.latin_name);
        put(result, "national_code", facts.national_code);
        put(result, "birth_date", facts.birth_date);
        put(result, "sex", facts.sex);
        put(result, "nationality", facts.nationality);
    }
    if (parts.contains(Part::portrait) && !facts.portrait.empty()) {
        result["portrait"] = {{"media_type", facts.portrait_type},
                              {"data", to_base64(facts.portrait, Base64::standard)}};
    }
    return result;
}

}  // namespace

json::object to_json(const Verdict& verdict, const Parts& parts) {
    json::object result{
        {"schema", Verdict::kSchema},
        {"id", verdict.id},
        {"purpose", name(verdict.purpose)},
        {"decision", name(verdict.decision)},
        {"because", json::array(verdict.because.begin(), verdict.because.end())},
        {"checks", list(verdict.checks)},
        {"deviations", list(verdict.deviations)},
    };
    put(result, "nonce", verdict.nonce);
    if (parts.contains(Part::document)) result["document"] = document(verdict.document);
    if (parts.contains(Part::holder) || parts.contains(Part::portrait))
        result["holder"] = holder(verdict.holder, parts);
    const Evaluation& evaluated = verdict.evaluated;
    result["evaluated"] = {
        {"at", to_iso(evaluated.at)},
        {"clock", {{"source", evaluated.clock_source}, {"confidence", evaluated.clock_confidence}}},
        {"policy", evaluated.policy},
        {"trust_version", evaluated.trust_version},
        {"software", evaluated.software},
    };
    json::object& trust = result["trust"].emplace_object();
    put(trust, "anchor", verdict.trust.anchor);
    if (verdict.trust.revocation_as_of) trust["revocation_as_of"] = to_iso(*verdict.trust.revocation_as_of);
    trust["specimen"] = verdict.trust.specimen;
    result["profile"] = {{"name", verdict.profile.name}, {"confirmed", verdict.profile.confirmed}};
    result["timing"] = {
        {"apdus", verdict.timing.apdus},
        {"bytes_sent", verdict.timing.bytes_sent},
        {"bytes_received", verdict.timing.bytes_received},
        {"card_ms", verdict.timing.card.count()},
        {"total_ms", verdict.timing.total.count()},
    };
    return result;
}

std::string to_json_text(const Verdict& verdict, const Parts& parts) {
    return json::serialize(to_json(verdict, parts));
}

}  // namespace tahvil::daemon
