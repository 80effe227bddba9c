#include "tests/e2e/stage.hpp"

#include "libaqi/time.hpp"

#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <sstream>

#include <pwd.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

constexpr aqi::UtcOffset beijing{480};

std::string secret()
{
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

std::string mosquitto_program()
{
    for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"})
        if (fs::exists(path)) return path;
    FAIL("no mosquitto on this machine");
    return {};
}

/// The n-th message of many_readings(): its station and hour.
std::pair<int, std::int32_t> place_of(std::size_t n, int stations, std::int32_t newest)
{
    const auto per = static_cast<std::size_t>(stations);
    // Three hours apart, so that a few thousand messages reach back over months.
    return {static_cast<int>(n % per) + 1, newest - 48 - static_cast<std::int32_t>(n / per) * 3};
}

} // namespace

Broker::Broker(const fs::path& parent, Options options)
    : parent_(parent), folder_(parent / "broker"), log_(parent / "broker.log"), options_(std::move(options))
{
    fs::create_directories(folder_);
    write_file(folder_ / "passwords", ""); // mosquitto_passwd wants it to be there
    for (const auto* user : {"aqid", "stations", "watcher", "S01"}) {
        const std::string password = secret();
        write_file(password_file(user), password + "\n");
        REQUIRE(run({"/usr/bin/mosquitto_passwd", "-b", (folder_ / "passwords").string(), user, password}).exit_code ==
                0);
    }
    set_acl(read_file(source("schemas/broker/aqid.acl")));
    port_ = free_port();
}

void Broker::set_acl(const std::string& text)
{
    write_file(folder_ / "acl", text + "\nuser stations\ntopic write aqid/v1/#\n\nuser watcher\ntopic read #\n");
    own(folder_ / "acl");
}

void Broker::own(const fs::path& file) const
{
    const passwd* account = ::getpwnam("mosquitto");
    if (is_root() && account != nullptr) (void)!::chown(file.c_str(), account->pw_uid, account->pw_gid);
}

void Broker::start()
{
    auto set = options_.set;
    set["persistence_location"] = folder_.string() + "/";
    set["password_file"] = (folder_ / "passwords").string();
    set["acl_file"] = (folder_ / "acl").string();
    set["listener"] = fmt::format("{} 127.0.0.1", port_);
    std::istringstream shipped{read_file(source("schemas/broker/mosquitto.conf"))};
    std::string text;
    for (std::string line; std::getline(shipped, line);) {
        const std::string key = line.substr(0, line.find(' '));
        if (options_.without_rules && (key == "allow_anonymous" || key == "password_file" || key == "acl_file"))
            continue;
        text += (set.contains(key) ? key + " " + set[key] : line) + "\n";
    }
    write_file(folder_ / "mosquitto.conf", text + options_.more + "\n", fs::perms{0644});
    if (inside_namespace())
        write_file(folder_ / "mosquitto.conf", text + "user root\n" + options_.more + "\n",
                   fs::perms{0644}); // it may become nobody else
    if (is_root()) {
        own(folder_);
        for (const auto& file : fs::directory_iterator{folder_}) own(file.path());
    }
    child_ = std::make_unique<Child>(
        Start{{mosquitto_program(), "-c", (folder_ / "mosquitto.conf").string()}, log_, {}, {}});
    wait_until(20s, "the broker", [&] {
        if (!child_->running()) FAIL("the broker ended: " << log());
        return listens(port_);
    });
}

void Broker::stop()
{
    child_->signal(SIGTERM);
    child_->wait(20s, "the end of the broker");
}

Login Broker::login(const std::string& user, const std::string& client_id) const
{
    std::string password = read_file(password_file(user));
    password.pop_back();
    return {port_, user, password, client_id.empty() ? user : client_id, 60};
}

std::string link_to(std::string_view uri, std::string_view more)
{
    return fmt::format("[[link]]\nname = \"broker\"\ndriver = \"mqtt-json\"\nuri = \"{}\"\nclient_id = "
                       "\"aqid-e2e\"\ntopics = [\"aqid/v1/+/hourly\"]\nstation_level = 2\n"
                       "status_topic = \"aqid/v1/daemon/status\"\n{}\n",
                       uri, more);
}

std::string link_to(const Broker& broker, std::string_view more)
{
    return link_to(broker.uri(), fmt::format("user = \"aqid\"\npassword_file = \"{}\"\n{}",
                                             broker.password_file("aqid").string(), more));
}

Daemon::Daemon(const fs::path& parent, const Site& site, Options options)
    : parent_(parent), options_(std::move(options))
{
    configure(site);
}

