#include "daemon/config_dispatch.hpp"

#include "daemon/audience.hpp"
#include "daemon/config_people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace aqi::daemon {
namespace {

class Reader {
public:
    Reader(const Settings& root, Config& out) : root_(root), out_(out) {}

    void read()
    {
        for (const auto& table : root_.tables("channel")) read_channel(table);
        for (const auto& table : root_.tables("audience")) read_audience(table);
        for (const auto& table : root_.tables("route")) read_route(table);
        for (const auto& table : root_.tables("duty")) read_duty(table);
        for (const auto& table : root_.tables("audience")) check_limit(table);
        if (const auto table = root_.table_if("all_clear")) read_all_clear(*table);
        if (const auto table = root_.table_if("heartbeat")) read_heartbeat(*table);
        for (const auto& channel : out_.channels) {
            const bool used = std::any_of(out_.routes.begin(), out_.routes.end(),
                                          [&](const Route& r) { return names(r.channels, channel.name); }) ||
                              std::any_of(out_.duties.begin(), out_.duties.end(),
                                          [&](const Duty& d) { return names(d.route.channels, channel.name); });
            if (!channel.kind->address.empty() && !used)
                root_.fail({},
                           fmt::format("channel \"{}\" sends to people, and no [[route]] says to whom", channel.name));
        }
    }

private:
    static bool names(const std::vector<std::string>& list, const std::string& what)
    {
        return std::find(list.begin(), list.end(), what) != list.end();
    }

    void read_channel(const Settings& table)
    {
        ChannelConfig channel;
        channel.name = read_id(table, "name");
        for (const auto& other : out_.channels)
            if (other.name == channel.name)
                table.fail("name", fmt::format("channel \"{}\" is there twice", channel.name));
        const std::string name = table.text("kind");
        channel.kind = notify::channel_of_kind(name);
        if (channel.kind == nullptr) {
            std::vector<std::string> known;
            for (const auto& kind : notify::all_channels()) known.emplace_back(kind.kind);
            table.fail_unknown("kind", name, known);
        }
        channel.provider = table.text_or("provider", channel.name);
        channel.mode = table.flag_or("drill", false) ? Mode::drill : Mode::real;
        channel.expires_after = std::chrono::hours{table.integer_or("expires_after_h", 12, 1, 240)};
        channel.parallel = static_cast<int>(table.integer_or("parallel", 1, 1, 64));
        channel.canary_every = std::chrono::hours{table.integer_or("canary_every_h", 0, 0, 720)};
        channel.canary_to = table.text_or("canary_to", "");
        if (channel.canary_every.count() > 0 && channel.kind->address.empty() != channel.canary_to.empty())
            table.fail("canary_to", channel.kind->address.empty() ? "this channel has no recipients: leave it out"
                                                                  : "say whose address gets the canary");
        if (!channel.canary_to.empty() && channel.kind->check_address != nullptr)
            if (const std::string wrong = channel.kind->check_address(channel.canary_to); !wrong.empty())
                table.fail("canary_to", fmt::format("\"{}\": {}", channel.canary_to, wrong));
        channel.settings = channel.kind->settings(table, channel.mode);
        table.done();
        out_.channels.push_back(std::move(channel));
    }

