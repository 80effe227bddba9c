// Every row of the driver table against its recordings; see README.md.
#include "drivers/driver.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <sstream>

using namespace aqi;
using namespace aqi::tests;

namespace {

struct Recording {
    std::string origin;
    std::string settings; ///< keys of the sample stanza set otherwise
    std::string stanza;   ///< in place of the sample, if any
    Instant received_at;
    std::string bytes;
};

std::string from_hex(std::string_view text)
{
    std::string digits, out;
    for (const char c : text)
        if (!std::isspace(static_cast<unsigned char>(c))) digits += c;
    REQUIRE(digits.size() % 2 == 0);
    for (std::size_t i = 0; i < digits.size(); i += 2)
        out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return out;
}

Recording recording_of(const std::filesystem::path& file)
{
    const std::string text = text_of(file);
    const auto cut = text.find("---\n");
    REQUIRE(cut != std::string::npos);
    Recording out;
    out.bytes = text.substr(cut + 4);
    if (out.bytes.ends_with('\n')) out.bytes.pop_back();
    bool hex = false;
    std::istringstream head{text.substr(0, cut)};
    for (std::string line; std::getline(head, line);) {
        if (line.starts_with("origin "))
            out.origin = line.substr(7);
        else if (line.starts_with("setting "))
            out.settings += line.substr(8) + "\n";
        else if (line.starts_with("stanza"))
            out.stanza += line.substr(std::min<std::size_t>(7, line.size())) + "\n";
        else if (line.starts_with("received "))
            out.received_at = parse_instant(line.substr(9)).value();
        else if (line == "hex")
            hex = true;
        else if (!line.starts_with("#"))
            FAIL("a head line is origin, setting, stanza, received, hex or a comment: " << line);
    }
    if (hex) out.bytes = from_hex(out.bytes);
    return out;
}

/// The sample stanza with some keys set otherwise; a key the sample does not have goes right below the driver's.
std::any settings_of(const drivers::DriverInfo& driver, const Recording& recording)
{
    std::string text = recording.stanza;
    if (text.empty()) {
        std::istringstream sample{std::string{driver.sample}};
        for (std::string line; std::getline(sample, line);) {
            const std::string key = "\n" + line.substr(0, line.find(' ')) + " = ";
            if (("\n" + recording.settings).find(key) == std::string::npos) text += line + "\n";
            if (line.starts_with("driver ")) text += recording.settings;
        }
    }
    return driver.settings(Settings::parse(text, "recording").tables("link").at(0));
}

std::string when_of(const Reading& r)
{
    const std::string ours = r.time_is_ours ? " ours" : "";
    switch (r.period) {
    case Period::hour:
    case Period::day: return fmt::format("{} {}{}", period_name(r.period), format_hour(r.hour).substr(0, 16), ours);
    case Period::minutes: return fmt::format("minutes/{} {}{}", r.length_minutes, format_instant(r.at, {}), ours);
    case Period::moment: return fmt::format("moment {}{}", format_instant(r.at, {}), ours);
    }
    return {};
}

std::string told(const drivers::Decoded& decoded)
{
    std::string out;
    for (const auto& r : decoded.readings) {
        for (const auto p : all_pollutants) {
            const auto& value = r.values[p];
            if (!value.named) continue;
            out += fmt::format("{} {} {} {}", r.station, when_of(r), pollutant_label(p),
                               value.value ? format_concentration(*value.value, display_unit_ng(p)) : "-");
            if (value.flag != Flag::normal) out += fmt::format(" {}", flag_letter(value.flag));
            out += '\n';
        }
        for (const auto item : all_weather)
            if (const auto& value = r.weather[item])
                out += fmt::format("{} {} {} {}\n", r.station, when_of(r), weather_name(item), format_milli(*value));
    }
    for (const auto& f : decoded.forecasts) {
        for (const auto& d : f.days) {
            out += fmt::format("forecast {} {} {} {} {}-{}", f.person, f.area, format_instant(f.issued_at, {}),
                               format_day(d.day), d.aqi_low, d.aqi_high);
            for (const auto p : all_pollutants)
                if (d.values[p])
                    out += fmt::format(" {}={}-{}", pollutant_label(p),
                                       format_concentration(d.values[p]->low, display_unit_ng(p)),
                                       format_concentration(d.values[p]->high, display_unit_ng(p)));
            out += fmt::format("{}{}{}\n", d.primary.empty() ? "" : " primary " + d.primary,
                               d.weather.empty() ? "" : " weather " + d.weather, d.dust ? " dust" : "");
        }
        for (const auto& h : f.hours)
            out += fmt::format("forecast {} {} hour {} {}-{}\n", f.person, f.area, format_hour(h.hour), h.aqi_low,
                               h.aqi_high);
    }
    for (const auto& fault : decoded.faults) out += fmt::format("fault {}\n", reason_name(fault.reason));
    for (const auto& name : decoded.counted) out += fmt::format("count {}\n", name);
    return out;
}

std::string without_comments(const std::string& text)
{
    std::istringstream in{text};
    std::string out;
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && !line.starts_with("#")) out += line + "\n";
    return out;
}

} // namespace

TEST_CASE("every driver means what its recordings say")
{
    for (const auto& driver : drivers::all_drivers()) {
        int recordings = 0;
        const auto folder = source_file(fmt::format("tests/recordings/{}", driver.name));
        INFO(folder.string());
        REQUIRE(std::filesystem::is_directory(folder));
        for (const auto& entry : std::filesystem::directory_iterator{folder}) {
            if (entry.path().extension() != ".rec") continue;
            ++recordings;
            INFO(entry.path().filename().string());
            const auto recording = recording_of(entry.path());
            drivers::Frame frame;
            frame.link = "recording";
            frame.origin = recording.origin;
            frame.bytes = recording.bytes;
            frame.received_at = recording.received_at;
            const auto decoded = driver.decode(frame, settings_of(driver, recording), UtcOffset{});
            CHECK(told(decoded) ==
                  without_comments(text_of(std::filesystem::path{entry.path()}.replace_extension(".chk"))));
        }
        CHECK(recordings > 0);
    }
}
