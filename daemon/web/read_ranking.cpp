#include "daemon/web/read_figures.hpp"
#include "daemon/web/read_parts.hpp"
#include "libaqi/statistics.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr std::int64_t place_days_most = 8'000; ///< of a period's statistics

/// A county on its way into the order.
struct Candidate {
    AreaIndex area;
    std::optional<DayFigure> day;
    std::optional<PeriodStatistics> period; ///< of a month or a year
    std::optional<int> rank;

    std::optional<std::int64_t> key() const
    {
        if (period) return period->composite_hundredths;
        return day && day->index.aqi ? std::optional<std::int64_t>{*day->index.aqi} : std::nullopt;
    }
};

LocalDay first_of(std::string_view period, LocalDay date)
{
    if (period == "month") return LocalDay::from_ymd(date.year(), date.month(), 1);
    if (period == "year") return LocalDay::from_ymd(date.year(), 1, 1);
    return date;
}

std::string hundredths_text(std::int64_t hundredths)
{
    return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

std::vector<Candidate> candidates(LocalDay first, LocalDay date, bool of_period, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    std::vector<Candidate> out;
    for (std::uint32_t a = 0; a < network.areas.size(); ++a) {
        if (network.areas[a].kind != AreaKind::county) continue;
        Candidate& c = out.emplace_back();
        c.area = AreaIndex{a};
        const PlaceIndex place = network.place(c.area);
        if (auto days = sources.store->page_reads().days(place, date, date); !days.empty())
            c.day = std::move(days.front());
        if (of_period)
            c.period =
                statistics(sources.turns->state(), place, first, date, DustForm::as_measured, sources.config->rules);
    }
    std::vector<std::optional<std::int64_t>> keys;
    for (const auto& c : out) keys.push_back(c.key());
    const auto order = ranks(keys);
    for (std::size_t i = 0; i < out.size(); ++i) out[i].rank = order[i];
    std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
        return a.rank.value_or(1 << 30) < b.rank.value_or(1 << 30);
    });
    return out;
}

PerPollutant<std::optional<Concentration>> values_of(const Candidate& c)
{
    PerPollutant<std::optional<Concentration>> out;
    if (c.period)
        for (const auto p : all_pollutants) out[p] = c.period->of[p].published;
    else if (c.day)
        out = c.day->value;
    return out;
}

/// A day: pollutants with a sub-index of those the report asks for; a period: days with a verdict.
std::pair<int, int> coverage_of(const Candidate& c, const RulePack* pack)
{
    if (c.period) return {c.period->good + c.period->lost, c.period->days};
    if (!c.day || pack == nullptr) return {0, 0};
    PollutantSet asked;
    for (const auto& entry : pack->day.entries) asked.insert(pollutant_of(entry.item));
    int present = 0, of = 0;
    for (const auto p : all_pollutants) {
        if (!asked.contains(p)) continue;
        ++of;
        present += c.day->index.absent.contains(p) ? 0 : 1;
    }
    return {present, of};
}

json::object candidate_json(const Candidate& c, LocalDay date, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const Area& area = rules.network.areas[c.area.value];
    const RulePack* pack = rules.pack(date);
    json::object out{{"id", area.id}, {"name", area.name}, {"kind", "county"}};
    out["rank"] = number_or_null(c.rank);
    out["aqi"] = c.day ? number_or_null(c.day->index.aqi) : json::value(nullptr);
    out["level"] = c.day ? c.day->index.level : 0;
    out["primary"] = c.day ? primary_zh(c.day->index.primary) : "";
    out["verdict"] = c.day ? json::value(verdict_name(c.day->verdict)) : json::value(nullptr);
    out["note"] = c.day ? index_note_name(c.day->index.note) : index_note_name(IndexNote::no_valid_pollutant);
    out["composite"] = nullptr;
    if (c.period) {
        if (c.period->composite_hundredths) out["composite"] = hundredths_text(*c.period->composite_hundredths);
        json::object valid;
        for (const auto p : all_pollutants) valid[pollutant_name(p)] = c.period->of[p].valid_days;
        out["valid_days"] = std::move(valid);
        out["good_days"] = c.period->good;
        out["days"] = c.period->days;
    }
    const auto [present, of] = coverage_of(c, pack);
    out["coverage"] = json::object{{"present", present}, {"of", of}, {"what", c.period ? "days" : "pollutants"}};
    out["edition"] = edition_or_null(pack);
    out["quality"] = review_level_name(sources.turns->state().reviewed(rules.network.place(c.area), date, rules));
    out["values"] = values_json(values_of(c), pack);
    return out;
}

Reply as_csv(const std::vector<Candidate>& all, LocalDay date, std::string_view period, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    std::vector<std::string> header{"rank",      "place",    "name",        "date",    "period", "aqi",
                                    "composite", "coverage", "coverage_of", "edition", "quality"};
    for (const auto p : all_pollutants) header.push_back(unit_column(p));
    Csv csv{header};
    const RulePack* pack = rules.pack(date);
    for (const auto& c : all) {
        const Area& area = rules.network.areas[c.area.value];
        csv.number(c.rank).text(area.id).text(area.name).text(format_day(date)).text(period);
        csv.number(c.day ? c.day->index.aqi : std::nullopt);
        const auto composite = c.period ? c.period->composite_hundredths : std::nullopt;
        csv.number(std::string_view{composite ? hundredths_text(*composite) : ""});
        const auto [present, of] = coverage_of(c, pack);
        csv.number(present).number(of).text(pack != nullptr ? pack->id : "");
        csv.text(review_level_name(sources.turns->state().reviewed(rules.network.place(c.area), date, rules)));
        const auto values = values_of(c);
        for (const auto p : all_pollutants) amount(csv, as_published(values[p], p, pack), p);
        csv.end();
    }
    return std::move(csv).reply(fmt::format("ranking-{}", format_day(date)));
}

} // namespace

Reply read_ranking(const Query& query, const ReadSources& sources)
{
    query.only({"date", "period", "format"});
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    const bool csv = wants_csv(query);
    const LocalDay closed = closed_day(sources.turns->state());
    const LocalDay date = day_asked(query, "date", closed);
    const std::string period{query.has("period") ? query.text("period") : "day"};
    if (period != "day" && period != "month" && period != "year")
        throw Refusal(400, "period 应为 day、month 或 year", "period must be day, month or year");
    if (closed < date)
        throw Refusal(422, fmt::format("{} 尚未结算", format_day(date)),
                      fmt::format("{} is not closed yet", format_day(date)));
    const bool of_period = period != "day";
    const LocalDay first = first_of(period, date);
    const std::int64_t work = std::int64_t{date - first + 1} * static_cast<std::int64_t>(network.areas.size());
    if (of_period && work > place_days_most) refuse_size("县日", "days of counties", work, place_days_most);
    if (of_period && first <= closed.plus(-rules.ledger_days))
        throw Refusal(422, "该时段的日值已不在内存中；请用 days 查询",
                      "the days of this period are no longer at hand; ask for days");

    const auto all = candidates(first, date, of_period, sources);
    if (csv) return as_csv(all, date, period, sources);
    json::array areas;
    for (const auto& c : all) areas.push_back(candidate_json(c, date, sources));
    json::object out{{"ok", true},
                     {"date", format_day(date)},
                     {"period", period},
                     {"by", of_period ? "composite" : "aqi"},
                     {"first", format_day(first)},
                     {"through", format_day(date)},
                     {"window", "24h"},
                     {"as_of", format_instant(HourEnding::of(date, 24).instant(network.offset), network.offset)},
                     {"units", units_json()}};
    out["areas"] = std::move(areas);
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
