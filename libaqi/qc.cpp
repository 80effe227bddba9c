// A station's history is one walk over its days for all pollutants, which stand together in DayHours; nothing is copied.
// An hour of 1,000 stations in areas of ten took 8 ms on two cores shared with others, 18 ms where every value was stuck.
#include "libaqi/qc.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi {
namespace {

struct MarkRow {
    QcMark mark;
    std::string_view name;
    std::string_view zh;
};

constexpr std::array<MarkRow, qc_mark_count> mark_rows = {{{QcMark::near_zero, "near_zero", "近零"},
                                                           {QcMark::negative, "negative", "负值"},
                                                           {QcMark::range, "range", "超常值"},
                                                           {QcMark::stuck, "stuck", "恒值"},
                                                           {QcMark::spike, "spike", "突升"},
                                                           {QcMark::pm_inversion, "pm_inversion", "倒挂"},
                                                           {QcMark::neighbours, "neighbours", "偏离周边站点"},
                                                           {QcMark::history, "history", "偏离历史同时段"}}};

/// A run is counted so far back and no further; stuck_hours may not be more. How long an instrument has been dead is for
/// people to find out.
constexpr int run_told_hours = 7 * 24;

/// The value that means are made of.
std::optional<Concentration> used_value(const State& state, StationIndex station, HourEnding hour, Pollutant p)
{
    const DayHours* day = state.station(station).day(hour.day());
    return day != nullptr ? day->value(p, hour.hour_of_day()) : std::nullopt;
}

/// The value as the station told it, also where it may enter no mean: for the marks a value earns by itself. The state
/// holds no such value today. When it does, it is answered here: a negative one, one over the range; not one of a
/// calibration or a fault, whose flag has said already why it means nothing.
std::optional<Concentration> raw_value(const State& state, StationIndex station, HourEnding hour, Pollutant p)
{
    const auto held = state.held(station, hour, p);
    if (held && held->value && (held->flag == Flag::negative || held->flag == Flag::over_range)) return held->value;
    return used_value(state, station, hour, p);
}

/// "35.2"
std::string number(std::int64_t ng, Pollutant p)
{
    return format_concentration(Concentration::from_ng_per_m3(ng), display_unit_ng(p));
}

/// A mean as people read it: to a tenth.
std::string mean_number(std::int64_t sum_ng, int values, Pollutant p)
{
    const std::int64_t step = display_unit_ng(p) / 10;
    return number(round_half_even(sum_ng, values * step) * step, p);
}

/// Further apart than `difference`, and the larger more than `percent` of the smaller. None is negative.
bool far_apart(std::int64_t a, std::int64_t b, std::int64_t difference, int percent)
{
    const auto [smaller, larger] = std::minmax(a, b);
    return larger - smaller > difference && larger * 100 > smaller * percent;
}

/// One hour of one station.
class Marker {
public:
    Marker(const State& state, StationIndex station, HourEnding hour, const Rules& rules)
        : state_(state), station_(station), hour_(hour), network_(rules.network), qc_(*rules.book.qc)
    {}

    std::vector<QcFinding> marks()
    {
        if (state_.station(station_).day(hour_.day()) == nullptr) return {};
        const auto others = other_sites();
        const auto before = same_hour_before();
        for (const auto p : all_pollutants) {
            by_itself(p);
            const auto value = used_value(state_, station_, hour_, p);
            if (!value) continue;
            stuck(*value, p);
            spike(*value, p);
            if (p == Pollutant::pm2_5) pm_inversion(*value);
            neighbours(*value, p, others);
            history(*value, p, before[p]);
        }
        return std::move(out_);
    }

private:
    struct Range {
        std::int64_t least = 0;
        std::int64_t most = 0;
        int values = 0;
    };

    void by_itself(Pollutant p)
    {
        const auto value = raw_value(state_, station_, hour_, p);
        const auto mark = value ? qc_mark_of(*value, p, qc_) : std::nullopt;
        if (!mark) return;
        const auto than = [&](std::string_view words, Concentration threshold) {
            add(*value, p, *mark, fmt::format(" {} {}", words, number(threshold.ng_per_m3(), p)));
        };
        if (*mark == QcMark::near_zero) than("is not above", qc_.near_zero[p]);
        if (*mark == QcMark::negative) than("is below zero; possible down to", qc_.negative_down_to[p]);
        if (*mark == QcMark::range) than("is above", qc_.suspect_above[p]);
    }

    void stuck(Concentration value, Pollutant p)
    {
        if (value <= qc_.near_zero[p]) return;
        int run = 1;
        while (run < run_told_hours && used_value(state_, station_, hour_.plus(-run), p) == value) ++run;
        if (run >= qc_.stuck_hours[p]) add(value, p, QcMark::stuck, fmt::format(" in each of the last {} hours", run));
    }

    void spike(Concentration value, Pollutant p)
    {
        std::int64_t sum = 0;
        int values = 0;
        for (int back = 1; back <= qc_.spike.hours; ++back)
            if (const auto before = used_value(state_, station_, hour_.plus(-back), p)) {
                sum += before->ng_per_m3();
                ++values;
            }
        const std::int64_t ng = value.ng_per_m3() * values;
        if (values < qc_.spike.hours_at_least || ng - sum < qc_.spike.rise[p].ng_per_m3() * values ||
            ng * 100 < sum * qc_.spike.percent)
            return;
        add(value, p, QcMark::spike,
            fmt::format("; the mean of the {} hours before is {} ({} values)", qc_.spike.hours,
                        mean_number(sum, values, p), values));
    }

