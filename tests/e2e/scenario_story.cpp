// The scenarios of tests/scenarios told to the real daemon on a simulated clock: readings over MQTT, people over the control socket.
// The words are explained beside the scenarios; what is not asked here is asked by their runner, of the core alone.
#include "libaqi/iaqi.hpp"
#include "schemas/embedded.hpp"
#include "tests/e2e/drill.hpp"

#include <algorithm>
#include <sstream>

namespace aqi::e2e {
namespace {

using Words = std::vector<std::string>;

std::vector<Words> lines_of(const fs::path& file)
{
    std::vector<Words> out;
    std::istringstream in{read_file(file)};
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream cells{line.substr(0, line.find(" #"))};
        Words words;
        for (std::string word; cells >> word;) words.push_back(word);
        if (!words.empty()) out.push_back(std::move(words));
    }
    return out;
}

const RulePack& index_2012()
{
    static const RuleBook book = [] {
        std::vector<RuleText> texts;
        for (const auto& file : schemas::rule_packs())
            texts.push_back({std::string{file.name}, std::string{file.text}});
        return load_rules(texts);
    }();
    return *book.pack_named("cn-2012");
}

/// A whole PM2.5 whose index under HJ 633-2012 is exactly this.
int pm2_5_for(int aqi)
{
    const auto& table = *index_2012().tables[index_of(Item::pm2_5_24h)];
    for (int whole = 0; whole <= 500; ++whole)
        if (sub_index(Concentration::from_ug_per_m3(whole), table, index_2012().index_rounding) == aqi) return whole;
    throw std::runtime_error(fmt::format("no whole PM2.5 has index {}", aqi));
}

std::string moment(const std::string& date, const std::string& time) { return date + "T" + time + ":00+08:00"; }

/// What follows a word, or nothing.
std::string after(const Words& words, std::string_view word, std::size_t n = 1)
{
    const auto found = std::find(words.begin(), words.end(), word);
    const auto at = static_cast<std::size_t>(found - words.begin()) + n;
    return at < words.size() ? words[at] : std::string{};
}

class Town {
public:
    Town(const std::vector<Words>& lines, bool killed_at_every_step)
        : broker_(folder_.path()), killed_(killed_at_every_step)
    {
        broker_.start();
        const auto first = std::find_if(lines.begin(), lines.end(), [](const Words& w) { return w[0] == "at"; });
        now_ = moment(first->at(1), first->at(2));
        Daemon::Options options;
        options.arguments = {"--simulated-clock", now_};
        site_ = site_of(lines);
        site_.more += link_to(broker_);
        daemon_.emplace(folder_.path(), site_, options);
        daemon_->start();
        daemon_->wait_for_link("up");
    }

    void run(const Words& words)
    {
        std::string line;
        for (const auto& word : words) line += word + " ";
        INFO(line);
        if (words[0] == "with") return; // of the configuration
        if (words[0] == "rules") return rules(words.at(1));
        const Words rest{words.begin() + 1, words.end()};
        if (words[0] == "at")
            at(moment(words.at(1), words.at(2)));
        else if (words[0] == "observed")
            observed(words);
        else if (words[0] == "hours")
            hours(words);
        else if (words[0] == "forecast")
            CHECK(said(forecast(words)));
        else if (words[0] == "publish")
            publish();
        else if (words[0] == "refused")
            CHECK_FALSE(said(request(rest)));
        else if (words[0] == "expect")
            expect(rest);
        else
            CHECK(said(request(words)));
        if (killed_) kill_and_start();
    }

