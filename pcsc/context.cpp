#include "pcsc/context.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include <winscard.h>

#include "pcsc/error.h"
#include "pcsc/handle.h"

namespace tahvil::pcsc {

static_assert(std::is_same_v<SCARDCONTEXT, decltype(Context::Handle::value)>);

namespace {

// 16 readers of at most 128 bytes each is what the service can have; the double is for a future one.
constexpr std::size_t kReaderNamesSize = std::size_t{2} * PCSCLITE_MAX_READERS_CONTEXTS * MAX_READERNAME;

}  // namespace

Context::Context() : handle_(std::make_unique<Handle>()) {
    check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle_->value), "reaching the PC/SC service");
}

Context::~Context() {
    SCardReleaseContext(handle_->value);
}

std::vector<std::string> Context::readers() const {
    std::array<char, kReaderNamesSize> names{};
    DWORD size = names.size();
    const LONG result = SCardListReaders(handle_->value, nullptr, names.data(), &size);
    std::vector<std::string> list;
    if (result == SCARD_E_NO_READERS_AVAILABLE) return list;
    check(result, "listing the readers");
    // A sequence of terminated names, ended by an empty one.
    const char* const end = names.data() + names.size();
    for (const char* name = names.data(); name < end && *name != '\0';) {
        const std::size_t length = strnlen(name, static_cast<std::size_t>(end - name));
        list.emplace_back(name, length);
        name += length + 1;
    }
    return list;
}

void Context::cancel() const noexcept {
    SCardCancel(handle_->value);
}

bool Context::is_valid() const noexcept {
    return SCardIsValidContext(handle_->value) == SCARD_S_SUCCESS;
}

std::string service_socket() {
    // Nothing here writes to the environment.
    const char* const named = std::getenv("PCSCLITE_CSOCK_NAME");  // NOLINT(concurrency-mt-unsafe)
    return named != nullptr && *named != '\0' ? named : "/run/pcscd/pcscd.comm";
}

}  // namespace tahvil::pcsc
