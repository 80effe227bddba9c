#include "tools/sim/story.hpp"

#include <fmt/format.h>

namespace aqi::sim {

std::string demo_config(const World& world, const std::string& folder, const std::string& broker, int http_port,
                        int catcher_port, const std::string& account)
{
    std::string out = fmt::format(R"(# Made by aqi-sim for a demo. Everything stays on this machine.
[daemon]
data_folder = "{0}/data"
control_socket = "{0}/control"
http = "127.0.0.1:{1}"

[time]
ahead_at_most_minutes = 1500 # to bring months up to now, the simulated stations send a day before the clock gets there

[rules]
warnings = "2016-225"
open_days = 1000

[[link]]
name = "broker"
driver = "mqtt-json"
uri = "{2}"
client_id = "aqid-demo"
topics = ["aqid/v1/+/hourly"]
station_level = 2
status_topic = "aqid/v1/daemon/status"
user = "aqid"
password_file = "{0}/aqid.password"

[[organisation]]
id = "hbj"
name = "鹤壁市环境保护局"
bureau = "environment"

[[organisation]]
id = "qxj"
name = "鹤壁市气象局"
bureau = "meteorology"

[[organisation]]
id = "zf"
name = "鹤壁市人民政府"
bureau = "government"

[[person]]
id = "hbj-zhang"
name = "张工（监测站）"
organisation = "hbj"
may = ["forecast", "sign"]
account = "{4}"

[[person]]
id = "qxj-li"
name = "李工（气象台）"
organisation = "qxj"
may = ["forecast", "sign"]
account = "{4}"

[[person]]
id = "zf-wang"
name = "王副市长"
organisation = "zf"
may_approve_up_to = "orange"
account = "{4}"

[[person]]
id = "zf-zhao"
name = "赵市长"
organisation = "zf"
may_approve_up_to = "red"
account = "{4}"

[[person]]
id = "zhb-chen"
name = "陈主任（指挥部办公室）"
organisation = "zf"
may = ["issue"]
account = "{4}"

[[channel]]
name = "city-portal"
kind = "webhook"
url = "http://127.0.0.1:{3}/warning"
drill = true

[[channel]]
name = "radio-desk"
kind = "command"
command = ["{0}/radio-desk"]
drill = true

)",
                                  folder, http_port, broker, catcher_port, account);
    for (const auto& s : world.stations)
        out += fmt::format("[[station]]\nid = \"{}\"\nname = \"{}\"\n\n", s.id, s.name);
    for (const auto& a : world.areas) {
        std::string sites;
        for (const auto s : a.sites_ever())
            sites += fmt::format("{}\"{}\"", sites.empty() ? "" : ", ", world.stations[s.value].id);
        out += fmt::format("[[area]]\nid = \"{}\"\nname = \"{}\"\nkind = \"{}\"\nstations = [{}]\n\n", a.id, a.name,
                           a.kind == AreaKind::city ? "city" : "county", sites);
    }
    return out;
}

} // namespace aqi::sim
