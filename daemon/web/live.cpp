#include "daemon/web/live.hpp"

#include "daemon/log.hpp"
#include "daemon/web/pack.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <optional>
#include <random>

namespace aqi::daemon::web {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

constexpr int composing_share = 4; ///< between two looks there is this many times what a look takes
constexpr int clock_share = 20;    ///< the same, where only the clock may have changed something
constexpr auto clock_every = std::chrono::seconds{1};
constexpr std::size_t times_kept = 8192; ///< messages one can have missed and still be told since when

std::string random_epoch()
{
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

std::string json_text(std::string_view text) { return boost::json::serialize(boost::json::value(text)); }

/// A message for any number of listeners: each form of it is made once, and only when somebody wants it.
class Message {
public:
    explicit Message(std::string text) : plain_(std::make_shared<const std::string>(std::move(text))) {}

    std::shared_ptr<const std::string> form(bool packed)
    {
        if (!packed) return plain_;
        if (!packed_) packed_ = std::make_shared<const std::string>(gzip_piece(*plain_));
        return packed_;
    }

private:
    std::shared_ptr<const std::string> plain_, packed_;
};

} // namespace

class Live::Hub : public std::enable_shared_from_this<Hub> {
public:
    Hub(asio::any_io_executor executor, Ports ports)
        : executor_(executor), ports_(std::move(ports)), wait_(executor), clock_(executor)
    {}

    void begin() { each_second(); }

    void stop()
    {
        is_stopped_ = true;
        wait_.cancel();
        clock_.cancel();
        for (const auto& listener : listeners_) listener.stream->close(true);
        listeners_.clear();
    }

    void changed()
    {
        is_stale_ = true;
        if (is_asked_) return;
        is_asked_ = true;
        // Not here: whoever calls is within a commit.
        asio::post(executor_, [self = shared_from_this()] { self->look_when_due(); });
    }

    void listen(const Responder& responder, Who who)
    {
        if (listeners_.size() >= listeners_most)
            return responder.reply({503,
                                    "text/plain; charset=utf-8",
                                    "实时连接过多 (too many live connections)\n",
                                    {{"Retry-After", "30"}},
                                    nullptr});
        // What nobody listened to was not looked at. Many who come at once get one look.
        const auto now = Steady::now();
        if (is_failing_ ? now >= next_look_ : is_stale_ || now >= looked_at_ + clock_every) look();
        if (parts_.empty())
            return responder.reply({503,
                                    "text/plain; charset=utf-8",
                                    "暂无数据 (the database cannot be read)\n",
                                    {{"Retry-After", "5"}},
                                    nullptr});
        std::vector<std::pair<std::string, std::string>> headers{{"Vary", "Accept-Encoding"}};
        if (who.packed) headers.emplace_back("Content-Encoding", "gzip");
        auto stream = responder.stream("text/event-stream; charset=utf-8", std::move(headers));
        if (!stream) return;
        stream->on_close = [weak = weak_from_this(), key = stream.get()] {
            if (const auto self = weak.lock())
                std::erase_if(self->listeners_, [&](const Listener& l) { return l.stream.get() == key; });
        };
        if (who.packed) stream->send(std::make_shared<const std::string>(gzip_begin()));
        stream->send(first_for(who.last).form(who.packed));
        listeners_.push_back({std::move(stream), std::move(who.session), who.packed});
    }

    void let_go_of_ended_sessions()
    {
        Message farewell("event: signed-out\ndata: {}\n\n");
        std::erase_if(listeners_, [&](const Listener& listener) {
            if (listener.session.empty() || ports_.is_open(listener.session)) return false;
            listener.stream->send(farewell.form(listener.packed));
            listener.stream->close();
            return true;
        });
    }

    std::size_t listeners() const { return listeners_.size(); }
    const std::string& epoch() const { return epoch_; }

private:
    struct Listener {
        std::shared_ptr<Stream> stream;
        std::string session;
        bool packed = false;
    };
    struct Known {
        std::string text;        ///< empty: the part is there no more
        std::int64_t number = 0; ///< of the message it last changed with
    };

