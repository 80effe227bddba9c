#include "tools/sim/station_mqtt.hpp"

#include "drivers/reading_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace aqi::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto look_every = std::chrono::milliseconds{10};
constexpr auto try_again = std::chrono::milliseconds{500};
constexpr auto patience = std::chrono::seconds{30};
constexpr int hour_s = 3'600;

class Run {
public:
    Run(const MqttRun& run, StationClock& clock) : run_(run), clock_(clock), last_(clock.start()) {}

    int play()
    {
        // Time begins when somebody listens.
        while (!publisher_ && !silent() && !stop_wanted()) {
            deliver();
            std::this_thread::sleep_for(look_every);
        }
        clock_.begin();
        while (true) {
            const bool over = clock_.over();
            collect();
            deliver();
            tell();
            if (over && (waiting_.empty() || stop_wanted())) break;
            std::this_thread::sleep_for(look_every);
        }
        fmt::print("aqi-sim mqtt: {}\n", words());
        return 0;
    }

private:
    std::string words() const
    {
        return fmt::format("{} sent, {} acknowledged, {} resent, {} hours not sent", sent_, acknowledged_, resent_,
                           not_sent_);
    }

    bool silent() const { return run_.records.faults().holds(FaultKind::silence, clock_.now()); }

    void collect()
    {
        const Instant now = clock_.now();
        for (Instant end = next_multiple(last_, hour_s); end <= now; end = next_multiple(end, hour_s)) {
            auto messages = messages_of(run_.records, run_.topic, hour_around(end, station_offset));
            if (messages.empty()) ++not_sent_;
            for (auto& message : messages) waiting_.push_back(std::move(message));
            last_ = end;
        }
    }

    /// What is not acknowledged stays and is sent again, all of it: a station cannot know how far it came.
    void deliver()
    {
        const auto now = Clock::now();
        if (silent()) {
            publisher_.reset();
            return;
        }
        if (now < again_at_) return;
        try {
            if (!publisher_)
                publisher_.emplace(run_.broker, fmt::format("aqi-sim-{}", run_.records.station()), run_.user,
                                   run_.password);
            if (!waiting_.empty()) {
                const auto count = static_cast<long>(waiting_.size());
                resent_ += tried_;
                sent_ += count - tried_;
                tried_ = count;
                publisher_->publish(waiting_);
                acknowledged_ += count;
                waiting_.clear();
                tried_ = 0;
            }
            failing_since_.reset();
        } catch (const std::runtime_error&) {
            publisher_.reset();
            if (!failing_since_) failing_since_ = now;
            if (now - *failing_since_ > patience || stop_wanted()) throw;
            again_at_ = Clock::now() + try_again;
        }
    }

    void tell()
    {
        const std::int64_t minute = clock_.now().ms / 60'000;
        if (!run_.verbose || minute == told_minute_) return;
        told_minute_ = minute;
        fmt::print("{} {}\n", format_instant(clock_.now(), station_offset), words());
        std::fflush(stdout);
    }

    const MqttRun& run_;
    StationClock& clock_;
    Instant last_;
    std::optional<Publisher> publisher_;
    std::vector<Publisher::Message> waiting_;
    long tried_ = 0; ///< so many of what waits were sent before
    Clock::time_point again_at_{};
    std::optional<Clock::time_point> failing_since_;
    long sent_ = 0, acknowledged_ = 0, resent_ = 0, not_sent_ = 0;
    std::int64_t told_minute_ = -1;
};

} // namespace

std::vector<Publisher::Message> messages_of(const Records& records, const std::string& topic, HourEnding hour)
{
    const auto& faults = records.faults();
    const Instant end = hour.instant(station_offset);
    if (faults.holds(FaultKind::silence, end)) return {};
    Reading reading = records.hour(hour);
    if (const auto* clock = faults.at(FaultKind::wrong_clock, end)) reading.hour = hour.plus(clock->amount);
    const std::string payload = drivers::encode_reading_json(reading, station_offset);
    int times = 1;
    for (const auto kind : {FaultKind::duplicate, FaultKind::storm})
        if (const auto* fault = faults.at(kind, end)) times = std::max(times, fault->amount);
    const bool retained = faults.holds(FaultKind::retained, end);
    std::vector<Publisher::Message> out;
    if (faults.holds(FaultKind::junk, end)) out.push_back({topic, payload.substr(0, payload.size() / 2), retained});
    for (int i = 0; i < times; ++i) out.push_back({topic, payload, retained});
    return out;
}

int run_mqtt(const MqttRun& run, StationClock& clock) { return Run{run, clock}.play(); }

} // namespace aqi::sim
