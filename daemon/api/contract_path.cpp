#include "daemon/api/contract.h"
#include "daemon/api/percent.h"

namespace tahvil::daemon::api {

bool match_path(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters) {
    parameters.clear();
    while (!pattern.empty() && !path.empty()) {
        if (pattern.front() != '/' || path.front() != '/') return false;
        pattern.remove_prefix(1);
        path.remove_prefix(1);
        const std::string_view wanted = pattern.substr(0, pattern.find('/'));
        const std::string_view segment = path.substr(0, path.find('/'));
        pattern.remove_prefix(wanted.size());
        path.remove_prefix(segment.size());
        if (wanted.starts_with('{')) {
            std::optional<std::string> value = percent_decode(segment);
            if (!value || value->empty()) return false;
            parameters.push_back(*std::move(value));
        } else if (wanted != segment) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

}  // namespace tahvil::daemon::api
