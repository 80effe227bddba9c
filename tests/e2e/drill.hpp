// tests/e2e/drill: a daemon with a simulated clock and a whole duty room on one account, to bring warnings about.
#pragma once

#include "tests/e2e/stage.hpp"

namespace aqi::e2e {

/// The name of the account this test runs under, as the daemon sees it.
std::string own_account();
/// Two bureaus and a government; person -> account. Persons: epb-zhang, met-li (forecast, sign), gov-zhao (approves up to
/// red), gov-chen (issues).
std::string duty_room(const std::map<std::string, std::string>& accounts);
std::string duty_room();

class Drill {
public:
    static constexpr const char* begin = "2016-12-05T10:00:00+08:00";
    /// Starts at once. `channels` and more go into the configuration.
    explicit Drill(const std::string& channels, bool fault_disk = false, const std::string& reading = "open");

    /// Both bureaus foresee two heavy days; it is signed, approved and issued: revision 1, yellow.
    void raise();
    /// Much worse: revision 2, red.
    void upgrade();
    /// Moves the clock to this time of the drill's day, e.g. "10:00:05".
    void clock(const std::string& time) { daemon.clock("2016-12-05T" + time + "+08:00"); }

    struct Row {
        std::string state;
        int attempts = 0;
        std::string detail;
    };
    Row row(int revision, const std::string& channel);
    void wait_for(int revision, const std::string& channel, const std::string& state, milliseconds limit = 20s);

    static constexpr const char* warning = "C-2016-001";
    Folder folder;
    Daemon daemon;

private:
    static Site site_of(const std::string& channels, const std::string& reading);
    static Daemon::Options options_of(bool fault_disk);
    void say(const json::object& request);
    void forecast(const std::vector<std::pair<std::string, int>>& days);
    void publish(int revision);
};

} // namespace aqi::e2e
