#include "drivers/hj212/settings.hpp"

#include "drivers/hj212/factors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace aqi::drivers::hj212 {
namespace {

constexpr std::size_t mn_most = 64;

int whole(const Settings& table, std::string_view key, int otherwise, int least, int most)
{
    return static_cast<int>(table.integer_or(key, otherwise, least, most));
}

std::chrono::seconds seconds_of(const Settings& table, std::string_view key, std::chrono::seconds otherwise, int most)
{
    return std::chrono::seconds{table.integer_or(key, otherwise.count(), 1, most)};
}

std::vector<Subnet> networks_of(const Settings& table, std::string_view key)
{
    std::vector<Subnet> out;
    for (const auto& text : table.texts_or_none(key)) {
        const auto network = Subnet::parse(text);
        if (!network) table.fail(key, network.error().detail);
        out.push_back(*network);
    }
    return out;
}

std::string password_of(const Settings& table, std::string_view key)
{
    const auto file = table.text(key);
    std::ifstream in{file};
    std::string line;
    if (!std::getline(in, line)) table.fail(key, fmt::format("{}: cannot read a password from it", file));
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

Unit unit_of(const Settings& table, std::string_view key, const std::string& text, Pollutant p)
{
    const auto ng = unit_in_ng(text, p);
    if (!ng)
        table.fail(key, fmt::format("\"{}\" is no unit of {}; known: ng/m3, ug/m3, mg/m3, and ppb, ppm of gases", text,
                                    pollutant_label(p)));
    return {text, *ng};
}

void read_units(const Settings& table, DataForm& station)
{
    const std::string usual = table.text("unit");
    for (const auto p : all_pollutants)
        // Where everything else is in ug/m3, CO is in mg/m3: in every table of the standards and in the field.
        station.units[p] = p == Pollutant::co ? unit_of(table, "unit", "mg/m3", p) : unit_of(table, "unit", usual, p);
    const auto units = table.table_if("units");
    if (!units) return;
    PollutantSet seen;
    for (const auto& code : units->keys()) {
        const auto factor = factor_of(code);
        const auto text = units->text(code);
        if (factor && factor->weather == WeatherItem::pressure) {
            station.pressure_in_kpa =
                units->choice<bool>(code, {{std::string_view{"kPa"}, true}, {std::string_view{"hPa"}, false}});
            continue;
        }
        if (!factor || !factor->pollutant || factor->averaged != Factor::Averaged::as_the_frame_says)
            units->fail(code, fmt::format("\"{}\" is no factor whose unit can be set; known: a34002, a34004, a21026, "
                                          "a21004, a21005, a05024, a01006 and their other names",
                                          code));
        if (seen.contains(*factor->pollutant))
            units->fail(code, fmt::format("the unit of {} is there twice", pollutant_label(*factor->pollutant)));
        seen.insert(*factor->pollutant);
        station.units[*factor->pollutant] = unit_of(*units, code, text, *factor->pollutant);
    }
    units->done();
}

constexpr std::pair<std::string_view, Label> labels[] = {{"start", Label::start}, {"end", Label::end}};

void read_form(const Settings& table, DataForm& out)
{
    read_units(table, out);
    out.minute_interval = whole(table, "minute_interval", out.minute_interval, 1, 30);
    if (60 % out.minute_interval != 0)
        table.fail("minute_interval", fmt::format("{} minutes do not divide an hour", out.minute_interval));
    out.minute_label = table.choice_or<Label>("minute_label", Label::start, {labels[0], labels[1]});
    out.hour_label = table.choice_or<Label>("hour_label", Label::start, {labels[0], labels[1]});
}

/// [[link.station.was]]: each is complete in itself; what it leaves out has its default, not today's value.
void read_former(const Settings& table, StationSettings& out)
{
    for (const auto& sub : table.tables("was")) {
        StationSettings::Former former;
        former.until = sub.day("until");
        if (!out.former.empty() && former.until <= out.former.back().until)
            sub.fail("until", "former settings stand one after the other, the oldest first");
        read_form(sub, former.form);
        sub.done();
        out.former.push_back(std::move(former));
    }
}

StationSettings read_station(const Settings& table)
{
    StationSettings out;
    out.id = table.text("id");
    if (out.id.empty()) table.fail("id", "a station must be named");
    out.mn = table.text("mn");
    if (out.mn.empty() || out.mn.size() > mn_most || out.mn.find_first_of(";,=& ") != std::string::npos)
        table.fail("mn", fmt::format("\"{}\" is no MN", out.mn));
    if (table.has("password_file")) out.password = password_of(table, "password_file");
    read_form(table, out);
    read_former(table, out);
    out.edition = table.choice_or<Edition>(
        "edition", Edition::y2017, {{"2005", Edition::y2005}, {"2017", Edition::y2017}, {"2025", Edition::y2025}});
    out.st = table.text_or("st", out.st);
    if (out.st.empty() || out.st.size() > 4 || out.st.find_first_of(";,=& ") != std::string::npos)
        table.fail("st", fmt::format("\"{}\" is no system code", out.st));
    out.allow = networks_of(table, "allow");
    out.set_time_on_connect = table.flag_or("set_time_on_connect", false);
    table.done();
    return out;
}

void read_stations(const Settings& table, Hj212Settings& out)
{
    for (const auto& sub : table.tables("station")) {
        auto station = read_station(sub);
        for (const auto& other : out.stations) {
            if (other.mn == station.mn)
                sub.fail("mn", fmt::format("MN \"{}\" is there twice, at {} and {}", station.mn, other.id, station.id));
            if (other.id == station.id) sub.fail("id", fmt::format("station \"{}\" is there twice", station.id));
        }
        out.stations.push_back(std::move(station));
    }
    if (out.stations.empty())
        table.fail("station", "a link of HJ 212 needs a [[link.station]] for every station that calls in");
}

} // namespace

const DataForm& StationSettings::form_of(Period period, Instant data_time, UtcOffset offset) const
{
    for (const auto& was : former) {
        // A midnight that ends a period belongs to the day before it, one that begins it to the day after.
        const bool ends = (period == Period::hour && was.form.hour_label == Label::end) ||
                          (period == Period::minutes && was.form.minute_label == Label::end);
        if (day_at(Instant{data_time.ms + (ends ? 0 : 1)}, offset) <= was.until) return was.form;
    }
    return *this;
}

const StationSettings* Hj212Settings::station_of(std::string_view mn) const
{
    const auto found =
        std::find_if(stations.begin(), stations.end(), [&](const StationSettings& s) { return s.mn == mn; });
    return found == stations.end() ? nullptr : &*found;
}

void read_hj212_frames(const Settings& table, Hj212Settings& out)
{
    out.frame_data_bytes = static_cast<std::size_t>(
        table.integer_or("frame_data_bytes", frame_data_usual, 1'024, static_cast<int>(frame_data_most)));
    read_stations(table, out);
}

Hj212Settings read_hj212_settings(const Settings& table)
{
    Hj212Settings out;
    const auto listen = parse_endpoint(table.text("listen"));
    if (!listen) table.fail("listen", listen.error().detail);
    out.listen = *listen;
    out.checksum = table.choice_or<Checksum>("crc", Checksum::hj212,
                                             {{"hj212", Checksum::hj212},
                                              {"hj212-swapped", Checksum::hj212_swapped},
                                              {"modbus", Checksum::modbus},
                                              {"modbus-swapped", Checksum::modbus_swapped},
                                              {"off", Checksum::off}});
    out.allow = networks_of(table, "allow");
    out.gateway = table.flag_or("gateway", false);
    out.connections_most = whole(table, "connections_most", out.connections_most, 1, 100'000);
    out.connections_per_address = whole(table, "connections_per_address", out.connections_per_address, 1, 100'000);
    out.connects_per_minute = whole(table, "connects_per_minute", out.connects_per_minute, 1, 100'000);
    out.idle = seconds_of(table, "idle_s", out.idle, 24 * 3600);
    out.frame_within = seconds_of(table, "frame_within_s", out.frame_within, 600);
    out.bad_frames_most = whole(table, "bad_frames_most", out.bad_frames_most, 1, 1'000);
    out.answer_within = seconds_of(table, "answer_within_s", out.answer_within, 600);
    out.resends = whole(table, "resends", out.resends, 0, 10);
    out.back_fill = table.flag_or("back_fill", true);
    out.back_fill_days = whole(table, "back_fill_days", out.back_fill_days, 0, 60);
    out.back_fill_pause = seconds_of(table, "back_fill_pause_s", out.back_fill_pause, 3600);
    out.back_fill_tries = whole(table, "back_fill_tries", out.back_fill_tries, 1, 10);
    out.certificate_file = table.text_or("certificate_file", "");
    out.key_file = table.text_or("key_file", "");
    out.ca_file = table.text_or("ca_file", "");
    if (out.certificate_file.empty() != out.key_file.empty())
        table.fail(out.key_file.empty() ? "certificate_file" : "key_file", "TLS needs a certificate and its key");
    if (!out.ca_file.empty() && out.certificate_file.empty())
        table.fail("ca_file", "client certificates are asked for over TLS only: set certificate_file and key_file");
    read_hj212_frames(table, out);
    return out;
}

} // namespace aqi::drivers::hj212