    void read_audience(const Settings& table)
    {
        const std::string id = read_id(table, "id");
        for (const auto& other : out_.audiences)
            if (other->id == id) table.fail("id", fmt::format("audience \"{}\" is there twice", id));
        const std::string file = table.text("file");
        std::ifstream in{file, std::ios::binary};
        std::ostringstream text;
        if (!in || !(text << in.rdbuf())) table.fail("file", fmt::format("{}: cannot be read", file));
        auto audience = parse_audience(text.str(), id, file);
        if (!audience) table.fail("file", audience.error().detail);
        audience->at_most_an_hour = static_cast<int>(table.integer_or("at_most_an_hour", 0, 1, 1'000));
        out_.audiences.push_back(std::make_shared<const Audience>(std::move(*audience)));
        table.done();
    }

    /// Who writes a limit where no alarms go believes that it holds for warnings.
    void check_limit(const Settings& table)
    {
        const std::string id = table.text("id");
        if (table.has("at_most_an_hour") &&
            std::none_of(out_.duties.begin(), out_.duties.end(), [&](const Duty& d) { return d.route.audience == id; }))
            table.fail("at_most_an_hour",
                       fmt::format("no [[duty]] sends to \"{}\": alarms have a limit, warnings have none", id));
    }

    /// Channels and whom they reach, as [[route]], [[duty]] and [all_clear] have them.
    Route read_reach(const Settings& table)
    {
        Route out;
        out.channels = table.texts_or_none("channels");
        if (out.channels.empty()) table.fail("channels", "name at least one channel");
        out.audience = table.text_or("audience", "");
        if (!out.audience.empty() && std::none_of(out_.audiences.begin(), out_.audiences.end(),
                                                  [&](const auto& a) { return a->id == out.audience; })) {
            std::vector<std::string> known;
            for (const auto& a : out_.audiences) known.push_back(a->id);
            table.fail_unknown("audience", out.audience, known);
        }
        for (const auto& name : out.channels) {
            const auto found = std::find_if(out_.channels.begin(), out_.channels.end(),
                                            [&](const ChannelConfig& c) { return c.name == name; });
            if (found == out_.channels.end()) {
                std::vector<std::string> known;
                for (const auto& c : out_.channels) known.push_back(c.name);
                table.fail_unknown("channels", name, known);
            }
            if (found->kind->address.empty() == !out.audience.empty())
                table.fail("audience",
                           found->kind->address.empty()
                               ? fmt::format("channel \"{}\" has no recipients: a route of its own", name)
                               : fmt::format("channel \"{}\" sends to people: say to which audience", name));
        }
        return out;
    }

    void read_route(const Settings& table)
    {
        Route out = read_reach(table);
        out.areas = table.texts_or_none("areas");
        for (const auto& area : out.areas)
            if (!out_.rules.network.area_named(area)) {
                std::vector<std::string> known;
                for (const auto& a : out_.rules.network.areas) known.push_back(a.id);
                table.fail_unknown("areas", area, known);
            }
        out.at_least = table.choice_or<WarningLevel>("at_least", WarningLevel::blue,
                                                     {{"blue", WarningLevel::blue},
                                                      {"yellow", WarningLevel::yellow},
                                                      {"orange", WarningLevel::orange},
                                                      {"red", WarningLevel::red}});
        for (const auto& name : table.texts_or_none("transitions")) {
            bool known = false;
            for (const auto kind : {RevisionKind::raise, RevisionKind::upgrade, RevisionKind::downgrade})
                if (revision_kind_name(kind) == name) {
                    out.transitions.push_back(kind);
                    known = true;
                }
            // Who got a warning gets its end: that is not to be chosen.
            if (!known) table.fail_unknown("transitions", name, {"raise", "upgrade", "downgrade"});
        }
        out_.routes.push_back(std::move(out));
        table.done();
    }

    void read_duty(const Settings& table)
    {
        Duty out;
        out.route = read_reach(table);
        out.route.letters = {notify::LetterKind::alarm};
        out.after = std::chrono::minutes{table.integer_or("after_minutes", 0, 0, 10'000)};
        out.at_least = table.choice_or<AlarmSeverity>("at_least", AlarmSeverity::serious,
                                                      {{"notice", AlarmSeverity::notice},
                                                       {"serious", AlarmSeverity::serious},
                                                       {"critical", AlarmSeverity::critical}});
        out.at_most_an_hour = static_cast<int>(table.integer_or("at_most_an_hour", 10, 1, 1'000));
        if (!out_.duties.empty() && out.after < out_.duties.back().after)
            table.fail("after_minutes", "steps stand in their order: this one comes before the one above it");
        out_.duties.push_back(std::move(out));
        table.done();
    }

    void read_all_clear(const Settings& table)
    {
        AllClear out;
        out.route = read_reach(table);
        const std::string at = table.text("at");
        const bool form = at.size() == 5 && at[2] == ':' &&
                          (at.substr(0, 2) + at.substr(3)).find_first_not_of("0123456789") == std::string::npos;
        if (!form || std::stoi(at.substr(0, 2)) > 23 || std::stoi(at.substr(3)) > 59)
            table.fail("at", fmt::format("\"{}\" must read HH:MM", at));
        out.at = std::chrono::hours{std::stoi(at.substr(0, 2))} + std::chrono::minutes{std::stoi(at.substr(3))};
        out_.all_clear = std::move(out);
        table.done();
    }

    void read_heartbeat(const Settings& table)
    {
        Heartbeat out;
        out.url = table.text("url");
        if (!out.url.starts_with("https://") && !out.url.starts_with("http://"))
            table.fail("url", fmt::format("\"{}\" must begin with https:// or http://", out.url));
        out.every = std::chrono::seconds{table.integer_or("every_s", 60, 5, 86'400)};
        out.ca_file = table.text_or("ca_file", "");
        out_.heartbeat = std::move(out);
        table.done();
    }

    const Settings& root_;
    Config& out_;
};

} // namespace

void read_dispatch(const Settings& root, Config& out) { Reader{root, out}.read(); }

} // namespace aqi::daemon
