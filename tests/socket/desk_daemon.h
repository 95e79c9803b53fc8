#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "crypto/trust/issuer.h"
#include "daemon/daemon.h"
#include "served.h"

namespace tahvil::test {

/// A whole daemon in demo mode with a store, a terminal that is enrolled and certified, an anchor for manifests, and
/// embedded readers whose cards are those of the specimen person.
class DeskDaemon : public testing::Test {
protected:
    /// Readers by their faults; the id of each is its fault, or "good".
    explicit DeskDaemon(std::vector<std::string> readers = {""});
    ~DeskDaemon() override;

    void start();
    void stop();
    /// A second daemon on the same store, on another socket.
    void start_second();

    RawClient connect(uid_t as = kOperator) { return {path_, as}; }
    std::string second_path() const { return folder_.path() + "/second.sock"; }

    /// The answer's JSON; fails the test when the status is another.
    boost::json::value call(std::string_view method, const std::string& target, const std::string& body, int status,
                            uid_t as = kOperator, const std::string& key = {});
    boost::json::value get(const std::string& target, int status = 200, uid_t as = kOperator) {
        return call("GET", target, {}, status, as);
    }

    /// A body with an operator and more members.
    static std::string act(const std::string& more = {}, const std::string& person = "op-7");

    /// A manifest that its sender signed.
    Bytes signed_manifest(const std::string& content) const;
    RawResponse import(ByteView manifest, const std::string& more_query = {}, uid_t as = kOperator,
                       const std::string& key = {});
    /// The row of the specimen person's card, and of others who have none in a reader.
    static std::string manifest_of(int others = 0);

    /// The check at the desk, when it has ended.
    boost::json::value ended(const std::string& id);
    std::string begin(const std::string& target, const std::string& body);

    bool logged(std::string_view text) const;

    TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/t.sock";
    daemon::Config config_;

private:
    struct Running {
        std::unique_ptr<daemon::Daemon> daemon;
        std::thread thread;
    };
    Running run(const std::string& path);
    static void end(Running& running);

    mutable std::mutex mutex_;
    std::string logged_;
    daemon::Log log_{[this](daemon::LogLevel, std::string_view line) {
        const std::lock_guard lock{mutex_};
        logged_ += std::string(line) + "\n";
    }};
    Running first_, second_;
    std::unique_ptr<trust::CertifiedKey> sender_authority_;
    std::unique_ptr<trust::CertifiedKey> sender_;
};

}  // namespace tahvil::test
