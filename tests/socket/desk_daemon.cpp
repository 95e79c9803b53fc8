#include "desk_daemon.h"

#include "crypto/random.h"
#include "crypto/trust/name.h"
#include "daemon/private_file.h"

namespace tahvil::test {

namespace json = boost::json;

namespace {

const asn1::Oid kData("1.2.840.113549.1.7.1");

trust::Validity around_now() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return {now - std::chrono::days{1}, now + std::chrono::days{30}};
}

}  // namespace

DeskDaemon::DeskDaemon(std::vector<std::string> readers) {
    config_.state_directory = folder_.path() + "/state";
    config_.pcsc = false;
    config_.demo = true;
    config_.roles = test_roles();
    config_.desk.store = folder_.path() + "/state/store.db";
    config_.desk.keys = {{1, "file:" + folder_.path() + "/store.key"}};
    config_.desk.inquiry.deadline = std::chrono::milliseconds{20};
    daemon::write_private_file(folder_.path() + "/store.key", random_bytes(system_random, StoreKeys::kKeySize));
    for (const std::string& fault : readers) {
        const std::string id = fault.empty() ? "good" : fault.substr(0, fault.find('@'));
        config_.embedded_readers.push_back({id, id, "", "pace-gm", "ca", "contactless", fault});
    }
    sender_authority_ = std::make_unique<trust::CertifiedKey>(trust::issue_self_signed(
        trust::CertificateTemplate::country_signer(trust::NameWriter().common_name("Centre").der(), around_now()),
        PrivateKey::generate_ec(Curve::secp256r1)));
    trust::CertificateTemplate sender =
        trust::CertificateTemplate::document_signer(trust::NameWriter().common_name("Sender").der(), around_now());
    sender.serial = {0x02};
    sender_ = std::make_unique<trust::CertifiedKey>(
        trust::issue(sender, PrivateKey::generate_ec(Curve::secp256r1), *sender_authority_));
}

DeskDaemon::~DeskDaemon() {
    stop();
}

DeskDaemon::Running DeskDaemon::run(const std::string& path) {
    Running running;
    running.daemon =
        std::make_unique<daemon::Daemon>(config_, api::ListeningSocket{path, std::nullopt}, log_, [](int socket) {
            const uid_t uid = pretended_uid(socket).value_or(kStranger);
            return api::Peer{uid, uid, 1, {}};
        });
    running.thread = std::thread{[daemon = running.daemon.get()] { daemon->run(); }};
    return running;
}

void DeskDaemon::end(Running& running) {
    if (!running.daemon) return;
    running.daemon->stop();
    running.thread.join();
    running.daemon.reset();
}

void DeskDaemon::start() {
    first_ = run(path_);
    const RawResponse anchor = connect(kAdministrator)
                                   .call("POST", "/v1/trust/certificates?purpose=manifests",
                                         as_text(sender_authority_->certificate), "application/octet-stream");
    ASSERT_EQ(anchor.status, 201) << anchor.body;
}

void DeskDaemon::start_second() {
    second_ = run(second_path());
}

void DeskDaemon::stop() {
    end(second_);
    end(first_);
}

json::value DeskDaemon::call(std::string_view method, const std::string& target, const std::string& body, int status,
                             uid_t as, const std::string& key) {
    const RawResponse response = connect(as).call(method, target, body, "application/json",
                                                  key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
    EXPECT_EQ(response.status, status) << method << " " << target << ": " << response.body;
    return response.body.empty() ? json::value{} : json::parse(response.body);
}

std::string DeskDaemon::act(const std::string& more, const std::string& person) {
    return R"({"operator":{"id":")" + person + R"(","established":"badge"})" + (more.empty() ? "" : "," + more) + "}";
}

Bytes DeskDaemon::signed_manifest(const std::string& content) const {
    return trust::sign_data(kData, as_bytes(content), {*sender_});
}

RawResponse DeskDaemon::import(ByteView manifest, const std::string& more_query, uid_t as, const std::string& key) {
    return connect(as).call("POST", "/v1/manifests?operator_id=op-7&operator_established=badge" + more_query,
                            as_text(manifest), "application/octet-stream",
                            key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
}

std::string DeskDaemon::manifest_of(int others) {
    std::string text =
        "tracking_code,national_code,given_name,family_name,birth_date,birth_certificate_serial,can,fee,office,batch\n"
        "TRACK-0,1234567891,\u0646\u0645\u0648\u0646\u0647,\u0622\u0632\u0645\u0627\u06cc\u0634\u06cc,1369-01-01,"
        "654321,123456,0,12,B1\n";
    for (int i = 1; i <= others; ++i)
        text += "TRACK-" + std::to_string(i) +
                ",0012345679,\u0639\u0644\u06cc,\u06a9\u0631\u06cc\u0645\u06cc,1369-01-01,123456,654321,200000,12,B1\n";
    return text;
}

json::value DeskDaemon::ended(const std::string& id) {
    while (true) {
        json::value check = get("/v1/desk-checks/" + id);
        const auto& state = check.at("state").as_string();
        if (state != "queued" && state != "running") return check;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

bool DeskDaemon::logged(std::string_view text) const {
    const std::lock_guard lock{mutex_};
    return logged_.find(text) != std::string::npos;
}

std::string DeskDaemon::begin(const std::string& target, const std::string& body) {
    const json::value begun = call("POST", target, body, 202);
    return begun.as_object().contains("id") ? begun.at("id").as_string().c_str() : "";
}

}  // namespace tahvil::test
