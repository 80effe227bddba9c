// daemon/web/read_parts: what reads of numbers share: places, days and hours of a question, pages of a list, CSV.
//
// Knows: how a question is refused in both languages. Does not know: any figure.
#pragma once

#include "daemon/web/head.hpp"
#include "daemon/web/read.hpp"
#include "libaqi/engine.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon::web {

// All of these throw Refusal.

/// 400 where the parameter is absent, 404 where nobody knows the id.
PlaceIndex place_asked(const Query& query, std::string_view name, const Network& network);
AreaIndex area_asked(const Query& query, std::string_view name, const Network& network);
PlaceIndex place_of(std::string_view id, const Network& network);
StationIndex station_of(std::string_view id, const Network& network);
/// "a,b,c"; empty parts are refused.
std::vector<std::string> ids_asked(const Query& query, std::string_view name);
/// "city", "county", "station".
std::string_view kind_of(PlaceIndex place, const Network& network);

struct DaySpan {
    LocalDay first;
    LocalDay last;
    int days() const { return last - first + 1; }
};
struct HourSpan {
    HourEnding first;
    HourEnding last;
    int hours() const { return last.since_epoch - first.since_epoch + 1; }
};
/// `first` and `last` of the query; one alone is also the other end where `otherwise` does not reach it. 422 beyond `most` days.
DaySpan days_asked(const Query& query, DaySpan otherwise, int most);
/// The same of hours; a day stands for its first hour, or its last.
HourSpan hours_asked(const Query& query, HourSpan otherwise, int most, const Network& network);
int year_asked(const Query& query, std::optional<int> otherwise);
LocalDay day_asked(const Query& query, std::string_view name, LocalDay otherwise);

/// 422 where no hour, or no day, is closed yet.
HourEnding closed_hour(const State& state);
LocalDay closed_day(const State& state);

/// 422, with how many there may be.
[[noreturn]] void refuse_size(std::string_view what_zh, std::string_view what_en, std::int64_t asked,
                              std::int64_t most);

/// Whether format is csv; 400 for any other than csv and json.
bool wants_csv(const Query& query);

/// A page of a list whose members have numbers that rise: an hour's, a day's. The cursor is the number of its first member.
struct PageOfList {
    std::int64_t first = 0;
    std::int64_t last = 0;
    boost::json::value next; ///< of the page after it, or null
};
PageOfList page_asked(const Query& query, std::int64_t first, std::int64_t last, int most);

/// Rows for a spreadsheet or a script: UTF-8 without BOM, CRLF, quotes as in RFC 4180. A text that a spreadsheet would take for a
/// formula gets an apostrophe in front.
class Csv {
public:
    explicit Csv(const std::vector<std::string>& header);
    Csv& text(std::string_view value);
    Csv& number(std::string_view value); ///< as it is: digits we made ourselves
    Csv& number(std::int64_t value);
    Csv& number(const std::optional<int>& value);
    Csv& nothing();
    void end(); ///< of a row
    Reply reply(std::string_view file_name) &&;

private:
    void separate();
    std::string out_;
    bool begun_ = false;
};

/// A concentration in its display unit; null or nothing where there is none.
boost::json::value amount(const std::optional<Concentration>& value, Pollutant p);
void amount(Csv& csv, const std::optional<Concentration>& value, Pollutant p);
/// Rounded to the digits the edition publishes.
std::optional<Concentration> as_published(const std::optional<Concentration>& value, Pollutant p, const RulePack* pack);
/// The two in one, of all pollutants: {"pm2_5": "115" | null}.
boost::json::object values_json(const PerPollutant<std::optional<Concentration>>& values, const RulePack* pack);
/// {"pm2_5": "ug/m3", ...}
boost::json::object units_json();
boost::json::array labels_json(PollutantSet set);
/// "pm2_5_ug_per_m3": a column's name in CSV.
std::string unit_column(Pollutant p);
boost::json::value date_or_null(const std::optional<LocalDay>& day);
boost::json::value moment_or_null(const std::optional<Instant>& at, UtcOffset offset);
boost::json::value edition_or_null(const RulePack* pack);
template <class T>
boost::json::value number_or_null(const std::optional<T>& value)
{
    return value ? boost::json::value(*value) : boost::json::value(nullptr);
}
/// 615 -> "61.5".
std::string tenths_text(std::int64_t tenths);

} // namespace aqi::daemon::web
