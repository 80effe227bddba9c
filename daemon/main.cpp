// aqid: see aqid(8).
#include "daemon/app.hpp"
#include "daemon/explain.hpp"
#include "daemon/store/audit.hpp"
#include "daemon/store/ledger.hpp"
#include "libaqi/settings.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include <sys/resource.h>

namespace {

/// Exit codes of aqid(8). systemd restarts after 1, not after 78: a broken configuration is not mended by trying again.
enum Exit : int { exit_failure = 1, exit_usage = 2, exit_configuration = 78 };

constexpr rlim_t descriptors = 4096;

/// A listener of the page is a descriptor, and the usual limit of 1024 is for programs without any.
void allow_many_descriptors()
{
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = std::max(files.rlim_cur, std::min<rlim_t>(files.rlim_max, descriptors));
    ::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace

int main(int argc, char** argv)
{
    std::string config_file = "/etc/aqid/aqid.toml";
    std::string simulated;
    bool check_only = false;
    bool list_channels = false;
    std::string ledger, trail, noted;
    CLI::App app{"aqid: air-quality monitoring and heavy-pollution warning"};
    app.add_option("--config", config_file, "configuration file")->capture_default_str();
    app.add_option("--simulated-clock", simulated,
                   "a drill: the clock stands at this time (2016-12-05T00:00:00+08:00) until it is set through the "
                   "control socket; channels for real warnings stay closed");
    app.add_flag("--check", check_only, "read the configuration, say what is wrong with it, and end");
    app.add_flag("--channels", list_channels, "list the channels, with a sample stanza of each, and end");
    app.add_option("--verify-ledger", ledger,
                   "say whether this database's ledger of everything sent is whole, and end");
    auto* verify_trail = app.add_option("--verify-audit", trail,
                                        "say whether this database's trail of who asked for what is whole, and end");
    app.add_option("--newest", noted, "with --verify-audit: a digest that was the newest once")->needs(verify_trail);
    aqi::daemon::Question question;
    auto* explain = app.add_option("--explain", question.places,
                                   "say why a figure of this area or station is what it is, and end; this and the next "
                                   "two work beside a running daemon")
                        ->expected(1);
    bool report = false, what_if = false;
    app.add_flag("--report", report, "print a report of --when, and end");
    app.add_flag("--what-if", what_if, "print what the rest of the year --when would take, and end");
    app.add_option("--place", question.places, "areas or stations of a report or what-if")->excludes(explain);
    app.add_option("--when", question.when, "2016-12-20T14:00, 2016-12-20, 2016-12, 2016Q4, 2016, period:2016");
    app.add_option("--what", question.what, "so2 no2 pm10 co o3 pm2_5 good-days statistics");
    app.add_option("--beside", question.beside, "another pack to show beside a report");
    app.add_option("--format", question.format, "text csv json html")->capture_default_str();
    app.add_option("--lang", question.language, "zh en")->capture_default_str();
    app.add_option("--assume", question.assume, "what-if: MONTH=MEAN");
    app.add_option("--need", question.need, "what-if: a month whose needed mean is asked for");
    app.add_option("--good-rate", question.good_rate, "what-if: percent of good days of the rest");
    app.add_option("--draws", question.draws, "what-if: draw the rest so often from earlier years")
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--seed", question.seed, "what-if: of the draws")->capture_default_str();
    app.set_version_flag("--version", std::string{AQID_VERSION});
    CLI11_PARSE(app, argc, argv);

    try {
        if (list_channels) {
            for (const auto& channel : aqi::notify::all_channels())
                fmt::print("{}: {}\n\n{}\n", channel.kind, channel.summary, channel.sample);
            return 0;
        }
        if (!ledger.empty()) {
            const auto verdict = aqi::daemon::verify_ledger(ledger);
            fmt::print("{} lines, newest {}: {}\n", verdict.lines, verdict.newest,
                       verdict.trouble.empty() ? "whole" : verdict.trouble);
            return verdict.trouble.empty() ? 0 : exit_failure;
        }
        if (!trail.empty()) {
            const auto verdict = aqi::daemon::verify_audit(trail, noted);
            fmt::print("{} lines, newest {}: {}\n", verdict.lines, verdict.newest,
                       verdict.trouble.empty() ? "whole" : verdict.trouble);
            return verdict.trouble.empty() ? 0 : exit_failure;
        }
        std::optional<aqi::Instant> start;
        if (!simulated.empty()) {
            const auto instant = aqi::parse_instant(simulated);
            if (!instant) {
                fmt::print(stderr, "<3>--simulated-clock: {}\n", instant.error().detail);
                return exit_usage;
            }
            start = *instant;
        }
        // A question opens no channel and lets nobody sign, so a drill's configuration is as good as a real one.
        const bool asks = explain->count() > 0 || report || what_if;
        const bool drill = start.has_value() || asks;
        aqi::daemon::Config config = aqi::daemon::load_config(config_file, drill ? aqi::Mode::drill : aqi::Mode::real);
        if (check_only) {
            fmt::print("{}: good\n", config_file);
            return 0;
        }
        if (asks) {
            const bool needs_place = !report;
            if (question.when.empty() || (needs_place && question.places.empty())) {
                fmt::print(stderr, "<3>a question needs --when{}\n", needs_place ? " and a place" : "");
                return exit_usage;
            }
            if (explain->count() > 0)
                aqi::daemon::explain(std::move(config), question);
            else if (report)
                aqi::daemon::print_report(std::move(config), question);
            else
                aqi::daemon::print_what_if(std::move(config), question);
            return 0;
        }
        allow_many_descriptors();
        return aqi::daemon::run_daemon(std::move(config), start, [&] {
            return aqi::daemon::load_config(config_file, drill ? aqi::Mode::drill : aqi::Mode::real);
        });
    } catch (const aqi::SettingError& error) {
        fmt::print(stderr, "<3>{}\n", error.what());
        return exit_configuration;
    } catch (const std::exception& error) {
        fmt::print(stderr, "<3>aqid: {}\n", error.what());
        return exit_failure;
    }
}
