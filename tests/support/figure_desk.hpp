// A desk (read_desk) that writes the rows of its figures as a running daemon does, for questions about hours, days and years.
#pragma once

#include "tests/support/read_desk.hpp"

namespace aqi::tests {

struct FigureDesk : ReadDesk {
    /// A whole day as archives state it, at both stations: PM2.5 alone.
    void stated(LocalDay d, std::int64_t pm2_5)
    {
        for (std::uint32_t s = 0; s < 2; ++s)
            happen(ObservedDay{StationIndex{s}, d, Pollutant::pm2_5, Flag::normal, ug(pm2_5)});
        happen(HourClosed{hour(d, 24), closing(hour(d, 24)), false});
    }
    /// What happened, journaled, with the rows of every figure. May be called again after more has happened.
    void begin()
    {
        REQUIRE(store->commit(turn).has_value());
        turn = {};
        State state{config.rules.network};
        daemon::Turn rows;
        const auto take = [&] {
            Figures now;
            settle(state, config.rules, &now);
            rows.figures.hours.insert(rows.figures.hours.end(), now.hours.begin(), now.hours.end());
            rows.figures.days.insert(rows.figures.days.end(), now.days.begin(), now.days.end());
        };
        REQUIRE(store
                    ->fold([&](const Event& event) {
                        absorb(state, event, config.rules);
                        if (std::holds_alternative<HourClosed>(event)) take();
                    })
                    .has_value());
        take();
        REQUIRE(store->commit(rows).has_value());
        REQUIRE(turns->recover().has_value());
    }
    std::string csv(Reader reader, std::string_view query) { return read(reader, query).body; }
};

/// What a value says: "57", "\"PM2.5\"", "null".
inline std::string said(const boost::json::value& value, std::string_view path)
{
    return boost::json::serialize(at(value, path));
}

/// A list at a path, by itself: it may be walked over.
inline boost::json::array list_of(const boost::json::value& value, std::string_view path)
{
    const auto found = at(value, path);
    REQUIRE(found.is_array());
    return found.as_array();
}

} // namespace aqi::tests
