// What a listener hears, and when: everything at first, then what changed, once for all; what it missed when it comes back.
#include "daemon/web/live.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <zlib.h>

#include <deque>
#include <map>
#include <set>

using namespace aqi;
using namespace aqi::daemon::web;
namespace json = boost::json;

namespace {

/// The other end of a stream: keeps what it was sent; can be made one that does not read.
class Ear : public Stream {
public:
    void send(std::shared_ptr<const std::string> text) override
    {
        if (is_deaf) waiting_ += text->size();
        heard.push_back(std::move(text));
    }
    std::size_t waiting() const override { return waiting_; }
    void close(bool at_once) override { ended = at_once ? "cut" : "closed"; }

    bool is_deaf = false;
    std::string ended;
    std::deque<std::shared_ptr<const std::string>> heard;

private:
    std::size_t waiting_ = 0;
};

class Caller : public Responder::Target {
public:
    void reply(Reply reply) override { refused = reply.status; }
    std::shared_ptr<Stream> stream(std::string type, std::vector<std::pair<std::string, std::string>>) override
    {
        CHECK(type == "text/event-stream; charset=utf-8");
        return ear;
    }
    std::shared_ptr<Ear> ear = std::make_shared<Ear>();
    int refused = 0;
};

/// What a browser makes of a stream that has not ended.
std::string unfinished_gunzip(const std::string& packed)
{
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&stream, Z_SYNC_FLUSH) == Z_OK);
    CHECK(stream.avail_in == 0);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

struct Message {
    std::string event, id;
    json::object data;
};

Message read(const std::string& text)
{
    Message out;
    REQUIRE(text.ends_with("\n\n"));
    std::size_t at = 0;
    while (at + 1 < text.size()) {
        const auto end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        if (line.starts_with("event: ")) out.event = line.substr(7);
        if (line.starts_with("id: ")) out.id = line.substr(4);
        if (line.starts_with("data: ")) out.data = json::parse(line.substr(6)).as_object();
        at = end + 1;
    }
    return out;
}

/// A live part with a status that the test writes.
struct Desk {
    boost::asio::io_context io{1};
    std::vector<Part> parts{
        {"mode", "\"real\""}, {"areas/A", "{\"aqi\":1}"}, {"areas/B", "{\"aqi\":2}"}, {"counts", "{}"}};
    std::set<std::string> open{"s1", "s2"};
    int composed = 0;
    bool is_broken = false;
    Instant now{1'482'213'600'000}; // 2016-12-20 14:00 +08:00
    Live live{io.get_executor(), ports()};

    Live::Ports ports()
    {
        return {[this] {
                    ++composed;
                    if (is_broken) throw std::runtime_error("the disk is gone");
                    return parts;
                },
                [this] { return now; }, UtcOffset{480},
                [this](std::string_view session) { return open.contains(std::string{session}); }};
    }

    std::shared_ptr<Ear> listen(std::string_view last = {}, std::string session = {}, bool packed = false)
    {
        auto caller = std::make_shared<Caller>();
        live.listen(Responder{caller}, {std::string{last}, std::move(session), packed});
        refused = caller->refused;
        return caller->ear;
    }

    /// Lets the loop turn for a while.
    void turn(std::chrono::milliseconds time) { io.restart(), io.run_for(time); }

    /// Lets it turn until somebody hears a message of parts; false: nobody did.
    bool until_heard(const Ear& ear, std::size_t messages)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
        while (count(ear) < messages && std::chrono::steady_clock::now() < end) turn(std::chrono::milliseconds{5});
        return count(ear) >= messages;
    }

    /// Ticks are of another time; they are not counted.
    static std::size_t count(const Ear& ear) { return messages(ear).size(); }
    static std::vector<Message> messages(const Ear& ear)
    {
        std::vector<Message> out;
        for (const auto& text : ear.heard)
            if (auto message = read(*text); message.event != "tick") out.push_back(std::move(message));
        return out;
    }

    int refused = 0;
};

} // namespace

TEST_CASE("a listener hears everything at first, in an order it can rebuild, then only what is another")
{
    Desk desk;
    const auto ear = desk.listen();
    REQUIRE(Desk::count(*ear) == 1);
    const auto full = Desk::messages(*ear)[0];
    CHECK(full.event == "full");
    CHECK(full.id == desk.live.epoch() + "-1");
    CHECK(full.data.at("now") == "2016-12-20T14:00:00+08:00");
    CHECK(full.data.at("now_ms") == 1'482'213'600'000);
    CHECK(full.data.at("n") == 1);
    CHECK(full.data.at("parts") ==
          json::parse(R"({"mode":"real","areas/A":{"aqi":1},"areas/B":{"aqi":2},"counts":{}})"));
    CHECK(full.data.at("order") == json::parse(R"({"areas":["A","B"],"stations":[]})"));
    CHECK_FALSE(full.data.contains("restarted"));
    CHECK_FALSE(full.data.contains("missed"));

    desk.parts[2].text = "{\"aqi\":3}";
    desk.live.changed();
    REQUIRE(desk.until_heard(*ear, 2));
    const auto change = Desk::messages(*ear)[1];
    CHECK(change.event == "parts");
    CHECK(change.id == desk.live.epoch() + "-2");
    CHECK(change.data.at("parts") == json::parse(R"({"areas/B":{"aqi":3}})"));
    CHECK_FALSE(change.data.contains("order"));
}

