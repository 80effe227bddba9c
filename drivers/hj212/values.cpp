#include "drivers/hj212/values.hpp"

#include "drivers/hj212/factors.hpp"
#include "drivers/hj212/measure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::drivers::hj212 {
namespace {

/// The fields of one pollutant or weather item, before anything is read.
struct Draft {
    std::string code; ///< as the frame spells it; empty: not named
    int group = -1;
    std::optional<std::string> value;
    std::optional<std::string> state;
    bool other_suffix = false; ///< a value under a suffix that is not of this frame's period
    bool twice = false;

    void set(std::optional<std::string>& slot, const std::string& text)
    {
        twice = twice || (slot && *slot != text);
        slot = text;
    }
};

class Sorter {
public:
    Sorter(const Message& message, Period period) : period_(period)
    {
        for (const auto& field : message.fields) sort(field, message);
        for (const auto& hour : hour_means_) take_hour_mean(hour);
    }

    PerPollutant<Draft> pollutants;
    PerWeather<Draft> weather;
    std::vector<std::string> unknown; ///< codes nobody has told us
    bool long_averages = false;

    /// What the frame says of the state of a draft; a Flag of no factor is one of all that have none.
    std::string_view state_of(const Draft& draft) const
    {
        if (draft.state) return *draft.state;
        for (const auto& bare : bare_)
            if (bare.group == draft.group) return bare.value;
        for (const auto& bare : bare_)
            if (bare.alone) return bare.value;
        return {};
    }

private:
    struct Bare {
        std::string value;
        int group = 0;
        bool alone = false; ///< in a group of its own
    };
    struct HourMean {
        Pollutant pollutant;
        Field field;
        FactorName name;
    };

    void sort(const Field& field, const Message& message)
    {
        if (same_name(field.name, "Flag")) {
            const auto same_group = std::count_if(message.fields.begin(), message.fields.end(),
                                                  [&](const Field& f) { return f.group == field.group; });
            bare_.push_back({field.value, field.group, same_group == 1});
            return;
        }
        const auto name = split_factor(field.name);
        const auto factor = factor_of(name.code);
        if (!factor) {
            if (name.code.size() == field.name.size()) return; // DataTime, RestartTime: no factor
            if (std::find(unknown.begin(), unknown.end(), name.code) == unknown.end()) unknown.emplace_back(name.code);
            return;
        }
        if (factor->averaged == Factor::Averaged::longer ||
            (factor->averaged == Factor::Averaged::one_hour && period_ != Period::hour)) {
            long_averages = true;
            return;
        }
        if (factor->averaged == Factor::Averaged::one_hour)
            hour_means_.push_back({*factor->pollutant, field, name});
        else if (factor->pollutant)
            fill(pollutants[*factor->pollutant], field, name);
        else if (factor->weather)
            fill(weather[*factor->weather], field, name); // else TSP, noise and the like
    }

    void fill(Draft& draft, const Field& field, const FactorName& name) const
    {
        if (draft.code.empty()) draft.code = name.code;
        draft.group = field.group;
        switch (name.suffix) {
        case Suffix::state: return draft.set(draft.state, field.value);
        case Suffix::moment:
        case Suffix::mean: break;
        case Suffix::other: return;
        }
        if ((name.suffix == Suffix::moment) == (period_ == Period::moment))
            draft.set(draft.value, field.value);
        else
            draft.other_suffix = true;
    }

    /// A3400201: loggers send the mean of the hour under a code of its own, as Rtd or Avg; the plain code goes first.
    void take_hour_mean(const HourMean& hour)
    {
        Draft& draft = pollutants[hour.pollutant];
        if (draft.code == hour.name.code || draft.code.empty()) {
            FactorName name = hour.name;
            if (name.suffix == Suffix::moment) name.suffix = Suffix::mean;
            fill(draft, hour.field, name);
        } else {
            long_averages = true;
        }
    }