Daemon::~Daemon()
{
    if (std::uncaught_exceptions() == 0 || child_ == nullptr) return;
    const std::string said = log();
    std::cout << "--- the daemon's last words ---\n"
              << said.substr(said.size() > 3000 ? said.size() - 3000 : 0) << "---\n";
}

void Daemon::configure(const Site& site)
{
    data_ = site.data.empty() ? parent_ / "data" : fs::path{site.data};
    const auto colon = site.http.rfind(':');
    std::string text =
        fmt::format("[daemon]\ndata_folder = \"{}\"\ncontrol_socket = \"{}\"\ndurability = \"{}\"\n{}\n"
                    "[http]\naddress = \"{}\"\nport = {}\nreading = \"{}\"\n{}\n"
                    "[time]\n{}\n[rules]\n{}open_days = 1000\n\n",
                    data_.string(), socket().string(), site.durability, site.daemon, site.http.substr(0, colon),
                    site.http.substr(colon + 1), site.reading, site.http_more, site.time, site.rules);
    std::string ids;
    for (int n = 1; n <= site.stations; ++n) {
        text += fmt::format("[[station]]\nid = \"{0}\"\nname = \"Station {0}\"\n\n", station(n));
        ids += fmt::format("{}\"{}\"", n == 1 ? "" : ", ", station(n));
    }
    text +=
        fmt::format("[[area]]\nid = \"C\"\nname = \"City\"\nkind = \"city\"\nstations = [{}]\n\n{}", ids, site.more);
    write_file(config(), text, fs::perms{0644});
}

void Daemon::spawn()
{
    const fs::path log = parent_ / "aqid.log";
    log_begin_ = fs::exists(log) ? fs::file_size(log) : 0;
    std::string aqid = program("aqid");
    if (options_.as) { // another account may not be let into the folder where we were built
        fs::copy_file(aqid, parent_ / "aqid", fs::copy_options::skip_existing);
        aqid = (parent_ / "aqid").string();
    }
    Start start{{aqid, "--config", config().string()}, log, options_.environment, options_.as};
    start.command.insert(start.command.end(), options_.arguments.begin(), options_.arguments.end());
    if (options_.fault_disk) {
        start.environment["LD_PRELOAD"] = AQID_FAULT_DISK;
        start.environment["AQID_FAULT_FILE"] = (parent_ / "fault").string();
        start.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
    }
    child_.reset();
    child_ = std::make_unique<Child>(start);
}

void Daemon::start()
{
    spawn();
    constexpr std::string_view word = "aqid is up: http://127.0.0.1:";
    wait_until(30s, "the daemon", [&] {
        const std::string said = log();
        if (const auto at = said.find(word); at != std::string::npos && said.find('\n', at) != std::string::npos) {
            port_ = static_cast<std::uint16_t>(std::stoi(said.substr(at + word.size())));
            return true;
        }
        if (!child_->running()) FAIL("the daemon ended: " << said);
        return false;
    });
}

void Daemon::kill() { child_->kill(); }

int Daemon::stop(milliseconds limit)
{
    child_->signal(SIGTERM);
    return child_->wait(limit, "the end of the daemon after SIGTERM");
}

void Daemon::fault(const std::string& rules) { write_file(parent_ / "fault", rules + "\n", fs::perms{0644}); }

std::uintmax_t Daemon::inbox_bytes() const
{
    std::uintmax_t bytes = 0;
    for (const auto& file : fs::directory_iterator{data_ / "inbox"}) bytes += file.file_size();
    return bytes;
}

std::string Daemon::log() const
{
    const std::string whole = read_file(parent_ / "aqid.log");
    return whole.substr(std::min<std::size_t>(log_begin_, whole.size()));
}

json::object Daemon::ask(const json::object& request, std::optional<unsigned> as)
{
    const std::string answer = talk(socket(), json::serialize(request), patient(20s), as);
    if (answer.empty()) FAIL("no answer to " << json::serialize(request));
    return json::parse(answer).as_object();
}

void Daemon::clock(const std::string& now)
{
    const auto answer = ask({{"command", "clock"}, {"now", now}});
    INFO(json::serialize(answer));
    REQUIRE(answer.at("ok").as_bool());
}

json::object Daemon::status()
{
    Reply reply;
    // A story asks faster than a stranger may; it waits its turn like one.
    wait_until(patient(10s), "an answer of the status page", [&] {
        reply = get("/api/v1/status", patient(10s));
        return reply.status != 429;
    });
    if (reply.status != 200) FAIL("the status page answers " << reply.status);
    return json::parse(reply.body).as_object();
}

