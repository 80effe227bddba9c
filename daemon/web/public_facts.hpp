// daemon/web/public_facts: what the public is told of the air, once: the public page and GET /api/v1/public say the same.
//
// GET /api/v1/public[?area=410600]
// {"schema": "aqid/public/1", "now": "2016-12-20T14:21:00+08:00", "drill": false,
//  "feeds": [{"name": "cap", "path": "/channels/cap/feed.xml"}],
//  "areas": [{"id", "name", "kind": "city" | "county",
//    "hour": FIGURE | null, "day": FIGURE | null,
//    "warning": {"id", "level", "level_zh", "headline_zh", "headline_en", "text_zh", "text_en", "advice_zh", "advice_en",
//                "issued_at", "effective", "until": moment | null, "in_effect": true} | null,
//    "forecast": [{"date", "low", "high", "primary", "organisation", "organisation_name", "issued_at"}]}]}
// FIGURE: {"window": "1h" | "24h", "as_of": "2016-12-20T14:00:00+08:00",   // the end of the window
//   "label": "2016-12-20 14:00" | "2016-12-20",
//   "aqi": 215 | null, "level": 5, "level_zh", "level_en", "primary": "PM2.5", "note": "none" | why there is no index,
//   "coverage": {"sites": 3, "with_value": 2}, "edition": {"id", "title_zh", "title_en", "provisional"},
//   "quality": "preliminary" | "validated" | "ratified", "advice_zh", "advice_en",
//   "values": {"pm2_5": {"value": "165" | null, "unit": "ug/m3"}, ...}}
//
// Knows: what of the state is meant for everybody. Does not know: HTML (public_page). Drills are never told to the public.
#pragma once

#include "daemon/web/head.hpp"
#include "libaqi/engine.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aqi::daemon {
struct Config;
}

namespace aqi::daemon::web {

struct ReadSources;

struct PublicFigure {
    bool hourly = false;
    Instant as_of; ///< the end of the window
    std::string label;
    IndexResult index;
    std::string level_zh, level_en, advice_zh, advice_en;
    int sites = 0;
    int with_value = 0; ///< sites that have a value of some pollutant
    const RulePack* pack = nullptr;
    ReviewLevel quality = ReviewLevel::preliminary;
    PerPollutant<std::optional<std::string>> values; ///< as published, in display units
};

struct PublicWarning {
    std::string id;
    WarningLevel level = WarningLevel::none;
    std::string headline_zh, headline_en, text_zh, text_en, advice_zh, advice_en;
    Instant issued_at;
    Instant effective;
    std::optional<Instant> until;
};

struct PublicForecast {
    LocalDay day;
    int low = 0;
    int high = 0;
    std::string primary, organisation, organisation_name;
    Instant issued_at;
};

struct PublicArea {
    std::string id, name;
    AreaKind kind = AreaKind::county;
    std::optional<PublicFigure> hour, day;
    std::optional<PublicWarning> warning;
    std::vector<PublicForecast> forecast;
};

struct PublicFacts {
    Instant now;
    UtcOffset offset;
    bool drill = false;             ///< the whole daemon practises
    std::vector<std::string> feeds; ///< names of channels that keep a CAP feed
    std::vector<PublicArea> areas;
};

/// `area`: an area's id, or empty: all. No areas in it: there is no such area.
PublicFacts public_facts(const State& state, const Config& config, Instant now, std::string_view area = {});
std::string public_json(const PublicFacts& facts);

/// Throws Refusal: 404 where there is no such area.
Reply read_public(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
