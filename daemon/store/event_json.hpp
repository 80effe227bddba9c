// daemon/store/event_json: the journal's body of everything that is not an observation.
//
// Knows: one JSON form per kind of event; what is written once is read for ever, so keys are only added.
#pragma once

#include "libaqi/event.hpp"

#include <string>
#include <string_view>

namespace aqi::daemon {

/// The body of an event that is neither Observed nor ObservedDay.
std::string event_body(const Event& event);
/// The event of a body. Throws std::runtime_error when the journal holds what no version of us wrote.
Event event_of(std::string_view kind, std::string_view body);

} // namespace aqi::daemon
