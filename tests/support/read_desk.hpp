// A daemon's insides without its loop: a store, turns and a clock, so that what is read over HTTP can be asked for in a test.
#pragma once

#include "daemon/clock.hpp"
#include "daemon/frame_book.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/read.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace aqi::tests {

/// The name nobody's page may run.
inline const std::string hostile = "<script>alert(1)</script>";
inline const LocalDay tuesday = day(2016, 12, 20);

struct ReadDesk {
    /// A small town of two stations whose names are hostile. It is 2016-12-21 00:20, and Tuesday is closed.
    ReadDesk() : clock(closing(hour(tuesday, 24)))
    {
        config.rules = small_town(2);
        config.rules.network.areas[0].name = hostile;
        for (auto& station : config.rules.network.stations) station.name = hostile;
        config.data_folder = folder.path();
        config.mode = Mode::real;
        store.emplace(folder.path() / "aqid.db", daemon::Durability::process, config.rules.network);
        turns.emplace(config, *store, clock);
    }

    void happen(const Event& event) { turn.events.push_back({event, clock.now(), "test"}); }
    /// Every hour of a day at both stations: PM2.5 as said, CO 1 mg/m3, 20 ug/m3 of all else.
    void hours_of(LocalDay d, std::int64_t pm2_5, int last = 24)
    {
        for (int h = 1; h <= last; ++h) {
            for (std::uint32_t s = 0; s < 2; ++s)
                for (const auto p : all_pollutants)
                    happen(Observed{StationIndex{s}, hour(d, h), p, Flag::normal,
                                    ug(p == Pollutant::pm2_5 ? pm2_5
                                       : p == Pollutant::co  ? 1'000
                                                             : 20)});
            happen(HourClosed{hour(d, h), closing(hour(d, h)), false});
        }
    }
    /// A good Monday, a heavy Tuesday, and yellow proposed for the two days after it.
    void two_days_and_a_proposal()
    {
        hours_of(tuesday.plus(-1), 65);
        hours_of(tuesday, 165);
        Revision r;
        r.number = 1;
        r.level = WarningLevel::yellow;
        r.effective = hour(tuesday, 24);
        r.rules = "2016-225";
        r.judgement.level = WarningLevel::yellow;
        r.judgement.first = tuesday.plus(1);
        r.judgement.last = tuesday.plus(2);
        r.judgement.heavy_days = 2;
        r.judgement.highest_aqi = 230;
        r.proposed_at = closing(hour(tuesday, 20));
        happen(Proposed{"city-2016-001", "city", r});
    }
    /// What happened, journaled, and the state made of it.
    void begin()
    {
        REQUIRE(store->commit(turn).has_value());
        turn = {};
        REQUIRE(turns->recover().has_value());
    }

    daemon::web::ReadSources sources()
    {
        daemon::web::ReadSources out;
        out.config = &config;
        out.turns = &*turns;
        out.store = &*store;
        out.clock = &clock;
        out.frames = &frames;
        out.commands = [this] {
            daemon::CommandContext context;
            context.config = &config;
            context.turns = &*turns;
            context.clock = &clock;
            context.counts = [] { return std::string{R"({"values":7})"}; };
            return context;
        };
        return out;
    }
    using Reader = daemon::web::Reply (*)(const daemon::web::Query&, const daemon::web::ReadSources&);
    daemon::web::Reply read(Reader reader, std::string_view query)
    {
        return reader(daemon::web::parse_query(query), sources());
    }
    boost::json::value read_json(Reader reader, std::string_view query)
    {
        return boost::json::parse(read(reader, query).body);
    }
    /// The status of a refusal; 0: it was answered.
    int refused(Reader reader, std::string_view query)
    {
        try {
            read(reader, query);
            return 0;
        } catch (const daemon::web::Refusal& refusal) {
            CHECK_FALSE(refusal.words(true).empty());
            CHECK(refusal.words(true) != refusal.words(false));
            return refusal.status();
        }
    }

    Folder folder;
    daemon::Config config;
    daemon::SimulatedClock clock;
    daemon::FrameBook frames;
    daemon::Turn turn;
    std::optional<daemon::SqliteStore> store;
    std::optional<daemon::Turns> turns;
};

/// "a.b.0.c" of a JSON value.
inline const boost::json::value& at(const boost::json::value& value, std::string_view path)
{
    const boost::json::value* out = &value;
    while (!path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        const std::string step{path.substr(0, dot)};
        path.remove_prefix(std::min(dot + 1, path.size()));
        INFO("at " << step << " of " << boost::json::serialize(*out).substr(0, 300));
        if (out->is_array()) {
            const auto index = static_cast<std::size_t>(std::stoul(step));
            REQUIRE(index < out->as_array().size());
            out = &out->as_array()[index];
        } else {
            REQUIRE(out->is_object());
            REQUIRE(out->as_object().contains(step));
            out = &out->as_object().at(step);
        }
    }
    return *out;
}
/// Of an answer nobody keeps: a copy.
inline boost::json::value at(boost::json::value&& value, std::string_view path)
{
    const boost::json::value& kept = value;
    return at(kept, path);
}

} // namespace aqi::tests
