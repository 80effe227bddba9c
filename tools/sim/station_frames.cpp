#include "tools/sim/station_frames.hpp"

#include "drivers/hj212/framer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::sim {
namespace {

using namespace drivers::hj212;

constexpr std::int64_t minute_ms = 60'000;

/// By Pollutant: SO2, NO2, PM10, CO, O3, PM2.5.
constexpr PerPollutant<std::string_view> codes_of_pollutants()
{
    PerPollutant<std::string_view> out;
    out[Pollutant::so2] = "a21026";
    out[Pollutant::no2] = "a21004";
    out[Pollutant::pm10] = "a34002";
    out[Pollutant::co] = "a21005";
    out[Pollutant::o3] = "a05024";
    out[Pollutant::pm2_5] = "a34004";
    return out;
}

struct WeatherCode {
    WeatherItem item;
    std::string_view code;
};
constexpr std::array<WeatherCode, 5> weather_codes = {{{WeatherItem::temperature, "a01001"},
                                                       {WeatherItem::humidity, "a01002"},
                                                       {WeatherItem::pressure, "a01006"},
                                                       {WeatherItem::wind_speed, "a01007"},
                                                       {WeatherItem::wind_direction, "a01008"}}};

/// What other programs leave on a line: a modem's words, a Modbus/TCP request seen on such a port, bytes of noise.
const std::array<std::string, 3> junk = {"AT+CSQ\r\n",
                                         std::string{"\x0E\x0F\x00\x00\x00\x06\x01\x04\x00\x00\x00\x64", 12},
                                         std::string{"\x00\xFF\x7F#\x80\r\n", 7}};

std::int64_t unit_ng(const FrameSettings& settings, Pollutant p)
{
    return unit_in_ng(p == Pollutant::co ? "mg/m3" : settings.unit, p).value_or(display_unit_ng(p));
}

} // namespace

std::string_view command_of(Period period)
{
    switch (period) {
    case Period::moment: return "2011";
    case Period::minutes: return "2051";
    case Period::hour: return "2061";
    case Period::day: return "2031";
    }
    return "";
}

std::vector<std::string> factor_texts(const Reading& record, const FrameSettings& settings)
{
    constexpr auto codes = codes_of_pollutants();
    const std::string_view suffix = record.period == Period::moment ? "Rtd" : "Avg";
    std::vector<std::string> out;
    for (const auto p : all_pollutants) {
        const auto& value = record.values[p];
        if (!value.named) continue;
        const std::string number = value.value ? fmt::format("{}-{}={},", codes[p], suffix,
                                                             format_concentration(*value.value, unit_ng(settings, p)))
                                               : "";
        out.push_back(fmt::format("{}{}-Flag={}", number, codes[p], flag_letter(value.flag)));
    }
    for (const auto& [item, code] : weather_codes) {
        if (!record.weather[item]) continue;
        // Pressure goes in kPa.
        const Milli value = item == WeatherItem::pressure ? *record.weather[item] / 10 : *record.weather[item];
        out.push_back(fmt::format("{0}-{1}={2},{0}-Flag=N", code, suffix, format_milli(value)));
    }
    return out;
}

std::string data_time(const Reading& record, const FrameSettings& settings, std::int64_t clock_error_ms)
{
    std::int64_t at_ms = 0;
    const std::int64_t hour_ms = record.hour.instant(station_offset).ms;
    switch (record.period) {
    case Period::moment: at_ms = record.at.ms; break;
    case Period::minutes: at_ms = record.at.ms - (settings.label_is_end ? 0 : record.length_minutes * minute_ms); break;
    case Period::hour: at_ms = hour_ms - (settings.label_is_end ? 0 : 60 * minute_ms); break;
    case Period::day: at_ms = hour_ms - 24 * 60 * minute_ms; break; // a day is named by its start
    }
    return write_time(Instant{at_ms + clock_error_ms}, station_offset);
}

std::vector<std::string> command_parts(const Reading& record, const FrameSettings& settings,
                                       std::int64_t clock_error_ms, int factors_a_part)
{
    const auto factors = factor_texts(record, settings);
    const std::string time = fmt::format("DataTime={}", data_time(record, settings, clock_error_ms));
    std::vector<std::string> out;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (i == 0 || (factors_a_part > 0 && i % static_cast<std::size_t>(factors_a_part) == 0)) out.push_back(time);
        out.back() += ";" + factors[i];
    }
    return out;
}

std::string with_wrong_sum(std::string frame)
{
    const auto end = frame.find_last_not_of("\r\n") + 1;
    if (end < frame_head + frame_tail) return frame;
    const auto data = std::string_view{frame}.substr(frame_head, end - frame_head - frame_tail);
    unsigned sum = checksum_of(data, Checksum::hj212);
    do {
        sum = (sum + 1) & 0xFFFFU;
    } while (!matching_checksums(data, static_cast<std::uint16_t>(sum)).empty());
    return frame.replace(end - frame_tail, frame_tail, fmt::format("{:04X}", sum));
}

std::vector<std::string> writes_of(const std::string& frame, const Schedule& faults, Instant now)
{
    const std::string written = faults.holds(FaultKind::wrong_crc, now) ? with_wrong_sum(frame) : frame;
    int times = 1;
    if (const auto* fault = faults.at(FaultKind::duplicate, now)) times = fault->amount;
    if (const auto* fault = faults.at(FaultKind::storm, now)) times = std::max(times, fault->amount);
    std::vector<std::string> whole;
    if (faults.holds(FaultKind::junk, now)) whole.push_back(junk[frame.size() % junk.size()]);
    for (int i = 0; i < times; ++i) whole.push_back(written);
    if (!faults.holds(FaultKind::one_byte, now)) return whole;
    std::vector<std::string> out;
    for (const auto& text : whole)
        for (const char c : text) out.emplace_back(1, c);
    return out;
}

} // namespace aqi::sim
