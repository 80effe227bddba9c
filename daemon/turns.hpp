// daemon/turns: the turn: what comes in, the engine, and one transaction.
//
// Memory follows disk. Events are absorbed as the turn goes, but if the commit fails the state is thrown away and made
// again from the journal before anything else is done; what was in the inbox is still there and is taken again.
//
// Knows: the order of hops 2 to 6. Does not know: SQLite, sockets, channels' insides. Used on the loop only.
#pragma once

#include "daemon/config.hpp"
#include "daemon/inbox.hpp"
#include "daemon/ingest.hpp"
#include "daemon/minute_book.hpp"
#include "daemon/notify/letter.hpp"
#include "daemon/ports.hpp"
#include "libaqi/engine.hpp"
#include "libaqi/warning_acts.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace aqi::daemon {

/// What a notice says if a turn changes published figures.
struct NoticeContext {
    Notice::Cause cause = Notice::Cause::late_value;
    std::string who;
    std::string why;
};

class Turns {
public:
    /// All three must outlive it.
    Turns(const Config& config, Store& store, const Clock& clock);

    /// Makes the state from the journal. To be called once before anything else; later by itself after a failed commit.
    Outcome<void> recover();

    /// One turn over these frames. On trouble nothing happened, and the same frames are to be brought again.
    Outcome<void> take(const InboxBatch& batch);
    /// Closes every hour that is over and past its grace. Several turns if many are due.
    Outcome<void> close_hours();

    /// What ran out: consultations nobody moves, reviews that are owed, ends that were announced. Nothing, mostly.
    Outcome<void> note_what_is_due();

    /// What people do. A fault is theirs to read and goes on record; trouble means that it could not be stored and nothing
    /// happened. A forecast that is known already changes nothing and is no fault.
    Outcome<Result<void>> forecast(const Forecast& forecast);
    Outcome<Result<void>> act(const Asked& asked);
    Outcome<Result<void>> act(std::string_view warning, int revision, Verb verb, std::string_view person);
    Outcome<Result<void>> consult(const PutOnTable& asked);
    Outcome<Result<void>> propose(const WantedRevision& asked);
    Outcome<Result<void>> order(const OrderFromAbove& order, std::string_view person);
    Outcome<Result<void>> review_emergency(std::string_view warning, int revision, bool confirmed, std::string_view why,
                                           std::string_view person);
    Outcome<Result<void>> alarm_act(std::string_view id, AlarmActed::Verb verb, std::string_view note,
                                    std::optional<Instant> until, std::string_view person);
    /// Somebody an alarm was sent to replied that it is taken. Nothing if it is acknowledged already.
    Outcome<void> alarm_answered(const std::string& id, const std::string& name, const std::string& note);
    Outcome<Result<void>> respond(std::string_view warning, std::string_view measure, ResponseStage stage,
                                  std::string_view note, std::string_view person);
    /// What the daemon sees of stations, links and channels: an alarm where the severity is another than before.
    struct Condition {
        AlarmKind kind = AlarmKind::station;
        std::string subject;
        AlarmSeverity severity = AlarmSeverity::none;
        Words detail;
    };
    Outcome<void> note_conditions(const std::vector<Condition>& conditions);
    /// Somebody who stands for nobody asked for something.
    Outcome<void> refused(std::string_view who, std::string_view what, std::string_view why);
    /// The two levels of a review; the correction's id and people are filled in.
    Outcome<Result<void>> correct(const Correction& correction, std::string_view person);
    Outcome<Result<void>> decide_correction(std::string_view id, bool ratify, std::string_view person,
                                            std::string_view why);
    Outcome<Result<void>> sign_off(std::string_view place, const SignOff& sign_off, std::string_view person);
    Outcome<Result<void>> declare_station(const StationDeclared& declared, std::string_view person);
    Outcome<Result<void>> declare_dust(const DustDeclared& declared, std::string_view person);
    /// Published figures that are others under other rules, as a turn with a numbered notice, or an empty one. The caller
    /// commits it together with the figures, or ends: this state has taken it in.
    Turn notice_of_rules(std::vector<Change> changes, std::string why);

