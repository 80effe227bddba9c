#include "daemon/web/read_figures.hpp"

#include "daemon/coverage.hpp"
#include "daemon/web/read_parts.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int hours_shown = 72, hours_most = 92 * 24;
constexpr int days_shown = 31, days_most = 1100;

/// How much of what a figure should rest on is there. Absent: nobody knows any more.
struct Coverage {
    int present = 0;
    int of = 0;
    std::string_view what;
};

json::value coverage_json(const std::optional<Coverage>& c)
{
    if (!c) return nullptr;
    return json::object{{"present", c->present}, {"of", c->of}, {"what", c->what}};
}

void add_coverage(Csv& csv, const std::optional<Coverage>& c)
{
    csv.number(c ? std::optional{c->present} : std::nullopt).number(c ? std::optional{c->of} : std::nullopt);
}

/// The head of an answer about one place.
json::object head_json(PlaceIndex place, std::string_view window, HourEnding until, const Network& network)
{
    return {{"ok", true},
            {"place", network.place_id(place)},
            {"name", network.place_name(place)},
            {"kind", kind_of(place, network)},
            {"window", window},
            {"as_of", format_instant(until.instant(network.offset), network.offset)},
            {"units", units_json()}};
}

std::vector<std::string> columns(std::initializer_list<std::string_view> before,
                                 std::initializer_list<std::string_view> after = {})
{
    std::vector<std::string> out{before.begin(), before.end()};
    for (const auto p : all_pollutants) out.push_back(unit_column(p));
    out.insert(out.end(), after.begin(), after.end());
    return out;
}

void add_values(Csv& csv, const PerPollutant<std::optional<Concentration>>& values, const RulePack* pack)
{
    for (const auto p : all_pollutants) amount(csv, as_published(values[p], p, pack), p);
}

// --- hours ---------------------------------------------------------------------------------------------------------------

/// What a station sent of an hour and what was said of it since.
struct Sent {
    json::object received, flags, marks;
    std::string in_short; ///< of CSV: "pm2_5:C corrected"
};

/// An hour of a place with everything that stands beside it. Days repeat: what is of a day is asked for once.
class Hours {
public:
    Hours(PlaceIndex place, const HourSpan& span, const ReadSources& sources)
        : place_(place),
          state_(sources.turns->state()),
          rules_(sources.config->rules),
          network_(rules_.network),
          area_(network_.area_of(place))
    {
        HourEnding of_record = span.first; // the first hour that is still in memory
        while (of_record <= span.last && !still_open(state_, of_record.day(), rules_)) of_record = of_record.plus(1);
        figures_ = sources.store->page_reads().hours(place, span.first, of_record.plus(-1));
        from_memory_ = of_record;
        for (HourEnding hour = of_record; hour <= span.last; hour = hour.plus(1))
            figures_.push_back(hour_figure(state_, place, hour, rules_));
        if (!area_)
            for (const auto& m : sources.store->page_reads().marks(station(), span.first, span.last))
                marks_[{m.hour, m.pollutant}].push_back(m.mark);
    }

    json::array rows()
    {
        json::array out;
        for (const auto& f : figures_) {
            const OfDay& day = of_day(f.hour.day());
            json::object o{{"hour", format_hour(f.hour)},
                           {"level", f.index.level},
                           {"primary", primary_zh(f.index.primary)},
                           {"note", index_note_name(f.index.note)},
                           {"quality", review_level_name(day.quality)}};
            o["aqi"] = number_or_null(f.index.aqi);
            o["coverage"] = coverage_json(coverage(f, day));
            o["edition"] = edition_or_null(day.pack);
            o["values"] = values_json(f.value, day.pack);
            Sent sent = sent_of(f);
            if (!area_) {
                o["received"] = std::move(sent.received);
                o["flags"] = std::move(sent.flags);
            }
            o["marks"] = std::move(sent.marks);
            out.push_back(std::move(o));
        }
        return out;
    }

    Csv csv()
    {
        Csv out{columns(
            {"place", "hour", "aqi", "level", "primary", "note", "coverage", "coverage_of", "edition", "quality"},
            {"flags_and_marks"})};
        for (const auto& f : figures_) {
            const OfDay& day = of_day(f.hour.day());
            out.text(network_.place_id(place_)).text(format_hour(f.hour)).number(f.index.aqi).number(f.index.level);
            out.text(primary_text(f.index.primary)).text(index_note_name(f.index.note));
            add_coverage(out, coverage(f, day));
            out.text(day.pack != nullptr ? day.pack->id : "").text(review_level_name(day.quality));
            add_values(out, f.value, day.pack);
            out.text(sent_of(f).in_short).end();
        }
        return out;
    }

private:
    struct OfDay {
        std::optional<LocalDay> day;
        const RulePack* pack = nullptr;
        ReviewLevel quality = ReviewLevel::preliminary;
        PollutantSet expected; ///< of a station
        std::vector<StationIndex> sites;
    };

