// The link of HJ 212 over real sockets on this machine: keeping, answering, refusing. Nothing sleeps for a guess: every
// wait is for a condition, with a limit.
#include "tests/support/folder.hpp"
#include "tests/support/hj212_peer.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::drivers::hj212;
using namespace aqi::tests;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

TEST_CASE("a frame is kept and then answered, under its own QN")
{
    Listening s;
    Peer peer{s.port()};
    peer.write(frame("2011", data));
    // As in the standard's example of CN 9014; length and sum by another program.
    CHECK(peer.line() == "##0065QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=M1;Flag=4;CP=&&&&EA41\r\n");
    REQUIRE(s.inbox.count() == 1);
    CHECK(s.inbox.bytes(0) + "\r\n" == frame("2011", data));
    CHECK(s.inbox.origin(0) == peer.origin());
    const auto lines = s.link->stations();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].station == "S01");
    CHECK(lines[0].good);
    CHECK(lines[0].detail.starts_with("connected from " + peer.origin() + ", last frame 0 s ago"));
    CHECK(!lines[1].good);
    CHECK(lines[1].detail == "has not called in");
}

TEST_CASE(
    "what is answered depends on the frame: data, notices, heartbeats, editions, and nothing where nothing is asked")
{
    Listening s;
    Peer peer{s.port()};
    struct Row {
        std::string cn;
        int flag;
        std::string answer; ///< CN; empty: none
        int answer_flag;
    };
    const Row rows[] = {{"2011", 4, "", 0},     {"2011", 5, "9014", 4}, {"2081", 5, "9014", 4}, {"1013", 5, "9013", 4},
                        {"9015", 9, "9013", 8}, {"2011", 9, "9014", 8}, {"9014", 5, "", 0},     {"9011", 5, "", 0},
                        {"2011", 7, "9014", 4}, {"2011", 1, "9014", 0}};
    for (const auto& row : rows) {
        INFO(row.cn << " Flag=" << row.flag);
        peer.write(frame(row.cn, data, row.flag));
        if (row.answer.empty()) continue; // the next answer shows that there was none in between
        const auto answer = read(peer.line());
        CHECK(answer.header.cn == row.answer);
        CHECK(answer.header.flag == row.answer_flag);
        CHECK(answer.header.st == "91");
        const bool as_2005 = row.flag < 4;
        CHECK((as_2005 ? std::string{field_of(answer, "QN")} : answer.header.qn) == "20160801085857223");
    }
    CHECK(s.inbox.wait_for(std::size(rows)));
}

TEST_CASE("a frame in pieces is one, and several in one read are several, each answered")
{
    Listening s;
    Peer peer{s.port()};
    const std::string one = frame("2011", data);
    for (const char c : one) peer.write({&c, 1});
    CHECK(read(peer.line()).header.cn == "9014");
    peer.write("junk" + one.substr(0, one.size() - 2) + one + "\n" + one);
    for (int i = 0; i < 3; ++i) CHECK(read(peer.line()).header.cn == "9014");
    REQUIRE(s.inbox.count() == 5);
    CHECK(s.inbox.bytes(1) == "junk");
}

TEST_CASE("bad frames are kept and never answered, and so many in a row end the connection")
{
    Listening s{"bad_frames_most = 5"};
    Peer peer{s.port()};
    std::string wrong = frame("2011", data);
    wrong[wrong.size() - 3] = wrong[wrong.size() - 3] == '0' ? '1' : '0';
    for (int i = 0; i < 4; ++i) peer.write(wrong);
    peer.write(frame("2011", data)); // a good one: counting begins again
    CHECK(read(peer.line()).header.cn == "9014");
    CHECK(s.inbox.count() == 5);
    for (int i = 0; i < 4; ++i) peer.write(wrong);
    peer.write(frame("2011", data, 5, "M9")); // an MN nobody told us is the fifth
    CHECK(peer.line().empty());
    CHECK(peer.is_closed());
    CHECK(s.inbox.wait_for(10));
}