    int stop() { return daemon_->stop(); }

private:
    static Site site_of(const std::vector<Words>& lines)
    {
        Site site;
        site.stations = 1;
        site.rules.clear();
        std::map<std::string, std::string> roles;
        std::string tables, consultation;
        for (const auto& w : lines) {
            if (w[0] == "rules" && site.rules.find("warnings = ") == std::string::npos)
                site.rules += fmt::format("warnings = \"{}\"\n", w.at(1));
            if (w[0] != "with") continue;
            if (w.at(1) == "approval")
                tables += fmt::format("[[approval]]\nlevel = \"{}\"\nnumber = {}\n{}\n", w.at(2), w.at(3),
                                      w.size() > 4 ? fmt::format("roles = [\"{}\"]\n", w[4]) : "");
            else if (w.at(1) == "roles")
                roles[w.at(2)] = w.at(3);
            else if (w.at(1) == "delegation")
                tables += fmt::format(
                    "[[delegation]]\nfrom = \"{}\"\nto = \"{}\"\nfirst = {}\nlast = {}\ndocument = \"x\"\n\n", w.at(2),
                    w.at(3), w.at(4), w.at(5));
            else if (w.at(1) == "closes-after-minutes")
                consultation += fmt::format("closes_after_minutes = {}\n", w.at(2));
            else if (w.at(1) == "escalate-after-minutes")
                consultation += fmt::format("escalate_after_minutes = {}\n", w.at(2));
            else if (w.at(1) == "start-on-measurement-hours")
                site.rules += fmt::format("start_on_measurement_hours = {}\n", w.at(2));
            else
                FAIL("with what? " << w.at(1));
        }
        if (site.rules.find("start_on_measurement") == std::string::npos)
            site.rules += "start_on_measurement_hours = 0\n";
        site.more = "[[organisation]]\nid = \"hbj\"\nname = \"E\"\nbureau = \"environment\"\n\n"
                    "[[organisation]]\nid = \"qxj\"\nname = \"M\"\nbureau = \"meteorology\"\n\n"
                    "[[organisation]]\nid = \"zf\"\nname = \"G\"\nbureau = \"government\"\n\n";
        const auto person = [&](const char* id, const char* organisation, const char* rights) {
            const std::string role = roles.contains(id) ? fmt::format("roles = [\"{}\"]\n", roles[id]) : "";
            site.more += fmt::format(
                "[[person]]\nid = \"{0}\"\nname = \"{0}\"\norganisation = \"{1}\"\n{2}\n{3}account = \"{4}\"\n\n", id,
                organisation, rights, role, own_account());
        };
        person("env", "hbj", "may = [\"forecast\", \"sign\"]");
        person("met", "qxj", "may = [\"forecast\", \"sign\"]");
        person("deputy", "zf", "may_approve_up_to = \"orange\"");
        person("mayor", "zf", "may_approve_up_to = \"red\"");
        person("office", "zf", "may = [\"issue\", \"order\", \"emergency\"]");
        site.more += tables;
        if (!consultation.empty()) site.more += "[consultation]\n" + consultation + "\n";
        return site;
    }

    /// Another edition from here on: another configuration, and a start.
    void rules(const std::string& edition)
    {
        const auto at = site_.rules.find("warnings = ");
        std::string changed = site_.rules;
        changed.replace(at, changed.find('\n', at) - at, fmt::format("warnings = \"{}\"", edition));
        if (changed == site_.rules) return;
        site_.rules = changed;
        REQUIRE(daemon_->stop() == 0);
        daemon_->configure(site_);
        daemon_->set_arguments({"--simulated-clock", now_});
        daemon_->start();
        daemon_->wait_for_link("up");
    }

    void at(const std::string& now)
    {
        now_ = now;
        daemon_->clock(now_);
    }

    /// Publishes and waits until the daemon has taken it in.
    void measure(const std::vector<std::string>& payloads)
    {
        std::vector<Message> messages;
        for (const auto& payload : payloads) messages.push_back({topic_of(station(1)), payload, false});
        taken_ += static_cast<std::int64_t>(payloads.size());
        publish_all(broker_.login("stations"), messages);
        wait_until(20s, "the readings", [&] { return daemon_->count("readings") >= taken_; });
    }
    static std::string reading(const std::string& time, const char* period, int pm2_5)
    {
        const char* ozone = std::string_view{period} == "24h" ? "o3_8h_ug_m3" : "o3_ug_m3";
        return json::serialize(json::object{{"station", station(1)},
                                            {"time", time},
                                            {"period", period},
                                            {"values", json::object{{"so2_ug_m3", 1},
                                                                    {"no2_ug_m3", 1},
                                                                    {"pm10_ug_m3", 1},
                                                                    {"co_mg_m3", 1},
                                                                    {ozone, 1},
                                                                    {"pm2_5_ug_m3", pm2_5}}}});
    }
    void observed(const Words& words)
    {
        std::vector<std::string> payloads;
        LocalDay day = *parse_day(words.at(1));
        for (std::size_t i = 2; i < words.size(); ++i, day = day.plus(1))
            if (words[i] != "-")
                payloads.push_back(reading(format_instant(HourEnding::of(day, 24).instant({}), {}), "24h",
                                           pm2_5_for(std::stoi(words[i]))));
        measure(payloads);
    }
    void hours(const Words& words)
    {
        std::vector<std::string> payloads;
        const LocalDay day = *parse_day(words.at(1));
        for (std::size_t i = 2; i < words.size(); ++i)
            payloads.push_back(reading(format_instant(HourEnding::of(day, static_cast<int>(i) - 1).instant({}), {}),
                                       "1h", pm2_5_for(std::stoi(words[i]))));
        measure(payloads);
    }

