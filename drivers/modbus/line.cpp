#include "drivers/modbus/line.hpp"

#include "drivers/modbus/unit_poll.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace aqi::drivers::modbus {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds reopen_least{1'000}, reopen_most{60'000};
constexpr seconds stop_patience{3}; ///< beside the line's own time-out
constexpr int hours_remembered = 40 * 24;
/// A block that a disturbed line garbled is asked for again, the line being for the values of now.
constexpr int fetched_most = 3;
/// A device counts its minutes by its own clock: stored values are read well inside a minute of ours, or the newest place
/// may already be the next minute's.
constexpr std::int64_t minute_settled_ms = 10'000, minute_ends_ms = 50'000, minute_ms = 60'000;

/// What the loop and the line's thread share of one unit.
struct Shared {
    bool asked = false; ///< at least once
    bool answering = false;
    Steady::time_point next_try;
    std::string words; ///< why not, or what is wrong although it answers
    std::vector<Owed> owed;
    bool set_clock = false;
};

/// The thread's side of a unit.
struct Turn {
    Turn(const LineSettings::Polled& polled, BreakerLimits limits, std::function<Instant()> now)
        : poll(polled.unit, polled.read_gap, std::move(now)), every(polled.every), breaker(limits)
    {}
    UnitPoll poll;
    milliseconds every;
    Breaker breaker;
    Steady::time_point due{};
    std::map<HourEnding, int> fetched; ///< stored hours that were asked for, and how often
};

