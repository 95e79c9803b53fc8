#include "apdu/channel.h"

#include "apdu/error.h"

namespace tahvil {

Bytes Channel::require(const Command& command, std::string_view doing) {
    Response response = transmit(command);
    if (!response.status.ok()) throw CardRefused(std::string(doing), response.status);
    return std::move(response.data);
}

}  // namespace tahvil
