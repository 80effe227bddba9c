#include "libaqi/verification.hpp"

#include "libaqi/iaqi.hpp"

#include <algorithm>

namespace aqi {
namespace {

constexpr int heavy_above = 200; // HJ 633: level 5 begins
constexpr int season_days = 15;  ///< on either side of the day in other years
constexpr int recent_days = 30;  ///< where no other year is on record

/// What was said of a day, from whatever source.
struct Said {
    int low = 0;
    int high = 0;
    const ForecastDay* day = nullptr; ///< null: a baseline
};

/// The half of a class an AQI lies in, counted from 0: the class of 101..150 has the halves 101..125 and 126..150.
int half_of(int aqi, const LevelTable& levels)
{
    const int level = level_of(std::max(aqi, 0), levels);
    const int low = level == 1 ? 0 : levels.upto[static_cast<std::size_t>(level) - 2];
    const int high = level == 6 ? 500 : levels.upto[static_cast<std::size_t>(level) - 1];
    return 2 * (level - 1) + (2 * aqi > low + high ? 1 : 0);
}

class Verifier {
public:
    Verifier(const State& state, AreaIndex area, LocalDay first, LocalDay last, const Rules& rules)
        : area_(area),
          first_(first),
          last_(last),
          rules_(rules),
          book_(state.forecasts(area)),
          ledger_(state.ledger(rules.network.place(area)))
    {}

    Verification go() const
    {
        Verification out{first_, last_, {}, {}};
        std::vector<std::string> sources;
        for (const auto& organisation : rules_.network.organisations) sources.push_back(organisation.id);
        sources.emplace_back(persistence);
        sources.emplace_back(climatology);
        for (const auto& source : sources) {
            bool any = false;
            for (int lead = 1; lead <= verified_lead_days; ++lead) {
                const ForecastScore score = score_of(source, lead);
                if (score.days > 0) out.scores.push_back(score);
                any = any || score.days > 0;
            }
            if (any) out.gained.push_back(gained_by(source));
        }
        return out;
    }

private:
    std::optional<int> observed(LocalDay day) const
    {
        const PlaceDay* closed = ledger_.day(day);
        if (closed == nullptr || closed->aqi < 0) return std::nullopt;
        return closed->aqi;
    }

    /// What a source had said of a day by the end of the day `lead` days before.
    std::optional<Said> said(const std::string& source, LocalDay day, int lead) const
    {
        if (source == persistence) return as_observed(day.plus(-lead - 1));
        if (source == climatology) return of_season(day, lead);
        const ForecastBook::Said* latest = said_ahead(book_, source, day, lead, rules_.network.offset);
        if (latest == nullptr) return std::nullopt;
        return Said{latest->day.aqi_low, latest->day.aqi_high, &latest->day};
    }

    std::optional<Said> as_observed(LocalDay day) const
    {
        const auto aqi = observed(day);
        if (!aqi) return std::nullopt;
        return Said{*aqi, *aqi, nullptr};
    }

    /// The median of the days around this one in the years before; without any, of the last days known then.
    std::optional<Said> of_season(LocalDay day, int lead) const
    {
        std::vector<int> all;
        const auto first = ledger_.first_kept();
        if (!first) return std::nullopt;
        const LocalDay known_until = day.plus(-lead - 1);
        for (int back = 1; back <= 10; ++back) {
            const unsigned month = day.month();
            const unsigned of_month = std::min(day.day_of_month(), days_in_month(day.year() - back, month));
            const LocalDay then = LocalDay::from_ymd(day.year() - back, month, of_month);
            if (then.plus(season_days) < *first) break;
            for (int around = -season_days; around <= season_days; ++around)
                if (const auto aqi = observed(then.plus(around))) all.push_back(*aqi);
        }
        if (all.empty())
            for (int back = 0; back < recent_days; ++back)
                if (const auto aqi = observed(known_until.plus(-back))) all.push_back(*aqi);
        if (all.empty()) return std::nullopt;
        const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
        std::nth_element(all.begin(), middle, all.end());
        return Said{*middle, *middle, nullptr};
    }