    static json::object forecast(const Words& words)
    {
        json::array days;
        LocalDay day = *parse_day(words.at(2));
        for (std::size_t i = 3; i < words.size(); ++i, day = day.plus(1)) {
            if (words[i] == "-") continue;
            const auto colon = words[i].find(':');
            const std::string range = words[i].substr(0, colon);
            const std::string primary = colon == std::string::npos ? "" : words[i].substr(colon + 1);
            const auto dash = range.find('-');
            json::object one{
                {"date", format_day(day)},
                {"low", std::stoi(range)},
                {"high", dash == std::string::npos ? std::stoi(range) : std::stoi(range.substr(dash + 1))}};
            if (primary == "dust")
                one["dust"] = true;
            else
                one["primary"] = primary;
            days.push_back(std::move(one));
        }
        return {{"command", "forecast"}, {"person", words.at(1)}, {"area", "C"}, {"days", std::move(days)}};
    }

    /// A copy: the status is asked for anew each time.
    std::optional<json::object> pending_warning()
    {
        const json::object status = daemon_->status();
        for (const auto& w : status.at("warnings").as_array())
            if (!w.at("pending").is_null()) return w.as_object();
        return std::nullopt;
    }
    static json::object pending_of(const json::object& warning)
    {
        const auto number = warning.at("pending").as_int64();
        for (const auto& r : warning.at("revisions").as_array())
            if (r.at("number").as_int64() == number) return r.as_object();
        throw std::logic_error("a pending revision that is not there");
    }

    /// Empty: there is nothing that could be asked about.
    json::object request(const Words& words)
    {
        const std::string &verb = words.at(0), &person = words.at(1);
        json::object out{{"person", person}};
        const std::string why = after(words, "because");
        if (!why.empty()) out["why"] = why;
        const auto hour = [&](const char* word) {
            if (!after(words, word).empty()) out[word] = moment(after(words, word), after(words, word, 2));
        };
        if (verb == "forecast") return forecast(words);
        if (verb == "order") {
            out["command"] = "order";
            out["authority"] = "省攻坚办";
            out["document"] = words.at(3);
            out["areas"] = json::array{"C"};
            out["level"] = words.at(2);
            if (words.size() > 5) out["effective"] = moment(words[4], words[5]);
            return out;
        }
        hour("effective");
        hour("until");
        if (verb == "propose") {
            out["command"] = "propose";
            out["area"] = "C";
            out["level"] = words.at(2);
            return out;
        }
        if (verb == "review") {
            const json::object status = daemon_->status();
            const auto& newest = status.at("warnings").as_array().at(0);
            out["command"] = "review-emergency";
            out["warning"] = newest.at("id");
            out["revision"] = newest.at("revisions").as_array().size();
            out["verdict"] = words.at(2);
            return out;
        }
        const auto warning = pending_warning();
        if (!warning) return {};
        out["warning"] = warning->at("id");
        out["revision"] = warning->at("pending");
        if (verb == "consult") {
            out["command"] = "consult";
            if (!after(words, "level").empty()) out["level"] = after(words, "level");
            if (!after(words, "wording").empty()) out["wording"] = after(words, "wording");
            return out;
        }
        out["command"] = "act";
        out["verb"] = verb;
        return out;
    }

    bool said(const json::object& request)
    {
        if (request.empty()) return false;
        const json::object answer = daemon_->ask(request);
        UNSCOPED_INFO(json::serialize(request) << " -> " << json::serialize(answer));
        return answer.at("ok").as_bool();
    }

