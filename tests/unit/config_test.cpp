#include "daemon/config.hpp"
#include "libaqi/settings.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

std::string example() { return text_of(source_file("schemas/aqid.example.toml")); }

std::string refusal(const std::string& text, Mode mode = Mode::real)
{
    try {
        parse_config(text, "aqid.toml", mode);
        return "taken";
    } catch (const SettingError& error) {
        return error.what();
    }
}

std::string changed(const std::string& from, const std::string& to)
{
    std::string text = example();
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("the example has no such text: " + from);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("the example configuration is good, and means what it says")
{
    const Config config = parse_config(example(), "aqid.toml", Mode::real);
    CHECK(config.durability == Durability::power);
    CHECK(config.http.port == 8080);
    CHECK(config.close_after.count() == 20);
    CHECK(config.rules.network.stations.size() == 3);
    CHECK(config.rules.network.areas.size() == 2);
    CHECK(config.links.size() == 1);
    CHECK(config.channels.size() == 2);
    CHECK(config.rules.book.target("410621", 2016)->good_days == 190);
    CHECK(config.rules.book.target("410600", 2016)->pm10 == ug(100));
}

TEST_CASE("every sample stanza of a driver and a channel is good")
{
    for (const auto& driver : drivers::all_drivers()) {
        INFO(driver.name);
        const auto text = example() + std::string{driver.sample};
        // The sample's name may stand in the example already.
        const auto again = refusal(text);
        CHECK((again == "taken" || again.find("is there twice") != std::string::npos));
        CHECK_NOTHROW(driver.settings(Settings::parse(driver.sample, "sample").tables("link").at(0)));
    }
    for (const auto& channel : notify::all_channels()) {
        INFO(channel.kind);
        CHECK_NOTHROW(channel.settings(Settings::parse(channel.sample, "sample").tables("channel").at(0), Mode::real));
    }
}

TEST_CASE("a broken configuration is refused whole, with line, column and the known choices")
{
    CHECK(refusal("[daemon").find("aqid.toml:1:") == 0);
    CHECK(refusal(changed("driver = \"mqtt-json\"", "driver = \"mqtt-jsn\""))
              .find("\"mqtt-jsn\" is not known, did you mean \"mqtt-json\"?; known: mqtt-json") != std::string::npos);
    CHECK(refusal(changed("durability = \"power\"", "durability = \"fast\"")).find("known: power, process") !=
          std::string::npos);
    CHECK(refusal(changed("close_after_minutes", "close_after_minute")).find("did you mean \"close_after_minutes\"") !=
          std::string::npos);
    CHECK(refusal(changed("stations = [\"2385A\", \"2386A\"]", "stations = [\"2385B\", \"2386A\"]"))
              .find("\"2385B\" is not known, did you mean \"2385A\"") != std::string::npos);
    CHECK(refusal(changed("stations = [\"2385A\", \"2386A\"]", "stations = []")).find("at least one evaluation site") !=
          std::string::npos);
    CHECK(refusal(changed("stations = [\"2385A\", \"2386A\"]", "stations = [\"2385A\", \"2385A\"]"))
              .find("a member of \"410600\" twice on the same days") != std::string::npos);
    CHECK(refusal(changed("kind = \"city\"", "kind = \"town\"")).find("known: city, county") != std::string::npos);
    CHECK(refusal(changed("address = \"127.0.0.1\"", "address = \"localhost:8080\"")).find("must be an address") !=
          std::string::npos);
    CHECK(refusal(changed("utc_offset = \"+08:00\"", "utc_offset = \"Beijing\"")).find("reads like +08:00") !=
          std::string::npos);
    CHECK(refusal(changed("uri = \"tcp://127.0.0.1:1883\"", "uri = \"127.0.0.1\""))
              .find("must begin with tcp:// or ssl://") != std::string::npos);
    CHECK(refusal(changed("id = \"2385A\"", "id = \"23/85A\"")).find("cannot be an id") != std::string::npos);
    CHECK(refusal(changed("organisation = \"hbj\"", "organisation = \"hb\"")).find("\"hb\" is not known") !=
          std::string::npos);
    CHECK(refusal(changed("may_approve_up_to = \"red\"", "may_approve_up_to = \"purple\""))
              .find("known: blue, yellow, orange, red") != std::string::npos);
    CHECK(refusal(changed("kind = \"webhook\"", "kind = \"pigeon\"")).find("known: broadcast, cap, command, email") !=
          std::string::npos);
    CHECK(refusal(changed("url = \"https://", "url = \"http://")).find("must be https://") != std::string::npos);
    CHECK(refusal(changed("warnings = \"2016-225\"", "warnings = \"2016-226\"")).find("did you mean \"2016-225\"") !=
          std::string::npos);
    CHECK(refusal(changed("good_days = 200", "good_days = 400")).find("between 0 and 366") != std::string::npos);
    CHECK(refusal(changed("area = \"410600\"", "area = \"410699\"")).find("did you mean \"410600\"") !=
          std::string::npos);
    CHECK(refusal(changed("command = [\"/", "command = [\"")).find("absolute path") != std::string::npos);
    // The place of the last one, to the column.
    const std::string text = changed("durability = \"power\"", "durability = 5");
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find("durability = 5")), '\n');
    CHECK(refusal(text) ==
          "aqid.toml:" + std::to_string(line) + ":1: \"durability\" must be a text in quotes, not a whole number");
}

