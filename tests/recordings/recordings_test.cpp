// Every row of the driver table against its recordings; see README.md.
#include "drivers/driver.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <sstream>

using namespace aqi;
using namespace aqi::tests;

namespace {

struct Recording {
    std::string origin;
    std::string settings;
    std::string bytes;
};

Recording recording_of(const std::filesystem::path& file)
{
    const std::string text = text_of(file);
    const auto cut = text.find("---\n");
    REQUIRE(cut != std::string::npos);
    Recording out;
    out.bytes = text.substr(cut + 4);
    if (out.bytes.ends_with('\n')) out.bytes.pop_back();
    std::istringstream head{text.substr(0, cut)};
    for (std::string line; std::getline(head, line);) {
        if (line.starts_with("origin "))
            out.origin = line.substr(7);
        else if (line.starts_with("setting "))
            out.settings += line.substr(8) + "\n";
        else if (!line.starts_with("#"))
            FAIL("a head line is \"origin ...\", \"setting ...\" or a comment: " << line);
    }
    return out;
}

/// The sample stanza with some keys set otherwise.
std::any settings_of(const drivers::DriverInfo& driver, const std::string& more)
{
    std::istringstream sample{std::string{driver.sample}};
    std::string text;
    for (std::string line; std::getline(sample, line);) {
        const std::string key = line.substr(0, line.find(' ')) + " = ";
        if (more.find(key) == std::string::npos) text += line + "\n";
    }
    return driver.settings(Settings::parse(text + more, "recording").tables("link").at(0));
}

std::string told(const drivers::Decoded& decoded)
{
    std::string out;
    for (const auto& r : decoded.readings)
        for (const auto p : all_pollutants) {
            const auto& value = r.values[p];
            if (!value.named) continue;
            out += fmt::format("{} {} {} {} {}", r.station, r.period == Period::hour ? "hour" : "day",
                               format_hour(r.hour).substr(0, 16), pollutant_label(p),
                               value.value ? format_concentration(*value.value, display_unit_ng(p)) : "-");
            if (value.flag != Flag::normal) out += fmt::format(" {}", flag_letter(value.flag));
            out += '\n';
        }
    for (const auto& fault : decoded.faults) out += fmt::format("fault {}\n", reason_name(fault.reason));
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
            const auto decoded = driver.decode(frame, settings_of(driver, recording.settings), UtcOffset{});
            CHECK(told(decoded) ==
                  without_comments(text_of(std::filesystem::path{entry.path()}.replace_extension(".chk"))));
        }
        CHECK(recordings > 0);
    }
}
