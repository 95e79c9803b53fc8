#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "daemon/api/events.h"
#include "daemon/api/operations.h"
#include "daemon/api/refusals.h"
#include "daemon/check/check_service.h"
#include "daemon/desk/desk.h"
#include "daemon/desk/desk_checks.h"
#include "daemon/party/identity_checks.h"
#include "daemon/party/parties.h"
#include "daemon/reader/reader_pool.h"
#include "daemon/terminal/terminal.h"
#include "daemon/trust/trust_service.h"

namespace tahvil::daemon::api {

/// What the methods of the contract are made from. All are kept by reference.
struct Services {
    ReaderPool& readers;
    CheckService& checks;
    TrustService& trust;
    EventLog& events;
    Terminal& terminal;
    Desk& desk;
    DeskChecks& desk_checks;
    Parties& parties;
    IdentityChecks& identity;
    const RefusalLog& refusals;
    std::function<std::chrono::sys_seconds()> now;
    bool demo = false;
};

/// A reader as clients are told of it.
struct ShownReader {
    ReaderView reader;
    std::string profile;  ///< that a check found its card to be of; empty before

    friend bool operator==(const ShownReader&, const ShownReader&) = default;
};

/// The methods of the contract: each takes the request apart, asks whose object it is, and lets a service do the work.
class Handlers : public Operations {
public:
    explicit Handlers(Services services) : services_(std::move(services)), started_at_(services_.now()) {}

    Response get_contract(const Call& call) override;
    Response get_health(const Call& call) override;
    Response list_readers(const Call& call) override;
    Response get_reader(const Call& call) override;
    Response stream_events(const Call& call) override;
    Response create_check(const Call& call) override;
    Response get_check(const Call& call) override;
    Response cancel_check(const Call& call) override;
    Response create_probe(const Call& call) override;
    Response get_probe(const Call& call) override;
    Response cancel_probe(const Call& call) override;
    Response list_parties(const Call& call) override;
    Response add_party(const Call& call) override;
    Response get_party(const Call& call) override;
    Response remove_party(const Call& call) override;
    Response create_identity_check(const Call& call) override;
    Response get_identity_check(const Call& call) override;
    Response cancel_identity_check(const Call& call) override;
    Response list_refusals(const Call& call) override;
    Response get_trust(const Call& call) override;
    Response import_master_list(const Call& call) override;
    Response import_certificates(const Call& call) override;
    Response import_revocation_list(const Call& call) override;
    Response import_hot_list(const Call& call) override;
    Response decide_trust(const Call& call) override;
    Response get_trust_import(const Call& call) override;
    Response get_terminal(const Call& call) override;
    Response get_terminal_key(const Call& call) override;
    Response enrol_terminal(const Call& call) override;
    Response renew_terminal_key(const Call& call) override;
    Response certify_terminal(const Call& call) override;
    Response revoke_terminal_key(const Call& call) override;
    Response import_manifest(const Call& call) override;
    Response get_manifest(const Call& call) override;
    Response list_deliveries(const Call& call) override;
    Response search_deliveries(const Call& call) override;
    Response get_delivery(const Call& call) override;
    Response check_in_delivery(const Call& call) override;
    Response check_in_card(const Call& call) override;
    Response get_desk_check(const Call& call) override;
    Response notify_delivery(const Call& call) override;
    Response return_delivery(const Call& call) override;
    Response withdraw_delivery(const Call& call) override;
    Response miss_delivery(const Call& call) override;
    Response get_handover(const Call& call) override;
    Response begin_handover(const Call& call) override;
    Response check_handover_card(const Call& call) override;
    Response settle_handover_item(const Call& call) override;
    Response refer_handover_item(const Call& call) override;
    Response decide_handover_item(const Call& call) override;
    Response put_delivery_back(const Call& call) override;
    Response complete_handover(const Call& call) override;
    Response get_receipt(const Call& call) override;
    Response ask_inquiry(const Call& call) override;
    Response get_journal_checkpoint(const Call& call) override;
    Response get_journal_entries(const Call& call) override;
    Response get_journal_proof(const Call& call) override;
    Response list_uncollected(const Call& call) override;
    Response send_shipment(const Call& call) override;
    Response get_shipment(const Call& call) override;
    Response list_notices(const Call& call) override;
    Response tell_of_notice(const Call& call) override;
    Response print_receipt(const Call& call) override;

private:
    ShownReader shown(ReaderView reader) const;
    /// A check that the caller may see; another's is not found.
    CheckView check_of(const Call& call) const;
    CheckView probe_of(const Call& call) const;
    IdentityView identity_check_of(const Call& call) const;
    Response import(const Call& call, trust::ImportOptions options);
    /// Does something to the terminal's keys, which answers with the key's id, and tells the journal of it where there
    /// is one: where the one can not be, neither is the other.
    std::string change_keys(const Act& act, const std::string& kind, const std::function<std::string()>& change);
    /// Tells the journal, with the key that signs it from now on.
    void tell_of_new_keys(const Act& act, const std::string& kind, const std::string& key);
    Response start_desk_check(const Call& call, DeskPurpose purpose, const std::string& delivery);
    Response move_delivery(const Call& call, Stage to);
    /// Changes the delivery of the path once for the same Idempotency-Key; `work` commits one transaction.
    Response change(const Call& call, const std::function<void(OpenDesk&)>& work);
    /// A shipment of some records, once for the same Idempotency-Key.
    Response send_back(const Call& call, const Act& act,
                       const std::function<std::vector<std::string>(OpenDesk&)>& which);
    void publish_delivery(const std::string& id);

    Services services_;
    std::vector<ShownReader> listed_;  ///< the readers as they were told last, on the server's thread
    std::string listed_text_;
    std::chrono::sys_seconds started_at_;
};

/// What every check says of itself, whatever it finds: id, state, reader, progress and problem.
boost::json::object state_of(const CheckView& check);

/// The problem document of what was thrown.
boost::json::value problem_of(const std::exception_ptr& error);

/// \name What the services tell, put on the event stream
/// @{
void publish(EventLog& events, const ReaderEvent& event);
void publish(EventLog& events, const CheckEvent& event);
void publish(EventLog& events, const IdentityView& check);
void publish_trust_changed(EventLog& events, std::uint64_t version);
void publish_delivery(EventLog& events, const Delivery& delivery);
/// @}

}  // namespace tahvil::daemon::api