    ForecastScore score_of(const std::string& source, int lead) const
    {
        ForecastScore out;
        out.organisation = source;
        out.lead_days = lead;
        for (LocalDay day = first_; day <= last_; day = day.plus(1)) {
            const auto aqi = observed(day);
            const RulePack* pack = rules_.pack(day);
            if (!aqi || pack == nullptr) continue;
            const auto forecast = said(source, day, lead);
            if (!forecast) continue;
            const LevelTable& levels = pack->level_table;
            const int level = level_of(*aqi, levels);
            ++out.days;
            out.in_range += forecast->low <= *aqi && *aqi <= forecast->high ? 1 : 0;
            const int low = level_of(forecast->low, levels), high = level_of(forecast->high, levels);
            out.level_hits += low <= level && level <= high ? 1 : 0;
            out.over += level < low ? 1 : 0;
            out.under += high < level ? 1 : 0;
            const int apart = std::abs(half_of((forecast->low + forecast->high) / 2, levels) - half_of(*aqi, levels));
            out.half_points += apart == 0 ? 2 : apart == 1 ? 1 : 0;
            const bool was_heavy = *aqi > heavy_above, called = forecast->high > heavy_above;
            out.heavy += was_heavy ? 1 : 0;
            out.heavy_hits += was_heavy && called ? 1 : 0;
            out.false_alarms += called && !was_heavy ? 1 : 0;
            add_bias(out, *forecast, day, lead, source);
        }
        return out;
    }

    void add_bias(ForecastScore& out, const Said& forecast, LocalDay day, int lead, const std::string& source) const
    {
        const PlaceDay& closed = *ledger_.day(day);
        const PlaceDay* before = source == persistence ? ledger_.day(day.plus(-lead - 1)) : nullptr;
        for (const auto p : all_pollutants) {
            if (!closed.mean[p]) continue;
            std::optional<std::int64_t> middle;
            if (forecast.day != nullptr && forecast.day->values[p])
                middle = (forecast.day->values[p]->low.ng_per_m3() + forecast.day->values[p]->high.ng_per_m3()) / 2;
            if (before != nullptr && before->mean[p]) middle = before->mean[p]->rounded(1).ng_per_m3();
            if (!middle) continue;
            ++out.bias[p].days;
            out.bias[p].sum_ng += *middle - closed.mean[p]->rounded(1).ng_per_m3();
        }
    }

    LeadGained gained_by(const std::string& source) const
    {
        LeadGained out;
        out.organisation = source;
        bool in_spell = false;
        for (LocalDay day = first_; day <= last_; day = day.plus(1)) {
            const auto aqi = observed(day);
            const bool heavy = aqi && *aqi > heavy_above;
            if (heavy && !in_spell) {
                ++out.spells;
                for (int lead = verified_lead_days; lead >= 1; --lead) {
                    const auto forecast = said(source, day, lead);
                    if (!forecast || forecast->high <= heavy_above) continue;
                    ++out.called;
                    out.days_ahead += lead;
                    break;
                }
            }
            in_spell = heavy;
        }
        return out;
    }

    AreaIndex area_;
    LocalDay first_, last_;
    const Rules& rules_;
    const ForecastBook& book_;
    const PlaceLedger& ledger_;
};

} // namespace

std::optional<Concentration> ForecastScore::Bias::mean() const
{
    if (days == 0) return std::nullopt;
    return Concentration::from_ng_per_m3(sum_ng / days);
}

const ForecastBook::Said* said_ahead(const ForecastBook& book, std::string_view organisation, LocalDay day,
                                     int lead_days, UtcOffset offset)
{
    const Instant until = HourEnding::of(day.plus(-lead_days), 24).instant(offset);
    const ForecastBook::Said* latest = nullptr;
    for (const auto& s : book.revisions(day, organisation))
        if (s.received_at <= until && (latest == nullptr || latest->issued_at <= s.issued_at)) latest = &s;
    return latest;
}

Verification verify(const State& state, AreaIndex area, LocalDay first, LocalDay last, const Rules& rules)
{
    return Verifier{state, area, first, last, rules}.go();
}

} // namespace aqi