    void look_when_due()
    {
        if (is_stopped_) return;
        const auto now = Steady::now();
        if (now >= next_look_) {
            is_asked_ = false;
            if (!listeners_.empty()) look();
            return;
        }
        wait_.expires_at(next_look_);
        wait_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
            if (ec || self->is_stopped_) return;
            self->is_asked_ = false;
            if (!self->listeners_.empty()) self->look();
        });
    }

    void each_second()
    {
        clock_.expires_after(clock_every);
        clock_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
            if (ec || self->is_stopped_) return;
            self->let_go_of_ended_sessions();
            const auto now = Steady::now();
            if (!self->listeners_.empty() && now >= self->next_clock_look_) self->look();
            if (now >= self->next_tick_) {
                self->next_tick_ = now + tick_every;
                const auto at = self->ports_.now();
                self->send_all(fmt::format("event: tick\ndata: {{\"now\":\"{}\",\"now_ms\":{}}}\n\n",
                                           format_instant(at, self->ports_.offset), at.ms));
            }
            self->each_second();
        });
    }

    /// Composes, compares, and sends what is another.
    void look()
    {
        const auto begin = Steady::now();
        std::vector<Part> parts;
        try {
            parts = ports_.compose();
        } catch (const std::exception& error) {
            if (!is_failing_) log(Severity::warning, "live: the page is not brought up to date: {}", error.what());
            is_failing_ = true;
            next_look_ = next_clock_look_ = Steady::now() + clock_every;
            return;
        }
        is_failing_ = is_stale_ = false;
        looked_at_ = begin;
        const std::string changes = absorb(parts);
        const auto took = Steady::now() - begin;
        next_look_ = Steady::now() + std::max<Steady::duration>(pause_least, took * composing_share);
        next_clock_look_ = Steady::now() + took * clock_share;
        if (!changes.empty()) send_all(changes);
    }

    /// Takes the new texts over. The message of what changed, or empty.
    std::string absorb(std::vector<Part>& parts)
    {
        const auto number = number_ + 1;
        std::vector<std::string> order;
        bool is_changed = false;
        std::map<std::string, Known, std::less<>> gone = std::move(parts_);
        parts_.clear();
        for (auto& part : parts) {
            order.push_back(part.name);
            const auto known = gone.find(part.name);
            const bool same = known != gone.end() && known->second.text == part.text;
            is_changed = is_changed || !same;
            const auto since = same ? known->second.number : number;
            if (known != gone.end()) gone.erase(known);
            parts_[std::move(part.name)] = {std::move(part.text), since};
        }
        for (auto& [name, known] : gone) {
            const bool was_there = !known.text.empty();
            is_changed = is_changed || was_there;
            parts_[name] = {{}, was_there ? number : known.number};
        }
        const bool is_reordered = order != order_;
        if (is_reordered) order_ = std::move(order), order_number_ = number;
        if (!is_changed && !is_reordered) return {};
        number_ = number;
        times_.push_back(ports_.now());
        if (times_.size() > times_kept) times_.pop_front();
        return listeners_.empty() ? std::string{} : message("parts", number_ - 1, {});
    }

    /// Everything that changed after a message; `more`: further keys.
    std::string message(std::string_view event, std::int64_t after, const std::string& more) const
    {
        const auto now = ports_.now();
        std::string out =
            fmt::format("id: {}-{}\nevent: {}\ndata: {{\"now\":\"{}\",\"now_ms\":{},\"n\":{},\"parts\":{{", epoch_,
                        number_, event, format_instant(now, ports_.offset), now.ms, number_);
        const auto begin = out.size();
        for (const auto& [name, known] : parts_) {
            if (known.number <= after) continue;
            if (known.text.empty() && after == 0) continue; // whoever has nothing need not drop it
            if (out.size() > begin) out += ',';
            out += json_text(name) + ':' + (known.text.empty() ? "null" : known.text);
        }
        out += '}';
        if (order_number_ > after) out += ",\"order\":{" + order_of("areas") + ',' + order_of("stations") + '}';
        return out + more + "}\n\n";
    }

    std::string order_of(std::string_view list) const
    {
        std::string out = fmt::format("\"{}\":[", list);
        const auto begin = out.size();
        const std::string prefix = fmt::format("{}/", list);
        for (const auto& name : order_) {
            if (!name.starts_with(prefix)) continue;
            if (out.size() > begin) out += ',';
            out += json_text(std::string_view{name}.substr(prefix.size()));
        }
        return out += ']';
    }

    /// What brings a listener up to date: everything, or what it missed.
    Message first_for(std::string_view last) const
    {
        const auto dash = last.rfind('-');
        if (dash == std::string_view::npos) return full({});
        if (last.substr(0, dash) != epoch_) return full(",\"restarted\":true");
        const auto digits = last.substr(dash + 1);
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc{} || end != digits.data() + digits.size() || number < 1 || number > number_)
            return full({});
        const auto messages = number_ - number;
        // times_ ends with the time of message number_.
        const auto since =
            messages < static_cast<std::int64_t>(times_.size())
                ? format_instant(times_[times_.size() - 1 - static_cast<std::size_t>(messages)], ports_.offset)
                : std::string{};
        const auto missed = fmt::format(",\"missed\":{{\"since\":{},\"messages\":{}}}",
                                        since.empty() ? "null" : json_text(since), messages);
        return Message{message("parts", number, missed)};
    }

    Message full(const std::string& more) const { return Message{message("full", 0, more)}; }

    void send_all(std::string text)
    {
        if (listeners_.empty()) return;
        Message to_all(std::move(text));
        std::erase_if(listeners_, [&](const Listener& listener) {
            listener.stream->send(to_all.form(listener.packed));
            if (!listener.stream->slow()) return false;
            listener.stream->close(true); // it comes back, and is told what it missed
            return true;
        });
    }

    const asio::any_io_executor executor_;
    const Ports ports_;
    const std::string epoch_ = random_epoch();
    asio::steady_timer wait_, clock_;
    std::vector<Listener> listeners_;
    std::map<std::string, Known, std::less<>> parts_;
    std::vector<std::string> order_;
    std::int64_t number_ = 0, order_number_ = 0;
    std::deque<Instant> times_; ///< of the newest messages, the last is that of number_
    Steady::time_point next_look_{}, next_clock_look_{}, next_tick_{}, looked_at_{};
    bool is_stale_ = true, is_asked_ = false, is_failing_ = false, is_stopped_ = false;
};

Live::Live(asio::any_io_executor executor, Ports ports)
    : hub_(std::make_shared<Hub>(std::move(executor), std::move(ports)))
{
    hub_->begin();
}

Live::~Live() { hub_->stop(); }

void Live::changed() { hub_->changed(); }
void Live::sessions_changed() { hub_->let_go_of_ended_sessions(); }

void Live::listen(const Responder& responder, Who who) { hub_->listen(responder, std::move(who)); }

std::size_t Live::listeners() const { return hub_->listeners(); }
const std::string& Live::epoch() const { return hub_->epoch(); }

} // namespace aqi::daemon::web