/// Lives as long as the thread or the link, whichever ends later.
class Line : public std::enable_shared_from_this<Line> {
public:
    Line(LineSettings settings, LinkContext context)
        : settings_(std::move(settings)),
          context_(std::move(context)),
          wake_(::eventfd(0, EFD_CLOEXEC)),
          transport_(make_transport(settings_.way, wake_)),
          shared_(settings_.units.size())
    {
        for (const auto& polled : settings_.units) turns_.emplace_back(polled, settings_.breaker, context_.now);
    }
    ~Line()
    {
        if (wake_ >= 0) ::close(wake_);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void run();
    void end()
    {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        const std::uint64_t one = 1;
        (void)!::write(wake_, &one, sizeof one);
        woken_.notify_all();
    }

    void owe(const std::vector<Owed>& owed);
    Result<std::string> set_clock(std::string_view station);
    std::vector<StationLine> stations();
    const LineSettings& settings() const { return settings_; }

private:
    bool open();
    bool round();
    bool serve(std::size_t i);
    bool fetch_one(std::size_t i);
    bool set_clock_of(std::size_t i);
    bool keep(const Poll& poll);
    UnitPoll::Outcome note(std::size_t i, UnitPoll::Outcome outcome);
    Steady::time_point next_due() const;
    void wait_until(Steady::time_point until);
    bool stopping()
    {
        const std::lock_guard lock{mutex_};
        return stopping_;
    }
    void report(LinkState state, std::string detail);
    void report_units();

    const LineSettings settings_;
    const LinkContext context_;
    const int wake_;

    // On the line's thread.
    std::unique_ptr<Transport> transport_;
    std::vector<Turn> turns_;
    bool open_ = false;
    milliseconds reopen_ = reopen_least;
    std::optional<std::pair<LinkState, std::string>> reported_;

    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopping_ = false;
    std::vector<Shared> shared_; ///< by index of settings_.units
};

void Line::run()
{
    while (!stopping()) {
        if (!open_ && !open()) {
            wait_until(Steady::now() + reopen_);
            reopen_ = std::min(reopen_ * 2, reopen_most);
            continue;
        }
        if (!round()) break;
        if (open_) report_units();
        if (open_) wait_until(next_due());
    }
    transport_->close();
}

bool Line::open()
{
    const auto opened = transport_->open();
    open_ = opened.has_value();
    if (open_) return true;
    {
        const std::lock_guard lock{mutex_};
        for (auto& unit : shared_) {
            unit.answering = false;
            unit.words = opened.error().detail;
            unit.next_try = Steady::now() + reopen_;
        }
    }
    report(LinkState::down, opened.error().detail);
    return false;
}

/// Every unit that is due, then at most one silent one. False: the thread must end.
bool Line::round()
{
    for (std::size_t i = 0; i < turns_.size(); ++i) {
        if (stopping()) return false;
        if (turns_[i].breaker.silent() || turns_[i].due > Steady::now()) continue;
        if (!serve(i)) return false;
        if (!open_) return true;
    }
    std::optional<std::size_t> longest;
    for (std::size_t i = 0; i < turns_.size(); ++i)
        if (turns_[i].breaker.silent() && turns_[i].breaker.next_try() <= Steady::now() &&
            (!longest || turns_[i].breaker.next_try() < turns_[*longest].breaker.next_try()))
            longest = i;
    if (longest && !serve(*longest)) return false;
    for (std::size_t i = 0; open_ && i < turns_.size(); ++i)
        if (!fetch_one(i)) return false;
    return true;
}

/// One poll of one unit. False: the thread must end.
bool Line::serve(std::size_t i)
{
    Turn& turn = turns_[i];
    const auto now = Steady::now();
    // The next deadline is counted from the last one, not from now; what was missed is not made up for.
    if (turn.due == Steady::time_point{}) turn.due = now;
    while (turn.due <= now) turn.due += turn.every;
    Poll poll;
    const auto outcome = note(i, turn.poll.poll_now(*transport_, poll));
    if (outcome == UnitPoll::Outcome::cut_short) return keep(poll);
    if (outcome != UnitPoll::Outcome::answered) return true;
    reopen_ = reopen_least;
    return keep(poll) && set_clock_of(i);
}

UnitPoll::Outcome Line::note(std::size_t i, UnitPoll::Outcome outcome)
{
    Turn& turn = turns_[i];
    const bool answered = outcome == UnitPoll::Outcome::answered || outcome == UnitPoll::Outcome::cut_short;
    if (outcome == UnitPoll::Outcome::lost) {
        open_ = false;
        report(LinkState::down, turn.poll.why());
        // The line's trouble; but a gateway that hangs up whenever this unit is asked for must not be asked for ever.
        if (!stopping()) turn.breaker.failed(Steady::now());
    } else if (answered) {
        // A socket makes its connection anew when it is asked next; a serial port has to be opened.
        if (outcome == UnitPoll::Outcome::cut_short && settings_.way.kind == Way::Kind::rtu) open_ = false;
        turn.breaker.answered();
    } else if (!stopping()) { // a question broken off by the end says nothing of the unit
        turn.breaker.failed(Steady::now());
    }
    const std::lock_guard lock{mutex_};
    Shared& shared = shared_[i];
    shared.asked = true;
    shared.answering = answered;
    shared.words = shared.answering ? turn.poll.complaint() : turn.poll.why();
    shared.next_try = turn.breaker.silent() ? turn.breaker.next_try() : turn.due;
    return outcome;
}

bool Line::keep(const Poll& poll)
{
    const std::string origin = fmt::format("{}/unit {}", settings_.way.target, poll.unit);
    const std::string bytes = encode_poll(poll);
    Frame frame;
    frame.link = context_.name;
    frame.origin = origin;
    frame.bytes = bytes;
    frame.received_at = context_.now();
    return context_.inbox->append(frame);
}

/// The newest owed hour of a unit that answers and has stored values. False: the thread must end.
bool Line::fetch_one(std::size_t i)
{
    Turn& turn = turns_[i];
    const Unit& unit = turn.poll.unit();
    if (unit.stored_depth == 0 || turn.breaker.failures() > 0) return true;
    const Instant now = context_.now();
    if (now.ms % minute_ms < minute_settled_ms || now.ms % minute_ms > minute_ends_ms) return true;
    std::vector<Owed> owed;
    {
        const std::lock_guard lock{mutex_};
        owed = shared_[i].owed;
    }
    std::optional<HourEnding> wanted;
    int first = unit.stored_depth, last = -1;
    for (int place = 0; place < unit.stored_depth; ++place) {
        const HourEnding hour = hour_around(stored_time(*unit.map.stored, now, place), context_.offset);
        const bool is_owed =
            std::any_of(owed.begin(), owed.end(), [&](const Owed& o) { return o.first <= hour && hour <= o.last; });
        const auto asked = turn.fetched.find(hour);
        const bool enough = asked != turn.fetched.end() && asked->second >= fetched_most;
        if (!is_owed || enough || (wanted && *wanted != hour)) continue;
        wanted = hour;
        first = std::min(first, place);
        last = place;
    }
    if (!wanted) return true;
    Poll poll;
    const auto outcome = note(i, turn.poll.poll_stored(*transport_, first, last, poll));
    if (outcome == UnitPoll::Outcome::lost) return true;
    const bool answered = outcome == UnitPoll::Outcome::answered;
    turn.fetched[*wanted] += answered ? fetched_most : 1; // what it has answered once it will not answer otherwise
    if (turn.fetched.size() > hours_remembered) turn.fetched.erase(turn.fetched.begin());
    return !answered || keep(poll);
}

bool Line::set_clock_of(std::size_t i)
{
    {
        const std::lock_guard lock{mutex_};
        if (!std::exchange(shared_[i].set_clock, false)) return true;
    }
    const auto outcome = note(i, turns_[i].poll.set_clock(*transport_, context_.offset));
    if (outcome == UnitPoll::Outcome::answered) return true;
    const std::lock_guard lock{mutex_};
    shared_[i].words = fmt::format("its clock could not be set: {}", turns_[i].poll.why());
    return true;
}

Steady::time_point Line::next_due() const
{
    auto out = Steady::now() + seconds{60};
    for (const auto& turn : turns_) out = std::min(out, turn.breaker.silent() ? turn.breaker.next_try() : turn.due);
    return out;
}

void Line::wait_until(Steady::time_point until)
{
    std::unique_lock lock{mutex_};
    woken_.wait_until(lock, until, [this] { return stopping_; });
}

void Line::report(LinkState state, std::string detail)
{
    if (reported_ && reported_->first == state && reported_->second == detail) return;
    reported_ = {state, detail};
    boost::asio::post(context_.executor, [weak = weak_from_this(), state, detail = std::move(detail)] {
        auto self = weak.lock();
        if (self && !self->stopping()) self->context_.report({state, detail});
    });
}

void Line::report_units()
{
    std::vector<std::string> silent;
    std::size_t answering = 0;
    for (const auto& turn : turns_) {
        if (turn.breaker.failures() == 0)
            ++answering;
        else
            silent.push_back(fmt::format("unit {} ({})", turn.poll.unit().unit, turn.poll.unit().station));
    }
    std::string detail = fmt::format("{} of {} units answer at {}", answering, turns_.size(), settings_.way.target);
    if (!silent.empty()) detail += fmt::format("; silent: {}", fmt::join(silent, ", "));
    report(answering > 0 ? LinkState::up : LinkState::down, std::move(detail));
}

void Line::owe(const std::vector<Owed>& owed)
{
    const std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < shared_.size(); ++i) {
        shared_[i].owed.clear();
        for (const auto& hours : owed)
            if (hours.station == settings_.units[i].unit.station) shared_[i].owed.push_back(hours);
    }
}

