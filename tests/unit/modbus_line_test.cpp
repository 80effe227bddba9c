// Lines against slaves on libmodbus: over TCP, on a pair of pseudo-terminals, and through a box that puts RTU into TCP.
#include "drivers/modbus/line.hpp"
#include "drivers/modbus/probe.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/modbus_slave.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <condition_variable>
#include <fstream>

namespace aqi::drivers {
extern const DriverInfo modbus_driver;
}

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::drivers::modbus;
using namespace aqi::tests;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

namespace {

const Instant now_fixed = parse_instant("2016-12-12T09:05:30+08:00").value();

class Kept : public Inbox {
public:
    struct One {
        std::string origin;
        Poll poll;
    };
    bool append(std::span<const Frame> frames) override
    {
        std::unique_lock lock{mutex_};
        released_.wait(lock, [this] { return !held_; });
        for (const auto& frame : frames) kept_.push_back({std::string{frame.origin}, parse_poll(frame.bytes).value()});
        return true;
    }
    bool flowing() const override { return true; }
    std::vector<One> all(int unit = 0, Poll::Kind kind = Poll::Kind::now)
    {
        const std::lock_guard lock{mutex_};
        std::vector<One> out;
        for (const auto& one : kept_)
            if ((unit == 0 || one.poll.unit == unit) && one.poll.kind == kind) out.push_back(one);
        return out;
    }
    void hold(bool held)
    {
        const std::lock_guard lock{mutex_};
        held_ = held;
        released_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable released_;
    std::vector<One> kept_;
    bool held_ = false;
};

RegisterMap two_tenths(const std::string& more = {})
{
    return parse_register_map("device = \"T\"\nfunction = 3\n" + more +
                                  "[[field]]\nname = \"pm2_5\"\naddress = 8\nscale = \"0.1\"\nunit = \"ug/m3\"\n"
                                  "[[field]]\nname = \"pm10\"\naddress = 12\nscale = \"0.1\"\nunit = \"ug/m3\"\n",
                              "test.toml");
}

/// A running line with everything around it.
struct Rig {
    LineSettings settings;
    Kept inbox;
    boost::asio::io_context io;
    std::vector<LinkStatus> told;
    std::unique_ptr<Link> link;

    explicit Rig(const std::string& line, const std::vector<int>& units, RegisterMap map = two_tenths())
    {
        settings.way = parse_way(line).value();
        settings.way.timeout_ms = 150;
        settings.breaker = {2, 20s, 60s};
        for (const int unit : units)
            settings.units.push_back({Unit{unit, fmt::format("S{:02}", unit), map, 0}, 50ms, 0});
    }
    ~Rig()
    {
        if (link) link->stop();
    }
    void start()
    {
        LinkContext context;
        context.name = "line";
        context.executor = io.get_executor();
        context.inbox = &inbox;
        context.now = [] { return now_fixed; };
        context.report = [this](LinkStatus status) { told.push_back(std::move(status)); };
        link = open_line(settings, std::move(context));
        link->start();
    }
    /// Waits for a condition, never for a guess.
    bool until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 8s)
    {
        const auto end = Steady::now() + limit;
        while (Steady::now() < end) {
            io.restart();
            io.poll();
            if (condition()) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }
    std::string detail(std::size_t station = 0) const { return link->stations().at(station).detail; }
    Reading decoded(int unit)
    {
        return decode_poll(inbox.all(unit).back().poll, *settings.unit(unit), UtcOffset{}).readings.at(0);
    }
};

Concentration tenths(int value) { return Concentration::from_ng_per_m3(value * 100); }

} // namespace

TEST_CASE("modbus line: a unit on TCP is polled into the inbox, and its registers mean what they hold")
{
    SlaveBook book;
    book.hold(8, {353});
    book.hold(12, {812});
    TcpSlave slave{book};
    Rig rig{slave.line(), {3}};
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 3; }));
    CHECK(rig.inbox.all(3).front().origin == slave.line() + "/unit 3");
    CHECK(rig.decoded(3).values[Pollutant::pm2_5].value == tenths(353));
    CHECK(rig.decoded(3).values[Pollutant::pm10].value == tenths(812));
    CHECK(rig.decoded(3).at == now_fixed);
    CHECK(rig.until([&] { return !rig.told.empty() && rig.told.back().state == LinkState::up; }));
    CHECK(rig.told.back().detail == "1 of 1 units answer at " + slave.line());
    CHECK(rig.link->stations().at(0).good);
    CHECK(rig.detail() == "unit 3: answers");
    CHECK(book.seen().at(0) == SlaveBook::Request{3, 3, 8, 1});
    CHECK(rig.link->stop());
}

