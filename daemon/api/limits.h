#pragma once

#include <chrono>
#include <cstddef>

namespace tahvil::daemon::api {

/// What one caller, and all callers together, may take of the daemon through the socket. [limits] in the configuration
/// overrides each by its name; times are given there in seconds.
struct Limits {
    std::size_t connections = 512;
    std::size_t connections_per_uid = 256;
    std::size_t event_streams = 128;
    std::size_t event_streams_per_uid = 32;
    std::size_t header_bytes = 16384;                        ///< request line and fields
    std::size_t body_bytes = 65536;                          ///< JSON
    std::size_t file_bytes = std::size_t{32} * 1024 * 1024;  ///< a trust file
    std::size_t requests_per_second_per_uid = 500;
    std::size_t requests_burst_per_uid = 1000;
    std::size_t checks_queued_per_reader = 4;
    std::size_t events_kept = 1024;  ///< for clients that come back with Last-Event-ID
    std::chrono::milliseconds first_request_time =
        std::chrono::seconds{10};                                        ///< from connecting to a request's first byte
    std::chrono::milliseconds request_time = std::chrono::seconds{10};   ///< from a request's first byte to its last
    std::chrono::milliseconds response_time = std::chrono::seconds{10};  ///< in which the client takes an answer
    std::chrono::milliseconds idle_time = std::chrono::seconds{60};      ///< between two requests
    std::chrono::milliseconds idempotency_key_time = std::chrono::hours{24};
    std::chrono::milliseconds heartbeat_time =
        std::chrono::seconds{15};  ///< between two comments on a quiet event stream
};

/// Not for configuration: sizes of the machinery.
inline constexpr std::size_t kReadPiece = std::size_t{64} * 1024;
inline constexpr std::size_t kStreamPiece = std::size_t{64} * 1024;  ///< of events written at once
inline constexpr std::chrono::milliseconds kStreamPause{20};         ///< in which events are gathered when many come
inline constexpr std::size_t kDrainedAfterRefusal = std::size_t{1024} * 1024;
inline constexpr std::chrono::milliseconds kDrainTime = std::chrono::seconds{2};
inline constexpr std::chrono::milliseconds kPauseAfterFlood = std::chrono::milliseconds{250};
inline constexpr std::size_t kJsonDepth = 16;
inline constexpr std::size_t kIdempotencyKeys = 4096;  ///< kept at once, the oldest go first
inline constexpr std::size_t kWorkerQueue = 64;        ///< of long requests that wait
inline constexpr std::size_t kUidsRemembered = 256;    ///< before those that are idle are forgotten

}  // namespace tahvil::daemon::api
