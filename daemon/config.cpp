#include "daemon/config.hpp"

#include "daemon/config_dispatch.hpp"
#include "daemon/config_people.hpp"
#include "daemon/minute_book.hpp"
#include "libaqi/mean.hpp"
#include "libaqi/settings.hpp"
#include "libaqi/warning_dominance.hpp"
#include "schemas/embedded.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace aqi::daemon {
namespace {

std::string read_text(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
    return text.str();
}

bool is_address(const std::string& text)
{
    boost::system::error_code ec;
    boost::asio::ip::make_address(text, ec);
    return !ec;
}

template <class T>
std::vector<std::string> ids_of(const std::vector<T>& rows)
{
    std::vector<std::string> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
}

class Reader {
public:
    Reader(const Settings& root, Mode mode) : root_(root) { out_.mode = mode; }

    Config read()
    {
        read_daemon();
        read_http();
        read_time();
        read_rules();
        read_network();
        read_people(root_, out_.mode, out_.rules, out_.accounts, out_.token_files);
        read_targets();
        read_links();
        read_dispatch(root_, out_);
        root_.done();
        return std::move(out_);
    }

private:
    void read_daemon()
    {
        const auto table = root_.table("daemon");
        out_.data_folder = table.text("data_folder");
        out_.control_socket = table.text("control_socket");
        if (out_.control_socket.string().size() > 100)
            table.fail("control_socket", "the path of a socket must be shorter than 100 bytes");
        out_.durability = table.choice_or<Durability>("durability", Durability::power,
                                                      {{"power", Durability::power}, {"process", Durability::process}});
        table.done();
    }

