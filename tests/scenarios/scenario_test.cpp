// The runner of *.scn; the words are explained in README.md.
#include "daemon/notify/document.hpp"
#include "daemon/store/event_json.hpp"
#include "libaqi/message.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

using namespace aqi;
using namespace aqi::tests;

namespace {

/// A PM2.5 concentration whose index under HJ 633-2012 is exactly `aqi`, found by searching tenths.
Concentration pm2_5_for(int aqi)
{
    const auto& table = *pack("cn-2012").tables[index_of(Item::pm2_5_24h)];
    for (std::int64_t whole = 0; whole <= 500; ++whole)
        if (sub_index(ug(whole), table, pack("cn-2012").index_rounding) == aqi) return ug(whole);
    throw std::runtime_error(fmt::format("no whole PM2.5 has index {}; write another", aqi));
}

class Town {
public:
    Town() : rules_(small_town(1)), state_(rules_.network) {}

    void run(const TableRow& row)
    {
        const auto& c = row.cells;
        const std::vector<std::string> rest{c.begin() + 1, c.end()};
        if (c[0] == "rules")
            rules_.warning_rules = c.at(1);
        else if (c[0] == "with")
            with(rest);
        else if (c[0] == "at")
            at(moment(c.at(1), c.at(2)));
        else if (c[0] == "observed")
            observed(*parse_day(c.at(1)), {c.begin() + 2, c.end()});
        else if (c[0] == "hours")
            hours(*parse_day(c.at(1)), {c.begin() + 2, c.end()});
        else if (c[0] == "dust")
            happen(DustDeclared{"city", *parse_day(c.at(1)), true, {"沙尘", "", {"env", now_}}});
        else if (c[0] == "forecast")
            forecast(c.at(1), *parse_day(c.at(2)), {c.begin() + 3, c.end()});
        else if (c[0] == "publish")
            publish();
        else if (c[0] == "refused")
            CHECK(!act(rest));
        else if (c[0] == "expect")
            expect(rest);
        else
            CHECK(act(c));
    }

private:
    static Instant moment(const std::string& date, const std::string& time)
    {
        return *parse_instant(date + "T" + time + ":00+08:00");
    }
    static HourEnding full_hour(const std::string& date, const std::string& time)
    {
        return *hour_ending_at(moment(date, time), UtcOffset{});
    }

    void happen(const Event& event)
    {
        journal_.push_back(event);
        absorb(state_, event, rules_);
        settle(state_, rules_, nullptr);
        for (const auto& follows : decide(state_, event, rules_)) {
            journal_.push_back(follows);
            absorb(state_, follows, rules_);
        }
    }

    /// What the configuration says.
    void with(const std::vector<std::string>& words)
    {
        if (words.at(0) == "approval")
            rules_.approvals[*warning_level_named(words.at(1))] = {{words.begin() + 3, words.end()},
                                                                   std::stoi(words.at(2))};
        else if (words.at(0) == "roles")
            person(words.at(1)).roles = {words.begin() + 2, words.end()};
        else if (words.at(0) == "delegation")
            rules_.network.delegations.push_back(
                {words.at(1), words.at(2), *parse_day(words.at(3)), *parse_day(words.at(4)), "文"});
        else if (words.at(0) == "closes-after-minutes")
            rules_.consultation.closes_after_minutes = std::stoi(words.at(1));
        else if (words.at(0) == "escalate-after-minutes")
            rules_.consultation.escalate_after_minutes = std::stoi(words.at(1));
        else if (words.at(0) == "start-on-measurement-hours")
            rules_.measured_start_hours = std::stoi(words.at(1));
        else
            FAIL("with what? " << words.at(0));
    }
    Person& person(const std::string& id)
    {
        for (auto& p : rules_.network.persons)
            if (p.id == id) return p;
        throw std::runtime_error("nobody is called " + id);
    }

