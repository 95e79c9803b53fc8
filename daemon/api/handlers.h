#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "daemon/api/events.h"
#include "daemon/api/operations.h"
#include "daemon/check/check_service.h"
#include "daemon/reader/reader_pool.h"
#include "daemon/trust/trust_service.h"

namespace tahvil::daemon::api {

/// What the methods of the contract are made from. All are kept by reference.
struct Services {
    ReaderPool& readers;
    CheckService& checks;
    TrustService& trust;
    EventLog& events;
    std::function<std::chrono::sys_seconds()> now;
    bool demo = false;
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
    Response get_trust(const Call& call) override;
    Response import_master_list(const Call& call) override;
    Response import_certificates(const Call& call) override;
    Response import_revocation_list(const Call& call) override;
    Response import_hot_list(const Call& call) override;
    Response get_trust_import(const Call& call) override;

private:
    /// A check that the caller may see; another's is not found.
    CheckView check_of(const Call& call) const;
    Response import(const Call& call, trust::ImportOptions options);

    Services services_;
    std::chrono::sys_seconds started_at_;
};

/// \name What the services tell, put on the event stream
/// @{
void publish(EventLog& events, const ReaderEvent& event);
void publish(EventLog& events, const CheckEvent& event);
void publish_trust_changed(EventLog& events, std::uint64_t version);
/// @}

}  // namespace tahvil::daemon::api
