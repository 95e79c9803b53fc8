#include "crypto/trust/text_formats.h"

#include <algorithm>
#include <iterator>

#include "crypto/base64.h"
#include "crypto/error.h"

namespace tahvil::trust {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

/// Base64 as it stands in files: with line ends and blanks between.
Bytes from_wrapped_base64(std::string_view text) {
    std::string digits;
    digits.reserve(text.size());
    std::ranges::copy_if(text, std::back_inserter(digits),
                         [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
    return from_base64(digits, Base64::standard);
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
        blocks.push_back({std::string(label), from_wrapped_base64(rest.substr(0, end))});
        rest.remove_prefix(end);
    }
    throw MalformedData("trust.pem", "PEM: a block that does not end");
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
        values.push_back({lower(line.substr(0, std::min(line.find(';'), colon))),
                          from_wrapped_base64(std::string_view(line).substr(colon + 2))});
    }
    return values;
}

}  // namespace tahvil::trust