    void at(Instant now)
    {
        now_ = now;
        const HourEnding due = last_hour_over(Instant{now.ms - 20 * 60'000}, UtcOffset{});
        for (HourEnding h = state_.last_closed() ? state_.last_closed()->plus(1) : due; h <= due; h = h.plus(1))
            happen(HourClosed{h, now, h < due});
        for (const auto& event : due_now()) happen(event);
    }
    std::vector<Event> due_now() const { return aqi::due(state_, now_, rules_); }

    /// Hourly AQI of a day from its first hour on.
    void hours(LocalDay day, const std::vector<std::string>& aqi)
    {
        for (std::size_t i = 0; i < aqi.size(); ++i)
            for (const auto p : all_pollutants)
                happen(Observed{StationIndex{0}, HourEnding::of(day, static_cast<int>(i) + 1), p, Flag::normal,
                                p == Pollutant::pm2_5 ? pm2_5_for(std::stoi(aqi[i])) : conc("1", p)});
    }

    void observed(LocalDay first, const std::vector<std::string>& aqi)
    {
        for (std::size_t i = 0; i < aqi.size(); ++i) {
            if (aqi[i] == "-") continue;
            const LocalDay d = first.plus(static_cast<int>(i));
            // All six, so that the day has an index; PM2.5 leads.
            for (const auto p : all_pollutants)
                happen(ObservedDay{StationIndex{0}, d, p, Flag::normal,
                                   p == Pollutant::pm2_5 ? pm2_5_for(std::stoi(aqi[i])) : conc("1", p)});
        }
    }

    /// "180-220", "210:O3" (primary), "210:dust", or "-": nothing is said of the day.
    void forecast(const std::string& person, LocalDay first, const std::vector<std::string>& ranges)
    {
        Forecast f{"city", person == "env" ? "hbj" : "qxj", person, now_, {}, {}};
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            if (ranges[i] == "-") continue;
            const auto colon = ranges[i].find(':');
            const std::string range = ranges[i].substr(0, colon);
            const std::string primary = colon == std::string::npos ? "" : ranges[i].substr(colon + 1);
            const auto dash = range.find('-');
            const int low = std::stoi(range);
            ForecastDay day{first.plus(static_cast<int>(i)), low,
                            dash == std::string::npos ? low : std::stoi(range.substr(dash + 1))};
            day.dust = primary == "dust";
            if (!day.dust) day.primary = primary;
            f.days.push_back(day);
        }
        const auto admitted = admit_forecast(f, now_, rules_);
        REQUIRE(admitted.has_value());
        happen(*admitted);
    }

    const Warning* pending_warning() const
    {
        for (const auto& w : state_.warnings())
            if (w.pending() != nullptr) return &w;
        return nullptr;
    }

    /// Whether it was permitted.
    template <class Admitted>
    bool said(const Result<Admitted>& event)
    {
        if (event)
            happen(*event);
        else
            UNSCOPED_INFO(event.error().detail);
        return event.has_value();
    }

    /// "sign env", "object met because ...", "consult env level red until 2016-12-20 18:00", "propose env yellow because ...",
    /// "order office red DOCUMENT [2017-02-12 00:00]", "review mayor confirm because ...".
    bool act(const std::vector<std::string>& words)
    {
        const std::string &verb = words.at(0), &person = words.at(1);
        const auto after = [&](const std::string& word, std::size_t n) -> std::string {
            const auto found = std::find(words.begin(), words.end(), word);
            const auto at = static_cast<std::size_t>(found - words.begin()) + n;
            return at < words.size() ? words[at] : std::string{};
        };
        const std::string why = after("because", 1);
        if (verb == "order") {
            OrderFromAbove order{"", "省攻坚办", words.at(3), {"city"}, *warning_level_named(words.at(2)),
                                 {}, {},         "",          {}};
            if (words.size() > 5) order.effective = full_hour(words.at(4), words.at(5));
            return said(admit_order(state_, order, person, now_, rules_));
        }
        const auto hour_after = [&](const std::string& word) -> std::optional<HourEnding> {
            if (after(word, 1).empty()) return std::nullopt;
            return full_hour(after(word, 1), after(word, 2));
        };
        if (verb == "propose") {
            const bool cancel = words.at(2) == "cancel";
            return said(admit_proposal(state_,
                                       {"city", person, cancel ? WarningLevel::none : *warning_level_named(words.at(2)),
                                        cancel, hour_after("effective"), hour_after("until"), "", why},
                                       now_, rules_));
        }
        if (verb == "review") {
            const Warning& warning = state_.warnings().back();
            return said(admit_emergency_review(state_, warning.id, warning.issued()->number, words.at(2) == "confirm",
                                               why, person, now_, rules_));
        }
        const Warning* warning = pending_warning();
        if (warning == nullptr) return false;
        if (verb == "consult") {
            PutOnTable put{warning->id, warning->pending()->number, person, {}, hour_after("effective"), {}, {}, why};
            if (!after("level", 1).empty()) put.level = *warning_level_named(after("level", 1));
            if (const auto until = hour_after("until")) put.until.emplace(until);
            if (!after("wording", 1).empty()) put.wording = after("wording", 1);
            return said(admit_consult(state_, put, now_, rules_));
        }
        const auto known = verb_named(verb);
        REQUIRE(known.has_value());
        return said(admit_act(state_, {warning->id, warning->pending()->number, *known, person, why}, now_, rules_));
    }

    void publish()
    {
        const Warning* warning = pending_warning();
        REQUIRE(warning != nullptr);
        const bool lift = warning->pending()->kind == RevisionKind::lift;
        CHECK(act({"sign", "env"}));
        CHECK(act({"sign", "met"}));
        CHECK(act({"approve", "mayor"}));
        CHECK(act({lift ? "lift" : "issue", "office"}));
    }

    void expect(const std::vector<std::string>& words)
    {
        const Warning* warning = pending_warning();
        if (words[0] == "nothing" && words.at(1) == "overdue") {
            for (const auto& w : state_.warnings())
                for (const auto& r : w.revisions) CHECK(r.overdue.empty());
        } else if (words[0] == "nothing") {
            CHECK(warning == nullptr);
        } else if (words[0] == "pending") {
            REQUIRE(warning != nullptr);
            const Revision& r = *warning->pending();
            const std::string moment = format_instant(r.effective.instant(UtcOffset{}), UtcOffset{});
            CHECK(fmt::format("{} {} {} {}", revision_kind_name(r.kind), warning_level_name(r.level),
                              moment.substr(0, 10), moment.substr(11, 5)) ==
                  fmt::format("{} {} {} {}", words.at(1), words.at(2), words.at(3), words.at(4)));
        } else if (words[0] == "issued") {
            const Revision* newest = nullptr;
            for (const auto& w : state_.warnings())
                for (const auto& r : w.revisions)
                    if (r.issue) newest = &r;
            REQUIRE(newest != nullptr);
            const std::string moment = format_instant(newest->effective.instant(UtcOffset{}), UtcOffset{});
            CHECK(fmt::format("{} {} {}", revision_state_name(newest->state), moment.substr(0, 10),
                              moment.substr(11, 5)) == fmt::format("{} {} {}", words.at(1), words.at(2), words.at(3)));
        } else if (words[0] == "days") {
            REQUIRE(warning != nullptr);
            CHECK(warning->pending()->judgement.heavy_days == std::stoi(words.at(1)));
            CHECK(warning->pending()->judgement.severe_days == std::stoi(words.at(3)));
        } else if (words[0] == "level") {
            const Warning* open = state_.open_warning("city");
            CHECK(std::string{warning_level_name(open != nullptr ? open->level() : WarningLevel::none)} == words.at(1));
        } else if (words[0] == "state") {
            REQUIRE(warning != nullptr);
            CHECK(std::string{revision_state_name(warning->pending()->state)} == words.at(1));
        } else if (words[0] == "origin") {
            REQUIRE(warning != nullptr);
            CHECK(std::string{origin_name(warning->pending()->origin)} == words.at(1));
        } else if (words[0] == "disagreement") {
            REQUIRE(warning != nullptr);
            CHECK(warning->pending()->record.disagreement.empty() == (words.at(1) == "no"));
        } else if (words[0] == "overdue") {
            std::string stages;
            for (const auto& w : state_.warnings())
                for (const auto& r : w.revisions)
                    for (const auto& o : r.overdue) stages += (stages.empty() ? "" : " ") + o.stage;
            CHECK(stages == words.at(1));
        } else if (words[0] == "late") {
            const Revision* issued = state_.warnings().back().issued();
            REQUIRE(issued != nullptr);
            CHECK(issued->late_why.empty() == (words.at(1) == "no"));
        } else if (words[0] == "last") { // the state of the last revision of all
            CHECK(std::string{revision_state_name(state_.warnings().back().revisions.back().state)} == words.at(1));
        } else if (words[0] == "warnings") {
            CHECK(std::to_string(state_.warnings().size()) == words.at(1));
        } else {
            FAIL("expect what? " << words[0]);
        }
    }

public:
    /// Another machine that reads the same journal has the same warnings, reasons and records, and says the same to the last byte.
    void replay() const
    {
        State again{rules_.network};
        for (const auto& event : journal_) {
            const bool observed = std::holds_alternative<Observed>(event) ||
                                  std::holds_alternative<ObservedDay>(event); // they have a table
            absorb(again, observed ? event : daemon::event_of(event_kind(event), daemon::event_body(event)), rules_);
            settle(again, rules_, nullptr);
        }
        CHECK(again == state_);
        CHECK(texts(again) == texts(state_));
    }

private:
    std::string texts(const State& state) const
    {
        std::string out;
        for (const auto& warning : state.warnings())
            for (const auto& revision : warning.revisions)
                if (revision.issue)
                    out += notify::document_of(announce(warning, revision, rules_, Mode::real), UtcOffset{}) + "\n";
        return out;
    }

    Rules rules_;
    State state_;
    Instant now_;
    std::vector<Event> journal_;
};

} // namespace

TEST_CASE("every scenario is told as it happens")
{
    int scenarios = 0;
    for (const auto& file : std::filesystem::directory_iterator{source_file("tests/scenarios")}) {
        if (file.path().extension() != ".scn") continue;
        ++scenarios;
        Town town;
        for (const auto& row : table_rows(file.path())) {
            INFO(file.path().filename().string() << ":" << row.line << row.why);
            town.run(row);
        }
        town.replay();
    }
    CHECK(scenarios >= 6);
}
