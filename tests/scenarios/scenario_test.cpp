// The runner of *.scn; the words are explained in README.md.
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
        if (c[0] == "rules")
            rules_.warning_rules = c.at(1);
        else if (c[0] == "at")
            at(*parse_instant(c.at(1) + "T" + c.at(2) + ":00+08:00"));
        else if (c[0] == "observed")
            observed(*parse_day(c.at(1)), {c.begin() + 2, c.end()});
        else if (c[0] == "forecast")
            forecast(c.at(1), *parse_day(c.at(2)), {c.begin() + 3, c.end()});
        else if (c[0] == "publish")
            publish();
        else if (c[0] == "refused")
            CHECK(!act(c.at(1), c.at(2)));
        else if (c[0] == "expect")
            expect({c.begin() + 1, c.end()});
        else
            CHECK(act(c[0], c.at(1)));
    }

private:
    void happen(const Event& event)
    {
        absorb(state_, event, rules_);
        settle(state_, rules_, nullptr);
        if (std::holds_alternative<HourClosed>(event) || std::holds_alternative<ForecastIssued>(event))
            for (const auto& follows : decide(state_, event, rules_)) absorb(state_, follows, rules_);
    }

    void at(Instant now)
    {
        now_ = now;
        const HourEnding due = last_hour_over(Instant{now.ms - 20 * 60'000}, UtcOffset{});
        for (HourEnding h = state_.last_closed() ? state_.last_closed()->plus(1) : due; h <= due; h = h.plus(1))
            happen(HourClosed{h, now, h < due});
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

    void forecast(const std::string& person, LocalDay first, const std::vector<std::string>& ranges)
    {
        Forecast f{"city", person == "env" ? "hbj" : "qxj", person, now_, {}};
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            const auto dash = ranges[i].find('-');
            const int low = std::stoi(ranges[i]);
            f.days.push_back({first.plus(static_cast<int>(i)), low,
                              dash == std::string::npos ? low : std::stoi(ranges[i].substr(dash + 1)), ""});
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

    bool act(const std::string& verb, const std::string& person)
    {
        const Warning* warning = pending_warning();
        if (warning == nullptr) return false;
        constexpr std::pair<const char*, Verb> verbs[] = {
            {"sign", Verb::sign}, {"approve", Verb::approve}, {"issue", Verb::issue}, {"lift", Verb::lift}};
        const auto* found =
            std::find_if(std::begin(verbs), std::end(verbs), [&](const auto& v) { return v.first == verb; });
        REQUIRE(found != std::end(verbs));
        const auto event =
            admit_act(state_, warning->id, warning->pending()->number, found->second, person, now_, rules_);
        if (event)
            happen(*event);
        else
            UNSCOPED_INFO(event.error().detail);
        return event.has_value();
    }

    void publish()
    {
        const Warning* warning = pending_warning();
        REQUIRE(warning != nullptr);
        const bool lift = warning->pending()->kind == RevisionKind::lift;
        CHECK(act("sign", "env"));
        CHECK(act("sign", "met"));
        CHECK(act("approve", "mayor"));
        CHECK(act(lift ? "lift" : "issue", "office"));
    }

    void expect(const std::vector<std::string>& words)
    {
        const Warning* warning = pending_warning();
        if (words[0] == "nothing") {
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
        } else if (words[0] == "warnings") {
            CHECK(std::to_string(state_.warnings().size()) == words.at(1));
        } else {
            FAIL("expect what? " << words[0]);
        }
    }

    Rules rules_;
    State state_;
    Instant now_;
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
    }
    CHECK(scenarios >= 6);
}