TEST_CASE("modbus line: a dead unit is left alone after its failures and does not hold its neighbours")
{
    SlaveBook book;
    book.manner = [](std::span<std::uint8_t> query, int header) {
        return query[static_cast<std::size_t>(header) - 1] == 7 ? -1 : 0;
    };
    TcpSlave slave{book};
    Rig rig{slave.line(), {7, 3, 4}};
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 12 && rig.inbox.all(4).size() >= 12; }));
    CHECK(rig.inbox.all(7).empty());
    CHECK(book.asked(7) == 2); // silent after two failures; the pause is 20 s
    const auto stations = rig.link->stations();
    REQUIRE(stations.size() == 3);
    CHECK(!stations[0].good);
    CHECK(stations[0].detail.find("unit 7: no answer, next try in ") == 0);
    CHECK(stations[1].good);
    CHECK(rig.until([&] { return !rig.told.empty() && rig.told.back().detail.find("2 of 3 units") == 0; }));
    CHECK(rig.told.back().state == LinkState::up);
    CHECK(rig.told.back().detail.find("silent: unit 7 (S07)") != std::string::npos);
}

TEST_CASE("modbus line: a device that closes idle connections is called again, and no poll is lost")
{
    SlaveBook book;
    book.hold(8, {353});
    book.idle_most_ms = 40;
    TcpSlave slave{book};
    Rig rig{slave.line(), {3, 4}};
    for (auto& unit : rig.settings.units) unit.every = 150ms;
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 5 && rig.inbox.all(4).size() >= 5; }));
    for (const auto& told : rig.told) CHECK(told.state == LinkState::up);
}

TEST_CASE("modbus line: a device that hangs up when asked for what it has not gives its registers all the same")
{
    auto map = two_tenths();
    Status service;
    service.name = "service mode";
    service.place.function = 1;
    service.place.address = 2;
    map.statuses.push_back(service);
    SlaveBook book;
    book.hold(8, {353});
    book.manner = [](std::span<std::uint8_t> query, int header) {
        return query[static_cast<std::size_t>(header)] == 1 ? SlaveBook::hang_up : 0;
    };
    TcpSlave slave{book};
    Rig rig{slave.line(), {3, 4}, map};
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 3 && rig.inbox.all(4).size() >= 3; }));
    CHECK(rig.until([&] { return rig.detail().find("answers, but") != std::string::npos; }));
    CHECK(rig.detail().find("function 1") != std::string::npos);
}

TEST_CASE("modbus line: a gateway that hangs up when a dead unit is asked for does not ask for it for ever")
{
    SlaveBook book;
    book.manner = [](std::span<std::uint8_t> query, int header) {
        return query[static_cast<std::size_t>(header) - 1] == 7 ? SlaveBook::hang_up : 0;
    };
    TcpSlave slave{book};
    Rig rig{slave.line(), {7, 3}};
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 12; }));
    CHECK(book.asked(7) == 2);
}

