#include "tools/sim/story.hpp"

#include <fmt/format.h>

namespace aqi::sim {
namespace {

/// People and machines that are told beside the two catchers: a feed, a modem, a mail server, the broker. Their counterparts run in
/// the demo's own folder.
std::string outside(const std::string& folder, const std::string& broker, int mail_port)
{
    return fmt::format(R"([[channel]]
name = "cap-feed"
kind = "cap"
folder = "{0}/cap"
drill_folder = "{0}/cap-drill"
sender = "demo@hebi.example.invalid"
drill = true

[[channel]]
name = "modem"
kind = "sms-gammu"
outbox = "{0}/sms/out/"
sent = "{0}/sms/sent/"
error = "{0}/sms/error/"
signature = "鹤壁环保"
poll_s = 1
cost_per_part = "0.045"
drill = true
dummy = true

[[channel]]
name = "mail"
kind = "email"
server = "smtp://127.0.0.1:{2}"
from = "aqid@hebi.example.invalid"
drill = true

[[channel]]
name = "screens"
kind = "mqtt"
uri = "{1}"
client_id = "aqid-demo-screens"
prefix = "drill/hebi"
user = "aqid"
password_file = "{0}/aqid.password"
drill = true

[[audience]]
id = "officials"
file = "{0}/officials.csv"

[[route]]
channels = ["modem", "mail"]
audience = "officials"

)",
                       folder, broker, mail_port);
}

} // namespace

std::string demo_config(const World& world, const std::string& folder, const std::string& broker, int http_port,
                        int catcher_port, int mail_port, const std::string& account)
{
    std::string out = fmt::format(R"(# Made by aqi-sim for a demo. Everything stays on this machine.
[daemon]
data_folder = "{0}/data"
control_socket = "{0}/control"

[http]
port = {1}
reading = "open" # this machine only; what people do needs a sign-in all the same

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
    if (mail_port != 0) out += outside(folder, broker, mail_port);
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
