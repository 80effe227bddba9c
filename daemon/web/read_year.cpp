#include "daemon/web/read_year.hpp"

#include "daemon/web/read_parts.hpp"
#include "libaqi/targets.hpp"
#include "libaqi/validity.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

/// A year of a place in one form: everything the answer is made from.
struct Year {
    PlaceIndex place;
    int year = 0;
    DustForm form = DustForm::as_measured;
    LocalDay through;
    const RulePack* pack = nullptr;
    PlaceLedger ledger; ///< in the form

    LocalDay first() const { return LocalDay::from_ymd(year, 1, 1); }
    LocalDay last() const { return LocalDay::from_ymd(year, 12, 31); }
};

std::string tenth_text(Concentration value, Pollutant p) { return format_concentration(value, display_unit_ng(p)); }

/// The cumulative mean at the end of each day, and what the rest could average then. Neither when some of the days that went into
/// the sum are no longer kept: half a sum is no mean.
struct Course {
    json::array mean, allowance;
};

Course course_of(const Year& y, Pollutant p, const std::optional<Concentration>& target)
{
    Course out;
    const std::int64_t tenth = display_unit_ng(p) / 10;
    MeanSum sum;
    for (LocalDay day = y.first(); day <= y.through; day = day.plus(1)) {
        const PlaceDay* closed = y.ledger.day(day);
        if (closed != nullptr && closed->mean[p]) sum.add(*closed->mean[p]);
        out.mean.push_back(sum.count() > 0 ? json::value(tenth_text(sum.rounded(tenth), p)) : json::value(nullptr));
        const int rest = y.last() - day;
        if (!target) continue;
        out.allowance.push_back(
            rest > 0 ? json::value(tenth_text(sum.allowance(*target, sum.count() + rest, rest, tenth), p))
                     : json::value(nullptr));
    }
    const YearLedger* days = y.ledger.year(y.year);
    if (days == nullptr || days->valid_days(p) != sum.count()) return {};
    return out;
}

json::value coverage_json(const std::optional<YearCoverage>& c)
{
    if (!c) return nullptr;
    json::array months;
    for (const auto& m : c->months)
        months.push_back(json::object{{"month", m.month},
                                      {"days", m.days},
                                      {"elapsed", m.elapsed},
                                      {"valid", m.valid},
                                      {"needed", m.needed},
                                      {"may_lose", m.may_lose},
                                      {"missing", days_text(m.missing)}});
    json::object out{{"days", c->days},
                     {"elapsed", c->elapsed},
                     {"valid", c->valid},
                     {"needed", c->needed},
                     {"may_lose", c->may_lose},
                     {"may_lose_year", c->may_lose_year},
                     {"tightest_month", c->tightest_month},
                     {"over", c->over},
                     {"is_valid", c->is_valid},
                     {"why_not_zh", c->why_not.zh},
                     {"why_not_en", c->why_not.en}};
    out["void_on"] = date_or_null(c->void_on);
    out["months"] = std::move(months);
    return out;
}

void add_standing(json::object& out, Standing standing, const Words& why)
{
    out["standing"] = standing_name(standing);
    out["standing_zh"] = standing_zh(standing);
    out["why_zh"] = why.zh;
    out["why_en"] = why.en;
}

json::object pollutant_json(const Year& y, const TargetLedger& t, const State& state, const Rules& rules)
{
    const Pollutant p = t.pollutant;
    json::array earlier;
    for (const auto& e : t.earlier) {
        json::object o{{"year", e.year}, {"valid_days", e.valid_days}};
        o["mean"] = amount(e.mean, p);
        earlier.push_back(std::move(o));
    }
    json::object out{{"pollutant", pollutant_name(p)},    {"label", pollutant_label(p)},
                     {"unit", display_unit(p)},           {"window", window_name(Window::year_to_date)},
                     {"valid_days", t.valid_days},        {"elapsed_days", t.elapsed_days},
                     {"remaining_days", t.remaining_days}};
    Course course = course_of(y, p, t.target);
    out["by_day"] = std::move(course.mean);
    out["allowance_by_day"] = std::move(course.allowance);
    out["mean"] = amount(t.mean, p);
    out["published"] = amount(t.published, p);
    out["target"] = amount(t.target, p);
    out["allowance"] = amount(t.allowance, p);
    out["allowance_published"] = amount(t.allowance_published, p);
    out["lowest_ever"] = amount(t.lowest_ever, p);
    out["below_lowest_on"] = date_or_null(t.below_lowest_on);
    out["lost_on"] = date_or_null(t.lost_on);
    add_standing(out, t.standing, t.why);
    out["earlier"] = std::move(earlier);
    out["moved_most"] = nullptr;
    if (t.moved_most_on) {
        json::object o{{"date", format_day(*t.moved_most_on)},
                       {"by", tenth_text(Concentration::from_ng_per_m3(t.moved_most_ng), p)}};
        o["value"] = amount(t.moved_most_value, p);
        out["moved_most"] = std::move(o);
    }
    out["coverage"] = coverage_json(year_coverage(state, y.place, y.year, p, rules));
    return out;
}

