#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "daemon/api/listening_socket.h"
#include "daemon/api/server.h"
#include "daemon/config.h"
#include "daemon/log.h"

namespace tahvil::daemon {

/// The whole daemon: readers, trust store, checks, and the socket that serves them.
class Daemon {
public:
    /// Opens the state folder and begins to watch the readers. `log` outlives the daemon. Throws what stands in the
    /// way.
    Daemon(const Config& config, api::ListeningSocket listening, const Log& log,
           api::Server::IdentifyPeer identify = api::identify_peer);
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon();

    /// Serves until stop() or one of the signals.
    void run(std::initializer_list<int> stop_signals = {});
    void stop();  ///< from any thread

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tahvil::daemon