    const State& state() const { return state_; }
    const Rules& rules() const { return config_.rules; }
    /// The same journal under the same digest gives the same figures.
    static std::string figures_digest(const Rules& rules);
    /// By how many hours a station's newest hour is always old when it arrives: a clock or a zone is off, or the uplink holds
    /// everything back.
    std::optional<int> clock_behind(StationIndex station) const;
    /// When each station was last heard; stations that never were are not in it.
    const std::map<StationIndex, Heard>& heard() const { return heard_; }
    /// The hours a link's stations owe, newest first: closed, and something that is expected was not received for them, or
    /// too few of its minutes.
    std::vector<drivers::Owed> owed(const LinkConfig& link) const;
    /// By how many minutes a station's last reading was ahead of our clock, when it was put aside for that not long ago.
    std::optional<int> clock_ahead(StationIndex station) const;
    /// Whether a state made otherwise is the same as this one.
    bool agrees_with(const State& other) const { return !stale_ && state_ == other; }
    /// All daily, annual and good-day figures of the journal, for rewriting after the rules changed.
    Outcome<Figures> all_figures();

    /// Letters of the duty room's own, into the outbox; with them what they settle: deliveries they say in place of.
    Outcome<void> post(std::vector<PreparedRow> rows, std::vector<OutboxEntry> settled = {});
    /// Called after a turn that put something into the outbox.
    void on_outbox(std::function<void()> notify) { outbox_filled_ = std::move(notify); }

private:
    Outcome<void> run(const std::function<void(Turn&)>& fill, const NoticeContext& context = {});
    /// What a person wants, for the record of what was refused.
    struct Wish {
        std::string person;
        std::string what;
    };
    template <class Admit>
    Outcome<Result<void>> person_says(const Admit& admit, const char* counted, const Wish& wish,
                                      const NoticeContext& context = {});
    void give_notice(Turn& turn, const NoticeContext& context);
    void mark_hours(Turn& turn);
    void watch_clock(const Reading& reading, Instant received_at);
    void take_frame(const InboxEntry& entry, Turn& turn);
    void take_forecast(Forecast forecast, const InboxEntry& entry, Turn& turn);
    void take_reading(Reading reading, const InboxEntry& entry, Turn& turn);
    void take_judged(Judged judged, std::string_view link, Instant received_at, Turn& turn);
    void make_hour(StationIndex station, HourEnding hour, Instant at, Turn& turn);
    void make_hours_of(HourEnding hour, Instant at, Turn& turn);
    void heard_of(StationIndex station, const Reading& reading, const InboxEntry& entry, Turn& turn);
    void happen(Event event, Instant received_at, std::string_view link, Turn& turn);
    void announce_if_issued(const Event& event, Turn& turn);
    void prepare(const notify::Letter& letter, Instant now, Turn& turn);
    Outcome<void> fold_into(State& state, const std::function<void(Figures&)>& take);

    const Config& config_;
    Store& store_;
    const Clock& clock_;
    State state_;
    bool stale_ = true; ///< the state is ahead of the disk, or was never made
    /// How old a station's newest hour was when it came, and how often in a row. Not state: it starts anew with us.
    struct Lag {
        HourEnding newest;
        int hours = 0;
        int times = 0;
    };
    MinuteBook minutes_;
    std::set<std::tuple<HourEnding, StationIndex, Pollutant>> stated_; ///< hours that came ready made in this turn
    std::map<StationIndex, Heard> heard_;
    struct Ahead {
        int minutes = 0;
        Instant received_at;
    };
    std::map<StationIndex, Ahead> ahead_; ///< see clock_ahead()
    std::optional<Trouble> trouble_; ///< the store could not be read in the middle of a turn: the turn is abandoned
    std::map<StationIndex, Lag> lags_;
    std::map<std::string, const LinkConfig*, std::less<>> links_;
    std::function<void()> outbox_filled_;
};

} // namespace aqi::daemon