TEST_CASE("how the page is reached: what goes together, and what does not")
{
    const auto with = [](const std::string& lines) { return changed("port = 8080\n", "port = 8080\n" + lines); };
    const HttpConfig by_default = parse_config(example(), "aqid.toml", Mode::real).http;
    CHECK(by_default.address == "127.0.0.1");
    CHECK(by_default.reading == PageReading::signed_in);
    CHECK(by_default.idle == std::chrono::hours{12});
    CHECK(by_default.absolute == std::chrono::hours{168});
    CHECK_FALSE(by_default.is_secure());

    const HttpConfig changed_ones =
        parse_config(with("behind_tls = true\nproxies = [\"10.0.0.2\", \"::1\"]\nreading = \"open\"\nidle_hours = 1\n"
                          "absolute_hours = 8\n"),
                     "aqid.toml", Mode::real)
            .http;
    CHECK(changed_ones.is_secure());
    CHECK(changed_ones.proxies == std::vector<std::string>{"10.0.0.2", "::1"});
    CHECK(changed_ones.reading == PageReading::open);
    CHECK(changed_ones.absolute == std::chrono::hours{8});
    CHECK(parse_config(with("certificate = \"/c\"\nkey = \"/k\"\n"), "aqid.toml", Mode::real).http.is_secure());

    CHECK(refusal(with("certificate = \"/c\"\n")).find("certificate and key go together") != std::string::npos);
    CHECK(refusal(with("key = \"/k\"\n")).find("certificate and key go together") != std::string::npos);
    CHECK(refusal(with("certificate = \"/c\"\nkey = \"/k\"\nbehind_tls = true\n")).find("not at both") !=
          std::string::npos);
    CHECK(refusal(with("proxies = [\"10.0.0.2\"]\n")).find("only with behind_tls") != std::string::npos);
    CHECK(refusal(with("behind_tls = true\nproxies = [\"everybody\"]\n")).find("must be an address") !=
          std::string::npos);
    CHECK(refusal(with("reading = \"all\"\n")).find("known: signed-in, open") != std::string::npos);
    CHECK(refusal(with("idle_hours = 200\n")).find("cannot be more than absolute_hours") != std::string::npos);
    CHECK(refusal(changed("port = 8080", "port = 65536")).find("between 0 and 65535") != std::string::npos);
}

TEST_CASE("two people behind one account could sign for each other, so only a drill may have them")
{
    const std::string shared = changed("account = \"met\"", "account = \"env\"");
    CHECK(refusal(shared).find("two signatures would be one person's") != std::string::npos);
    CHECK(refusal(shared, Mode::drill) == "taken");
}

TEST_CASE("a drill's webhook stays on this machine")
{
    std::string drill = changed("kind = \"webhook\"", "kind = \"webhook\"\ndrill = true");
    CHECK(refusal(drill).find("a drill does not leave this machine") != std::string::npos);
}

TEST_CASE("every key of the example is documented, and every key a reader knows stands in it")
{
    // Uncommenting every "# key = value" must give a configuration that is understood: no key is stale or misspelt.
    std::string text, line;
    std::istringstream in{example()};
    while (std::getline(in, line)) {
        const auto equals = line.find(" = ");
        const bool is_commented_key = line.starts_with("# ") && equals != std::string::npos &&
                                      line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", 2) == equals;
        text += (is_commented_key ? line.substr(2) : line) + "\n";
    }
    CHECK(refusal(text) == "taken");
}

