#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon/delivery/outbox.h"

namespace tahvil::daemon {

constexpr std::chrono::seconds kNoticeTime{30};  ///< in which a message must have been taken

/// The message as who delivers it gets it: one JSON object in one line with the members schema, id, delivery, kind,
/// phone, text and attempt.
std::string encode(const NoticeMessage& message);

/// Runs a program with the message on its standard input, its environment empty but for PATH and LANG. Exit status 0 is
/// taken, EX_TEMPFAIL (75, sysexits.h) is to be tried again, and so is a program that does not start, takes longer than
/// `time` or ends by a signal; any other is a refusal. The first line of its output is the reference. Throws
/// InvalidInput "notice.command" when no program is named by an absolute path.
NoticeChannel command_channel(std::vector<std::string> command, std::chrono::seconds time = kNoticeTime);

/// Posts the message to a target ("/notices") of a service on a Unix stream socket. Status 2xx is taken; 408, 429, 5xx
/// and a service that can not be reached are to be tried again; any other is a refusal. "reference" of a JSON answer is
/// the reference.
NoticeChannel webhook_channel(std::string socket_path, std::string target, std::chrono::seconds time = kNoticeTime);

}  // namespace tahvil::daemon