json::object Daemon::link() { return status().at("links").at(0).as_object(); }

void Daemon::wait_for_link(std::string_view state, milliseconds limit)
{
    wait_until(limit, fmt::format("link {}", state), [&] { return link().at("state").as_string() == state; });
}

std::string station(int n) { return fmt::format("S{:02}", n); }
std::string topic_of(const std::string& id) { return "aqid/v1/" + id + "/hourly"; }

std::int32_t newest_hour()
{
    // One answer a run: a story that goes on over the full hour must not change what it sends.
    static const std::int32_t hour = [] {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return aqi::last_hour_over(aqi::Instant{std::chrono::duration_cast<milliseconds>(now).count()}, beijing)
            .since_epoch;
    }();
    return hour;
}

std::string hour_text(std::int32_t hour)
{
    return aqi::format_instant(aqi::HourEnding{hour}.instant(beijing), beijing);
}

std::int64_t pm2_5_ng(int n, std::int32_t hour) { return (n * 7919 + hour * 104'729LL) % 400'000; }

std::string reading(int n, std::int32_t hour)
{
    const std::int64_t ng = pm2_5_ng(n, hour);
    return fmt::format(R"({{"station":"{}","time":"{}","values":{{"pm2_5_ug_m3":{}.{:03},"co_mg_m3":1.{}}}}})",
                       station(n), hour_text(hour), ng / 1000, ng % 1000, n % 10);
}

std::vector<Message> many_readings(int stations, std::size_t count)
{
    std::vector<Message> out;
    const std::int32_t newest = newest_hour();
    for (std::size_t n = 0; n < count; ++n) {
        const auto [s, hour] = place_of(n, stations, newest);
        out.push_back({topic_of(station(s)), reading(s, hour), false});
    }
    return out;
}

std::uintmax_t inbox_bytes_of(const std::vector<Message>& messages)
{
    constexpr std::uintmax_t head = 4 + 4 + 8 + 1 + 2 + 2 + 4;
    std::uintmax_t bytes = 0;
    for (const auto& message : messages)
        bytes += head + std::string_view{"broker"}.size() + message.topic.size() + message.payload.size();
    return bytes;
}

Kept kept(const fs::path& database, int stations, std::size_t count)
{
    // The hour may turn while a test runs: what is expected hangs on the newest hour that was sent.
    std::map<std::pair<std::string, std::int32_t>, std::vector<std::pair<int, std::string>>> stored;
    for (const auto& row :
         rows(database,
              "SELECT p.code, o.hour, o.pollutant, o.value_ng FROM observation o JOIN place p ON p.id = o.station"))
        stored[{row[0], std::stoi(row[1])}].emplace_back(std::stoi(row[2]), row[3]);
    std::int32_t newest = 0;
    for (const auto& [key, values] : stored) newest = std::max(newest, key.second);
    Kept out;
    for (std::size_t n = 0; n < count; ++n) {
        const auto [s, hour] = place_of(n, stations, newest + 48);
        const std::string name = fmt::format("{} {}", station(s), hour_text(hour));
        const auto found = stored.find({station(s), hour});
        if (found == stored.end()) {
            out.missing.push_back(name);
            continue;
        }
        int pm2_5 = 0, co = 0;
        bool right = true;
        for (const auto& [pollutant, value] : found->second) {
            pm2_5 += pollutant == 5 ? 1 : 0;
            co += pollutant == 3 ? 1 : 0;
            right = right && (pollutant == 3 || value == std::to_string(pm2_5_ng(s, hour)));
        }
        if (pm2_5 > 1 || co > 1)
            out.twice.push_back(name);
        else if (!right || pm2_5 != 1 || co != 1)
            out.wrong.push_back(name);
        else
            ++out.whole;
        stored.erase(found);
    }
    for (const auto& [key, values] : stored)
        out.wrong.push_back("never sent: " + key.first + " " + hour_text(key.second));
    return out;
}

void require_exactly_once(const fs::path& database, int stations, std::size_t count)
{
    const Kept result = kept(database, stations, count);
    const auto few = [](const std::vector<std::string>& all) {
        std::string text = fmt::format("{}", all.size());
        for (std::size_t i = 0; i < all.size() && i < 3; ++i) text += ", " + all[i];
        return text;
    };
    INFO("missing: " << few(result.missing));
    INFO("twice: " << few(result.twice));
    INFO("wrong: " << few(result.wrong));
    CHECK(result.missing.empty());
    CHECK(result.twice.empty());
    CHECK(result.wrong.empty());
    REQUIRE(result.whole == count);
}

} // namespace aqi::e2e
