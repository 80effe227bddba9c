#include "drivers/reading_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <optional>

namespace aqi::drivers {
namespace {

namespace json = boost::json;

/// One reading as text, before anything is interpreted: keys may come in any order.
struct Draft {
    struct Value {
        Pollutant pollutant;
        std::string key;
        std::string number; ///< empty: null
    };
    std::optional<std::string> station;
    std::optional<std::string> time;
    std::optional<std::string> period;
    std::vector<Value> values;
    std::vector<std::pair<Pollutant, std::string>> flags;
    std::vector<std::pair<Pollutant, int>> minutes;
    std::vector<Fault> faults;
    bool named_anything = false;
};

/// "pm2_5_ug_m3": the unit stands in the key. Ozone of a whole day is "o3_8h_ug_m3".
struct ValueKey {
    std::string_view key;
    Pollutant pollutant;
};
constexpr ValueKey value_keys[] = {{"so2_ug_m3", Pollutant::so2},   {"no2_ug_m3", Pollutant::no2},
                                   {"pm10_ug_m3", Pollutant::pm10}, {"co_mg_m3", Pollutant::co},
                                   {"o3_ug_m3", Pollutant::o3},     {"pm2_5_ug_m3", Pollutant::pm2_5},
                                   {"o3_8h_ug_m3", Pollutant::o3}};

constexpr std::string_view known_values =
    "so2_ug_m3 no2_ug_m3 pm10_ug_m3 co_mg_m3 o3_ug_m3 (o3_8h_ug_m3 of a day) pm2_5_ug_m3";

/// Boost.JSON's event parser with a handler that keeps the text of numbers. Depth tells where a value belongs:
/// the object of a reading, its "values" or its "flags".
class Handler {
public:
    static constexpr std::size_t max_object_size = 64;
    static constexpr std::size_t max_array_size = 10'000;
    static constexpr std::size_t max_key_size = 64;
    static constexpr std::size_t max_string_size = 256;

    std::vector<Draft> drafts;
    std::string problem; ///< the form of the whole text

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code& ec)
    {
        switch (place_) {
        case Place::top:
        case Place::list: drafts.emplace_back(); return enter(Place::reading);
        case Place::reading:
            if (key_ == "values") return enter(Place::values);
            if (key_ == "flags") return enter(Place::flags);
            if (key_ == "minutes") return enter(Place::minutes);
            if (key_ == "extra") return enter(Place::ignored);
            break;
        case Place::ignored: return enter(Place::ignored);
        case Place::values:
        case Place::flags:
        case Place::minutes:
        case Place::wrapper: break;
        }
        return fail(ec, fmt::format("\"{}\" must not be an object", key_));
    }

    bool on_object_end(std::size_t, json::error_code&)
    {
        leave();
        return true;
    }

    bool on_array_begin(json::error_code& ec)
    {
        if (place_ == Place::top) return enter(Place::list);
        if (place_ == Place::ignored) return enter(Place::ignored);
        if (place_ == Place::reading && stack_.size() == 1 && key_ == "readings") {
            // The object that was taken for a reading is a wrapper.
            if (drafts.size() != 1 || drafts.front().named_anything)
                return fail(ec, "\"readings\" must be the only key beside nothing else");
            drafts.clear();
            place_ = Place::wrapper;
            return enter(Place::list);
        }
        return fail(ec, fmt::format("\"{}\" must not be a list", key_));
    }

    bool on_array_end(std::size_t, json::error_code&)
    {
        leave();
        return true;
    }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&)
    {
        partial_ += std::string_view{part.data(), part.size()};
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& ec)
    {
        partial_ += std::string_view{part.data(), part.size()};
        key_ = std::move(partial_);
        partial_.clear();
        if (place_ == Place::wrapper) return fail(ec, fmt::format("\"{}\" beside \"readings\"", key_));
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t, json::error_code&)
    {
        partial_ += std::string_view{part.data(), part.size()};
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code& ec)
    {
        partial_ += std::string_view{part.data(), part.size()};
        const std::string text = std::move(partial_);
        partial_.clear();
        return scalar(Kind::string, text, ec);
    }