    Period period_;
    std::vector<Bare> bare_;
    std::vector<HourMean> hour_means_;
};

/// N where nothing is said. Absent: a letter nobody has promised.
std::optional<Flag> flag_of(std::string_view text)
{
    if (text.empty()) return Flag::normal;
    if (text.size() != 1) return std::nullopt;
    const char c = text.front();
    return flag_of_letter(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
}

Fault about(std::string_view code, const Fault& fault)
{
    return {fault.reason, fmt::format("{}: {}", code, fault.detail)};
}

Fault twice(const Draft& draft)
{
    return {Reason::malformed, fmt::format("{} is there twice, and differs", draft.code)};
}

Fault unknown_flag(const Draft& draft, std::string_view state)
{
    return {Reason::unknown_name,
            fmt::format("{}-Flag={} is not known; known: N F M S D C T B", draft.code, state.substr(0, 8))};
}

/// One pollutant. What cannot be read leaves the slot as it is, with a fault.
Result<void> read_value(Reading::Value& slot, const Draft& draft, std::string_view state, const Unit& unit, Pollutant p,
                        Values& out)
{
    if (draft.twice) return twice(draft);
    const auto flag = flag_of(state);
    if (!flag) out.faults.push_back(unknown_flag(draft, state));
    Reading::Value read;
    read.named = true;
    read.flag = flag.value_or(Flag::fault);
    if (draft.value && !draft.value->empty()) {
        const bool normal = read.flag == Flag::normal;
        const auto value = normal ? parse_possible(*draft.value, unit, p) : parse_in_unit(*draft.value, unit);
        // Under a flag anything may stand in the value's place; the flag is what the station says.
        if (!value && normal) return about(draft.code, value.error());
        if (value) read.value = *value;
    } else if (read.flag == Flag::normal) {
        if (draft.value)
            read.flag = Flag::communication; // a value left empty, and no reason told
        else if (draft.other_suffix)
            return Fault{Reason::malformed, fmt::format("{} has a value, but none of this kind of frame", draft.code)};
        else
            return Fault{Reason::malformed, fmt::format("{} has no value", draft.code)};
    }
    slot = read;
    out.any = true;
    return {};
}

void read_weather(const Draft& draft, std::string_view state, WeatherItem item, const DataForm& station, Values& out)
{
    if (draft.twice) return out.faults.push_back(twice(draft));
    if (!draft.value || draft.value->empty()) return;
    const auto flag = flag_of(state);
    if (!flag) out.faults.push_back(unknown_flag(draft, state));
    if (flag != Flag::normal) return;
    const auto value = parse_weather(*draft.value, item, station.pressure_in_kpa);
    if (value) {
        out.weather[item] = *value;
        out.any = true;
    } else if (value.error().reason == Reason::impossible_value) {
        out.counted.emplace_back(
            "hj212_weather_impossible"); // a sensor that is not there, as a rule; it would never end
    } else {
        out.faults.push_back(about(draft.code, value.error()));
    }
}

/// Every PM value so low that it may be another unit's. Real air is like that at times, so it is only counted.
bool units_doubtful(const Values& values)
{
    bool above_zero = false;
    for (const auto p : {Pollutant::pm10, Pollutant::pm2_5}) {
        const auto& value = values.values[p];
        if (!value.value || value.flag != Flag::normal) continue;
        if (!suspiciously_small(*value.value)) return false;
        above_zero = above_zero || value.value->ng_per_m3() > 0;
    }
    return above_zero;
}

/// Three or more concentrations, and not one above what an instrument can tell from nothing: milligrams or micrograms that are
/// taken for something a thousand times smaller. An excellent hour of them on a red day is worse than none.
bool units_wrong(const Values& values)
{
    int tiny = 0;
    for (const auto p : {Pollutant::pm10, Pollutant::pm2_5, Pollutant::so2, Pollutant::no2, Pollutant::o3}) {
        const auto& value = values.values[p];
        if (!value.value || value.flag != Flag::normal || value.value->ng_per_m3() <= 0) continue;
        if (!suspiciously_small(*value.value)) return false;
        ++tiny;
    }
    return tiny >= 3;
}

} // namespace

Values read_values(const Message& message, const DataForm& station, Period period)
{
    Values out;
    const Sorter sorted{message, period};
    bool named = false;
    for (const auto p : all_pollutants) {
        const auto& draft = sorted.pollutants[p];
        if (draft.code.empty()) continue;
        named = true;
        if (period == Period::day && p == Pollutant::o3) {
            // A mean of the day, where the day's figure of ozone is the daily maximum 8-hour mean.
            out.counted.emplace_back("hj212_ozone_day_means");
            continue;
        }
        const auto read = read_value(out.values[p], draft, sorted.state_of(draft), station.units[p], p, out);
        if (!read) out.faults.push_back(read.error());
    }
    for (const auto item : all_weather) {
        const auto& draft = sorted.weather[item];
        if (draft.code.empty()) continue;
        named = true;
        read_weather(draft, sorted.state_of(draft), item, station, out);
    }
    if (units_wrong(out)) {
        out.values = {};
        out.faults.push_back(
            {Reason::wrong_unit, fmt::format("every concentration is below 0.5 ug/m3; the unit is configured "
                                             "as {}, the frame seems to be in one a thousand times larger",
                                             station.units[Pollutant::pm2_5].text)});
    } else if (units_doubtful(out)) {
        out.counted.emplace_back("hj212_unit_doubtful");
    }
    if (sorted.long_averages) out.counted.emplace_back("hj212_long_averages");
    if (named) {
        if (!sorted.unknown.empty()) out.counted.emplace_back("hj212_factors_unknown");
        return out;
    }
    if (!sorted.unknown.empty()) {
        std::string codes;
        for (std::size_t i = 0; i < std::min<std::size_t>(sorted.unknown.size(), 5); ++i)
            codes += (i > 0 ? ", " : "") + sorted.unknown[i].substr(0, 20);
        out.faults.push_back({Reason::unknown_name, fmt::format("none of its factors is known: {}", codes)});
    } else {
        out.counted.emplace_back("hj212_nothing_for_us");
    }
    return out;
}

} // namespace aqi::drivers::hj212
