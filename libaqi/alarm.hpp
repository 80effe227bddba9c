// libaqi/alarm: operational alarms, for the duty room; beside public warnings and never in their place.
//
// An alarm is raised at a level for so many hours and cleared below a lower one for so many hours; unknown hours change nothing.
// It stays latched at the worst it was until it is cleared and somebody has acknowledged it. Acknowledging clears nothing;
// silencing stops the sound until a time, with a reason, and an alarm of a public warning only when two people want it. Somebody
// may take it over, and anybody may add a note; neither acknowledges anything.
//
// Knows: rules for areas' hours, the life of an alarm. Does not know: what else raises one (the daemon does: silent stations,
// channels, links), or sounds.
#pragma once

#include "libaqi/alarm_rule.hpp"
#include "libaqi/network.hpp"
#include "libaqi/time.hpp"
#include "libaqi/words.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

enum class AlarmKind : std::uint8_t {
    hourly_aqi,     ///< subject: an area
    target_pace,    ///< subject: an area and a target
    county_weaker,  ///< subject: a county whose own rules call for less than its city's would
    public_warning, ///< subject: a revision nobody moves, an emergency nobody reviews
    station,        ///< subject: a station that is silent, or whose values are in doubt
    link,           ///< subject: a link
    channel,        ///< subject: a channel
};
std::string_view alarm_kind_name(AlarmKind kind);
std::string_view alarm_kind_zh(AlarmKind kind);
std::optional<AlarmKind> alarm_kind_named(std::string_view name);

struct AlarmAct {
    std::string person;
    std::string organisation;
    std::vector<std::string> roles;
    Instant at;
    std::string note;
    bool operator==(const AlarmAct&) const = default;
};

struct Alarm {
    std::string id; ///< "alarm-2016-0001"
    AlarmKind kind = AlarmKind::hourly_aqi;
    std::string subject;
    AlarmSeverity severity = AlarmSeverity::none; ///< now; none: cleared
    AlarmSeverity worst = AlarmSeverity::none;    ///< latched
    Words detail;                                 ///< of the last change
    Instant raised_at;
    Instant changed_at;
    std::optional<AlarmAct> acknowledged{};
    /// Silent until then; asked for by one person, and where two are needed confirmed by another.
    struct Silence {
        AlarmAct asked;
        Instant until;
        std::optional<AlarmAct> confirmed{};
        bool operator==(const Silence&) const = default;
    };
    std::optional<Silence> silence{};
    std::optional<AlarmAct> owner{}; ///< who deals with it, since when; whoever takes it next takes it from that one
    std::vector<AlarmAct> notes{};   ///< in order; the first of many are forgotten, the journal has them

    bool active() const { return severity != AlarmSeverity::none; }
    /// Cleared and acknowledged: history.
    bool over() const { return !active() && acknowledged.has_value(); }
    bool needs_two_to_silence() const { return kind == AlarmKind::public_warning; }
    bool silent_at(Instant now) const
    {
        return silence && now < silence->until && (silence->confirmed || !needs_two_to_silence());
    }
    bool operator==(const Alarm&) const = default;
};

/// An alarm appears, worsens, eases or is cleared. Engine and daemon say the severity; the rest follows.
struct AlarmChanged {
    std::string id;
    AlarmKind kind = AlarmKind::hourly_aqi;
    std::string subject;
    AlarmSeverity severity = AlarmSeverity::none;
    Words detail; ///< what was journaled before English was is the same in both
    Instant at;
    bool operator==(const AlarmChanged&) const = default;
};

struct AlarmActed {
    enum class Verb : std::uint8_t { acknowledge, silence, confirm_silence, note, own };
    std::string id;
    Verb verb = Verb::acknowledge;
    AlarmAct act;
    std::optional<Instant> until{}; ///< of silence
    bool operator==(const AlarmActed&) const = default;
};
std::string_view alarm_verb_name(AlarmActed::Verb verb);

class AlarmBook {
public:
    void take(const AlarmChanged& e);
    void take(const AlarmActed& e);

    /// Those that are not over, in the order in which they were raised, then the newest of those that are.
    const std::vector<Alarm>& all() const { return alarms_; }
    const Alarm* named(std::string_view id) const;
    /// The one of a kind and subject that is not over; null without one.
    const Alarm* open(AlarmKind kind, std::string_view subject) const;
    /// The event that brings an alarm to a severity; absent when it is there already.
    std::optional<AlarmChanged> change(AlarmKind kind, std::string_view subject, AlarmSeverity severity, Words detail,
                                       Instant at, UtcOffset offset) const;

    bool operator==(const AlarmBook&) const = default;

private:
    std::vector<Alarm> alarms_;
    int last_number_ = 0; ///< of the year of the last one
    int last_year_ = 0;
};

/// Alarms that appear at one moment take numbers of their own.
void number_apart(std::vector<AlarmChanged>& changes, const AlarmBook& book);

class State;

/// What the hour just closed means for the alarms on areas' hours and targets. The state must be settled.
std::vector<AlarmChanged> alarms_of_hour(const State& state, HourEnding hour, Instant at, const Rules& rules);

/// Faults: refused, in the words an operator is shown.
Result<AlarmActed> admit_alarm_act(const State& state, std::string_view id, AlarmActed::Verb verb,
                                   std::string_view note, std::optional<Instant> until, std::string_view person,
                                   Instant at, const Rules& rules);

} // namespace aqi
