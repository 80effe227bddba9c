#include "daemon/notify/document.hpp"

#include <boost/json.hpp>

namespace aqi::notify {

namespace json = boost::json;

std::string document_of(const Announcement& a, UtcOffset offset)
{
    json::array days;
    for (const auto& d : a.days)
        days.push_back(json::object{{"date", format_day(d.day)},
                                    {"aqi", d.aqi >= 0 ? json::value(d.aqi) : json::value(nullptr)},
                                    {"basis", day_basis_name(d.basis)}});
    json::array senders;
    for (const auto& s : a.senders) senders.emplace_back(s);
    json::array expected;
    for (const auto& e : a.expected)
        expected.push_back(json::object{{"pollutant", pollutant_name(e.pollutant)},
                                        {"unit", display_unit(e.pollutant)},
                                        {"low", format_concentration(e.range.low, display_unit_ng(e.pollutant))},
                                        {"high", format_concentration(e.range.high, display_unit_ng(e.pollutant))}});
    json::object out{
        {"schema", "aqid/warning/1"},
        {"mode", a.mode == Mode::drill ? "drill" : "real"},
        {"warning", a.warning},
        {"revision", a.revision},
        {"kind", revision_kind_name(a.kind)},
        {"origin", origin_name(a.origin)},
        {"emergency", a.emergency},
        {"level", warning_level_name(a.level)},
        {"previous_level", warning_level_name(a.previous)},
        {"area", json::object{{"id", a.area}, {"name", a.area_name}, {"code", a.area_code}}},
        {"rules", a.rules},
        {"order", a.order},
        {"issued_at", format_instant(a.issued_at, offset)},
        {"effective_at", format_instant(a.effective.instant(offset), offset)},
        {"lead_minutes", a.lead_minutes},
        {"late_why", a.late_why},
        {"senders", std::move(senders)},
        {"primary", a.primary},
        {"weather", a.weather},
        {"expected", std::move(expected)},
        {"zh", json::object{{"headline", a.headline_zh},
                            {"text", a.text_zh},
                            {"advice", a.advice_zh},
                            {"short", a.short_zh},
                            {"broadcast", a.broadcast_zh},
                            {"bulletin", a.bulletin_zh}}},
        {"en", json::object{{"headline", a.headline_en},
                            {"text", a.text_en},
                            {"advice", a.advice_en},
                            {"short", a.short_en},
                            {"bulletin", a.bulletin_en}}},
        {"days", std::move(days)},
    };
    out["ends_at"] = a.until ? json::value(format_instant(a.until->instant(offset), offset)) : json::value(nullptr);
    return json::serialize(out);
}

} // namespace aqi::notify
