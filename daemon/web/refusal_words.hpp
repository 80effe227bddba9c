// daemon/web/refusal_words: why an act was refused, in Chinese.
//
// Knows: every reason a command may give, as its format stands in the source, and how a person on duty reads it. Reasons are
// made in English where the rule is (libaqi, drivers, daemon/commands*), and go so into the audit trail and to the control socket.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

/// "{}" are the holes of the English format; the Chinese one has the same, as "{}" in their order or as "{0}" "{1}" in its own.
struct RefusalWords {
    std::string_view en;
    std::string_view zh;
};

/// Of warnings, forecasts, orders from above, alarms, measures and messages.
std::span<const RefusalWords> refusals_of_warnings();
/// Of data and its review, stations and their links, people and the requests themselves.
std::span<const RefusalWords> refusals_of_data();

/// A reason in Chinese: by the format that explains most of it, with the words in its holes (a level, a verb, a reason of its own)
/// in Chinese, too. A reason nobody knows stays as it is: English is better than nothing.
std::string in_chinese(std::string_view reason);

} // namespace aqi::daemon::web
