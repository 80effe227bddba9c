#include "tests/e2e/drill.hpp"

#include <pwd.h>
#include <unistd.h>

namespace aqi::e2e {

std::string own_account()
{
    const passwd* entry = ::getpwuid(::geteuid());
    return entry != nullptr ? entry->pw_name : fmt::format("uid {}", ::geteuid());
}

std::string duty_room(const std::map<std::string, std::string>& accounts)
{
    std::string out = "[[organisation]]\nid = \"epb\"\nname = \"Environment\"\nbureau = \"environment\"\n\n"
                      "[[organisation]]\nid = \"met\"\nname = \"Meteorology\"\nbureau = \"meteorology\"\n\n"
                      "[[organisation]]\nid = \"gov\"\nname = \"Government\"\nbureau = \"government\"\n\n";
    const auto person = [&](const char* id, const char* organisation, const char* rights) {
        out +=
            fmt::format("[[person]]\nid = \"{0}\"\nname = \"{0}\"\norganisation = \"{1}\"\n{2}\naccount = \"{3}\"\n\n",
                        id, organisation, rights, accounts.at(id));
    };
    person("epb-zhang", "epb", "may = [\"forecast\", \"sign\"]");
    person("met-li", "met", "may = [\"forecast\", \"sign\"]");
    person("gov-zhao", "gov", "may_approve_up_to = \"red\"");
    person("gov-chen", "gov", "may = [\"issue\"]");
    return out;
}

std::string duty_room()
{
    const std::string me = own_account();
    return duty_room({{"epb-zhang", me}, {"met-li", me}, {"gov-zhao", me}, {"gov-chen", me}});
}

Site Drill::site_of(const std::string& channels, const std::string& reading)
{
    Site site;
    site.more = duty_room() + channels;
    site.reading = reading;
    return site;
}

Daemon::Options Drill::options_of(bool fault_disk)
{
    Daemon::Options options;
    options.arguments = {"--simulated-clock", begin};
    options.fault_disk = fault_disk;
    return options;
}

Drill::Drill(const std::string& channels, bool fault_disk, const std::string& reading)
    : daemon(folder.path(), site_of(channels, reading), options_of(fault_disk))
{
    daemon.start();
}

void Drill::say(const json::object& request)
{
    const auto answer = daemon.ask(request);
    INFO(json::serialize(request) << " -> " << json::serialize(answer));
    REQUIRE(answer.at("ok").as_bool());
}

void Drill::forecast(const std::vector<std::pair<std::string, int>>& days)
{
    json::array list;
    for (const auto& [date, aqi] : days)
        list.push_back(json::object{{"date", date}, {"low", aqi - 20}, {"high", aqi}, {"primary", "PM2.5"}});
    for (const auto* person : {"epb-zhang", "met-li"})
        say({{"command", "forecast"}, {"person", person}, {"area", "C"}, {"days", list}});
}

void Drill::publish(int revision)
{
    const auto act = [&](const char* verb, const char* person) {
        say({{"command", "act"}, {"verb", verb}, {"person", person}, {"warning", warning}, {"revision", revision}});
    };
    act("sign", "epb-zhang");
    act("sign", "met-li");
    act("approve", "gov-zhao");
    act("issue", "gov-chen");
}

void Drill::raise()
{
    forecast({{"2016-12-06", 225}, {"2016-12-07", 230}, {"2016-12-08", 160}});
    publish(1);
}

void Drill::upgrade()
{
    forecast({{"2016-12-06", 260}, {"2016-12-07", 330}, {"2016-12-08", 340}, {"2016-12-09", 250}, {"2016-12-10", 120}});
    publish(2);
}

Drill::Row Drill::row(int revision, const std::string& channel)
{
    const auto rows =
        daemon.rows(fmt::format("SELECT d.state, d.attempts, d.detail FROM outbox o JOIN delivery d ON d.outbox = o.id "
                                "WHERE o.warning = '{}' AND o.revision = {} AND o.channel = '{}' ORDER BY d.recipient",
                                warning, revision, channel));
    static const char* const states[] = {"prepared", "sending", "accepted",   "delivered", "retry", "failed",
                                         "in_doubt", "expired", "superseded", "repeat",    "held"};
    return rows.empty() ? Row{} : Row{states[std::stoul(rows[0][0])], std::stoi(rows[0][1]), rows[0][2]};
}

void Drill::wait_for(int revision, const std::string& channel, const std::string& state, milliseconds limit)
{
    const bool came = comes(limit, [&] { return row(revision, channel).state == state; });
    if (!came)
        FAIL(fmt::format("never came: revision {} {} on {}; it is {} ({})", revision, state, channel,
                         row(revision, channel).state, row(revision, channel).detail));
}

} // namespace aqi::e2e