// --- good days -------------------------------------------------------------------------------------------------------------

/// Good days so far at the end of each day; null before the first day anybody knows.
struct Stairs {
    json::array good, at_most;
    int proven = 0, undetermined = 0;
};

Stairs stairs_of(const PlaceLedger& ledger, LocalDay first, LocalDay last, PlaceIndex place, SqliteStore* record)
{
    Stairs out;
    std::map<LocalDay, DayVerdict> old;
    const LocalDay kept = ledger.first_kept().value_or(last.plus(1));
    if (record != nullptr && first < kept)
        for (const auto& f : record->page_reads().days(place, first, std::min(last, kept.plus(-1))))
            old[f.day] = f.verdict;
    bool known = false;
    for (LocalDay day = first; day <= last; day = day.plus(1)) {
        std::optional<DayVerdict> verdict;
        if (const PlaceDay* closed = ledger.day(day); closed != nullptr)
            verdict = closed->verdict;
        else if (const auto found = old.find(day); found != old.end())
            verdict = found->second;
        known = known || verdict;
        if (verdict == DayVerdict::good) ++out.proven;
        if (verdict == DayVerdict::undetermined) ++out.undetermined;
        out.good.push_back(known ? json::value(out.proven) : json::value(nullptr));
        out.at_most.push_back(known ? json::value(out.proven + out.undetermined) : json::value(nullptr));
    }
    return out;
}

json::array lost_days_json(const GoodDayLedger& g)
{
    json::array out;
    for (const auto& d : g.lost_days)
        out.push_back(json::object{
            {"date", format_day(d.day)},
            {"aqi", d.aqi},
            {"primary", pollutant_name(d.primary)},
            {"label", pollutant_label(d.primary)},
            {"value", format_concentration(d.value, display_unit_ng(d.primary))},
            {"limit", format_concentration(d.limit, display_unit_ng(d.primary))},
            {"margin", format_concentration(Concentration::from_ng_per_m3(d.margin_ng()), display_unit_ng(d.primary))},
            {"unit", display_unit(d.primary)}});
    return out;
}

json::value tenths_or_null(const std::optional<std::int64_t>& tenths)
{
    return tenths ? json::value(tenths_text(*tenths)) : json::value(nullptr);
}

json::value good_days_json(const Year& y, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const auto g = good_day_ledger(sources.turns->state(), y.place, y.year, rules, y.form);
    if (!g) return nullptr;
    json::object by_primary;
    for (const auto p : all_pollutants)
        if (g->lost_by_primary[p] > 0) by_primary[pollutant_name(p)] = g->lost_by_primary[p];
    const GoodDaysFigure& f = g->figure;
    json::object out{
        {"good", f.good},        {"lost", f.lost},         {"undetermined", f.undetermined}, {"remaining", f.remaining},
        {"elapsed", g->elapsed}, {"at_most", f.at_most()}, {"upper_bound", f.upper_bound()}};
    out["target"] = number_or_null(f.target);
    out["never_measured"] = labels_json(f.never_measured);
    out["may_lose_least"] = number_or_null(g->may_lose_least);
    out["may_lose_most"] = number_or_null(g->may_lose_most);
    out["needed_rate"] = tenths_or_null(g->needed_rate_tenths);
    out["needed_rate_least"] = tenths_or_null(g->needed_rate_least_tenths);
    out["good_year_before"] = number_or_null(g->good_year_before);
    out["elapsed_year_before"] = number_or_null(g->elapsed_year_before);
    out["lost_on"] = date_or_null(f.lost_on);
    add_standing(out, g->standing, g->why);
    out["lost_days"] = lost_days_json(*g);
    out["lost_by_primary"] = std::move(by_primary);
    // The record knows days as measured alone.
    SqliteStore* record = y.form == DustForm::as_measured ? sources.store : nullptr;
    Stairs now = stairs_of(y.ledger, y.first(), y.through, y.place, record);
    const bool whole = now.proven == f.good; // else days are missing that the count still knows
    out["by_day"] = whole ? std::move(now.good) : json::array{};
    out["at_most_by_day"] = whole ? std::move(now.at_most) : json::array{};
    const LocalDay before = LocalDay::from_ymd(y.year - 1, 1, 1);
    out["last_year"] = json::object{{"year", y.year - 1},
                                    {"days", days_in_year(y.year - 1)},
                                    {"by_day", stairs_of(y.ledger, before, y.first().plus(-1), y.place, record).good}};
    return out;
}

