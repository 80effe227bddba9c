#include "libaqi/warning_dominance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace aqi {
namespace {

/// The lowest AQI above each threshold of either table, and one below all of them.
std::vector<int> representatives(const WarningRules& a, const WarningRules& b)
{
    std::set<int> out{0};
    for (const auto* rules : {&a, &b})
        for (const auto& level : rules->levels)
            for (const auto& clause : level.any) {
                if (clause.above < 500) out.insert(clause.above + 1);
                if (clause.with_days > 0 && clause.with_above < 500) out.insert(clause.with_above + 1);
            }
    return {out.begin(), out.end()};
}

int longest_clause(const WarningRules& a, const WarningRules& b)
{
    int days = 1;
    for (const auto* rules : {&a, &b})
        for (const auto& level : rules->levels)
            for (const auto& clause : level.any) days = std::max({days, clause.days, clause.with_days});
    return days;
}

} // namespace

std::optional<WeakerStep> weaker_step(const WarningRules& county, const WarningRules& city)
{
    const auto values = representatives(county, city);
    const int longest = longest_clause(county, city);
    for (int days = 1; days <= longest; ++days) {
        std::vector<std::size_t> at(static_cast<std::size_t>(days), 0);
        while (true) {
            std::vector<int> aqi;
            for (const auto i : at) aqi.push_back(values[i]);
            const WarningLevel of_county = level_of(aqi, county), of_city = level_of(aqi, city);
            if (of_county < of_city) return WeakerStep{std::move(aqi), of_county, of_city};
            auto next = at.rbegin();
            while (next != at.rend() && ++*next == values.size()) *next++ = 0;
            if (next == at.rend()) break;
        }
    }
    return std::nullopt;
}

std::string weaker_words(const WeakerStep& step)
{
    return fmt::format("{} day(s) of AQI {}: {} in the county, {} in the city", step.aqi.size(),
                       fmt::join(step.aqi, ", "), warning_level_name(step.county), warning_level_name(step.city));
}

std::string weaker_county(const Rules& rules)
{
    // The days on which any table may change.
    std::vector<LocalDay> days;
    for (const auto& edition : rules.book.warnings)
        if (!edition.local) days.push_back(edition.from);
    for (const auto& city : rules.network.areas) {
        if (city.kind != AreaKind::city) continue;
        for (const auto& county : rules.network.areas) {
            if (county.kind != AreaKind::county || county.warning_rules.empty()) continue;
            for (const auto day : days) {
                const auto *of_county = rules.warning(county, day), *of_city = rules.warning(city, day);
                if (of_city == nullptr || of_county == of_city) continue;
                if (of_city->counts_hours() || (of_county != nullptr && of_county->counts_hours()))
                    return fmt::format(
                        "the warning standards of {} ({}) and of {} ({}) count hours; that one is not lower than "
                        "the other cannot be proved from runs of days",
                        county.id, of_county != nullptr ? of_county->id : "none", city.id, of_city->id);
                const WarningRules none;
                const auto step = weaker_step(of_county != nullptr ? *of_county : none, *of_city);
                if (!step) continue;
                return fmt::format(
                    "the warning standards of {} ({}) would be lower than those of {} ({}) from {} on: {}", county.id,
                    of_county != nullptr ? of_county->id : "none", city.id, of_city->id, format_day(day),
                    weaker_words(*step));
            }
        }
    }
    return {};
}

} // namespace aqi
