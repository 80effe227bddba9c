// daemon/store/event_json_parts: what the files of event_json share. Included by them only.
//
// Enumerators are written by name: a number would tie the journal to an order in a header. What an older journal does not hold is
// read as its default; what this version does not know is an error.
#pragma once

#include "libaqi/event.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace aqi::daemon::event_json {

namespace json = boost::json;

template <class T, std::size_t n>
T named(std::string_view name, const T (&all)[n], std::string_view (*name_of)(T))
{
    for (const T value : all)
        if (name_of(value) == name) return value;
    throw std::runtime_error(fmt::format("the journal says \"{}\", which this version does not know", name));
}

inline std::string text(const json::object& o, std::string_view key) { return std::string{o.at(key).as_string()}; }
inline std::string text_or_none(const json::object& o, std::string_view key)
{
    return o.contains(key) ? text(o, key) : std::string{};
}
inline int whole(const json::object& o, std::string_view key) { return static_cast<int>(o.at(key).as_int64()); }
inline Instant instant(const json::object& o, std::string_view key) { return Instant{o.at(key).as_int64()}; }
inline std::optional<Instant> instant_if(const json::object& o, std::string_view key)
{
    if (!o.contains(key)) return std::nullopt;
    return instant(o, key);
}
inline HourEnding hour(const json::object& o, std::string_view key) { return HourEnding{whole(o, key)}; }
inline std::optional<HourEnding> hour_if(const json::object& o, std::string_view key)
{
    if (!o.contains(key)) return std::nullopt;
    return hour(o, key);
}
inline LocalDay day(const json::object& o, std::string_view key) { return LocalDay{whole(o, key)}; }

inline void put_if(json::object& o, std::string_view key, const std::string& value)
{
    if (!value.empty()) o[key] = value;
}
inline void put_if(json::object& o, std::string_view key, const std::optional<HourEnding>& value)
{
    if (value) o[key] = value->since_epoch;
}
inline void put_if(json::object& o, std::string_view key, const std::optional<Instant>& value)
{
    if (value) o[key] = value->ms;
}

inline void put(json::object& o, const Act& act)
{
    o["person"] = act.person;
    o["at"] = act.at.ms;
}
inline Act act(const json::object& o) { return {text(o, "person"), instant(o, "at")}; }

// event_json_warning.cpp: forecasts and the life of a warning.
json::object body_of(const ForecastIssued& e);
json::object body_of(const Proposed& e);
json::object body_of(const DrillProposed& e);
json::object body_of(const Withdrawn& e);
json::object body_of(const PersonActed& e);
json::object body_of(const Consulted& e);
json::object body_of(const Ordered& e);
json::object body_of(const Overdue& e);
json::object body_of(const EmergencyReviewed& e);
json::object body_of(const Ended& e);
json::object body_of(const ActRefused& e);
json::object body_of(const AlarmChanged& e);
json::object body_of(const AlarmActed& e);
json::object body_of(const ResponseCalled& e);
json::object body_of(const ResponseActed& e);
/// Absent: the kind is not one of these.
std::optional<Event> warning_event_of(std::string_view kind, const json::object& o);

} // namespace aqi::daemon::event_json