    StationIndex station() const { return StationIndex{place_.value}; }

    const OfDay& of_day(LocalDay day)
    {
        if (of_day_.day == day) return of_day_;
        of_day_ = {day, rules_.pack(day), state_.reviewed(place_, day, rules_), {}, {}};
        if (area_)
            of_day_.sites = network_.areas[area_->value].sites(day);
        else
            of_day_.expected = expected_of(station(), day, state_, network_);
        return of_day_;
    }

    std::optional<Coverage> coverage(const HourFigure& f, const OfDay& day) const
    {
        if (f.hour < from_memory_) return std::nullopt;
        Coverage out;
        if (area_) {
            out.what = "sites";
            for (const auto site : day.sites) {
                ++out.of;
                const DayHours* hours = state_.station(site).day(f.hour.day());
                if (hours == nullptr) continue;
                out.present += std::any_of(all_pollutants.begin(), all_pollutants.end(), [&](Pollutant p) {
                    return hours->value(p, f.hour.hour_of_day()).has_value();
                });
            }
            return out;
        }
        out.what = "pollutants";
        for (const auto p : all_pollutants) {
            if (!day.expected.contains(p)) continue;
            ++out.of;
            out.present += f.value[p] ? 1 : 0;
        }
        return out;
    }

    Sent sent_of(const HourFigure& f) const
    {
        Sent out;
        if (area_) return out;
        std::vector<std::string> words;
        for (const auto p : all_pollutants) {
            std::vector<std::string> said;
            json::array marks;
            const auto held = state_.held(station(), f.hour, p);
            if (held && held->value && held->value != f.value[p])
                out.received[pollutant_name(p)] = amount(held->value, p);
            if (held && held->flag != Flag::normal) {
                const std::string letter(1, flag_letter(held->flag));
                out.flags[pollutant_name(p)] = json::object{{"flag", letter}, {"zh", flag_zh(held->flag)}};
                said.push_back(letter);
            }
            if (const auto found = marks_.find({f.hour, p}); found != marks_.end())
                for (const auto mark : found->second) {
                    marks.emplace_back(qc_mark_name(mark));
                    said.emplace_back(qc_mark_name(mark));
                }
            const auto& aside = state_.station(station()).aside;
            if (const auto over = aside.find({f.hour, p}); over != aside.end() && !over->second.correction.empty()) {
                marks.emplace_back("corrected");
                said.emplace_back("corrected");
            }
            if (!marks.empty()) out.marks[pollutant_name(p)] = std::move(marks);
            if (!said.empty()) words.push_back(fmt::format("{}:{}", pollutant_name(p), fmt::join(said, " ")));
        }
        out.in_short = fmt::format("{}", fmt::join(words, "; "));
        return out;
    }

    const PlaceIndex place_;
    const State& state_;
    const Rules& rules_;
    const Network& network_;
    const std::optional<AreaIndex> area_;
    std::vector<HourFigure> figures_;
    HourEnding from_memory_;
    std::map<std::pair<HourEnding, Pollutant>, std::vector<QcMark>> marks_;
    OfDay of_day_;
};

// --- days ----------------------------------------------------------------------------------------------------------------

/// Of the pollutants the daily report asks for, those that have a sub-index.
std::optional<Coverage> coverage_of(const DayFigure& f, const RulePack* pack)
{
    if (pack == nullptr) return std::nullopt;
    Coverage out{0, 0, "pollutants"};
    PollutantSet asked;
    for (const auto& entry : pack->day.entries) asked.insert(pollutant_of(entry.item));
    for (const auto p : all_pollutants) {
        if (!asked.contains(p)) continue;
        ++out.of;
        out.present += f.index.absent.contains(p) ? 0 : 1;
    }
    return out;
}

bool is_dust_day(const State& state, PlaceIndex place, LocalDay day, const Network& network)
{
    const auto area = network.area_of(place);
    return area && state.dust_days(*area).contains(day);
}

