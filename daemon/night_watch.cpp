#include "daemon/night_watch.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace aqi::daemon {
namespace {

constexpr std::size_t differences_named = 3;

} // namespace

std::string NightWatch::start()
{
    if (thread_.joinable()) return "a recomputation is under way";
    began_ = std::chrono::steady_clock::now();
    thread_ = std::thread{[this, file = parts_.config.data_folder / "aqid.db"] {
        auto fresh = recompute(file, parts_.config.rules, stops_);
        boost::asio::post(executor_, [this, fresh = std::shared_ptr<Recomputed>(std::move(fresh))] {
            if (stops_) return; // stop() has joined, or will
            thread_.join();
            compare(*fresh);
        });
    }};
    return {};
}

void NightWatch::stop()
{
    stops_ = true;
    if (thread_.joinable()) thread_.join();
}

void NightWatch::compare(Recomputed& fresh)
{
    RecomputeResult result;
    result.at = parts_.clock.now();
    if (fresh.trouble.empty()) {
        const auto later = parts_.store.events_after(fresh.seq);
        if (later)
            catch_up(fresh, *later, parts_.config.rules);
        else
            fresh.trouble = later.error().what;
    }
    result.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    result.events = fresh.events;
    if (!fresh.trouble.empty()) {
        parts_.health.recomputed(result, "the journal could not be read again: " + fresh.trouble);
        return;
    }
    try {
        const auto found = differences(parts_.store.stored_figures(), fresh.figures, parts_.config.rules);
        result.figures = fresh.figures.days.size() + fresh.figures.annual.size() + fresh.figures.good_days.size();
        std::string words;
        for (const auto& c : found) {
            if (result.differences++ < differences_named)
                words += fmt::format("{}{} {} {}: {} on disk, {} from the journal", words.empty() ? "" : "; ", c.place,
                                     change_name(c.what), format_day(c.day), c.before, c.after);
        }
        if (found.empty() && !parts_.turns.agrees_with(fresh.state)) {
            result.differences = 1;
            words = "the state in memory is not what the journal gives";
        }
        parts_.health.recomputed(result, words);
    } catch (const StoreError& error) {
        parts_.health.recomputed(result, std::string{"the figures could not be read: "} + error.what());
    }
}

void NightWatch::start_when_due()
{
    const auto& at = parts_.config.recompute_at;
    const UtcOffset offset = parts_.config.rules.network.offset;
    const Instant now = parts_.clock.now();
    const LocalDay today = last_hour_over(now, offset).plus(1).day();
    const std::int64_t minute = now.ms / 60'000 + offset.minutes - std::int64_t{today.since_epoch} * 24 * 60;
    if (!at || done_on_ == today || minute < std::chrono::minutes{*at}.count()) return;
    // A start later in the day than the hour waits for the next night: the start itself folded the journal.
    const bool first_look = !done_on_.has_value() && minute > std::chrono::minutes{*at}.count() + 1;
    done_on_ = today;
    if (!first_look) start();
}

} // namespace aqi::daemon