TEST_CASE("modbus line: a refused request is taken apart once, and what stays refused is said")
{
    SlaveBook book{8, 1}; // one register, 8; libmodbus answers exception 2 for any other
    book.hold(8, {353});
    TcpSlave slave{book};
    Rig rig{slave.line(), {3}};
    rig.settings.units[0].read_gap = 10;
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 3; }));
    REQUIRE(rig.link->stop());
    const auto seen = book.seen();
    REQUIRE(seen.size() >= 5);
    const std::vector<SlaveBook::Request> first(seen.begin(), seen.begin() + 5);
    CHECK(first ==
          std::vector<SlaveBook::Request>{{3, 3, 8, 5}, {3, 3, 8, 1}, {3, 3, 12, 1}, {3, 3, 8, 1}, {3, 3, 12, 1}});
    CHECK(rig.decoded(3).values[Pollutant::pm2_5].value == tenths(353));
    CHECK(!rig.decoded(3).values[Pollutant::pm10].value);
    CHECK(rig.decoded(3).values[Pollutant::pm10].flag == Flag::communication);
    CHECK(rig.detail() == "unit 3: answers, but 1 at 12 (function 3): it has no such address (2)");
}

TEST_CASE("modbus line: busy is no silence, and a gateway that has no answer from a unit is")
{
    SlaveBook book;
    book.manner = [](std::span<std::uint8_t> query, int header) {
        return query[static_cast<std::size_t>(header) - 1] == 7 ? 11 : 6;
    };
    TcpSlave slave{book};
    Rig rig{slave.line(), {3, 7}};
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 5 && book.asked(7) >= 2; }));
    CHECK(rig.decoded(3).values[Pollutant::pm2_5].flag == Flag::communication);
    CHECK(book.asked(7) == 2);
    CHECK(rig.inbox.all(7).empty());
    CHECK(rig.until([&] { return rig.detail(1).find("unit 7: the gateway got no answer from it (11)") == 0; }));
}

TEST_CASE("modbus line: a gateway that answers for another unit is not believed")
{
    SlaveBook book;
    book.manner = [](std::span<std::uint8_t> query, int header) {
        query[static_cast<std::size_t>(header) - 1] = 5; // the answer takes it over
        return 0;
    };
    TcpSlave slave{book};
    Rig rig{slave.line(), {3}};
    rig.start();
    CHECK(rig.until([&] { return rig.detail().find("unit 3: unit 5 answered in place of unit 3") == 0; }));
    CHECK(rig.inbox.all().empty());
    CHECK(rig.until([&] { return !rig.told.empty() && rig.told.back().state == LinkState::down; }));
}

TEST_CASE("modbus line: a late answer is nobody's, and an answer to another question neither")
{
    SlaveBook book;
    std::atomic<int> asked{0};
    book.manner = [&](std::span<std::uint8_t> query, int header) {
        const int turn = ++asked;
        if (turn == 1) std::this_thread::sleep_for(400ms);               // answers then, too late
        if (turn == 4) query[static_cast<std::size_t>(header) - 6] ^= 1; // another transaction
        return 0;
    };
    book.hold(8, {353});
    book.hold(12, {812});
    TcpSlave slave{book};
    Rig rig{slave.line(), {3}};
    rig.settings.breaker.failures = 10;
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 5; }));
    for (const auto& one : rig.inbox.all(3)) { // both registers of every poll are their own
        const auto reading = decode_poll(one.poll, *rig.settings.unit(3), UtcOffset{}).readings.at(0);
        CHECK(reading.values[Pollutant::pm2_5].value == tenths(353));
        CHECK(reading.values[Pollutant::pm10].value == tenths(812));
    }
}

TEST_CASE("modbus line: RTU on a serial port, with a dead unit beside the live one")
{
    Pty ours, theirs;
    const Cable cable{ours.master, theirs.master};
    SlaveBook book;
    book.hold(8, {353});
    book.hold(12, {0xFFF9});
    const RtuSlave slave{book, theirs.name, 17};
    Rig rig{"rtu:" + ours.name, {17, 7}};
    rig.settings.way.gap_ms = 5;
    rig.start();
    const bool five = rig.until([&] { return rig.inbox.all(17).size() >= 5; });
    INFO(rig.detail(0));
    REQUIRE(five);
    CHECK(rig.decoded(17).values[Pollutant::pm2_5].value == tenths(353));
    CHECK(rig.inbox.all(7).empty());
    CHECK(rig.until([&] { return rig.detail(1).find("unit 7: no answer, next try in ") == 0; }));
    CHECK(rig.link->stations().at(0).good);
    CHECK(rig.link->stop());
}

