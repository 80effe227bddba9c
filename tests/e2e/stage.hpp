// tests/e2e/stage: a private broker with the shipped configuration, a daemon with a configuration of its own, and
// readings that can be counted afterwards.
#pragma once

#include "tests/e2e/harness.hpp"
#include "tests/e2e/mqtt.hpp"

#include <memory>
#include <set>

namespace aqi::e2e {

/// mosquitto with schemas/broker, on loopback and a free port. Accounts: "aqid", "stations" (may publish for every
/// station), "watcher" (may read everything), and S01, which may only speak for itself.
class Broker {
public:
    struct Options {
        std::string more; ///< further lines of its configuration
        std::map<std::string, std::string>
            set;                    ///< other values for lines of the shipped one, e.g. "max_queued_messages"
        bool without_rules = false; ///< no accounts and no ACL; `more` brings its own
    };
    explicit Broker(const fs::path& parent) : Broker(parent, Options{}) {}
    Broker(const fs::path& parent, Options options);
    void start();
    /// SIGTERM, which saves the sessions.
    void stop();
    void signal(int number) { child_->signal(number); }
    /// What the ACL says from the next start on.
    void set_acl(const std::string& text);
    std::uint16_t port() const { return port_; }
    std::string uri() const { return fmt::format("tcp://127.0.0.1:{}", port_); }
    Login login(const std::string& user, const std::string& client_id = {}) const;
    fs::path password_file(const std::string& user) const { return parent_ / (user + ".password"); }
    const fs::path& folder() const { return folder_; }
    /// Gives a file to the account the broker runs under.
    void own(const fs::path& file) const;
    std::string log() const { return read_file(log_); }

private:
    const fs::path parent_, folder_, log_;
    const Options options_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Child> child_;
};

/// The [[link]] to a broker; `more` are further lines.
std::string link_to(const Broker& broker, std::string_view more = {});
std::string link_to(std::string_view uri, std::string_view more);

struct Site {
    std::string durability = "power";
    std::string daemon;                              ///< further lines of [daemon]
    std::string time;                                ///< lines of [time]
    std::string rules = "warnings = \"2016-225\"\n"; ///< lines of [rules]
    int stations = 4;                                ///< S01, S02, ..., all in the city C
    std::string more;                                ///< links, people, channels
    std::string http = "127.0.0.1:0";
    std::string reading = "open";
    std::string http_more; ///< further lines of [http]
    std::string data;      ///< data folder; default: in the daemon's folder
};

class Daemon {
public:
    struct Options {
        std::vector<std::string> arguments; ///< e.g. --simulated-clock
        std::map<std::string, std::string> environment;
        std::optional<unsigned> as;
        bool fault_disk = false; ///< fault() may be used
    };
    Daemon(const fs::path& parent, const Site& site) : Daemon(parent, site, Options{}) {}
    Daemon(const fs::path& parent, const Site& site, Options options);
    ~Daemon();

    /// Until it says that it is up.
    void start();
    /// Without waiting for it.
    void spawn();
    bool running() { return child_ != nullptr && child_->running(); }
    void kill();
    void signal(int number) { child_->signal(number); }
    /// SIGTERM; the exit code. The test fails when it takes longer than `limit`.
    int stop(milliseconds limit = 10s);
    int wait(milliseconds limit, const std::string& what) { return child_->wait(limit, what); }
    pid_t pid() const { return child_->pid(); }

    /// Rules of fault_disk.cpp; empty: the disk is good.
    void fault(const std::string& rules);

    json::object ask(const json::object& request, std::optional<unsigned> as = {});
    /// Sets a drill's clock. Fails the test if it is refused.
    void clock(const std::string& now);
    json::object status();
    Reply get(const std::string& path, milliseconds limit = 5s) { return http_get(port_, path, limit); }
    json::object link(); ///< of the status: the first link
    void wait_for_link(std::string_view state, milliseconds limit = 30s);
    std::int64_t count(const std::string& name)
    {
        return number("SELECT count FROM counter WHERE name = '" + name + "'");
    }
    std::int64_t number(const std::string& sql) { return e2e::number(database(), sql); }
    std::vector<std::vector<std::string>> rows(const std::string& sql) { return e2e::rows(database(), sql); }
    fs::path data() const { return data_; }
    fs::path database() const { return data_ / "aqid.db"; }
    /// Of all segments, so that a story can wait for entries the journal does not take.
    std::uintmax_t inbox_bytes() const;
    fs::path socket() const { return parent_ / "control"; }
    fs::path config() const { return parent_ / "aqid.toml"; }
    void configure(const Site& site);
    /// Of the next start.
    void set_arguments(std::vector<std::string> arguments) { options_.arguments = std::move(arguments); }
    /// What it said since it was last started.
    std::string log() const;
    std::uint16_t port() const { return port_; }

private:
    const fs::path parent_;
    fs::path data_;
    Options options_;
    std::unique_ptr<Child> child_;
    std::uint16_t port_ = 0;
    std::uintmax_t log_begin_ = 0;
};

/// "S01"
std::string station(int number);
std::string topic_of(const std::string& station);
/// The newest hour that is over by the real clock, Beijing time, as the database counts hours.
std::int32_t newest_hour();
/// "2016-12-05T13:00:00+08:00"
std::string hour_text(std::int32_t hour);
/// A reading of PM2.5 and CO whose values follow from station and hour, so that they can be checked.
std::string reading(int station, std::int32_t hour);
/// PM2.5 in ng/m3 as reading() writes it.
std::int64_t pm2_5_ng(int station, std::int32_t hour);

/// `count` messages of reading(), each with a (station, hour) of its own, over a long range of past hours.
std::vector<Message> many_readings(int stations, std::size_t count);
/// What the inbox needs for these messages from link "broker" (daemon/inbox.hpp, "Entry").
std::uintmax_t inbox_bytes_of(const std::vector<Message>& messages);
/// How many of these messages stand in the journal exactly as they were sent. Every other outcome has words.
struct Kept {
    std::size_t whole = 0;
    std::vector<std::string> missing, twice, wrong;
};
Kept kept(const fs::path& database, int stations, std::size_t count);
/// Fails the test with the words if one message is missing, twice or wrong.
void require_exactly_once(const fs::path& database, int stations, std::size_t count);

} // namespace aqi::e2e
