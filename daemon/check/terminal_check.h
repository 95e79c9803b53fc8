#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apdu/applets/lds/file.h"
#include "daemon/check/card_access.h"

namespace tahvil::daemon {

/// The one of the terminals that is of this type (id-IS, id-AT) and has certificates below one of the card's trust
/// points; without any, the first of the type. Null where there is none of the type.
std::shared_ptr<const TerminalCredentials> choose_terminal(const Terminals& terminals, const asn1::Oid& type,
                                                           const std::vector<std::string>& references);

/// Shows the credentials to the card: the check `terminal.authentication`. What keeps the card from accepting them says
/// nothing against the card, so that it is undetermined.
Check show_terminal(Channel& card, int version, const std::vector<std::string>& references,
                    const TerminalCredentials& credentials, const terminal_authentication::Binding& binding);

/// Terminal authentication on a card of the LDS (Doc 9303-11, 7.1), which is open and whose EF.DG14 is verified. Chip
/// authentication is done first where it was not yet. Nothing when the card does not ask for it, or when there is no
/// inspection system among the terminals.
std::optional<Check> authenticate_terminal(OpenedCard& card, const SecurityInfos& data_group_14,
                                           const Terminals& terminals, const RandomSource& random);

/// The data groups that an inspection system may read.
std::set<lds::File> biometric_groups(const cv::Authorization& authorization);

}  // namespace tahvil::daemon