json::object day_json(const DayFigure& f, const State& state, const Rules& rules)
{
    const RulePack* pack = rules.pack(f.day);
    json::object valid;
    for (const auto p : all_pollutants) valid[pollutant_name(p)] = f.valid[p];
    json::object out{{"date", format_day(f.day)},
                     {"level", f.index.level},
                     {"primary", primary_zh(f.index.primary)},
                     {"note", index_note_name(f.index.note)},
                     {"verdict", verdict_name(f.verdict)},
                     {"absent", labels_json(f.index.absent)},
                     {"exempt", labels_json(f.index.exempt)},
                     {"sites", f.sites},
                     {"quality", review_level_name(state.reviewed(f.place, f.day, rules))},
                     {"dust", is_dust_day(state, f.place, f.day, rules.network)}};
    out["aqi"] = number_or_null(f.index.aqi);
    out["coverage"] = coverage_json(coverage_of(f, pack));
    out["valid"] = std::move(valid);
    out["edition"] = f.pack.empty() ? json::value(nullptr) : json::value(f.pack);
    out["values"] = values_json(f.value, pack);
    return out;
}

Csv days_csv(const std::vector<DayFigure>& days, const State& state, const Rules& rules)
{
    Csv out{columns({"place", "date", "aqi", "level", "primary", "note", "verdict", "coverage", "coverage_of", "sites",
                     "edition", "quality", "dust"})};
    for (const auto& f : days) {
        const RulePack* pack = rules.pack(f.day);
        out.text(rules.network.place_id(f.place)).text(format_day(f.day)).number(f.index.aqi).number(f.index.level);
        out.text(primary_text(f.index.primary)).text(index_note_name(f.index.note)).text(verdict_name(f.verdict));
        add_coverage(out, coverage_of(f, pack));
        out.number(f.sites).text(f.pack).text(review_level_name(state.reviewed(f.place, f.day, rules)));
        out.number(is_dust_day(state, f.place, f.day, rules.network) ? 1 : 0);
        add_values(out, f.value, pack);
        out.end();
    }
    return out;
}

} // namespace

Reply read_hours(const Query& query, const ReadSources& sources)
{
    query.only({"place", "first", "last", "limit", "cursor", "format"});
    const Network& network = sources.config->rules.network;
    const bool csv = wants_csv(query);
    const PlaceIndex place = place_asked(query, "place", network);
    const HourEnding closed = closed_hour(sources.turns->state());
    HourSpan span = hours_asked(query, {closed.plus(1 - hours_shown), closed}, hours_most, network);
    json::object out = head_json(place, "1h", closed, network);
    out["first"] = format_hour(span.first);
    out["last"] = format_hour(span.last);
    const PageOfList page = page_asked(query, span.first.since_epoch, span.last.since_epoch, hours_most);
    span = {HourEnding{static_cast<std::int32_t>(page.first)},
            std::min(closed, HourEnding{static_cast<std::int32_t>(page.last)})}; // what is not closed is no figure yet
    Hours hours{place, span, sources};
    if (csv) return hours.csv().reply(fmt::format("hours-{}", format_day(span.first.day())));
    out["hours"] = hours.rows();
    out["next"] = page.next;
    return json_reply(json::serialize(out));
}

Reply read_days(const Query& query, const ReadSources& sources)
{
    query.only({"place", "first", "last", "limit", "cursor", "format"});
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    const bool csv = wants_csv(query);
    const PlaceIndex place = place_asked(query, "place", rules.network);
    const LocalDay closed = closed_day(state);
    const DaySpan span = days_asked(query, {closed.plus(1 - days_shown), closed}, days_most);
    const PageOfList page = page_asked(query, span.first.since_epoch, span.last.since_epoch, days_most);
    // From the rows and not from memory: a day's means outlive its hours there, and both are of one transaction.
    const auto days =
        sources.store->page_reads().days(place, LocalDay{static_cast<std::int32_t>(page.first)},
                                         std::min(closed, LocalDay{static_cast<std::int32_t>(page.last)}));
    if (csv) return days_csv(days, state, rules).reply(fmt::format("days-{}", format_day(span.first)));
    json::array rows;
    for (const auto& f : days) rows.push_back(day_json(f, state, rules));
    json::object out = head_json(place, "24h", HourEnding::of(closed, 24), rules.network);
    out["first"] = format_day(span.first);
    out["last"] = format_day(span.last);
    out["days"] = std::move(rows);
    out["next"] = page.next;
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