TEST_CASE("the stanzas the example shows in comments are understood, and what contradicts itself in them is refused")
{
    const Folder folder;
    const auto list = folder.path() / "officials.csv";
    std::ofstream{list} << "name,sms,email\n张三,13900000001,zhang@example.invalid\n";
    std::string shown, line;
    std::istringstream in{example()};
    while (std::getline(in, line))
        shown += (line.starts_with("#") && !line.starts_with("# ") ? line.substr(1) : line) + "\n";
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = shown;
        const std::string path = "/etc/aqid/audiences/officials.csv";
        for (const auto& [what, by] : {std::pair{path, list.string()}, std::pair{from, to}}) {
            const auto at = text.find(what);
            if (!what.empty() && at == std::string::npos)
                throw std::runtime_error("the example has no such text: " + what);
            if (!what.empty()) text.replace(at, what.size(), by);
        }
        return refusal(text);
    };
    CHECK(with("", "") == "taken");
    CHECK(with("file = \"" + list.string() + "\"", "file = \"/nowhere.csv\"").find("/nowhere.csv: cannot be read") !=
          std::string::npos);
    CHECK(with("channels = [\"sms-mobile\", \"mail\"]", "channels = [\"sms-mobil\"]")
              .find("did you mean \"sms-mobile\"") != std::string::npos);
    CHECK(with("channels = [\"sms-mobile\", \"mail\"]", "channels = [\"city-portal\"]").find("has no recipients") !=
          std::string::npos);
    CHECK(with("transitions = [\"raise\", \"upgrade\"]", "transitions = [\"lift\"]")
              .find("known: raise, upgrade, downgrade") != std::string::npos);
    CHECK(with("at = \"08:00\"", "at = \"8\"").find("must read HH:MM") != std::string::npos);
    CHECK(with("at_most_an_hour = 6", "at_most_an_hour = 0").find("between 1 and 1000") != std::string::npos);
    const std::string limit = "at_most_an_hour = 6";
    const auto unused = with(limit, "[[audience]]\nid = \"parents\"\nfile = \"" + list.string() + "\"\n" + limit);
    const auto line_of_limit =
        4 + std::count(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(shown.find(limit)), '\n');
    CHECK(unused.find("aqid.toml:" + std::to_string(line_of_limit) + ":1: no [[duty]] sends to \"parents\"") == 0);
    std::ofstream{list} << "name,sms\n张三,1390000000a\n";
    CHECK(with("", "").find("officials.csv:2: 张三: sms \"1390000000a\"") != std::string::npos);
}

TEST_CASE("what only one link can have is not given to two, and no link has a name of ours")
{
    const auto broker = [](const std::string& name, const std::string& client) {
        return "\n[[link]]\nname = \"" + name +
               "\"\ndriver = \"mqtt-json\"\nuri = \"tcp://127.0.0.1:1999\"\nclient_id = \"" + client +
               "\"\ntopics = [\"x/#\"]\n";
    };
    CHECK(refusal(example() + broker("north", "a") + broker("south", "b")) == "taken");
    CHECK(refusal(example() + broker("north", "a") + broker("south", "a"))
              .find("links \"north\" and \"south\" both need client_id \"a\" at tcp://127.0.0.1:1999") !=
          std::string::npos);
    CHECK(refusal(example() + broker("minutes", "a")).find("a name aqid gives itself") != std::string::npos);
    const auto loggers = [](const std::string& name) {
        return "\n[[link]]\nname = \"" + name +
               "\"\ndriver = \"hj212\"\nlisten = \"0.0.0.0:9001\"\n[[link.station]]\nid = \"410621-01\"\nmn = "
               "\"M\"\nunit = "
               "\"ug/m3\"\n";
    };
    CHECK(refusal(example() + loggers("one") + loggers("two")).find("both need port 0.0.0.0:9001") !=
          std::string::npos);
}

TEST_CASE("rights, delegations, approvals, measures and alarms that contradict themselves are refused with their place")
{
    CHECK(
        refusal(changed("may = [\"forecast\", \"sign\"]\naccount = \"met\"", "may = [\"forecats\"]\naccount = \"met\""))
            .find("did you mean \"forecast\"") != std::string::npos);
    CHECK(refusal(changed("to = \"zhb-chen\"", "to = \"zf-zhao\"")).find("cannot stand in for") != std::string::npos);
    CHECK(refusal(changed("last = 2017-02-02", "last = 2016-02-02")).find("ends before it begins") !=
          std::string::npos);
    CHECK(refusal(changed("from = \"zf-zhao\"", "from = \"qxj-li\"")).find("may approve nothing") != std::string::npos);
    CHECK(refusal(changed("number = 1 ", "number = 2 ")).find("needs 2 people to approve it, and 1 could") !=
          std::string::npos);
    CHECK(refusal(changed("unit = \"zjj\"", "unit = \"zjjj\"")).find("did you mean \"zjj\"") != std::string::npos);
    CHECK(refusal(changed("clear_at_most = 180", "clear_at_most = 200")).find("below raise_above") !=
          std::string::npos);
    CHECK(refusal(changed("escalate_to = [\"zhb-chen\"", "escalate_to = [\"zhb-chan\"")).find("did you mean") !=
          std::string::npos);
    CHECK(refusal(example() +
                  "\n[[link]]\nname = \"met\"\ndriver = \"forecast-folder\"\npath = \"/x\"\nperson = \"qxj-li\"\n") ==
          "taken");
    CHECK(refusal(example() +
                  "\n[[link]]\nname = \"met\"\ndriver = \"forecast-folder\"\npath = \"/x\"\nperson = \"hbj-wang\"\n")
              .find("no right to forecast") != std::string::npos);
}