    void read_http()
    {
        const auto table = root_.table_if("http");
        if (!table) return;
        HttpConfig& http = out_.http;
        http.address = table->text_or("address", http.address);
        if (!is_address(http.address))
            table->fail("address", fmt::format("\"{}\" must be an address, e.g. 127.0.0.1 or ::", http.address));
        http.port = static_cast<std::uint16_t>(table->integer_or("port", http.port, 0, 65'535));
        http.certificate = table->text_or("certificate", "");
        http.key = table->text_or("key", "");
        if (http.certificate.empty() != http.key.empty())
            table->fail(http.key.empty() ? "certificate" : "key", "certificate and key go together");
        http.behind_tls = table->flag_or("behind_tls", false);
        if (http.behind_tls && !http.certificate.empty())
            table->fail("behind_tls", "TLS ends here (certificate), or in a proxy (behind_tls), not at both");
        http.proxies = table->texts_or_none("proxies");
        for (const auto& proxy : http.proxies)
            if (!is_address(proxy)) table->fail("proxies", fmt::format("\"{}\" must be an address", proxy));
        if (!http.proxies.empty() && !http.behind_tls)
            table->fail("proxies", "proxies are believed only with behind_tls = true");
        http.reading = table->choice_or<PageReading>(
            "reading", PageReading::signed_in, {{"signed-in", PageReading::signed_in}, {"open", PageReading::open}});
        http.idle = std::chrono::hours{table->integer_or("idle_hours", http.idle.count(), 1, 24 * 31)};
        http.absolute = std::chrono::hours{table->integer_or("absolute_hours", http.absolute.count(), 1, 24 * 366)};
        if (http.idle > http.absolute) table->fail("idle_hours", "cannot be more than absolute_hours");
        table->done();
    }

    void read_time()
    {
        const auto table = root_.table_if("time");
        if (!table) return;
        const auto offset = parse_offset(table->text_or("utc_offset", "+08:00"));
        if (!offset) table->fail("utc_offset", offset.error().detail);
        out_.rules.network.offset = *offset;
        out_.close_after = std::chrono::minutes{table->integer_or("close_after_minutes", 20, 0, 59)};
        out_.ahead_at_most = std::chrono::minutes{table->integer_or("ahead_at_most_minutes", 10, 0, 3'000)};
        if (const std::string at = table->text_or("recompute_at", "03:40"); at == "never") {
            out_.recompute_at.reset();
        } else {
            const bool form = at.size() == 5 && at[2] == ':' &&
                              (at.substr(0, 2) + at.substr(3)).find_first_not_of("0123456789") == std::string::npos;
            if (!form || std::stoi(at.substr(0, 2)) > 23 || std::stoi(at.substr(3)) > 59)
                table->fail("recompute_at", fmt::format("\"{}\" must read HH:MM, or \"never\"", at));
            out_.recompute_at =
                std::chrono::hours{std::stoi(at.substr(0, 2))} + std::chrono::minutes{std::stoi(at.substr(3))};
        }
        out_.silent_after = std::chrono::minutes{table->integer_or("silent_after_minutes", 130, 61, 10'000)};
        out_.minutes_kept_days = static_cast<int>(table->integer_or("minutes_kept_days", 40, 2, 3'000));
        out_.back_fill_days = static_cast<int>(table->integer_or("back_fill_days", 7, 0, 60));
        table->done();
    }

    void check_warning_rules(const Settings& table, const std::string& id) const
    {
        if (id == Rules::dated || out_.rules.book.warning_named(id) != nullptr) return;
        auto known = ids_of(out_.rules.book.warnings);
        known.emplace_back(Rules::dated);
        table.fail_unknown("warnings", id, known);
    }

    void read_rules()
    {
        std::string folder;
        const auto table = root_.table_if("rules");
        if (table) folder = table->text_or("folder", "");
        std::vector<RuleText> texts;
        if (folder.empty()) {
            for (const auto& file : schemas::rule_packs())
                texts.push_back({std::string{file.name}, std::string{file.text}});
        } else {
            std::error_code error;
            for (const auto& file : std::filesystem::directory_iterator{folder, error})
                if (file.path().extension() == ".toml") texts.push_back({file.path().string(), read_text(file.path())});
            if (error) table->fail("folder", fmt::format("{}: {}", folder, error.message()));
            std::sort(texts.begin(), texts.end(), [](const RuleText& a, const RuleText& b) { return a.name < b.name; });
        }
        if (table)
            for (const auto& file : table->texts_or_none("more")) texts.push_back({file, read_text(file)});
        out_.rules.book = load_rules(texts);
        out_.rules.measured_start_hours = 12;
        if (!table) return;
        out_.rules.warning_rules = table->text_or("warnings", out_.rules.warning_rules);
        check_warning_rules(*table, out_.rules.warning_rules);
        out_.rules.measured_start_hours = static_cast<int>(table->integer_or("start_on_measurement_hours", 12, 0, 72));
        out_.rules.open_days = static_cast<int>(table->integer_or("open_days", out_.rules.open_days, 32, 1'000));
        table->done();
    }

    void read_network()
    {
        Network& network = out_.rules.network;
        std::set<std::string> seen;
        for (const auto& table : root_.tables("station")) {
            Station station;
            station.id = read_id(table, "id");
            station.name = table.text("name");
            read_registry(table, station);
            if (!seen.insert(station.id).second)
                table.fail("id", fmt::format("station \"{}\" is there twice", station.id));
            network.stations.push_back(std::move(station));
            table.done();
        }
        if (network.stations.empty()) root_.fail({}, "at least one [[station]] is needed");
        seen.clear();
        for (const auto& table : root_.tables("area")) {
            Area area;
            area.id = read_id(table, "id");
            area.name = table.text("name");
            area.kind = table.choice<AreaKind>("kind", {{"city", AreaKind::city}, {"county", AreaKind::county}});
            if (!seen.insert(area.id).second) table.fail("id", fmt::format("area \"{}\" is there twice", area.id));
            read_members(table, area);
            area.code = table.text_or("code", "");
            if (!area.code.empty() && !is_division_code(area.code))
                table.fail("code",
                           fmt::format("\"{}\" is no division code (行政区划代码): 6, 9 or 12 digits", area.code));
            area.warning_rules = table.text_or("warnings", "");
            if (!area.warning_rules.empty()) check_warning_rules(table, area.warning_rules);
            network.areas.push_back(std::move(area));
            table.done();
        }
        if (network.areas.empty()) root_.fail({}, "at least one [[area]] is needed");
        if (const auto why = weaker_county(out_.rules); !why.empty()) root_.fail({}, why);
        read_plans();
        read_periods();
    }

    /// What is known of a station beside its name: where it stands, what it was called, what measures there.
    static void read_registry(const Settings& table, Station& station)
    {
        station.position = table.text_or("position", "");
        if (!station.position.empty() && !is_position(station.position))
            table.fail("position",
                       fmt::format("\"{}\" must read north,east in degrees, e.g. 35.7460,114.2970", station.position));
        for (const auto& row : table.tables("former_name")) {
            station.former_names.push_back({row.text("name"), row.day("until")});
            const auto& names = station.former_names;
            if (names.size() > 1 && names.back().until <= names[names.size() - 2].until)
                row.fail("until", "former names stand oldest first, each with a later last day");
            row.done();
        }
        for (const auto& row : table.tables("instrument")) {
            Instrument instrument;
            for (const auto& name : row.texts_or_none("measures")) {
                const auto p = pollutant_named(name);
                if (!p) row.fail_unknown("measures", name, {"so2", "no2", "pm10", "co", "o3", "pm2_5"});
                instrument.measures.insert(*p);
            }
            if (instrument.measures.empty()) row.fail("measures", "name the pollutants it measures");
            instrument.model = row.text("model");
            instrument.serial = row.text_or("serial", "");
            instrument.from = row.day_if("from");
            instrument.until = row.day_if("until");
            if (instrument.from && instrument.until && *instrument.until < *instrument.from)
                row.fail("until", "ends before it begins");
            for (const auto& other : station.instruments) {
                const bool apart = (instrument.until && other.from && *instrument.until < *other.from) ||
                                   (other.until && instrument.from && *other.until < *instrument.from);
                if ((instrument.measures.bits() & other.measures.bits()) != 0 && !apart)
                    row.fail("measures", fmt::format("two instruments of station \"{}\" measure the same pollutant on "
                                                     "the same days",
                                                     station.id));
            }
            station.instruments.push_back(std::move(instrument));
            row.done();
        }
    }

    static bool is_position(const std::string& text)
    {
        const auto comma = text.find(',');
        if (comma == std::string::npos) return false;
        const auto degrees = [](const std::string& part, std::int64_t most) {
            const auto value = parse_concentration(part, 1'000); // thousandths are enough to see what is no angle
            return value && std::abs(value->ng_per_m3()) <= most * 1'000;
        };
        return degrees(text.substr(0, comma), 90) && degrees(text.substr(comma + 1), 180);
    }

    /// `stations` lists evaluation sites that always count; [[area.member]] says from when to when, and as what;
    /// `counties` takes over the members of areas that stand before.
    void read_members(const Settings& table, Area& area)
    {
        const Network& network = out_.rules.network;
        const auto station_named = [&](const Settings& at, std::string_view key, const std::string& id) {
            const auto station = network.station_named(id);
            if (!station) at.fail_unknown(key, id, ids_of(network.stations));
            return *station;
        };
        const auto add = [&](const Settings& at, std::string_view key, const Membership& m) {
            for (const auto& other : area.members) {
                const bool apart = (m.until && other.from && *m.until < *other.from) ||
                                   (other.until && m.from && *other.until < *m.from);
                if (other.station == m.station && !apart)
                    at.fail(key, fmt::format("\"{}\" is a member of \"{}\" twice on the same days",
                                             network.stations[m.station.value].id, area.id));
            }
            area.members.push_back(m);
        };
        for (const auto& id : table.texts_or_none("stations"))
            add(table, "stations", Membership{station_named(table, "stations", id)});
        for (const auto& row : table.tables("member")) {
            Membership m{station_named(row, "station", row.text("station"))};
            m.role = row.choice_or<SiteRole>("role", SiteRole::evaluation,
                                             {{"evaluation", SiteRole::evaluation},
                                              {"background", SiteRole::background},
                                              {"traffic", SiteRole::traffic},
                                              {"other", SiteRole::other}});
            m.from = row.day_if("from");
            m.until = row.day_if("until");
            if (m.from && m.until && *m.until < *m.from) row.fail("until", "ends before it begins");
            add(row, "station", m);
            row.done();
        }
        for (const auto& id : table.texts_or_none("counties")) {
            const auto county = network.area_named(id);
            if (!county) table.fail("counties", fmt::format("\"{}\" is no area that stands before this one", id));
            for (const auto& m : network.areas[county->value].members) add(table, "counties", m);
        }
        if (area.sites_ever().empty()) table.fail("stations", "an area needs at least one evaluation site");
        if (area.members.size() > static_cast<std::size_t>(Mean::sites_max))
            table.fail("stations", fmt::format("an area may have at most {} stations", Mean::sites_max));
    }

    /// [[plan]]: what a place does not monitor (HJ 633-2026 5.3.2).
    void read_plans()
    {
        Network& network = out_.rules.network;
        for (const auto& table : root_.tables("plan")) {
            const std::string id = table.text("place");
            const auto place = network.place_named(id);
            if (!place) {
                auto known = ids_of(network.areas);
                for (const auto& station : ids_of(network.stations)) known.push_back(station);
                table.fail_unknown("place", id, known);
            }
            MonitoringPlan plan;
            for (const auto& name : table.texts_or_none("without")) {
                const auto p = pollutant_named(name);
                if (!p) table.fail_unknown("without", name, {"so2", "no2", "pm10", "co", "o3", "pm2_5"});
                plan.without.insert(*p);
            }
            if (plan.without.empty()) table.fail("without", "name the pollutants that are not monitored");
            plan.from = table.day_if("from");
            plan.until = table.day_if("until");
            if (plan.from && plan.until && *plan.until < *plan.from) table.fail("until", "ends before it begins");
            plan.document = table.text("document");
            plan.never_primary_since = table.day_if("never_primary_since");
            const auto area = network.area_of(*place);
            auto& plans = area ? network.areas[area->value].plans : network.stations[place->value].plans;
            for (const auto& other : plans)
                if (!((plan.until && other.from && *plan.until < *other.from) ||
                      (other.until && plan.from && *other.until < *plan.from)))
                    table.fail("place", fmt::format("\"{}\" has two plans on the same days", id));
            plans.push_back(std::move(plan));
            table.done();
        }
    }

    static SpecialPeriod::MonthDay month_day(const Settings& table, std::string_view key)
    {
        const std::string text = table.text(key);
        const auto day = parse_day("2000-" + text); // a leap year: 02-29 is a date
        if (!day || text.size() != 5) table.fail(key, fmt::format("\"{}\" must read MM-DD, e.g. 11-15", text));
        return {day->month(), day->day_of_month()};
    }

    /// [[period]]: once between two dates, or every year between two days of the year.
    void read_periods()
    {
        auto& periods = out_.rules.network.periods;
        for (const auto& table : root_.tables("period")) {
            SpecialPeriod period;
            period.id = read_id(table, "id");
            period.name = table.text("name");
            for (const auto& other : periods)
                if (other.id == period.id) table.fail("id", fmt::format("period \"{}\" is there twice", period.id));
            if (table.holds_text("from")) {
                period.yearly = {month_day(table, "from"), month_day(table, "until")};
            } else {
                period.once = SpecialPeriod::Span{table.day("from"), table.day("until")};
                if (period.once->last < period.once->first) table.fail("until", "ends before it begins");
                if (period.once->last - period.once->first > 730) table.fail("until", "is more than two years long");
            }
            periods.push_back(std::move(period));
            table.done();
        }
    }

    void read_targets()
    {
        std::vector<Target> own;
        for (const auto& table : root_.tables("target")) {
            const Target target = read_target(table);
            if (target.area != "*" && !out_.rules.network.area_named(target.area)) {
                auto known = ids_of(out_.rules.network.areas);
                known.emplace_back("*");
                table.fail_unknown("area", target.area, known);
            }
            for (const auto& other : own)
                if (other.area == target.area && other.year == target.year)
                    table.fail("area",
                               fmt::format("a target of {} for \"{}\" is there twice", target.year, target.area));
            own.push_back(target);
        }
        // The operator's own come first: they win over what a pack says of the same area and year.
        auto& targets = out_.rules.book.targets;
        std::erase_if(targets, [&](const Target& packed) {
            return std::any_of(own.begin(), own.end(),
                               [&](const Target& t) { return t.area == packed.area && t.year == packed.year; });
        });
        targets.insert(targets.begin(), own.begin(), own.end());
    }

    void read_links()
    {
        for (const auto& table : root_.tables("link")) {
            LinkConfig link;
            link.name = read_id(table, "name");
            if (link.name == made_here || link.name == "control" || link.name == "inbox")
                table.fail("name",
                           fmt::format("\"{}\" is a name aqid gives itself as the origin of values", link.name));
            for (const auto& other : out_.links)
                if (other.name == link.name) table.fail("name", fmt::format("link \"{}\" is there twice", link.name));
            const std::string name = table.text("driver");
            link.driver = drivers::driver_named(name);
            if (link.driver == nullptr) {
                std::vector<std::string> known;
                for (const auto& driver : drivers::all_drivers()) known.emplace_back(driver.name);
                table.fail_unknown("driver", name, known);
            }
            link.settings = link.driver->settings(table);
            if (link.driver->stations != nullptr) link.stations = link.driver->stations(link.settings);
            if (link.driver->people != nullptr)
                for (const auto& id : link.driver->people(link.settings)) {
                    const Person* person = out_.rules.network.person_named(id);
                    if (person == nullptr) table.fail_unknown("person", id, ids_of(out_.rules.network.persons));
                    if (!person->may_forecast)
                        table.fail("person", fmt::format("{} has no right to forecast: \"forecast\" is missing", id));
                }
            if (link.driver->holds != nullptr)
                for (const auto& what : link.driver->holds(link.settings))
                    if (const auto [other, is_new] = held_by_link_.emplace(what, link.name); !is_new)
                        table.fail({},
                                   fmt::format("links \"{}\" and \"{}\" both need {}", other->second, link.name, what));
            for (const auto& id : link.stations)
                if (!out_.rules.network.station_named(id))
                    table.fail({}, fmt::format("link \"{}\" speaks for station \"{}\", and there is no [[station]] of "
                                               "that id",
                                               link.name, id));
            table.done();
            out_.links.push_back(std::move(link));
        }
    }

    const Settings& root_;
    Config out_;
    std::map<std::string, std::string> held_by_link_; ///< what only one link can have, and which has it
};

} // namespace

Config parse_config(std::string_view text, std::string_view name, Mode mode)
{
    return Reader{Settings::parse(text, name), mode}.read();
}

Config load_config(const std::filesystem::path& file, Mode mode)
{
    return parse_config(read_text(file), file.string(), mode);
}

} // namespace aqi::daemon
