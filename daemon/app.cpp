#include "daemon/app.hpp"

#include "daemon/alarm_watch.hpp"
#include "daemon/clock.hpp"
#include "daemon/commands.hpp"
#include "daemon/control.hpp"
#include "daemon/coverage.hpp"
#include "daemon/folder_lock.hpp"
#include "daemon/frame_book.hpp"
#include "daemon/health.hpp"
#include "daemon/inbox.hpp"
#include "daemon/log.hpp"
#include "daemon/night_watch.hpp"
#include "daemon/outgoing.hpp"
#include "daemon/reload.hpp"
#include "daemon/store/store.hpp"
#include "daemon/turns.hpp"
#include "daemon/web/api.hpp"
#include "daemon/web/front.hpp"
#include "daemon/web/review_json.hpp"
#include "daemon/web/server.hpp"
#include "daemon/web/wire.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <set>
#include <thread>

namespace aqi::daemon {
namespace {

namespace asio = boost::asio;

/// About so many bytes of the inbox make one turn: some hundred frames share a commit when there is a backlog.
constexpr std::size_t turn_bytes = 128 * 1024;
constexpr auto tick_every = std::chrono::seconds{1};
constexpr int ticks_a_minute = 60;
constexpr auto retry_least = std::chrono::milliseconds{500};
constexpr auto retry_most = std::chrono::milliseconds{10'000};
constexpr auto stop_patience = std::chrono::seconds{5};
/// A disk that takes longer than this for one entry is called hanging.
constexpr auto disk_patience = std::chrono::seconds{2};

class App {
public:
    App(Config config, std::optional<Instant> simulated_start, const std::function<Config()>& reread)
        : config_(std::move(config)),
          reread_(reread),
          simulated_(simulated_start ? std::make_unique<SimulatedClock>(*simulated_start) : nullptr),
          clock_(simulated_ ? static_cast<const Clock&>(*simulated_) : system_),
          health_(clock_),
          folder_lock_(config_.data_folder),
          tick_(io_),
          retry_(io_),
          signals_(io_, SIGTERM, SIGINT, SIGHUP)
    {
        store_ =
            std::make_unique<SqliteStore>(config_.data_folder / "aqid.db", config_.durability, config_.rules.network);
        inbox_ = std::make_unique<InboxLog>(config_.data_folder / "inbox", config_.durability, store_->consumed());
        turns_ = std::make_unique<Turns>(config_, *store_, clock_);
        night_watch_ = std::make_unique<NightWatch>(io_.get_executor(),
                                                    NightWatch::Parts{config_, clock_, *store_, *turns_, health_});
    }

    /// Everything that can fail at a start. Throws.
    void begin()
    {
        // What may be taken by somebody else comes first: figures that are made again are published, with a notice.
        control_.emplace(io_.get_executor(), config_.control_socket,
                         [this](std::string_view line, const Peer& peer, const Control::Answer& reply) {
                             if (!front_->sign_in().command(line, peer, reply)) reply(answer(line, peer));
                         });
        web_.emplace(io_.get_executor(), config_.http, [this](const web::Request& request, web::Responder responder) {
            (*front_)(request, std::move(responder));
        });
        recover();
        inbox_->on_append([this] { frames_arrived(); });
        inbox_->on_trouble([this](std::string what) {
            asio::post(io_, [this, what = std::move(what)] { health_.storage("inbox", what); });
        });
        health_.storage("inbox", {});
        health_.storage("store", {});
        outgoing_ = std::make_unique<Outgoing>(io_.get_executor(), Outgoing::Parts{config_, *store_, clock_, *turns_});
        open_page();
        outgoing_->start(); // only now: a start that fails must not call messages in doubt
        start_links();
        wait_for_signal();
        log(Severity::notice, "aqid is up: {}://{}:{}/, {} stations, {} areas, {} links, {} channels, {}",
            config_.http.certificate.empty() ? "http" : "https", config_.http.address, web_->port(),
            config_.rules.network.stations.size(), config_.rules.network.areas.size(), config_.links.size(),
            outgoing_->channels(), simulated_ ? "DRILL with a simulated clock" : "real clock");
        sd_notify(0, "READY=1");
        frames_arrived(); // what a former process left unread
        arrived_until_ = inbox_->end();
        tick();
    }

    /// Runs what begin() began, to its end.
    int run()
    {
        io_.run();
        return finish();
    }

    /// The configuration to go on with, when it was SIGHUP that ended this run.
    std::optional<Config> next() { return std::move(next_); }
    const Config& config() const { return config_; }
    std::optional<Instant> simulated_now() const
    {
        return simulated_ ? std::optional{simulated_->now()} : std::nullopt;
    }

private:
    void recover()
    {
        if (inbox_->torn_bytes() > 0)
            log(Severity::notice,
                "inbox: {} bytes at its end were cut off by a crash; nobody was told they had arrived",
                inbox_->torn_bytes());
        if (const auto done = turns_->recover(); !done)
            throw StoreError(fmt::format("the journal cannot be read: {}", done.error().what));
        const std::string digest = Turns::figures_digest(config_.rules);
        if (store_->rules_digest() == digest) return;
        auto figures = turns_->all_figures();
        if (!figures) throw StoreError(fmt::format("the journal cannot be read: {}", figures.error().what));
        const Figures stored = store_->stored_figures();
        auto changes = differences(stored, *figures, config_.rules);
        // A place without any row was never published: its figures are new, not others.
        std::set<std::string> published_places;
        for (const auto& f : stored.days) published_places.insert(config_.rules.network.place_id(f.place));
        std::erase_if(changes, [&](const Change& c) { return !published_places.contains(c.place); });
        const bool published = !store_->rules_digest().empty();
        const std::size_t count = published ? changes.size() : 0;
        const Turn notice = published ? turns_->notice_of_rules(std::move(changes),
                                                                "rules, areas or targets of the configuration changed")
                                      : Turn{};
        const auto written = store_->rewrite_figures(*figures, digest, notice);
        if (!written) throw StoreError(fmt::format("the figures cannot be written: {}", written.error().what));
        if (!figures->days.empty())
            log(Severity::notice,
                "rules or areas changed: {} daily figures were made again, {} published figures changed",
                figures->days.size(), count);
    }

    /// A link that was up when the last process ended was not up since.
    void note_absence(const std::string& link)
    {
        const auto before = store_->link_changes(link, clock_.now());
        if (before.empty() || before.back().state != "up") return;
        const Instant alive = store_->last_written().value_or(before.back().at);
        (void)store_->note_link({std::max(alive, before.back().at), link, "down", "aqid was not running"});
    }

    void start_links()
    {
        for (const auto& link : config_.links) {
            note_absence(link.name);
            drivers::LinkContext context;
            context.name = link.name;
            context.executor = io_.get_executor();
            context.inbox = inbox_.get();
            context.now = [this] { return clock_.now(); };
            context.offset = config_.rules.network.offset;
            context.report = [this, name = link.name](const drivers::LinkStatus& status) {
                if (health_.link(name, status)) note_link(name, status);
            };
            links_.push_back(link.driver->open(link.settings, std::move(context)));
            links_.back()->start();
        }
    }

    /// Kept for the reasons of empty hours. A disk that fails now is health's to tell; the change is lost to the ledger.
    void note_link(const std::string& name, const drivers::LinkStatus& status)
    {
        (void)store_->note_link(
            {clock_.now(), name, std::string{drivers::link_state_name(status.state)}, status.detail});
    }

    /// Every minute: what is owed is asked for again.
    void back_fill()
    {
        for (std::size_t i = 0; i < links_.size(); ++i)
            if (!config_.links[i].stations.empty()) links_[i]->back_fill(turns_->owed(config_.links[i]));
        const auto closed = turns_->state().last_closed();
        if (!closed || closed->hour_of_day() != 1) return;
        (void)store_->forget_minutes_before(closed->plus(-24 * (config_.minutes_kept_days + 1)));
        (void)store_->forget_links_before(
            closed->plus(-24 * config_.rules.open_days).instant(config_.rules.network.offset));
    }

    std::string order(std::string_view station, const drivers::Order& order)
    {
        for (std::size_t i = 0; i < links_.size(); ++i) {
            const auto& of_link = config_.links[i].stations;
            if (std::find(of_link.begin(), of_link.end(), station) == of_link.end()) continue;
            const auto done = links_[i]->order(station, order);
            return done ? agree_command(*done) : refuse_command(done.error().detail);
        }
        return refuse_command(fmt::format("no link speaks for station {} by name", station));
    }

    std::string coverage(const std::vector<StationIndex>& stations, HourEnding first, HourEnding last)
    {
        return coverage_json(coverage_of(stations, first, last, *turns_, config_, *store_), first, last, config_);
    }

    /// Any thread. Many arrivals become one turn.
    void frames_arrived()
    {
        if (drain_posted_.exchange(true)) return;
        asio::post(io_, [this] {
            drain_posted_ = false;
            if (!waiting_for_store_ && drain_once()) frames_arrived();
        });
    }

    /// One turn over what the inbox holds. Returns whether there is more and it can be had now.
    bool drain_once()
    {
        if (!clock_is_sane()) return false; // what is in the inbox is not put aside by a clock that is wrong
        const auto batch = inbox_->read(store_->consumed(), turn_bytes);
        if (!batch) {
            trouble("inbox-reading", batch.error().what);
            return false;
        }
        health_.storage("inbox-reading", {});
        if (batch->entries.empty() && !batch->damaged_until) return false;
        if (const auto taken = turns_->take(*batch); !taken) {
            trouble("store", taken.error().what);
            return false;
        }
        for (const Instant now = clock_.now(); const auto& entry : batch->entries) {
            health_.stored(entry.link, now.ms - entry.received_at.ms);
            frames_.note(entry);
        }
        health_.storage("store", {});
        retry_pause_ = retry_least;
        inbox_->forget_before(store_->consumed());
        return store_->consumed() < inbox_->end();
    }

    /// The turn is abandoned, its frames are still in the inbox; it is tried again after a pause.
    void trouble(const std::string& where, const std::string& what)
    {
        health_.storage(where, what);
        if (waiting_for_store_ || stopping_) return;
        waiting_for_store_ = true;
        retry_.expires_after(retry_pause_);
        retry_pause_ = std::min<std::chrono::milliseconds>(retry_pause_ * 2, retry_most);
        retry_.async_wait([this](boost::system::error_code ec) {
            waiting_for_store_ = false;
            if (!ec) frames_arrived();
        });
    }

    /// A clock that stands before an hour we have closed would put every reading aside, and date what people do wrongly.
    bool clock_is_sane()
    {
        const auto closed = turns_->state().last_closed();
        const bool sane = !closed || clock_.now() >= closed->instant(config_.rules.network.offset);
        health_.storage("clock", sane ? ""
                                      : fmt::format("it says {}, and {} is closed already: nothing is judged or closed "
                                                    "until it is right",
                                                    format_instant(clock_.now(), config_.rules.network.offset),
                                                    format_hour(*closed)));
        if (sane && !was_sane_) frames_arrived();
        was_sane_ = sane;
        return sane;
    }

    /// Whether all that had arrived at the last look is taken: an hour is not closed before values that came in time.
    bool arrivals_are_taken()
    {
        const bool waiting = waiting_for_store_ || !inbox_->flowing();
        const bool taken = !waiting && store_->consumed() >= arrived_until_;
        if (taken || waiting) arrived_until_ = inbox_->end();
        return taken;
    }

    Outcome<void> what_time_brings()
    {
        if (const auto closed = turns_->close_hours(); !closed) return closed;
        if (const auto noted = turns_->note_what_is_due(); !noted) return noted;
        if (const auto told = outgoing_->tick(health_, health_.storage_good()); !told) return told;
        if (simulated_) return Outcome<void>{}; // what links do has another time than a drill
        return turns_->note_conditions(alarm_watch_.look(*turns_, health_, outgoing_->dispatch(), clock_.now()));
    }

    void tick()
    {
        if (!clock_is_sane()) {
            arrived_until_ = inbox_->end();
        } else if (arrivals_are_taken()) {
            if (const auto done = what_time_brings(); !done)
                trouble("store", done.error().what);
            else if (store_->consumed() >= inbox_->end())
                health_.storage("store", {});
        }
        const auto held = inbox_->held_for();
        health_.storage("disk", held < disk_patience
                                    ? ""
                                    : fmt::format("an entry of the inbox has been on its way to the disk for {} s",
                                                  held / std::chrono::seconds{1}));
        if (!readable_) read_safely([this] { return (void)status(); });
        if (!simulated_) night_watch_->start_when_due(); // a drill only recomputes when asked
        if (++ticks_ % ticks_a_minute == 0) {
            back_fill();
            front_->sign_in().sweep();
        }
        sd_notify(0, fmt::format("WATCHDOG=1\nSTATUS={}", health_.line()).c_str());
        tick_.expires_after(tick_every);
        tick_.async_wait([this](boost::system::error_code ec) {
            if (!ec) tick();
        });
    }

    /// A drill's time: everything that arrived before is taken in first, then the clock moves, then what is due is done.
    std::string set_clock(Instant to)
    {
        const auto drained = [&] { // a clock that is not right yet takes nothing
            while (clock_is_sane() && store_->consumed() < inbox_->end())
                if (!drain_once() && store_->consumed() < inbox_->end()) return false;
            return true;
        };
        const std::string trouble = "what arrived before cannot be stored now";
        if (!drained()) return trouble;
        if (!simulated_->set(to))
            return fmt::format("the clock stands at {} and does not go back",
                               format_instant(clock_.now(), config_.rules.network.offset));
        if (!drained()) return trouble;
        if (const auto done = what_time_brings(); !done) return done.error().what;
        back_fill();
        outgoing_->dispatch().pump();
        return {};
    }

    CommandContext commands()
    {
        CommandContext context;
        context.config = &config_;
        context.turns = turns_.get();
        context.clock = &clock_;
        context.outgoing = outgoing_.get();
        context.trail = &store_->audit_trail();
        context.status = [this] { return status(); };
        context.counts = [this] { return web::counts_json(*store_); };
        context.audit = [this](int most) { return web::audit_json(*store_, most, config_); };
        context.review = [this] { return web::review_json(turns_->state(), *store_, config_); };
        context.recompute = [this] {
            const std::string why = night_watch_->start();
            return why.empty() ? std::string{R"({"ok":true})"} : refuse_command(why);
        };
        context.coverage = [this](const auto& stations, HourEnding first, HourEnding last) {
            return coverage(stations, first, last);
        };
        context.weather = [this](const auto& stations, HourEnding first, HourEnding last) {
            return weather_json(stations, first, last, config_, *store_);
        };
        context.order = [this](std::string_view station, const drivers::Order& what) { return order(station, what); };
        if (simulated_) context.set_clock = [this](Instant to) { return set_clock(to); };
        return context;
    }

    web::Sources sources()
    {
        std::vector<drivers::StationLine> lines;
        for (const auto& link : links_)
            for (auto& line : link->stations()) lines.push_back(std::move(line));
        return {&config_,     turns_.get(), &health_,         &outgoing_->dispatch(),
                store_.get(), &clock_,      std::move(lines), inbox_->durable_after()};
    }

    std::string status() { return web::status_json(sources()); }

    /// People look into the database too, and a disk may fail just then. Nobody's look ends the daemon.
    template <class Function>
    std::string read_safely(Function read)
    {
        std::string trouble;
        try {
            read();
        } catch (const StoreError& error) {
            trouble = error.what();
        }
        readable_ = trouble.empty();
        health_.storage("database", trouble);
        return trouble;
    }

    std::string answer(std::string_view line, const Peer& peer)
    {
        std::string out;
        const auto trouble = read_safely([&] { out = answer_command(line, peer, commands()); });
        return trouble.empty() ? out : refuse_command(fmt::format("the database cannot be read: {}", trouble));
    }

    void open_page()
    {
        web::Front::Parts parts;
        parts.config = &config_;
        parts.turns = turns_.get();
        parts.health = &health_;
        parts.outgoing = outgoing_.get();
        parts.store = store_.get();
        parts.clock = &clock_;
        parts.real_time = &system_;
        parts.frames = &frames_;
        parts.commands = [this] { return commands(); };
        parts.sources = [this] { return sources(); };
        parts.read_safely = [this](const std::function<void()>& read) { return read_safely(read); };
        front_.emplace(io_.get_executor(), std::move(parts));
    }

    void wait_for_signal()
    {
        signals_.async_wait([this](boost::system::error_code ec, int signal) {
            if (ec) return;
            if (signal != SIGHUP) {
                log(Severity::notice, "stopping on signal {}", signal);
                sd_notify(0, "STOPPING=1");
                return stop();
            }
            if (reload()) return;
            wait_for_signal();
        });
    }

    /// Whether this run ends so that another begins with a new configuration.
    bool reload()
    {
        if (waiting_for_store_ || !inbox_->flowing() || inbox_->held_for() > disk_patience) {
            log(Severity::warning, "the configuration was not reloaded: links cannot be ended while storage fails");
            return false;
        }
        try {
            Config fresh = reread_();
            if (!fresh.http.certificate.empty()) web::Certificate{fresh.http.certificate, fresh.http.key};
            if (const auto why = cannot_be_reloaded(config_, fresh); !why.empty()) {
                log(Severity::warning, "the configuration was not reloaded: {}", why);
                return false;
            }
            log(Severity::notice, "reloading the configuration: {}", differences_of(config_, fresh));
            next_ = std::move(fresh);
        } catch (const std::exception& error) {
            log(Severity::warning, "the configuration was not reloaded, the former one stays in force: {}",
                error.what());
            return false;
        }
        stop();
        return true;
    }

    void stop()
    {
        stopping_ = true;
        for (const auto& [name, status] : health_.links())
            if (status.state == drivers::LinkState::up)
                (void)store_->note_link({clock_.now(), name, "down", "aqid was stopped"});
        for (auto& link : links_) ended_ = link->stop() && ended_;
        inbox_->stop();
        control_.reset();
        web_.reset();
        retry_.cancel();
        tick_.cancel();
        // A message on its way is given a moment, so that it need not be called in doubt.
        stop_deadline_ = std::chrono::steady_clock::now() + stop_patience;
        wait_for_dispatch();
    }

    void wait_for_dispatch()
    {
        if (!outgoing_->dispatch().sending() || std::chrono::steady_clock::now() >= stop_deadline_) {
            outgoing_->stop();
            io_.stop();
            return;
        }
        tick_.expires_after(std::chrono::milliseconds{20});
        tick_.async_wait([this](boost::system::error_code ec) {
            if (!ec) wait_for_dispatch();
        });
    }

    int finish()
    {
        night_watch_->stop();
        if (!ended_) {
            // A link's thread is held in append(), on purpose: returning would acknowledge what was not stored. It cannot be
            // joined, so the process ends without unwinding; SQLite and the inbox need no farewell.
            log(Severity::warning, "ending while storage fails; the senders keep what was not acknowledged");
            std::fflush(nullptr);
            std::_Exit(EXIT_SUCCESS);
        }
        links_.clear();
        log(Severity::notice, "stopped");
        return EXIT_SUCCESS;
    }

    const Config config_;
    const std::function<Config()>& reread_;
    std::optional<Config> next_;
    SystemClock system_;
    std::unique_ptr<SimulatedClock> simulated_;
    const Clock& clock_;
    asio::io_context io_{1};
    Health health_;
    FolderLock folder_lock_;
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<InboxLog> inbox_;
    std::unique_ptr<Turns> turns_;
    std::unique_ptr<NightWatch> night_watch_;
    std::unique_ptr<Outgoing> outgoing_;
    std::optional<Control> control_;
    FrameBook frames_;
    std::optional<web::Front> front_;
    std::optional<web::Server> web_; // after front_: it ends first
    std::vector<std::unique_ptr<drivers::Link>> links_;
    AlarmWatch alarm_watch_{config_};
    asio::steady_timer tick_;
    asio::steady_timer retry_;
    asio::signal_set signals_;
    std::chrono::milliseconds retry_pause_ = retry_least;
    std::chrono::steady_clock::time_point stop_deadline_;
    std::atomic<bool> drain_posted_{false};
    std::int64_t ticks_ = 0;
    bool waiting_for_store_ = false;
    bool readable_ = true;
    bool was_sane_ = true;
    InboxPosition arrived_until_ = 0; ///< see arrivals_are_taken()
    bool ended_ = true;               ///< every thread of every link
    bool stopping_ = false;
};

} // namespace

int run_daemon(Config config, std::optional<Instant> simulated_start, const std::function<Config()>& reread)
{
    std::signal(SIGPIPE, SIG_IGN); // a peer that goes away is an error code, not an end
    // Between two runs, a signal finds these in place of the default, and a request to stop is not lost.
    asio::io_context between;
    asio::signal_set held{between, SIGTERM, SIGINT, SIGHUP};
    bool is_to_stop = false;
    std::function<void()> listen = [&] {
        held.async_wait([&](boost::system::error_code ec, int signal) {
            if (ec) return;
            is_to_stop = is_to_stop || signal != SIGHUP;
            listen();
        });
    };
    listen();

    std::optional<Config> former;
    while (true) {
        std::unique_ptr<App> app;
        try {
            app = std::make_unique<App>(config, simulated_start, reread);
            app->begin();
        } catch (const std::exception& error) {
            if (!former) throw;
            app.reset();
            log(Severity::warning, "the new configuration cannot be started, the former one is in force again: {}",
                error.what());
            config = *std::exchange(former, std::nullopt);
            continue;
        }
        between.poll();
        if (is_to_stop) std::raise(SIGTERM);
        const int code = app->run();
        auto next = app->next();
        if (!next) return code;
        simulated_start = app->simulated_now();
        former = std::move(config);
        config = std::move(*next);
    }
}

} // namespace aqi::daemon
