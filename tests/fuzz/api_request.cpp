// What comes over the socket: heads, bodies in every framing, paths and queries, and the body of a check.

#include "crypto/error.h"
#include "daemon/api/api.h"
#include "daemon/api/check_request.h"
#include "daemon/api/contract.h"

namespace {

using namespace tahvil;
using namespace tahvil::daemon::api;

constexpr std::size_t kBody = 64 * 1024;
constexpr uid_t kSomebody = 1000;

void take(const Head& head, ByteView body) {
    std::vector<std::string> parameters;
    for (const Route& route : routes()) match_path(route.path, head.target, parameters);
    read_check_request(body, kSomebody);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    WipingBuffer input(data, data + size);
    try {
        while (!input.empty()) {
            RequestReader reader{Limits{}.header_bytes};
            if (reader.feed(input) != RequestReader::State::head_done) break;
            reader.allow_body(kBody);
            if (reader.feed(input) != RequestReader::State::complete) break;
            const WipingBuffer body = reader.take_body();
            if (body.size() > kBody) __builtin_trap();
            take(reader.head(), body);
        }
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): every refusal is named
    }
    return 0;
}
