#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/call.h"
#include "daemon/api/problem.h"

/// Parameters of a query. All throw BadRequest "query.bad_value", which names the parameter and what is allowed.
namespace tahvil::daemon::api {

BadRequest bad_parameter(std::string_view name, std::string_view allowed);

/// Whether a parameter is "true"; false when it is missing.
bool is_true(const Call& call, std::string_view name);

/// A whole number from 0 on; nothing when it is missing.
std::optional<std::uint64_t> number_if(const Call& call, std::string_view name, std::uint64_t least,
                                       std::uint64_t most);

/// How many lines a page is to have, by the parameter `limit`: 1 to 1000, 100 when it is missing.
std::size_t page_size(const Call& call);

/// Where a page ended: the time and the id of its last line, which is the order of the index.
struct PageEnd {
    std::chrono::sys_seconds at;
    std::string id;

    std::string text() const;  ///< for the member `next`
};

/// The parameter `after`; nothing for the first page.
std::optional<PageEnd> page_end(const Call& call);

}  // namespace tahvil::daemon::api
