#include <algorithm>

#include "apdu/emulator/basic_access.h"
#include "apdu/emulator/operating_system.h"
#include "apdu/emulator/pins.h"

namespace {

using namespace tahvil;
using namespace tahvil::emulator;

/// The same card for every input: files, BAC and a PIN.
OperatingSystem make_card(Link link) {
    DedicatedFile application;
    application.name = from_hex("A0 00 00 02 47 10 01");
    application.files = {{0x011E, 0x1E, Bytes(40'000, 0x60), right::none}, {0x0101, 0x01, {}, right::access}};
    application.data_objects[0x9F7F] = {Bytes(300), right::none};
    DedicatedFile master_file;
    master_file.identifier = 0x3F00;
    master_file.directories.push_back(application);
    std::vector<Pin> pins;
    pins.push_back({.reference = 0x81, .block = SecretBytes(4), .unblocking = SecretBytes(4)});
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(
        std::make_unique<BasicAccess>(application.name, as_bytes("L898902C<369080619406236"),
                                      [](std::span<std::uint8_t> into) { std::ranges::fill(into, 1); }));
    functions.push_back(std::make_unique<Pins>(std::move(pins)));
    return {{.link = link}, std::move(master_file), std::move(functions)};
}

}  // namespace

/// The first byte chooses the link; then commands, each behind a byte of length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView input(data, size);
    if (input.empty()) return 0;
    OperatingSystem card = make_card(static_cast<Link>(input[0] % 3));
    input = input.subspan(1);
    while (!input.empty()) {
        const std::size_t length = std::min<std::size_t>(input[0], input.size() - 1);
        const Bytes response = card.respond(input.subspan(1, length));
        if (response.size() < 2 || response.size() > card.limits().response) __builtin_trap();
        input = input.subspan(1 + length);
    }
    return 0;
}