    bool on_number_part(json::string_view part, json::error_code&)
    {
        partial_ += std::string_view{part.data(), part.size()};
        return true;
    }
    bool on_int64(std::int64_t, json::string_view part, json::error_code& ec) { return number(part, ec); }
    bool on_uint64(std::uint64_t, json::string_view part, json::error_code& ec) { return number(part, ec); }
    bool on_double(double, json::string_view part, json::error_code& ec) { return number(part, ec); }
    bool on_bool(bool, json::error_code& ec) { return scalar(Kind::other, "", ec); }
    bool on_null(json::error_code& ec) { return scalar(Kind::null, "", ec); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    enum class Place { top, list, wrapper, reading, values, flags, minutes, ignored };
    enum class Kind { string, number, null, other };

    bool enter(Place place)
    {
        stack_.push_back(place_);
        place_ = place;
        return true;
    }
    void leave()
    {
        place_ = stack_.back();
        stack_.pop_back();
    }

    bool fail(json::error_code& ec, std::string why)
    {
        problem = std::move(why);
        ec = json::error::incomplete; // any error ends the parse; the words are in `problem`
        return false;
    }

    bool number(json::string_view part, json::error_code& ec)
    {
        partial_ += std::string_view{part.data(), part.size()};
        const std::string text = std::move(partial_);
        partial_.clear();
        return scalar(Kind::number, text, ec);
    }

    bool scalar(Kind kind, const std::string& text, json::error_code& ec)
    {
        switch (place_) {
        case Place::top:
        case Place::wrapper:
        case Place::list: return fail(ec, "a reading must be an object");
        case Place::ignored: return true;
        case Place::reading: return reading_key(kind, text);
        case Place::values: return value_key(kind, text);
        case Place::flags: return flag_key(kind, text);
        case Place::minutes: return minutes_key(kind, text);
        }
        return true;
    }

    bool complain(Reason reason, std::string why)
    {
        drafts.back().faults.push_back({reason, std::move(why)});
        return true;
    }

    bool reading_key(Kind kind, const std::string& text)
    {
        Draft& draft = drafts.back();
        draft.named_anything = true;
        std::optional<std::string>* slot = key_ == "station"  ? &draft.station
                                           : key_ == "time"   ? &draft.time
                                           : key_ == "period" ? &draft.period
                                                              : nullptr;
        if (key_ == "extra") return true;
        if (slot == nullptr)
            return complain(
                Reason::unknown_name,
                fmt::format("\"{}\" is not known; known: station, time, period, values, flags, minutes, extra", key_));
        if (kind != Kind::string) return complain(Reason::malformed, fmt::format("\"{}\" must be a text", key_));
        if (slot->has_value()) return complain(Reason::malformed, fmt::format("\"{}\" is there twice", key_));
        *slot = text;
        return true;
    }

    bool value_key(Kind kind, const std::string& text)
    {
        drafts.back().named_anything = true;
        for (const auto& known : value_keys) {
            if (known.key != key_) continue;
            if (kind != Kind::number && kind != Kind::null)
                return complain(Reason::malformed, fmt::format("\"{}\" must be a number or null", key_));
            drafts.back().values.push_back({known.pollutant, key_, kind == Kind::number ? text : std::string{}});
            return true;
        }
        return complain(Reason::unknown_name, fmt::format("\"{}\" is not known; known: {}", key_, known_values));
    }

    bool flag_key(Kind kind, const std::string& text)
    {
        drafts.back().named_anything = true;
        const auto pollutant = pollutant_named(key_);
        if (!pollutant)
            return complain(Reason::unknown_name,
                            fmt::format("flag of \"{}\": not known; known: so2 no2 pm10 co o3 pm2_5", key_));
        if (kind != Kind::string || text.size() != 1 || !flag_of_letter(text.front()))
            return complain(Reason::unknown_name, fmt::format("flag of \"{}\" must be one of N F M S D C T B", key_));
        drafts.back().flags.emplace_back(*pollutant, text);
        return true;
    }

    bool minutes_key(Kind kind, const std::string& text)
    {
        drafts.back().named_anything = true;
        const auto pollutant = pollutant_named(key_);
        if (!pollutant)
            return complain(Reason::unknown_name,
                            fmt::format("minutes of \"{}\": not known; known: so2 no2 pm10 co o3 pm2_5", key_));
        const bool whole = kind == Kind::number && !text.empty() && text.size() <= 2 &&
                           text.find_first_not_of("0123456789") == std::string::npos;
        if (!whole || std::stoi(text) > 60)
            return complain(Reason::malformed, fmt::format("minutes of \"{}\" must be a whole number, 0 to 60", key_));
        drafts.back().minutes.emplace_back(*pollutant, std::stoi(text));
        return true;
    }

    Place place_ = Place::top;
    std::vector<Place> stack_;
    std::string key_;
    std::string partial_;
};

/// A draft as a reading. Its first fault ends it: half a reading would be a guess.
Result<Reading> interpret(const Draft& draft, UtcOffset offset)
{
    if (!draft.faults.empty()) return draft.faults.front();
    Reading out;
    if (!draft.station || draft.station->empty()) return Fault{Reason::malformed, "\"station\" is missing"};
    out.station = *draft.station;
    const std::string period = draft.period.value_or("1h");
    if (period != "1h" && period != "24h")
        return Fault{Reason::unknown_name, fmt::format("period \"{}\" is not known; known: 1h, 24h", period)};
    out.period = period == "1h" ? Period::hour : Period::day;
    if (!draft.time) return Fault{Reason::malformed, "\"time\" is missing"};
    const auto instant = parse_instant(*draft.time);
    if (!instant) return instant.error();
    const auto hour = hour_ending_at(*instant, offset);
    if (!hour) return hour.error();
    out.hour = *hour;
    if (out.period == Period::day && out.hour.hour_of_day() != 24)
        return Fault{Reason::not_on_the_hour,
                     fmt::format("a day ends at 00:00 of the next one, not at {}", *draft.time)};
    for (const auto& value : draft.values) {
        auto& slot = out.values[value.pollutant];
        if (slot.named)
            return Fault{Reason::malformed, fmt::format("{} is there twice", pollutant_label(value.pollutant))};
        if (value.pollutant == Pollutant::o3 && (value.key == "o3_8h_ug_m3") != (out.period == Period::day))
            return Fault{Reason::unknown_name, "an hour has o3_ug_m3, a day has o3_8h_ug_m3"};
        slot.named = true;
        if (value.number.empty()) {
            slot.flag = Flag::communication; // null without a flag: the station has nothing, and does not say why
            continue;
        }
        const auto concentration = parse_concentration(value.number, display_unit_ng(value.pollutant));
        if (!concentration)
            return Fault{concentration.error().reason, fmt::format("{}: {}", value.key, concentration.error().detail)};
        slot.value = *concentration;
    }
    for (const auto& [pollutant, letter] : draft.flags) {
        auto& slot = out.values[pollutant];
        slot.named = true;
        slot.flag = *flag_of_letter(letter.front());
        if (slot.flag == Flag::normal && !slot.value)
            return Fault{Reason::malformed,
                         fmt::format("{} is flagged N and has no value", pollutant_label(pollutant))};
    }
    for (const auto& [pollutant, minutes] : draft.minutes) {
        if (out.period == Period::day) return Fault{Reason::unknown_name, "minutes belong to an hour, not to a day"};
        out.values[pollutant].minutes = minutes;
    }
    for (const auto p : all_pollutants)
        if (out.values[p].named) return out;
    return Fault{Reason::malformed, "the reading names no pollutant"};
}

} // namespace