TEST_CASE("a bad frame is kept by its first four kilobytes, a good one whole")
{
    Listening s{"frame_data_bytes = 9999\nbad_frames_most = 2"};
    Peer peer{s.port()};
    std::string parts = data;
    for (int i = 0; i < 500; ++i) parts += ";a34001-Rtd=1";
    std::string long_one = frame("2011", parts);
    REQUIRE(long_one.size() > 6'000);
    peer.write(long_one);
    CHECK(read(peer.line()).header.cn == "9014");
    CHECK(s.inbox.bytes(0).size() == long_one.size() - 2);
    long_one[long_one.size() - 3] = long_one[long_one.size() - 3] == '0' ? '1' : '0';
    peer.write(long_one);
    REQUIRE(s.inbox.wait_for(2));
    CHECK(s.inbox.bytes(1) == long_one.substr(0, 4'096));
}

TEST_CASE("a wrong password is kept, not answered, and stands at the station")
{
    const tests::Folder folder;
    std::FILE* file = std::fopen((folder.path() / "pw").c_str(), "w");
    REQUIRE(file != nullptr);
    std::fputs("secret\n", file);
    std::fclose(file);
    Listening s{"", fmt::format("password_file = \"{}\"", (folder.path() / "pw").string())};
    Peer peer{s.port()};
    peer.write(frame("2011", data));
    peer.write(encode_frame({"1", "22", "2011", "secret", "M1", 5}, data));
    const auto answer = read(peer.line());
    CHECK(answer.header.qn == "1");
    CHECK(answer.header.pw == "secret");
    CHECK(s.inbox.count() == 2);
    CHECK(s.line_says("refused 1 times: MN M1 (S01) gave another password"));
}

TEST_CASE("another protocol on the port is kept once and ends the connection")
{
    Listening s;
    Peer browser{s.port()}, tls{s.port()};
    browser.write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    CHECK(browser.is_closed());
    tls.write(std::string_view{"\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03", 11});
    CHECK(tls.is_closed());
    CHECK(s.inbox.count() == 2);
}

TEST_CASE("one connection speaks for one station, unless it is a gateway")
{
    SECTION("not a gateway")
    {
        Listening s;
        Peer peer{s.port()};
        peer.write(frame("2011", data));
        CHECK(read(peer.line()).header.mn == "M1");
        peer.write(frame("2011", data, 5, "M2"));
        CHECK(peer.is_closed());
        REQUIRE(s.inbox.count() == 2); // what would be taken for another station's is kept as refused
        CHECK(s.inbox.refused(0).empty());
        CHECK(s.inbox.refused(1).find("speaks for S01 already") != std::string::npos);
        CHECK(s.line_says("speaks for S01 already; a gateway must be allowed to", 1));
    }
    SECTION("a gateway")
    {
        Listening s{"gateway = true"};
        Peer peer{s.port()};
        peer.write(frame("2011", data) + frame("2011", data, 5, "M2"));
        CHECK(read(peer.line()).header.mn == "M1");
        CHECK(read(peer.line()).header.mn == "M2");
        CHECK(s.line_says("connected", 1));
    }
}

TEST_CASE("nobody else may speak for a station that is there, the station itself may come back")
{
    Listening s;
    Peer first{s.port(), "127.0.0.1"};
    first.write(frame("2011", data));
    CHECK(read(first.line()).header.cn == "9014");
    Peer other{s.port(), "127.0.0.2"};
    other.write(frame("2011", data));
    CHECK(other.is_closed());
    REQUIRE(s.inbox.count() == 2);
    CHECK(s.inbox.refused(1).find("wants to speak for it") != std::string::npos);
    CHECK(s.line_says("refused 1 times: 127.0.0.2:"));
    // The same address again: the old connection is half dead and nobody has told us.
    Peer again{s.port(), "127.0.0.1"};
    again.write(frame("2011", data));
    CHECK(read(again.line()).header.cn == "9014");
    CHECK(first.is_closed());
    again.close();
    CHECK(s.line_says("not connected"));
    Peer moved{s.port(), "127.0.0.2"}; // the station's address has changed, and the old one is gone
    moved.write(frame("2011", data));
    CHECK(read(moved.line()).header.cn == "9014");
}

TEST_CASE("addresses, numbers of connections and how fast they come are limited")
{
    SECTION("addresses")
    {
        Listening s{"allow = [\"127.0.0.2/32\"]"};
        CHECK(Peer{s.port(), "127.0.0.1"}.is_closed());
        Peer allowed{s.port(), "127.0.0.2"};
        allowed.write(frame("2011", data));
        CHECK(read(allowed.line()).header.cn == "9014");
    }
    SECTION("of one address, and its place is free again")
    {
        Listening s{"connections_per_address = 1"};
        {
            Peer one{s.port()};
            one.write(frame("2011", data));
            CHECK(read(one.line()).header.cn == "9014");
            CHECK(Peer{s.port()}.is_closed());
        }
        CHECK(s.line_says("not connected"));
        Peer later{s.port()};
        later.write(frame("2011", data));
        CHECK(read(later.line()).header.cn == "9014");
    }
    SECTION("in all")
    {
        Listening s{"connections_most = 1"};
        Peer one{s.port(), "127.0.0.2"};
        one.write(frame("2011", data));
        CHECK(read(one.line()).header.cn == "9014");
        CHECK(Peer{s.port()}.is_closed());
    }
    SECTION("in a minute")
    {
        Listening s{"connects_per_minute = 3"};
        for (int i = 0; i < 3; ++i) {
            Peer one{s.port()};
            one.write(frame("2011", data));
            CHECK(read(one.line()).header.cn == "9014");
        }
        CHECK(Peer{s.port()}.is_closed());
    }
}

TEST_CASE("a frame that does not end and a connection without one are closed in time")
{
    Listening s{"frame_within_s = 1\nidle_s = 2"};
    Peer slow{s.port()}, silent{s.port()};
    slow.write(frame("2011", data).substr(0, 30));
    const auto began = std::chrono::steady_clock::now();
    CHECK(slow.is_closed());
    CHECK(std::chrono::steady_clock::now() - began < 1'900ms);
    REQUIRE(s.inbox.wait_for(1)); // what was there of it is kept, so that it is counted
    CHECK(s.inbox.bytes(0) == frame("2011", data).substr(0, 30));
    CHECK(silent.is_closed());
}

TEST_CASE("a thousand connections are answered, each for its own")
{
    std::string stations;
    for (int i = 0; i < 1'000; ++i)
        stations += fmt::format("[[link.station]]\nid = \"T{0}\"\nmn = \"T{0}\"\nunit = \"ug/m3\"\n", i);
    Listening s{"connections_per_address = 2000\nconnects_per_minute = 2000", "", stations};
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 1'000; ++i) {
        peers.push_back(std::make_unique<Peer>(s.port()));
        peers.back()->write(frame("2011", data, 5, fmt::format("T{}", i)));
    }
    int right = 0;
    for (int i = 0; i < 1'000; ++i) {
        const auto message = parse_frame(peers[static_cast<std::size_t>(i)]->line(), Checksum::hj212);
        if (message && message->header.mn == fmt::format("T{}", i)) ++right;
    }
    CHECK(right == 1'000);
    CHECK(s.inbox.count() == 1'000);
}

TEST_CASE("nothing is answered while storage fails, and everything when it works again")
{
    Listening s;
    Peer peer{s.port()};
    s.inbox.hold(true);
    peer.write(frame("2011", data));
    CHECK(peer.line(300ms).empty());
    CHECK(s.link->stations().size() == 2); // the loop does not wait with it
    s.inbox.hold(false);
    CHECK(read(peer.line()).header.cn == "9014");
}

TEST_CASE("a stop while storage fails says that its thread is held, and does not wait for ever")
{
    static auto* const s = new Listening; // its thread stays; so must all it uses
    Peer peer{s->port()};
    s->inbox.hold(true);
    peer.write(frame("2011", data));
    CHECK(peer.line(300ms).empty());
    CHECK(!s->link->stop());
    CHECK(!s->link->stop());
    s->inbox.stop();
    CHECK(peer.line(300ms).empty()); // not kept, not answered
}

TEST_CASE("a link whose port is taken says so, and takes it when it is free")
{
    auto first = std::make_unique<Listening>();
    const auto port = first->port();
    LinkStatus status;
    asio::io_context loop;
    const asio::executor_work_guard<asio::io_context::executor_type> busy{loop.get_executor()};
    KeepingInbox inbox;
    LinkContext context;
    context.name = "second";
    context.executor = loop.get_executor();
    context.inbox = &inbox;
    context.now = [] { return Instant{}; };
    context.report = [&](const LinkStatus& reported) { status = reported; };
    const auto text =
        fmt::format("[[link]]\nlisten = \"127.0.0.1:{}\"\n[[link.station]]\nid = \"S\"\nmn = \"M\"\nunit = "
                    "\"ug/m3\"",
                    port);
    const auto link =
        open_hj212_link(read_hj212_settings(Settings::parse(text, "t").tables("link").at(0)), std::move(context));
    link->start();
    const auto until_state = [&](LinkState state) {
        for (int i = 0; i < 2'000 && status.state != state; ++i) {
            loop.restart();
            loop.run_for(5ms);
        }
        return status.state == state;
    };
    CHECK(until_state(LinkState::down));
    CHECK(status.detail.find("cannot listen on 127.0.0.1") != std::string::npos);
    first.reset();
    CHECK(until_state(LinkState::up));
    CHECK(link->stop());
}

TEST_CASE("TLS with certificates on both sides")
{
    const tests::Folder folder;
    const std::string in = "cd " + folder.path().string() + " && ";
    const auto made = [&](const std::string& command) {
        return std::system((in + command + " 2>/dev/null").c_str()) == 0;
    };
    REQUIRE(
        made("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj "
             "/CN=ca -days 2"));
    for (const std::string who : {"server", "client"})
        REQUIRE(made(fmt::format("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {0}.key -out "
                                 "{0}.csr -subj /CN={0} && openssl x509 -req -in {0}.csr -CA ca.pem -CAkey ca.key "
                                 "-CAcreateserial -out {0}.pem -days 2",
                                 who)));
    const auto path = [&](const char* name) { return (folder.path() / name).string(); };
    Listening s{fmt::format("certificate_file = \"{}\"\nkey_file = \"{}\"\nca_file = \"{}\"", path("server.pem"),
                            path("server.key"), path("ca.pem"))};
    CHECK(s.status.detail.ends_with("with TLS"));
    const auto exchange = [&](bool with_certificate) -> std::string {
        asio::io_context io;
        asio::ssl::context tls{asio::ssl::context::tls_client};
        tls.load_verify_file(path("ca.pem"));
        tls.set_verify_mode(asio::ssl::verify_peer);
        if (with_certificate) {
            tls.use_certificate_file(path("client.pem"), asio::ssl::context::pem);
            tls.use_private_key_file(path("client.key"), asio::ssl::context::pem);
        }
        asio::ssl::stream<Tcp::socket> stream{io, tls};
        stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), s.port()});
        boost::system::error_code ec;
        stream.handshake(asio::ssl::stream_base::client, ec);
        if (ec) return {};
        asio::write(stream, asio::buffer(frame("2011", data)), ec);
        std::array<char, 512> answer{};
        const auto count = stream.read_some(asio::buffer(answer), ec);
        return std::string{answer.data(), count};
    };
    CHECK(read(exchange(true)).header.cn == "9014");
    CHECK(s.inbox.count() == 1);
    CHECK(exchange(false).empty());
    CHECK(s.inbox.count() == 1);
}