TEST_CASE("a commit that changes nothing of what is shown is no message")
{
    Desk desk;
    const auto ear = desk.listen();
    const int before = desk.composed;
    desk.live.changed();
    desk.turn(std::chrono::milliseconds{300});
    CHECK(desk.composed > before);
    CHECK(Desk::count(*ear) == 1);
}

TEST_CASE("a part that goes is null, and the order tells it, too")
{
    Desk desk;
    const auto ear = desk.listen();
    desk.parts.erase(desk.parts.begin() + 1);
    desk.live.changed();
    REQUIRE(desk.until_heard(*ear, 2));
    const auto change = Desk::messages(*ear)[1].data;
    CHECK(change.at("parts") == json::parse(R"({"areas/A":null})"));
    CHECK(change.at("order") == json::parse(R"({"areas":["B"],"stations":[]})"));
    // Who comes now has never seen it.
    CHECK_FALSE(Desk::messages(*desk.listen())[0].data.at("parts").as_object().contains("areas/A"));
}

TEST_CASE("many commits are one look, and a look has a pause after it")
{
    Desk desk;
    const auto ear = desk.listen();
    desk.turn(std::chrono::milliseconds{150}); // the pause after the first look
    const int before = desk.composed;
    for (int i = 0; i < 1000; ++i) {
        desk.parts[3].text = std::to_string(i);
        desk.live.changed();
    }
    CHECK(desk.composed == before); // never within a commit
    desk.turn(std::chrono::milliseconds{20});
    CHECK(desk.composed == before + 1);
    CHECK(Desk::messages(*ear).back().data.at("parts") == json::parse(R"({"counts":999})"));
    desk.parts[3].text = "-1";
    desk.live.changed();
    desk.turn(std::chrono::milliseconds{20});
    CHECK(desk.composed == before + 1); // not yet
    REQUIRE(desk.until_heard(*ear, 3));
    CHECK(desk.composed == before + 2);
}

TEST_CASE("all listeners get the same text, which is there once")
{
    Desk desk;
    std::vector<std::shared_ptr<Ear>> ears;
    for (int i = 0; i < 50; ++i) ears.push_back(desk.listen());
    CHECK(desk.live.listeners() == 50);
    CHECK(desk.composed == 1); // those who come at once are told what is known
    desk.parts[0].text = "\"drill\"";
    desk.live.changed();
    REQUIRE(desk.until_heard(*ears[0], 2));
    for (const auto& ear : ears) CHECK(ear->heard.back().get() == ears[0]->heard.back().get());
}

TEST_CASE("who comes back hears exactly what changed since, and how much was missed since when")
{
    Desk desk;
    const auto ear = desk.listen();
    const auto change = [&](std::size_t part, const std::string& text, std::size_t messages) {
        desk.now.ms += 60'000;
        desk.parts[part].text = text;
        desk.live.changed();
        REQUIRE(desk.until_heard(*ear, messages));
    };
    change(1, "{\"aqi\":10}", 2); // 14:01, number 2
    const std::string seen = Desk::messages(*ear).back().id;
    change(2, "{\"aqi\":20}", 3);
    change(3, "{\"n\":1}", 4);
    change(3, "{\"n\":2}", 5);

    const auto back = Desk::messages(*desk.listen(seen))[0];
    CHECK(back.event == "parts");
    CHECK(back.id == desk.live.epoch() + "-5");
    CHECK(back.data.at("parts") == json::parse(R"({"areas/B":{"aqi":20},"counts":{"n":2}})"));
    CHECK(back.data.at("missed") == json::parse(R"({"since":"2016-12-20T14:01:00+08:00","messages":3})"));

    const auto nothing = Desk::messages(*desk.listen(desk.live.epoch() + "-5"))[0];
    CHECK(nothing.event == "parts");
    CHECK(nothing.data.at("parts").as_object().empty());
    CHECK(nothing.data.at("missed").at("messages") == 0);
}

