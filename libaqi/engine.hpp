// libaqi/engine: the one place where hours, days, years, forecasts and warnings meet.
//
// The story of a turn, as the daemon, the replay and the simulation all tell it:
//
//   for each event:   if a person caused it, admit() says whether it may be; then the journal takes it
//                     absorb() changes the state; it is total, it cannot fail
//                     if it closes an hour or brings a forecast: settle(), then decide() says which proposals follow;
//                     they are journaled and absorbed like any other event
//   at the end:       settle() brings the figures that changed, as rows that replace rows; published ones that are now
//                     others become a notice, journaled like any other event
//
// A restart folds the journal: absorb() everything, decide() nothing, for what was decided is in the journal.
//
// Knows: State, which is a pure function of the journal and the Rules. Nothing here asks for the time.
// Does not know: disks, sockets, threads, logs. One State belongs to one thread; copying it is allowed and meant.
#pragma once

#include "libaqi/annual.hpp"
#include "libaqi/event.hpp"
#include "libaqi/figures.hpp"
#include "libaqi/rollup.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace aqi {

/// An hour of which `days` does not hold the whole truth: a value under a flag, or a correction over what was received.
struct Aside {
    bool received = false;
    std::optional<Concentration> value; ///< as received
    Flag flag = Flag::normal;           ///< as received
    std::string correction;             ///< in force; empty: none
    bool operator==(const Aside&) const = default;
};

/// One station's hours, day by day, and what archives stated of whole days.
struct StationHours {
    LocalDay first; ///< of `days`; means nothing while there are none
    LocalDay last;
    std::deque<DayHours> days; ///< what counts: corrections applied
    std::map<std::pair<HourEnding, Pollutant>, Aside> aside;
    std::map<LocalDay, PerPollutant<std::optional<Concentration>>> stated;
    std::optional<HourEnding> newest; ///< the latest hour anything was received for

    const DayHours* day(LocalDay day) const;
    bool operator==(const StationHours&) const = default;
};

class State {
public:
    explicit State(const Network& network)
        : stations_(network.stations.size()),
          ledgers_(network.places()),
          forecasts_(network.areas.size()),
          sign_offs_(network.places()),
          dust_(network.areas.size()),
          notes_(network.stations.size())
    {}

    const StationHours& station(StationIndex station) const { return stations_[station.value]; }
    const PlaceLedger& ledger(PlaceIndex place) const { return ledgers_[place.value]; }
    const ForecastBook& forecasts(AreaIndex area) const { return forecasts_[area.value]; }
    const std::vector<Warning>& warnings() const { return warnings_; }
    /// What was practised; no figure, order, measure or alarm knows of it.
    const std::vector<Warning>& drills() const { return drills_; }
    /// A warning, or a drill.
    const Warning* warning(std::string_view id) const;
    bool is_drill(std::string_view id) const;
    /// The warning of an area that is not closed, if any; there is at most one.
    const Warning* open_warning(std::string_view area) const;
    const Warning* open_drill(std::string_view area) const;
    const AlarmBook& alarms() const { return alarms_; }
    /// What issued warnings asked of whom, in the order in which it was asked.
    const std::vector<ResponseEntry>& responses() const { return responses_; }
    /// In the order in which they were entered.
    const std::vector<OrderFromAbove>& orders() const { return orders_; }
    /// The strictest order from above that stands for an area, of two the later; null without one.
    const OrderFromAbove* strictest_order(std::string_view area, Instant now, const Rules& rules) const;
    std::optional<HourEnding> last_closed() const { return last_closed_; }
    std::optional<LocalDay> last_closed_day() const;
    bool settled() const
    {
        return closed_hours_.empty() && closed_days_.empty() && late_hours_.empty() && late_days_.empty();
    }

    /// In the order in which they were made, those in force and those that are not.
    const std::vector<Correction>& corrections() const { return corrections_; }
    const Correction* correction(std::string_view id) const;
    const std::map<LocalDay, DustDay>& dust_days(AreaIndex area) const { return dust_[area.value]; }
    /// How far the review of a place's day has come: of an area, as far as its own or the least of its sites'.
    ReviewLevel reviewed(PlaceIndex place, LocalDay day, const Rules& rules) const;
    const std::vector<StationNote>& station_notes(StationIndex station) const { return notes_[station.value]; }
    /// The note of a kind that covers an hour; null without one.
    const StationNote* station_note(StationIndex station, StationNote::Kind kind, HourEnding hour) const;
    const std::vector<SignOff>& sign_offs(PlaceIndex place) const { return sign_offs_[place.value]; }
    /// How many notices of a year were given.
    int notices(int year) const;

    /// The ledgers as they would stand had `last` been the last day closed; later hours, corrections and dust days stay.
    State as_of(LocalDay last, const Rules& rules) const;

