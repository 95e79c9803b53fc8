#include "apdu/emulator/specimen_words.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/protocol/domain_parameters.h"

namespace tahvil::emulator {

namespace {

constexpr int kLastIdentifier = 18;
constexpr std::array<std::string_view, 3> kDhNames{"modp-1024-160", "modp-2048-224", "modp-2048-256"};
constexpr std::size_t kShortestPin = 5;
constexpr std::size_t kLongestPin = 6;
constexpr std::size_t kPuk = 10;

/// Empty for an identifier that is reserved.
std::string name_of(int identifier) {
    const auto group = standardized_domain_parameters(identifier);
    if (!group) return {};
    return std::string(group->is_curve() ? name(group->curve()) : kDhNames.at(static_cast<std::size_t>(identifier)));
}

std::vector<AccessProtocol> parse_list(std::string_view text) {
    std::vector<AccessProtocol> list;
    for (;;) {
        const std::size_t comma = text.find(',');
        list.push_back(parse_access(text.substr(0, comma)));
        if (comma == std::string_view::npos) return list;
        text.remove_prefix(comma + 1);
    }
}

CipherAlgorithm parse_cipher(std::string_view text) {
    if (text == "3des") return CipherAlgorithm::two_key_triple_des;
    if (text == "aes-128") return CipherAlgorithm::aes128;
    if (text == "aes-192") return CipherAlgorithm::aes192;
    if (text == "aes-256") return CipherAlgorithm::aes256;
    throw InvalidInput("input.cipher", "an unknown cipher", "One of 3des, aes-128, aes-192, aes-256.");
}

int parse_domain_parameters(std::string_view text) {
    std::string allowed;
    for (int identifier = 0; identifier <= kLastIdentifier; ++identifier) {
        const std::string name = name_of(identifier);
        if (!name.empty() && name == text) return identifier;
        if (!name.empty()) allowed += (allowed.empty() ? "One of " : ", ") + name;
    }
    throw InvalidInput("input.curve", "unknown domain parameters", allowed + ".");
}

std::string digits(const std::string& text, std::size_t least, std::size_t most, const char* code) {
    const bool good = text.size() >= least && text.size() <= most &&
                      std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!text.empty() && !good)
        throw InvalidInput(code, "the card can not have these digits", "A PIN has 5 or 6 digits, a PUK 10.");
    return text;
}

}  // namespace

std::vector<std::string> domain_parameter_names() {
    std::vector<std::string> names;
    for (int identifier = 0; identifier <= kLastIdentifier; ++identifier)
        if (std::string name = name_of(identifier); !name.empty()) names.push_back(std::move(name));
    return names;
}

SpecimenOptions SpecimenWords::options() const {
    SpecimenOptions options;
    options.access = parse_list(access);
    options.chip = parse_chip_proof(chip);
    options.cipher = parse_cipher(cipher);
    options.parameter_id = parse_domain_parameters(curve);
    options.pin = digits(pin, kShortestPin, kLongestPin, "input.pin");
    options.puk = digits(puk, kPuk, kPuk, "input.puk");
    return options;
}

}  // namespace tahvil::emulator