Decoded decode_reading_json(std::string_view text, UtcOffset offset)
{
    Decoded out;
    json::parse_options options;
    options.max_depth = 8;
    json::basic_parser<Handler> parser{options};
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    const Handler& handler = parser.handler();
    if (ec || read != text.size()) {
        const std::string why = !handler.problem.empty() ? handler.problem
                                : ec                     ? ec.message()
                                                         : "there is text after the end";
        out.faults.push_back({Reason::malformed, fmt::format("not the promised JSON: {}", why)});
        return out;
    }
    for (std::size_t i = 0; i < handler.drafts.size(); ++i) {
        auto reading = interpret(handler.drafts[i], offset);
        if (reading) {
            out.readings.push_back(std::move(*reading));
            continue;
        }
        Fault fault = reading.error();
        if (handler.drafts.size() > 1) fault.detail = fmt::format("reading {}: {}", i + 1, fault.detail);
        out.faults.push_back(std::move(fault));
    }
    if (out.readings.empty() && out.faults.empty())
        out.faults.push_back({Reason::malformed, "an empty list of readings"});
    return out;
}

std::string encode_reading_json(const Reading& reading, UtcOffset offset)
{
    std::string values, flags, minutes;
    for (const auto p : all_pollutants) {
        const auto& v = reading.values[p];
        if (!v.named) continue;
        const bool ozone_day = p == Pollutant::o3 && reading.period == Period::day;
        const std::string key =
            ozone_day ? "o3_8h_ug_m3" : fmt::format("{}_{}", pollutant_name(p), p == Pollutant::co ? "mg_m3" : "ug_m3");
        values += fmt::format("{}\"{}\":{}", values.empty() ? "" : ",", key,
                              v.value ? format_concentration(*v.value, display_unit_ng(p)) : "null");
        if (v.flag != Flag::normal)
            flags += fmt::format("{}\"{}\":\"{}\"", flags.empty() ? "" : ",", pollutant_name(p), flag_letter(v.flag));
        if (v.minutes) minutes += fmt::format("{}\"{}\":{}", minutes.empty() ? "" : ",", pollutant_name(p), *v.minutes);
    }
    return fmt::format(R"({{"station":"{}","time":"{}"{},"values":{{{}}}{}{}}})", reading.station,
                       format_instant(reading.hour.instant(offset), offset),
                       reading.period == Period::day ? R"(,"period":"24h")" : "", values,
                       flags.empty() ? "" : fmt::format(R"(,"flags":{{{}}})", flags),
                       minutes.empty() ? "" : fmt::format(R"(,"minutes":{{{}}})", minutes));
}

} // namespace aqi::drivers