TEST_CASE("modbus line: RTU through a TCP box that adds heartbeats of its own")
{
    Listener box;
    Pty theirs;
    SlaveBook book;
    book.hold(8, {353});
    const RtuSlave slave{book, theirs.name, 17};
    Rig rig{fmt::format("rtu+tcp://127.0.0.1:{}", box.port), {17, 7}};
    rig.start();
    REQUIRE(readable(box.fd, 5'000));
    const int socket = ::accept(box.fd, nullptr, nullptr);
    {
        // The registration of a box, with bytes that could begin an answer of unit 17.
        const Cable cable{socket, theirs.master,
                          std::string{"\x11\x03"
                                      "DTU01"}};
        REQUIRE(rig.until([&] { return rig.inbox.all(17).size() >= 5; }));
        CHECK(rig.decoded(17).values[Pollutant::pm2_5].value == tenths(353));
        CHECK(rig.inbox.all(7).empty());
    }
    ::close(socket);
    CHECK(rig.until([&] { return !rig.told.empty() && rig.told.back().state == LinkState::down; }));
}

TEST_CASE("modbus line: an answer with a wrong check sum is no answer")
{
    Listener box;
    Rig rig{fmt::format("rtu+tcp://127.0.0.1:{}", box.port), {17}};
    rig.start();
    REQUIRE(readable(box.fd, 5'000));
    const int socket = ::accept(box.fd, nullptr, nullptr);
    CHECK(rig.until([&] {
        char query[64];
        if (readable(socket, 0) && ::read(socket, query, sizeof query) > 0)
            (void)!::write(socket, "\x11\x03\x02\x01\x61\x00\x00", 7);
        return rig.detail().find("the check sum of the answer is wrong") != std::string::npos;
    }));
    CHECK(rig.inbox.all().empty());
    ::close(socket);
}

TEST_CASE("the check sum of RTU is the one of the standard")
{
    // 01 04 02 FF FF has B8 80: worked with python.
    const std::array<std::uint8_t, 5> answer{0x01, 0x04, 0x02, 0xFF, 0xFF};
    CHECK(crc16(answer) == 0x80B8);
}

TEST_CASE("modbus line: nobody listens, and when somebody does the line is up by itself")
{
    int port = 0;
    {
        port = Listener{}.port;
    }
    Rig rig{fmt::format("tcp://127.0.0.1:{}", port), {3}};
    rig.start();
    REQUIRE(rig.until([&] { return !rig.told.empty() && rig.told.back().state == LinkState::down; }));
    CHECK(rig.told.back().detail.find("cannot connect to tcp://127.0.0.1:") == 0);
    CHECK(!rig.link->stations().at(0).good);
    SlaveBook book;
    const TcpSlave slave{book, port};
    CHECK(rig.until([&] { return rig.told.back().state == LinkState::up; }));
}

TEST_CASE("modbus line: the stored values of an owed hour are read once, and only those")
{
    SlaveBook book;
    for (int place = 0; place < 60; ++place) book.hold(100 + place, {static_cast<std::uint16_t>(1'000 + place)});
    TcpSlave slave{book};
    const std::string stored =
        "[stored]\nstep_minutes = 1\ndepth = 60\n[[stored.field]]\nname = \"pm10\"\naddress = 100\n"
        "scale = \"0.1\"\nunit = \"ug/m3\"\n";
    Rig rig{slave.line(), {3}, two_tenths(stored)};
    rig.settings.units[0].unit.stored_depth = 60;
    rig.start();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= 2; }));
    CHECK(rig.inbox.all(3, Poll::Kind::stored).empty());
    const auto nine = hour_ending_at(parse_instant("2016-12-12T09:00:00+08:00").value(), {}).value();
    rig.link->back_fill({{"S03", nine.plus(-5), nine}, {"S99", nine, nine}});
    REQUIRE(rig.until([&] { return !rig.inbox.all(3, Poll::Kind::stored).empty(); }));
    rig.link->back_fill({{"S03", nine.plus(-5), nine}});
    const auto polls = rig.inbox.all(3).size();
    REQUIRE(rig.until([&] { return rig.inbox.all(3).size() >= polls + 5; }));
    const auto frames = rig.inbox.all(3, Poll::Kind::stored);
    REQUIRE(frames.size() == 1);
    // It is 09:05:30: place 5 is 09:00, the end of the owed hour; place 59 is 08:06. The rest stays owed.
    CHECK(frames[0].poll.blocks.at(0).request == ReadRequest{3, 105, 55});
    const auto decoded = decode_poll(frames[0].poll, *rig.settings.unit(3), UtcOffset{});
    REQUIRE(decoded.readings.size() == 55);
    CHECK(decoded.readings.front().at == nine.instant({}));
    CHECK(decoded.readings.front().values[Pollutant::pm10].value == tenths(1'005));
    CHECK(format_instant(decoded.readings.back().at, {}) == "2016-12-12T08:06:00+08:00");
}

TEST_CASE("modbus line: the clock of a unit is set where its map names one, and refused where it does not")
{
    SlaveBook book;
    TcpSlave slave{book};
    Rig rig{slave.line(), {3}, two_tenths("[clock]\naddress = 40\nform = \"YMDhms\"\n")};
    rig.start();
    Order set_time;
    CHECK(rig.link->order("S03", set_time).has_value());
    REQUIRE(rig.until([&] {
        const std::lock_guard lock{book.mutex};
        return book.mapping->tab_registers[40] != 0;
    }));
    const std::lock_guard lock{book.mutex};
    const auto* clock = book.mapping->tab_registers + 40;
    CHECK(std::vector<int>(clock, clock + 6) == std::vector<int>{2016, 12, 12, 9, 5, 30});
    CHECK(rig.link->order("S99", set_time).error().reason == Reason::unknown_station);
    set_time.kind = Order::Kind::fetch;
    CHECK(rig.link->order("S03", set_time).error().reason == Reason::refused);
}

TEST_CASE("modbus line: a reference that does not agree is shown beside the station")
{
    SlaveBook book;
    book.hold(20, {12});
    TcpSlave slave{book};
    Rig rig{slave.line(),
            {3},
            two_tenths("[[reference]]\nname = \"air pressure\"\naddress = 20\nunit = \"hPa\"\nvalid = [400, 1100]\n")};
    rig.start();
    CHECK(rig.until([&] { return rig.detail().find("answers, but air pressure reads 12 hPa") != std::string::npos; }));
    CHECK(!rig.inbox.all(3).empty());
}

TEST_CASE("modbus line: it stops at once in the middle of a question")
{
    SlaveBook book;
    book.manner = [](std::span<std::uint8_t>, int) { return -1; };
    TcpSlave slave{book};
    Rig rig{slave.line(), {3}};
    rig.settings.way.timeout_ms = 10'000;
    rig.start();
    REQUIRE(rig.until([&] { return book.asked(3) == 1; }));
    const auto begin = Steady::now();
    CHECK(rig.link->stop());
    CHECK(Steady::now() - begin < 2s);
}

TEST_CASE("modbus line: a thread held in the inbox is left behind, and that is said")
{
    SlaveBook book;
    TcpSlave slave{book};
    Kept* inbox = nullptr;
    Rig rig{slave.line(), {3}};
    inbox = &rig.inbox;
    inbox->hold(true);
    rig.start();
    REQUIRE(rig.until([&] { return book.asked(3) >= 2; }));
    CHECK(!rig.link->stop());
    inbox->hold(false); // the daemon would end here; the test lets the thread go first
    CHECK(rig.until([&] { return rig.inbox.all(3).size() == 1; }));
    std::this_thread::sleep_for(50ms);
}

TEST_CASE("modbus probe: reads once and shows every interpretation, or says why not")
{
    SlaveBook book;
    book.hold(8, {0x47F1, 0x2000});
    TcpSlave slave{book};
    const auto text = probe({parse_way(slave.line()).value(), 3, {3, 8, 2}});
    REQUIRE(text.has_value());
    CHECK(text->find("123456") != std::string::npos);
    const auto refused = probe({parse_way(slave.line()).value(), 3, {3, 500, 2}});
    CHECK(refused.error().detail.find("it has no such address (2)") != std::string::npos);
}

TEST_CASE("modbus settings: what a person writes wrong is answered with its place")
{
    const auto settings = [](const std::string& text) {
        return modbus_driver.settings(Settings::parse(text, "aqid.toml").tables("link").at(0));
    };
    const auto complaint = [&](const std::string& text) -> std::string {
        try {
            (void)settings(text);
        } catch (const SettingError& error) {
            return error.what();
        }
        return "it was taken";
    };
    const auto sample = settings(std::string{modbus_driver.sample});
    CHECK(modbus_driver.stations(sample) == std::vector<std::string>{"410621-01"});
    const std::string head = "[[link]]\nline = \"tcp://10.0.0.5:502\"\n";
    const auto unit = [](int number, const std::string& map, const std::string& more = {}) {
        return fmt::format("[[link.unit]]\nunit = {}\nstation = \"S01\"\nmap = \"{}\"\n{}", number, map, more);
    };
    CHECK(complaint(head + unit(1, "thermo-503i")).find("did you mean \"thermo-5030i\"?") != std::string::npos);
    const auto orderless = complaint(head + unit(1, "envea-cairsens-pm"));
    CHECK(orderless.find("aqid.toml:3:") == 0);
    CHECK(orderless.find("write order = one of ABCD, CDAB, BADC, DCBA") != std::string::npos);
    CHECK(complaint(head + unit(1, "envea-cairsens-pm", "order = \"CDAB\"\n")) == "it was taken");
    CHECK(complaint(head + unit(1, "renke-pm") + unit(1, "renke-pm")).find("unit 1 is there twice") !=
          std::string::npos);
    CHECK(complaint(head + unit(248, "renke-pm")).find("between 1 and 247") != std::string::npos);
    CHECK(complaint(head + unit(1, "renke-pm", "stored_depth = 5\n")).find("has no stored values") !=
          std::string::npos);
    CHECK(complaint(head).find("needs a [[link.unit]]") != std::string::npos);
    CHECK(complaint(head + "baud = 9600\n" + unit(1, "renke-pm")).find("belong to a serial port") != std::string::npos);
    const std::string serial = "[[link]]\nline = \"rtu:/dev/ttyUSB0\"\n";
    CHECK(complaint(serial + unit(1, "renke-pm") + unit(2, "siemens-qsa2700d")).find("4800 8N1 and 19200 8E1") !=
          std::string::npos);
    CHECK(complaint(serial + "baud = 9600\nparity = \"none\"\nstop_bits = 1\n" + unit(1, "renke-pm") +
                    unit(2, "siemens-qsa2700d")) == "it was taken");
    for (const auto* line :
         {"10.0.0.5", "tcp://10.0.0.5", "tcp://:502", "tcp://a:0", "tcp://a:99999", "rtu:ttyUSB0", "udp://a:1"})
        CHECK(complaint(fmt::format("[[link]]\nline = \"{}\"\n", line) + unit(1, "renke-pm")) != "it was taken");
    CHECK(parse_way("tcp://[::1]:502").value().host == "::1");

    const Folder folder;
    const auto file = (folder.path() / "own.toml").string();
    const std::string own = fmt::format("[[link.unit]]\nunit = 1\nstation = \"S01\"\nmap_file = \"{}\"\n", file);
    CHECK(complaint(head + own).find("cannot read the register map") != std::string::npos);
    std::ofstream{file}
        << "device = \"D\"\nfunction = 3\n[[field]]\nname = \"pm10\"\naddress = 70000\nunit = \"ug/m3\"\n";
    CHECK(complaint(head + own).find("own.toml:5:1: \"address\" is 70000") != std::string::npos);
}
