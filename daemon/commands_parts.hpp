// daemon/commands_parts: what the files of commands share. Included by them only.
#pragma once

#include "daemon/commands.hpp"
#include "libaqi/time.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace aqi::daemon::commands {

std::string refuse(std::string_view why);
std::string agree();

/// The text of a key, or nothing if it is absent or no text.
std::optional<std::string> text(const boost::json::object& o, std::string_view key);
std::optional<int> whole(const boost::json::object& o, std::string_view key);
bool flag(const boost::json::object& o, std::string_view key);

/// Who speaks: who is signed in; on the control socket the person asked for, if the caller's account may act as that person, else
/// the account's only person. person_of() puts a refusal on record.
Result<std::string> speaker(const boost::json::object& request, const Peer& peer, const Config& config);
Result<std::string> person_of(const boost::json::object& request, const Peer& peer, const CommandContext& context);

/// commands_record.cpp: whether a command changes something, so that it goes into the audit trail.
bool is_act(std::string_view command);
/// Writes that it is asked for, gets the answer, writes what became of it. What cannot be written is refused and does not happen.
std::string on_record(const boost::json::object& request, const Peer& peer, const CommandContext& context,
                      const std::function<std::string()>& answer);

std::string answer_outcome(const Outcome<Result<void>>& outcome);

/// An hour as people write it, by its end.
std::optional<HourEnding> hour_of(const boost::json::object& request, std::string_view key, const Network& network);

/// commands_warnings.cpp: forecasts, warnings, orders and the record of acts. Absent: the command is none of these.
std::optional<std::string> warning_command(std::string_view command, const boost::json::object& request,
                                           const Peer& peer, const CommandContext& context);

/// commands_dispatch.cpp: what was sent to whom. Absent: the command is none of these.
std::optional<std::string> dispatch_command(std::string_view command, const boost::json::object& request,
                                            const Peer& peer, const CommandContext& context);

} // namespace aqi::daemon::commands
