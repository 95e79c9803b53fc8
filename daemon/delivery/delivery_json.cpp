#include "daemon/delivery/delivery_json.h"

#include <boost/json.hpp>

#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

void add_if(json::object& object, std::string_view key, const std::string& value) {
    if (!value.empty()) object.emplace(key, value);
}

json::object to_json(const MoveRecord& move) {
    json::object object{{"from", name(move.from)}, {"to", name(move.to)},   {"act", move.act},
                        {"actor", move.actor},     {"at", to_iso(move.at)}, {"journal", move.journal}};
    add_if(object, "why", move.why);
    return object;
}

json::object holder_of(const ExpectedCard& card) {
    json::object holder{
        {"national_code", card.national_code}, {"given_name", card.given_name}, {"family_name", card.family_name}};
    if (card.birth_date) holder.emplace("birth_date", to_iso(*card.birth_date));
    add_if(holder, "birth_certificate_serial", card.birth_certificate_serial);
    add_if(holder, "birth_certificate_series", card.birth_certificate_series);
    add_if(holder, "phone", card.phone);
    return holder;
}

std::string_view opened_by(const CardAccess& access) {
    if (!access.can.empty()) return "can";
    return access.document_number.empty() ? "nothing" : "document_number";
}

}  // namespace

json::object to_json(const Delivery& delivery, const std::vector<MoveRecord>& history) {
    const ExpectedCard& card = delivery.card;
    json::object object{{"id", delivery.id},
                        {"custodian", delivery.custodian},
                        {"stage", name(delivery.stage)},
                        {"since", to_iso(delivery.since)},
                        {"manifest", std::to_string(delivery.manifest)},
                        {"batch", card.batch},
                        {"office", card.office},
                        {"fee", card.fee},
                        {"tracking_code", card.tracking_code},
                        {"opened_by", opened_by(card.access)},
                        {"holder", holder_of(card)}};
    add_if(object, "card_serial", card.card_serial);
    add_if(object, "card_signer", card.card_signer);
    object.emplace("next", json::value_from(next_stages(delivery.stage)));
    json::array& moves = object["history"].emplace_array();
    for (const MoveRecord& move : history) moves.push_back(to_json(move));
    return object;
}

json::object to_json(const DeliveryLine& line) {
    return {{"id", line.id},
            {"stage", name(line.stage)},
            {"since", to_iso(line.since)},
            {"batch", line.batch},
            {"office", line.office}};
}

json::object to_json(const RowFault& fault) {
    json::object object{{"line", fault.line}, {"code", fault.code}, {"what", fault.what}};
    add_if(object, "column", fault.column);
    return object;
}

}  // namespace tahvil::daemon
