#include "libaqi/qc_rules.hpp"

#include "libaqi/settings.hpp"

#include <fmt/format.h>

namespace aqi {
namespace {

/// 3, or "0.3" where the unit is too coarse: of the display unit. `least` and `most` in ng/m3, whole units.
Concentration read_amount(const Settings& from, Pollutant p, std::int64_t least, std::int64_t most)
{
    const auto key = pollutant_name(p);
    const std::int64_t unit = display_unit_ng(p);
    if (!from.holds_text(key))
        return Concentration::from_ng_per_m3(from.integer(key, least / unit, most / unit) * unit);
    const std::string written = from.text(key);
    const auto value = parse_concentration(written, unit);
    if (!value) from.fail(key, fmt::format("\"{}\": {}", key, value.error().detail));
    if (value->ng_per_m3() < least || value->ng_per_m3() > most)
        from.fail(key,
                  fmt::format("\"{}\" is {}; it must lie between {} and {}", key, written, least / unit, most / unit));
    return *value;
}

PerPollutant<Concentration> read_amounts(const Settings& from, std::string_view key, std::int64_t least = 0,
                                         std::int64_t most = Concentration::max_ng)
{
    PerPollutant<Concentration> out;
    const auto row = from.table(key);
    for (const auto p : all_pollutants) out[p] = read_amount(row, p, least, most);
    row.done();
    return out;
}

int read_count(const Settings& from, std::string_view key, int least, int most)
{
    return static_cast<int>(from.integer(key, least, most));
}

/// How many times the one value is the other: never fewer than once, which would mark what is equal.
int read_times(const Settings& from) { return read_count(from, "percent", 100, 100'000); }

} // namespace

QcRules read_qc_rules(const Settings& from)
{
    (void)from.text("title_zh");
    (void)from.text("title_en");
    QcRules out;
    out.near_zero = read_amounts(from, "near_zero");
    out.negative_down_to = read_amounts(from, "negative_down_to", -Concentration::max_ng, 0);
    out.suspect_above = read_amounts(from, "suspect_above");
    for (const auto p : all_pollutants)
        if (out.suspect_above[p] <= out.near_zero[p])
            from.table("suspect_above").fail(pollutant_name(p), "\"suspect_above\" must lie above \"near_zero\"");

    const auto stuck = from.table("stuck_hours");
    for (const auto p : all_pollutants) out.stuck_hours[p] = read_count(stuck, pollutant_name(p), 2, 168);
    stuck.done();

    const auto spike = from.table("spike");
    out.spike.hours = read_count(spike, "hours", 1, 24);
    out.spike.hours_at_least = read_count(spike, "hours_at_least", 1, out.spike.hours);
    out.spike.percent = read_times(spike);
    out.spike.rise = read_amounts(spike, "rise");
    spike.done();

    const auto inversion = from.table("pm_inversion");
    out.pm_inversion.above = Concentration::from_ug_per_m3(inversion.integer("ug_m3", 0, 10'000));
    out.pm_inversion.percent = read_count(inversion, "percent", 0, 100'000);
    inversion.done();

    const auto neighbours = from.table("neighbours");
    out.neighbours.sites_at_least = read_count(neighbours, "sites_at_least", 1, 100);
    out.neighbours.percent = read_times(neighbours);
    out.neighbours.difference = read_amounts(neighbours, "difference");
    neighbours.done();

    const auto history = from.table("history");
    out.history.days = read_count(history, "days", 1, 366);
    out.history.values_at_least = read_count(history, "values_at_least", 1, out.history.days);
    out.history.percent = read_times(history);
    out.history.difference = read_amounts(history, "difference");
    history.done();
    return out;
}

} // namespace aqi
