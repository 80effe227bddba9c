// libaqi/review: what people say of data after it arrived: corrections in two levels, sign-offs, dust days, and the
// numbered notices of published figures that changed.
//
// Knows: who may do what to which hours, and that a received value is never overwritten: a correction lies over it and can
// be taken off again by another one.
// Does not know: what follows for a mean or an index (settle), or how a notice is shown (daemon).
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/warning.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

enum class CorrectionKind : std::uint8_t {
    invalidate, ///< 判为无效: the hours do not count
    replace,    ///< 改为另一值: another value counts
    accept,     ///< 认可: the received value counts although its flag said no
    restore,    ///< 撤销: what was received counts again, as it was received
};
std::string_view correction_kind_name(CorrectionKind kind); ///< "invalidate"
std::string_view correction_kind_zh(CorrectionKind kind);

/// validated (by the first level; nothing has changed yet) -> ratified (in force) or refused.
enum class CorrectionState : std::uint8_t { validated, ratified, refused };
std::string_view correction_state_name(CorrectionState state);
std::string_view correction_state_zh(CorrectionState state);

/// What a person says of some hours of one pollutant of one station. It counts from its ratification by a second person.
struct Correction {
    std::string id;      ///< "R2016-0003": R, the year it was made, a running number
    std::string station; ///< Station::id
    Pollutant pollutant = Pollutant::pm2_5;
    HourEnding first;
    HourEnding last; ///< the same as first for one hour
    CorrectionKind kind = CorrectionKind::invalidate;
    std::optional<Concentration> value; ///< of replace
    std::string why;
    std::string document; ///< maintenance record, calibration sheet; may be empty
    Act validated;
    CorrectionState state = CorrectionState::validated;
    std::optional<Act> decided; ///< ratified or refused
    std::string decided_why;

    bool operator==(const Correction&) const = default;
};

/// How far the review of a day has come. HJ 633-2012 5.1.5: daily figures are for the same day's reference only, until the
/// full review early in the next month.
enum class ReviewLevel : std::uint8_t { preliminary, validated, ratified };
std::string_view review_level_name(ReviewLevel level);
std::string_view review_level_zh(ReviewLevel level);

/// A person signed off a place's days as they stand.
struct SignOff {
    LocalDay first;
    LocalDay last;
    ReviewLevel level = ReviewLevel::validated;
    Act act;
    std::string note;
    bool operator==(const SignOff&) const = default;
};

/// A dust day of an area (环办监测〔2016〕120号): flagged by a person, with the document that says so.
struct DustDay {
    std::string document;
    std::string why;
    Act act;
    bool operator==(const DustDay&) const = default;
};

/// What a person says of a station for some hours.
struct StationNote {
    enum class Kind : std::uint8_t {
        maintenance, ///< people work on it: an empty hour has a reason, silence is no alarm
        quarantine,  ///< its values are kept and do not count until a person accepts them
    };
    Kind kind = Kind::maintenance;
    HourEnding first;
    std::optional<HourEnding> last; ///< absent: until somebody ends it (quarantine only)
    std::string why;
    Act act;

    bool covers(HourEnding hour) const { return first <= hour && (!last || hour <= *last); }
    bool operator==(const StationNote&) const = default;
};
std::string_view station_note_name(StationNote::Kind kind); ///< "maintenance"
std::string_view station_note_zh(StationNote::Kind kind);   ///< "维护"

/// One published figure that became another.
struct Change {
    enum class What : std::uint8_t { day_value, day_aqi, day_verdict, annual_mean, good_days };
    std::string place; ///< area's or station's id
    What what = What::day_aqi;
    LocalDay day; ///< of a year's figure: the last closed day
    std::optional<Pollutant> pollutant;
    std::string before; ///< as it was published, "NA" for none
    std::string after;
    bool operator==(const Change&) const = default;
};
std::string_view change_name(Change::What what);
std::string_view change_zh(Change::What what);

/// 更正公告: published figures changed after the fact. Never an alarm.
struct Notice {
    enum class Cause : std::uint8_t { late_value, correction, rules };
    std::string number; ///< "2016-0001": the year it was given, a running number
    Instant at;
    Cause cause = Cause::late_value;
    std::string who; ///< a person's id; for late values the link; for rules the configuration
    std::string why;
    std::vector<Change> changes;
    int further = 0; ///< changes beyond the ones listed
    bool operator==(const Notice&) const = default;
};
std::string_view notice_cause_name(Notice::Cause cause);
std::string_view notice_cause_zh(Notice::Cause cause);

/// A notice lists so many changes; the rest is counted.
inline constexpr std::size_t notice_changes_most = 200;

} // namespace aqi
