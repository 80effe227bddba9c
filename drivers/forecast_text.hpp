// drivers/forecast_text: a bureau's forecast as it travels: one JSON form for the socket, HTTP and MQTT, and one CSV form.
//
// JSON: {"area", "issued_at", "days": [{"date", "aqi" | "low" and "high", "primary", "weather", "dust", "values": {"pm2_5_ug_m3":
// 140 | [120, 160], "co_mg_m3", "o3_8h_ug_m3", ...}}], "hours": [{"hour", "aqi" | "low" and "high"}]}. An hour is named by its end.
// CSV: a header of area, issued_at, date, aqi and perhaps primary, weather, dust, pm2_5_ug_m3 ...; a range is "120-160"; a row a
// day; rows of one area and issue time are one forecast.
//
// Knows: the forms. Does not know: who may forecast (libaqi/warning_acts), or who speaks: organisation and person stay empty.
#pragma once

#include "libaqi/forecast.hpp"
#include "libaqi/result.hpp"

#include <string_view>
#include <vector>

namespace aqi::drivers {

/// Without "issued_at" it was issued at `otherwise`. `also`: further members the text may have at its top. Faults: malformed;
/// unknown_name, with what is known; impossible_value; time_without_zone.
Result<Forecast> parse_forecast_json(std::string_view text, Instant otherwise, UtcOffset offset,
                                     const std::vector<std::string_view>& also = {});
Result<std::vector<Forecast>> parse_forecast_csv(std::string_view text, Instant otherwise);

} // namespace aqi::drivers
