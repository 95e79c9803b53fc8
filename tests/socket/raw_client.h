#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace tahvil::test {

struct RawResponse {
    int status = 0;
    std::map<std::string, std::string> fields;  ///< names in lower case
    std::string body;
};

/// A client that sends what it is told to, byte for byte, and reads what comes. It binds its end to a name from which
/// the test's server learns as whom it calls.
class RawClient {
public:
    RawClient(const std::string& socket_path, uid_t as);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    void send(std::string_view text);
    /// False when the daemon closed its end.
    bool try_send(std::string_view text);
    /// "METHOD target" with Host and what else is given, and the body with its length.
    void request(std::string_view method, std::string_view target, std::string_view body = {},
                 std::string_view media = "application/json", std::string_view more_fields = {});
    /// The next whole answer; nothing when the connection was closed before one began. Recorded under the request's
    /// method and target when it was sent by request().
    std::optional<RawResponse> receive();
    RawResponse call(std::string_view method, std::string_view target, std::string_view body = {},
                     std::string_view media = "application/json", std::string_view more_fields = {});
    /// Head of an event stream; then its text piece by piece.
    RawResponse receive_head();
    std::string receive_until(std::string_view text);
    /// Whether the daemon closes within the time that a hanging test would take.
    bool closed_by_server();
    void finish_sending();
    void shrink_receive_buffer();

private:
    bool read_more();

    int socket_ = -1;
    std::string path_;
    std::string input_;
    std::string method_;
    std::string target_;
};

/// Where an answer is kept for validate.py; without effect unless TAHVIL_RECORD names a file.
void record_answer(std::string_view method, std::string_view target, int status, std::string_view media,
                   std::string_view body);

/// As whom a RawClient calls, by the name of its end of the connection.
std::optional<uid_t> pretended_uid(int server_side_socket);

}  // namespace tahvil::test