    void pm_inversion(Concentration fine)
    {
        const auto coarse = used_value(state_, station_, hour_, Pollutant::pm10);
        if (!coarse) return;
        const std::int64_t above = fine.ng_per_m3() - coarse->ng_per_m3();
        if (above <= qc_.pm_inversion.above.ng_per_m3() ||
            above * 100 <= coarse->ng_per_m3() * qc_.pm_inversion.percent)
            return;
        add(fine, Pollutant::pm2_5, QcMark::pm_inversion,
            fmt::format("; PM10 is {}", number(coarse->ng_per_m3(), Pollutant::pm10)));
    }

    void neighbours(Concentration value, Pollutant p, const std::vector<StationIndex>& others)
    {
        sites_.clear();
        for (const auto other : others)
            if (const auto theirs = used_value(state_, other, hour_, p)) sites_.push_back(theirs->ng_per_m3());
        const int sites = static_cast<int>(sites_.size());
        if (sites < qc_.neighbours.sites_at_least) return;
        const auto middle = sites_.begin() + sites / 2;
        std::nth_element(sites_.begin(), middle, sites_.end());
        // Twice the median is whole.
        const std::int64_t twice = *middle + (sites % 2 != 0 ? *middle : *std::max_element(sites_.begin(), middle));
        if (!far_apart(2 * value.ng_per_m3(), twice, 2 * qc_.neighbours.difference[p].ng_per_m3(),
                       qc_.neighbours.percent))
            return;
        add(value, p, QcMark::neighbours,
            fmt::format("; the median of the other sites is {} ({} values)", mean_number(twice, 2, p), sites));
    }

    void history(Concentration value, Pollutant p, const Range& before)
    {
        if (before.values < qc_.history.values_at_least) return;
        const std::int64_t nearest = std::clamp(value.ng_per_m3(), before.least, before.most);
        if (!far_apart(value.ng_per_m3(), nearest, qc_.history.difference[p].ng_per_m3(), qc_.history.percent)) return;
        add(value, p, QcMark::history,
            fmt::format("; at this hour of the {} days before {} to {} ({} values)", qc_.history.days,
                        number(before.least, p), number(before.most, p), before.values));
    }

    /// The stations that share an area with this one, each once: a county's are its city's too.
    std::vector<StationIndex> other_sites() const
    {
        std::vector<StationIndex> out;
        for (const auto& area : network_.areas) {
            const auto sites = area.sites(hour_.day());
            if (std::find(sites.begin(), sites.end(), station_) != sites.end())
                out.insert(out.end(), sites.begin(), sites.end());
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        std::erase(out, station_);
        return out;
    }

    PerPollutant<Range> same_hour_before() const
    {
        PerPollutant<Range> out;
        const StationHours& station = state_.station(station_);
        const int at = hour_.hour_of_day();
        for (int back = 1; back <= qc_.history.days; ++back) {
            const DayHours* day = station.day(hour_.day().plus(-back));
            if (day == nullptr) continue;
            for (const auto p : all_pollutants) {
                const auto value = day->value(p, at);
                if (!value) continue;
                Range& range = out[p];
                const std::int64_t ng = value->ng_per_m3();
                range.least = range.values == 0 ? ng : std::min(range.least, ng);
                range.most = std::max(range.most, ng);
                ++range.values;
            }
        }
        return out;
    }

    void add(Concentration value, Pollutant p, QcMark mark, std::string_view why)
    {
        out_.push_back(
            {station_, hour_, p, mark, fmt::format("{} {}{}", number(value.ng_per_m3(), p), display_unit(p), why)});
    }

    const State& state_;
    const StationIndex station_;
    const HourEnding hour_;
    const Network& network_;
    const QcRules& qc_;
    std::vector<std::int64_t> sites_; ///< kept between pollutants for its room
    std::vector<QcFinding> out_;
};

} // namespace

std::string_view qc_mark_name(QcMark mark) { return mark_rows[static_cast<std::size_t>(mark)].name; }
std::string_view qc_mark_zh(QcMark mark) { return mark_rows[static_cast<std::size_t>(mark)].zh; }

std::optional<QcMark> qc_mark_named(std::string_view name)
{
    for (const auto& row : mark_rows)
        if (row.name == name) return row.mark;
    return std::nullopt;
}

std::optional<QcMark> qc_mark_of(Concentration value, Pollutant p, const QcRules& rules)
{
    if (value < Concentration{}) return QcMark::negative;
    if (value <= rules.near_zero[p]) return QcMark::near_zero;
    if (value > rules.suspect_above[p]) return QcMark::range;
    return std::nullopt;
}

std::vector<QcFinding> qc_hour(const State& state, StationIndex station, HourEnding hour, const Rules& rules)
{
    if (!rules.book.qc) return {};
    return Marker{state, station, hour, rules}.marks();
}

} // namespace aqi