Result<std::string> Line::set_clock(std::string_view station)
{
    bool known = false;
    for (std::size_t i = 0; i < shared_.size(); ++i) {
        const Unit& unit = settings_.units[i].unit;
        if (unit.station != station) continue;
        known = true;
        if (!unit.map.clock) continue;
        const std::lock_guard lock{mutex_};
        shared_[i].set_clock = true;
        return fmt::format("the clock of unit {} will be set after its next poll", unit.unit);
    }
    if (!known) return Fault{Reason::unknown_station, fmt::format("{} is on no unit of this line", station)};
    return Fault{Reason::refused, fmt::format("the register map of {} names no clock", station)};
}

std::vector<StationLine> Line::stations()
{
    const std::lock_guard lock{mutex_};
    const auto now = Steady::now();
    std::vector<StationLine> out;
    for (std::size_t i = 0; i < shared_.size(); ++i) {
        const Shared& shared = shared_[i];
        const Unit& unit = settings_.units[i].unit;
        std::string words = fmt::format("unit {}: ", unit.unit);
        if (shared.answering) {
            words += shared.words.empty() ? "answers" : "answers, but " + shared.words;
        } else if (!shared.asked && shared.words.empty()) {
            words += "not asked yet";
        } else {
            const auto left = std::max(seconds{0}, std::chrono::ceil<seconds>(shared.next_try - now));
            words += fmt::format("{}, next try in {} s", shared.words, left.count());
        }
        const auto same =
            std::find_if(out.begin(), out.end(), [&](const StationLine& line) { return line.station == unit.station; });
        if (same == out.end()) {
            out.push_back({unit.station, shared.answering, std::move(words)});
            continue;
        }
        same->good = same->good && shared.answering;
        same->detail += "; " + words;
    }
    return out;
}

class LineLink : public Link {
public:
    LineLink(const LineSettings& settings, LinkContext context)
        : line_(std::make_shared<Line>(settings, std::move(context)))
    {}
    ~LineLink() override { LineLink::stop(); }

    void start() override
    {
        std::promise<void> done;
        done_ = done.get_future();
        // Past this line everything is the line's thread; it owns what it uses.
        thread_ = std::thread{[line = line_, done = std::move(done)]() mutable {
            line->run();
            line.reset();
            done.set_value();
        }};
    }

    bool stop() override
    {
        if (!thread_.joinable()) return ended_;
        line_->end();
        const auto patience = stop_patience + milliseconds{line_->settings().way.timeout_ms};
        ended_ = done_.wait_for(patience) == std::future_status::ready;
        if (ended_)
            thread_.join();
        else
            thread_.detach(); // held in append(), or in the name of a host: it owns what it uses, and the process ends
        return ended_;
    }

    void back_fill(const std::vector<Owed>& owed) override { line_->owe(owed); }

    Result<std::string> order(std::string_view station, const Order& order) override
    {
        if (order.kind == Order::Kind::set_time) return line_->set_clock(station);
        return Fault{Reason::refused,
                     "a Modbus line takes one order, set_time, where the register map names the clock"};
    }

    std::vector<StationLine> stations() const override { return line_->stations(); }

private:
    std::shared_ptr<Line> line_;
    std::thread thread_;
    std::future<void> done_;
    bool ended_ = true;
};

} // namespace

const Unit* LineSettings::unit(int number) const
{
    for (const auto& polled : units)
        if (polled.unit.unit == number) return &polled.unit;
    return nullptr;
}

std::unique_ptr<Link> open_line(const LineSettings& settings, LinkContext context)
{
    return std::make_unique<LineLink>(settings, std::move(context));
}

} // namespace aqi::drivers::modbus