// --- the answer --------------------------------------------------------------------------------------------------------------

DustForm form_asked(const Query& query)
{
    const std::string_view text = query.text("form");
    for (const auto form : {DustForm::as_measured, DustForm::dust_deducted})
        if (text == dust_form_name(form)) return form;
    if (text.empty()) return DustForm::as_measured;
    throw Refusal(400, "form 应为 as_measured（不扣沙尘）或 dust_deducted（扣除沙尘）",
                  "form must be as_measured or dust_deducted");
}

std::vector<TargetLedger> ledgers_of(const Year& y, const State& state, const Rules& rules)
{
    std::vector<TargetLedger> out;
    for (const auto p : all_pollutants) {
        auto t = target_ledger(state, y.place, y.year, p, rules, y.form);
        if (t && (t->valid_days > 0 || t->target)) out.push_back(std::move(*t));
    }
    return out;
}

ReviewLevel least_reviewed(const Year& y, const State& state, const Rules& rules)
{
    ReviewLevel out = ReviewLevel::ratified;
    for (LocalDay day = y.first(); day <= y.through && out != ReviewLevel::preliminary; day = day.plus(1))
        out = std::min(out, state.reviewed(y.place, day, rules));
    return out;
}

Reply as_csv(const Year& y, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    std::vector<std::string> header{"place", "date", "good_days", "good_days_at_most", "edition", "quality"};
    std::vector<std::pair<Pollutant, Course>> courses;
    for (const auto& t : ledgers_of(y, state, rules)) {
        header.push_back("mean_" + unit_column(t.pollutant));
        header.push_back("allowance_" + unit_column(t.pollutant));
        courses.emplace_back(t.pollutant, course_of(y, t.pollutant, t.target));
    }
    SqliteStore* record = y.form == DustForm::as_measured ? sources.store : nullptr;
    const Stairs stairs = stairs_of(y.ledger, y.first(), y.through, y.place, record);
    Csv csv{header};
    const auto add = [&](const json::array& list, std::size_t i) {
        if (i >= list.size() || list[i].is_null())
            csv.nothing();
        else
            csv.number(list[i].is_string() ? std::string_view{list[i].get_string()}
                                           : std::string_view{std::to_string(list[i].as_int64())});
    };
    for (std::size_t i = 0; i < stairs.good.size(); ++i) {
        const LocalDay day = y.first().plus(static_cast<int>(i));
        const RulePack* pack = rules.pack(day);
        csv.text(rules.network.place_id(y.place)).text(format_day(day));
        add(stairs.good, i);
        add(stairs.at_most, i);
        csv.text(pack != nullptr ? pack->id : "").text(review_level_name(state.reviewed(y.place, day, rules)));
        for (const auto& [p, course] : courses) {
            add(course.mean, i);
            add(course.allowance, i);
        }
        csv.end();
    }
    return std::move(csv).reply(fmt::format("year-{}", y.year));
}

} // namespace

Reply read_year(const Query& query, const ReadSources& sources)
{
    query.only({"place", "year", "form", "format"});
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    const State& state = sources.turns->state();
    const bool csv = wants_csv(query);
    const PlaceIndex place = place_asked(query, "place", network);
    const int asked = year_asked(query, closed_day(state).year());
    const DustForm form = form_asked(query);
    Year y{place, asked, form, {}, nullptr, ledger_in_form(state, place, form, rules)};
    const YearLedger* days = y.ledger.year(asked);
    if (days == nullptr || !days->through())
        throw Refusal(422, fmt::format("{} 年没有已结算的日子", asked), fmt::format("no day of {} is closed", asked));
    y.through = *days->through();
    y.pack = rules.pack(y.through);
    if (csv) return as_csv(y, sources);

    json::array pollutants;
    for (const auto& t : ledgers_of(y, state, rules)) pollutants.push_back(pollutant_json(y, t, state, rules));
    json::object out{{"ok", true},
                     {"place", network.place_id(place)},
                     {"name", network.place_name(place)},
                     {"kind", kind_of(place, network)},
                     {"year", asked},
                     {"days", days_in_year(asked)},
                     {"through", format_day(y.through)},
                     {"elapsed", y.through - y.first() + 1},
                     {"form", dust_form_name(form)},
                     {"has_dust", any_dust(state, place, y.first(), y.last(), rules)},
                     {"as_of", format_instant(HourEnding::of(y.through, 24).instant(network.offset), network.offset)},
                     {"quality", review_level_name(least_reviewed(y, state, rules))}};
    out["edition"] = edition_or_null(y.pack);
    out["pollutants"] = std::move(pollutants);
    out["good_days"] = good_days_json(y, sources);
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