TEST_CASE("what was last heard of another run, or is nonsense, begins anew")
{
    Desk desk;
    const auto of_another = Desk::messages(*desk.listen("0123456789abcdef-7"))[0];
    CHECK(of_another.event == "full");
    CHECK(of_another.data.at("restarted") == true);
    for (const auto& last :
         {std::string{"nonsense"}, desk.live.epoch() + "-", desk.live.epoch() + "-2", desk.live.epoch() + "-0",
          desk.live.epoch() + "--1", desk.live.epoch() + "-1x", std::string{"-"}}) {
        INFO(last);
        const auto message = Desk::messages(*desk.listen(last))[0];
        CHECK(message.event == "full");
        CHECK(message.data.at("parts").as_object().size() == 4);
    }
}

TEST_CASE("what changed while nobody listened is heard by who comes next")
{
    Desk desk;
    auto ear = desk.listen();
    const std::string seen = Desk::messages(*ear)[0].id;
    const auto gone = std::move(ear->on_close);
    gone(); // the connection went
    CHECK(desk.live.listeners() == 0);
    desk.parts[1].text = "{\"aqi\":77}";
    desk.live.changed();
    desk.turn(std::chrono::milliseconds{50});
    CHECK(desk.composed == 1); // for nobody nothing is composed
    CHECK(Desk::messages(*desk.listen(seen))[0].data.at("parts") == json::parse(R"({"areas/A":{"aqi":77}})"));
}

TEST_CASE("a listener that does not read is dropped, and the others do not wait for it")
{
    Desk desk;
    const auto slow = desk.listen();
    const auto quick = desk.listen();
    slow->is_deaf = true;
    const std::string much(700 * 1024, 'x');
    for (std::size_t i = 1; i <= 2; ++i) {
        desk.parts[3].text = "\"" + std::to_string(i) + much + "\"";
        desk.live.changed();
        REQUIRE(desk.until_heard(*quick, 1 + i));
        CHECK(slow->ended == (i == 1 ? "" : "cut")); // 0.7 MiB wait, then 1.4
    }
    CHECK(desk.live.listeners() == 1);
    CHECK(quick->ended.empty());
}

TEST_CASE("who is signed out is told so, and let go")
{
    Desk desk;
    const auto first = desk.listen({}, "s1");
    const auto second = desk.listen({}, "s2");
    const auto nobody = desk.listen();
    desk.open.erase("s1");
    desk.live.sessions_changed();
    CHECK(read(*first->heard.back()).event == "signed-out");
    CHECK(first->ended == "closed");
    CHECK(second->ended.empty());
    CHECK(nobody->ended.empty());
    CHECK(desk.live.listeners() == 2);
    // A session that ends by time is found out without anybody saying so.
    desk.open.clear();
    desk.turn(std::chrono::milliseconds{1'100});
    CHECK(second->ended == "closed");
    CHECK(desk.live.listeners() == 1);
}

TEST_CASE("who reads gzip is sent it, each message packed once for all, at whatever message they came in")
{
    Desk desk;
    const auto plain = desk.listen();
    const auto early = desk.listen({}, {}, true);
    desk.parts[0].text = "\"drill\"";
    desk.live.changed();
    REQUIRE(desk.until_heard(*plain, 2));
    const auto late = desk.listen({}, {}, true);
    desk.parts[0].text = "\"live\"";
    desk.live.changed();
    REQUIRE(desk.until_heard(*plain, 3));

    CHECK(early->heard.back() == late->heard.back()); // one text, not two alike
    CHECK(early->heard.back() != plain->heard.back());
    std::string all;
    for (const auto& text : plain->heard) all += *text;
    const auto unpacked = [](const Ear& ear) {
        std::string stream;
        for (const auto& piece : ear.heard) stream += *piece;
        return unfinished_gunzip(stream);
    };
    CHECK(unpacked(*early) == all);
    CHECK(unpacked(*late).ends_with(*plain->heard.back()));
    CHECK(read(unfinished_gunzip(*late->heard[0] + *late->heard[1])).event == "full");
}

TEST_CASE("a database that cannot be read is no message, and is tried again")
{
    Desk desk;
    const auto ear = desk.listen();
    desk.is_broken = true;
    desk.live.changed();
    desk.turn(std::chrono::milliseconds{200});
    CHECK(Desk::count(*ear) == 1);
    desk.is_broken = false;
    desk.parts[0].text = "\"drill\"";
    REQUIRE(desk.until_heard(*ear, 2)); // by the clock, nobody commits
    CHECK(Desk::messages(*ear)[1].data.at("parts") == json::parse(R"({"mode":"drill"})"));

    Desk broken;
    broken.is_broken = true;
    broken.listen();
    CHECK(broken.refused == 503);
}

TEST_CASE("there is room left for those who must act")
{
    Desk desk;
    std::vector<std::shared_ptr<Ear>> ears;
    for (std::size_t i = 0; i < Live::listeners_most; ++i) ears.push_back(desk.listen());
    CHECK(desk.refused == 0);
    desk.listen();
    CHECK(desk.refused == 503);
    CHECK(desk.live.listeners() == Live::listeners_most);
}