    void publish()
    {
        const auto warning = pending_warning();
        REQUIRE(warning.has_value());
        const bool lift = pending_of(*warning).at("kind").as_string() == "lift";
        CHECK(said(request({"sign", "env"})));
        CHECK(said(request({"sign", "met"})));
        CHECK(said(request({"approve", "mayor"})));
        CHECK(said(request({lift ? "lift" : "issue", "office"})));
    }

    void expect(const Words& words)
    {
        const auto warning = pending_warning();
        const auto text = [](const json::value& v) { return std::string{v.as_string()}; };
        const json::object status = daemon_->status();
        const auto& all = status.at("warnings").as_array();
        if (words[0] == "nothing" && words.at(1) == "pending") {
            CHECK_FALSE(warning.has_value());
        } else if (words[0] == "pending") {
            REQUIRE(warning.has_value());
            const auto r = pending_of(*warning);
            CHECK(fmt::format("{} {} {}", text(r.at("kind")), text(r.at("level")), text(r.at("effective"))) ==
                  fmt::format("{} {} {}", words.at(1), words.at(2), moment(words.at(3), words.at(4))));
        } else if (words[0] == "days") {
            REQUIRE(warning.has_value());
            CHECK(pending_of(*warning).at("heavy_days").as_int64() == std::stoi(words.at(1)));
        } else if (words[0] == "state" || words[0] == "origin") {
            REQUIRE(warning.has_value());
            CHECK(text(pending_of(*warning).at(words[0])) == words.at(1));
        } else if (words[0] == "level") {
            CHECK(text(status.at("areas").as_array().at(0).at("level")) == words.at(1));
        } else if (words[0] == "warnings") {
            CHECK(all.size() == static_cast<std::size_t>(std::stoi(words.at(1))));
        } else if (words[0] == "issued") {
            const json::value* newest = nullptr;
            for (const auto& r : all.at(0).at("revisions").as_array())
                if (r.at("issue").is_object()) newest = &r;
            REQUIRE(newest != nullptr);
            CHECK(fmt::format("{} {}", text(newest->at("state")), text(newest->at("effective"))) ==
                  fmt::format("{} {}", words.at(1), moment(words.at(2), words.at(3))));
        }
    }

    /// The machine is switched off: nothing is said again, nothing is forgotten.
    void kill_and_start()
    {
        const auto before = daemon_->status();
        const auto journaled = daemon_->number("SELECT count(*) FROM journal");
        daemon_->kill();
        daemon_->set_arguments({"--simulated-clock", now_});
        daemon_->start();
        daemon_->wait_for_link("up");
        daemon_->clock(now_);
        const auto now = daemon_->status();
        CHECK(json::serialize(now.at("warnings")) == json::serialize(before.at("warnings")));
        CHECK(json::serialize(now.at("orders")) == json::serialize(before.at("orders")));
        CHECK(json::serialize(now.at("alarms")) == json::serialize(before.at("alarms")));
        CHECK(daemon_->number("SELECT count(*) FROM journal") == journaled);
    }

    Folder folder_;
    Broker broker_;
    std::optional<Daemon> daemon_;
    Site site_;
    const bool killed_;
    std::string now_;
    std::int64_t taken_ = 0;
};

void tell(const fs::path& file, bool killed_at_every_step)
{
    INFO(file.filename().string());
    const auto lines = lines_of(file);
    Town town{lines, killed_at_every_step};
    for (const auto& words : lines) town.run(words);
    CHECK(town.stop() == 0);
}

} // namespace

TEST_CASE("every scenario is told to the real daemon on a simulated clock", "[scenario]")
{
    int told = 0;
    for (const auto& entry : fs::directory_iterator{source("tests/scenarios")}) {
        if (entry.path().extension() != ".scn") continue;
        tell(entry.path(), false);
        ++told;
    }
    CHECK(told >= 20);
}

TEST_CASE("killed after every step of a warning's life, the daemon repeats nothing and forgets nothing", "[scenario]")
{
    for (const char* name : {"whole-life", "an-order-from-above", "emergency", "a-consultation-past-its-deadline"})
        tell(source(fmt::format("tests/scenarios/{}.scn", name)), true);
}

} // namespace aqi::e2e