    /// What was received for an hour, whatever was made of it: absent when nothing was.
    std::optional<Observed> held(StationIndex station, HourEnding hour, Pollutant pollutant) const;

    bool operator==(const State&) const = default;

private:
    friend class Absorber;
    friend class Settler;

    std::vector<StationHours> stations_;
    std::vector<PlaceLedger> ledgers_;
    std::vector<ForecastBook> forecasts_;
    std::vector<Warning> warnings_;
    std::vector<Warning> drills_;
    std::vector<OrderFromAbove> orders_;
    AlarmBook alarms_;
    std::vector<ResponseEntry> responses_;
    std::vector<Correction> corrections_;
    std::vector<std::vector<SignOff>> sign_offs_;
    std::vector<std::map<LocalDay, DustDay>> dust_;
    std::vector<std::vector<StationNote>> notes_;
    std::map<int, int> notices_; ///< by year
    std::optional<HourEnding> last_closed_;
    // What settle() has to do: hours and days closed since, and late values into closed ones.
    std::vector<HourEnding> closed_hours_;
    std::vector<LocalDay> closed_days_;
    std::set<std::pair<HourEnding, StationIndex>> late_hours_;
    std::set<std::pair<LocalDay, StationIndex>> late_days_;
};

/// Whether an observation lies inside what is kept open; an older one is put aside by the caller. Never a fault in the
/// first days, before an hour was closed.
bool still_open(const State& state, LocalDay day, const Rules& rules);

/// The first level of a review. The correction's id, its people and its state are filled in here.
Result<CorrectionMade> admit_correction(const State& state, Correction correction, std::string_view person, Instant at,
                                        const Rules& rules);
/// The second level: by a person with the right, and another than the one who made it.
Result<CorrectionDecided> admit_decision(const State& state, std::string_view correction, bool ratify,
                                         std::string_view person, std::string_view why, Instant at, const Rules& rules);
Result<SignedOff> admit_sign_off(const State& state, std::string_view place, SignOff sign_off, std::string_view person,
                                 Instant at, const Rules& rules);
Result<DustDeclared> admit_dust(const State& state, DustDeclared declared, std::string_view person, Instant at,
                                const Rules& rules);

/// Maintenance and quarantine; by who may validate.
Result<StationDeclared> admit_station_note(const State& state, StationDeclared declared, std::string_view person,
                                           Instant at, const Rules& rules);

/// The notice that follows from published figures that changed, with its number; absent when nothing did.
std::optional<Noticed> notice_of(const State& state, const std::vector<Change>& changes, Notice::Cause cause,
                                 std::string who, std::string why, Instant at, const Rules& rules);

/// The state after the event. Total: an event that names what the rules no longer know changes nothing.
void absorb(State& state, const Event& event, const Rules& rules);

/// Brings days and years up to date. With `figures`, also the rows that changed; without (folding a journal), only the
/// state. Rows do not depend on how often settle() was called in between, only on what was absorbed.
void settle(State& state, const Rules& rules, Figures* figures);

/// What follows from an event just absorbed (an hour closed, a forecast, an order), in order: Proposed and Withdrawn. The state
/// must be settled.
std::vector<Event> decide(const State& state, const Event& event, const Rules& rules);

/// A further revision of the area's open warning or drill, or the first of a new one, not yet signed by anybody.
Proposed new_revision(const State& state, const Area& area, Mode mode, RevisionKind kind, WarningLevel level,
                      HourEnding effective, Judgement judgement, const WarningRules& edition, Instant now,
                      const Rules& rules);

/// The days around `today` as the level engine sees them: observed where closed, else forecast, else unknown.
std::vector<JudgedDay> days_to_judge(const State& state, AreaIndex area, LocalDay today, const WarningRules& edition,
                                     const Rules& rules);
JudgedDay forecast_day_to_judge(const ForecastDay& day, const WarningRules& edition, const Rules& rules);

/// The level an area's days, or its blocks of 24 hours, call for under an edition; absent: no spell that is not over.
std::optional<Judgement> called_for(const State& state, AreaIndex area, LocalDay today, const WarningRules& edition,
                                    const Rules& rules);

/// The index of the 24 hours that end with `last`, made like a day's.
IndexResult block_index(const State& state, PlaceIndex place, HourEnding last, const Rules& rules);

/// The figures of any closed hour or day, made from the state as it stands; for pages and explanations.
HourFigure hour_figure(const State& state, PlaceIndex place, HourEnding hour, const Rules& rules);
DayFigure day_figure(const State& state, PlaceIndex place, LocalDay day, const Rules& rules);
DayMeans day_means(const State& state, PlaceIndex place, LocalDay day, const Rules& rules);

/// The annual and good-day figures of a place and year as they stand.
void year_figures(const State& state, PlaceIndex place, int year, const Rules& rules, Figures& out);

} // namespace aqi
