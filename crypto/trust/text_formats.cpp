#include "crypto/trust/text_formats.h"

#include <algorithm>

#include "crypto/error.h"

namespace tahvil::trust {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

/// Takes the first line of the text off it, without its end.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

}  // namespace

std::optional<Bytes> from_base64(std::string_view text) {
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    unsigned gathered = 0;
    unsigned digits = 0;
    unsigned padding = 0;
    for (const char c : text) {
        if (is_blank(c)) continue;
        if (c == '=') {
            if (++padding > 2) return std::nullopt;
            continue;
        }
        const int digit = base64_digit(c);
        if (digit < 0 || padding != 0) return std::nullopt;
        gathered = gathered << 6U | static_cast<unsigned>(digit);
        if (++digits % 4 != 0) continue;
        for (const unsigned shift : {16U, 8U, 0U}) out.push_back(static_cast<std::uint8_t>(gathered >> shift & 0xFFU));
        gathered = 0;
    }
    if ((digits + padding) % 4 != 0) return std::nullopt;
    if (padding == 2) out.push_back(static_cast<std::uint8_t>(gathered >> 4U & 0xFFU));
    if (padding == 1) {
        out.push_back(static_cast<std::uint8_t>(gathered >> 10U & 0xFFU));
        out.push_back(static_cast<std::uint8_t>(gathered >> 2U & 0xFFU));
    }
    return out;
}

bool looks_like_pem(ByteView file) {
    return as_text(file).find(kBegin) != std::string_view::npos && file[0] != 0x30;
}

std::vector<PemBlock> read_pem(ByteView file) {
    std::vector<PemBlock> blocks;
    std::string_view rest = as_text(file);
    while (true) {
        const std::size_t begin = rest.find(kBegin);
        if (begin == std::string_view::npos) return blocks;
        rest.remove_prefix(begin + kBegin.size());
        const std::size_t label_end = rest.find(kDashes);
        if (label_end == std::string_view::npos) break;
        const std::string_view label = rest.substr(0, label_end);
        rest.remove_prefix(label_end + kDashes.size());
        const std::size_t end = rest.find(std::string(kEnd) + std::string(label) + std::string(kDashes));
        if (end == std::string_view::npos) break;
        auto content = from_base64(rest.substr(0, end));
        if (!content) break;
        blocks.push_back({std::string(label), std::move(*content)});
        rest.remove_prefix(end);
    }
    throw MalformedData("trust.pem", "PEM: a block that does not end, or is no base64");
}

bool looks_like_ldif(ByteView file) {
    std::string_view text = as_text(file.first(std::min<std::size_t>(file.size(), 4096)));
    while (!text.empty()) {
        const std::string line = lower(take_line(text));
        if (line.starts_with("dn:") || line.starts_with("version:")) return true;
        if (!line.empty() && line[0] != '#') return false;
    }
    return false;
}

std::vector<LdifValue> read_ldif(ByteView file) {
    std::vector<LdifValue> values;
    std::string_view rest = as_text(file);
    while (!rest.empty()) {
        std::string line(take_line(rest));
        while (!rest.empty() && rest.front() == ' ') line += take_line(rest).substr(1);  // a folded line goes on
        const std::size_t colon = line.find(':');
        if (line.empty() || line[0] == '#' || colon == std::string::npos || line.compare(colon, 2, "::") != 0) continue;
        auto content = from_base64(std::string_view(line).substr(colon + 2));
        if (!content) throw MalformedData("trust.ldif", "LDIF: a value that is no base64");
        values.push_back({lower(line.substr(0, std::min(line.find(';'), colon))), std::move(*content)});
    }
    return values;
}

}  // namespace tahvil::trust
