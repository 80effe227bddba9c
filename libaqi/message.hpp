// libaqi/message: an issued revision in words, zh-CN first, English second.
//
// Knows: what a notice must contain (area, level, when, how bad, how long, advice: warnings study A5, A6), in four lengths: short
// (one SMS part where it can be), full, broadcast (to be read aloud) and bulletin; and that a drill says so before anything else.
// Does not know: channels, their signatures and limits, or formats (daemon/notify).
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/warning.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi {

inline constexpr std::string_view drill_mark = "【演练】";
/// UTF-16 units a carrier's 【signature】 may take of the 70 of one SMS part.
inline constexpr std::size_t signature_units = 12;

/// What a pollutant is expected to be over the spell, the strictest of the bureaus at both ends.
struct ExpectedPollutant {
    Pollutant pollutant = Pollutant::pm2_5;
    ConcentrationRange range;
    bool operator==(const ExpectedPollutant&) const = default;
};

/// What the public is told, once: every channel of a revision carries this.
struct Announcement {
    std::string warning;
    int revision = 0;
    RevisionKind kind = RevisionKind::raise;
    Origin origin = Origin::forecast;
    WarningLevel level = WarningLevel::none; ///< none: lifted or cancelled
    WarningLevel previous = WarningLevel::none;
    std::string area;
    std::string area_name;
    std::string area_code; ///< administrative division (GB/T 2260); may be empty
    std::string rules;
    std::string order; ///< document of the order it carries out; may be empty
    Instant issued_at;
    /// A revision of the same warning that was issued before, oldest first.
    struct Earlier {
        int revision = 0;
        Instant issued_at;
        bool operator==(const Earlier&) const = default;
    };
    std::vector<Earlier> earlier;
    HourEnding effective;
    std::optional<HourEnding> until;
    std::int64_t lead_minutes = 0; ///< from issue to effect; the standards ask for red ones 24 h ahead
    std::string late_why;          ///< the lead time was not kept: why
    bool emergency = false;
    std::vector<std::string> senders; ///< names of the organisations that signed
    std::string primary;              ///< expected primary pollutants, as the bureaus wrote them
    std::string weather;              ///< as the bureaus wrote it
    std::vector<ExpectedPollutant> expected;
    std::string headline_zh, headline_en;
    std::string text_zh, text_en; ///< the full form
    std::string short_zh, short_en;
    std::string broadcast_zh; ///< numbers and formulas as words
    std::string bulletin_zh, bulletin_en;
    std::string advice_zh, advice_en; ///< the official wording of the edition for the worst expected class
    std::vector<JudgedDay> days;
    Mode mode = Mode::real;
};

/// The announcement of an issued revision. Every text of a drill begins with drill_mark.
Announcement announce(const Warning& warning, const Revision& revision, const Rules& rules, Mode mode);

} // namespace aqi
