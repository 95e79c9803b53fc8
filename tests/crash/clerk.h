#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace tahvil::daemon::test {

/// The daemon went away before it answered.
class DaemonGone : public std::runtime_error {
public:
    DaemonGone() : std::runtime_error("the daemon is gone") {}
};

/// Plays a day at the desk of a live daemon through its socket, as often as it is begun anew: manifests, the arrival of
/// a card, its handover, and a second card that goes back. What was done before is found done; every act has one
/// Idempotency-Key for the whole day. Throws DaemonGone; std::runtime_error for an answer that is not to be.
class Clerk {
public:
    explicit Clerk(std::string socket_path) : socket_path_(std::move(socket_path)) {}

    void play();
    /// Beside another clerk, whose acts may come between: what is refused for that is tried again.
    void play_to_the_end();
    /// Asks whether anybody is there.
    void greet();

    /// \name What the daemon answered, and so must stay true
    /// @{
    const std::vector<std::string>& checkpoints() const { return checkpoints_; }
    const std::string& receipt() const { return receipt_; }  ///< empty until it was given out
    bool handed_over() const { return handed_over_; }
    bool sent_back() const { return sent_back_; }
    /// @}

private:
    boost::json::object call(std::string_view method, const std::string& target, const std::string& body = {},
                             const std::string& key = {}, std::string_view media = "application/json");
    boost::json::object act(const std::string& target, const std::string& key, boost::json::object more = {});
    std::string import_and_find(const std::string& tracking_code);
    std::string stage(const std::string& id);
    bool is_open(const std::string& id, std::string_view item);
    void checked(const std::string& target);
    void hand_over(const std::string& id);
    void keep_checkpoint();

    std::string socket_path_;
    std::vector<std::string> checkpoints_;
    std::string receipt_;
    bool handed_over_ = false;
    bool sent_back_ = false;
};

}  // namespace tahvil::daemon::test
