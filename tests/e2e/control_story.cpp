// The control socket: who may speak, and what nonsense cannot do.
#include "tests/e2e/drill.hpp"

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

constexpr unsigned nobody = 65534;

/// A connection that is held open.
class Held {
public:
    explicit Held(const fs::path& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Held() { ::close(socket_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    bool connected() const { return connected_; }
    /// As much as the other side takes at once.
    std::size_t push(const std::string& text) const
    {
        const ssize_t n = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }

private:
    const int socket_;
    bool connected_ = false;
};

void require_alive(Daemon& daemon)
{
    REQUIRE(talk(daemon.socket(), R"({"command": "ping"})", patient(5s)) == R"({"ok":true})");
    REQUIRE(daemon.get("/healthz").status == 200);
}

std::string error_of(const std::string& answer)
{
    const json::value value = json::parse(answer);
    CHECK_FALSE(value.at("ok").as_bool());
    return std::string{value.at("error").as_string()};
}

} // namespace

TEST_CASE("an account that the configuration does not know is refused", "[control]")
{
    if (!is_root()) return skipped("needs root, to speak as another account");
    Drill drill{""};
    const auto forecast = [](const char* person) {
        return fmt::format(R"({{"command":"forecast",{}"area":"C","days":[{{"date":"2016-12-06","high":100}}]}})",
                           *person == '\0' ? "" : fmt::format(R"("person":"{}",)", person));
    };
    // The folder and the socket's mode keep strangers away at all.
    struct stat mode {};
    REQUIRE(::stat(drill.daemon.socket().c_str(), &mode) == 0);
    CHECK((mode.st_mode & 0777) == 0660);
    CHECK(talk(drill.daemon.socket(), R"({"command": "ping"})", 5s, nobody).empty());
    // And who comes near is nobody all the same.
    fs::permissions(drill.daemon.socket(), fs::perms{0666});
    CHECK(error_of(talk(drill.daemon.socket(), forecast(""), 5s, nobody)).find("nobody") != std::string::npos);
    CHECK(error_of(talk(drill.daemon.socket(), forecast("epb-zhang"), 5s, nobody)).find("may not act as epb-zhang") !=
          std::string::npos);
    CHECK(error_of(talk(drill.daemon.socket(), forecast("somebody"), 5s)).find("somebody") != std::string::npos);
    CHECK(error_of(talk(drill.daemon.socket(), forecast(""), 5s)).find("several people") != std::string::npos);
    CHECK(drill.daemon.number("SELECT count(*) FROM journal WHERE kind LIKE 'forecast%'") == 0);
    CHECK(json::parse(talk(drill.daemon.socket(), forecast("epb-zhang"), 5s)).at("ok").as_bool());
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("nonsense on the control socket is answered and harms nothing", "[control]")
{
    Drill drill{""};
    const std::vector<std::string> lines = {
        "",
        "{",
        "[]",
        "null",
        "42",
        "\"ping\"",
        "{}",
        R"({"command":5})",
        R"({"command":"explode"})",
        R"({"command":"forecast"})",
        R"({"command":"act"})",
        R"({"command":"clock"})",
        R"({"command":"clock","now":"soon"})",
        R"({"command":"clock","now":5})",
        R"({"command":"forecast","person":"epb-zhang","area":"C","days":[]})",
        R"({"command":"forecast","person":"epb-zhang","area":"C","days":[5]})",
        R"({"command":"forecast","person":"epb-zhang","area":"C","days":[{"date":"2016-02-30","high":5}]})",
        R"({"command":"forecast","person":"epb-zhang","area":"C","days":[{"date":"2016-12-06","high":99999999999999999999}]})",
        R"({"command":"act","person":"epb-zhang","warning":"nothing","revision":1,"verb":"sign"})",
        R"({"command":"act","person":"epb-zhang","warning":"nothing","revision":1,"verb":"explode"})",
        std::string("\0\xff\x01 binary", 10),
        std::string(20'000, '['),
        R"({"command":"ping")" + std::string(40'000, ' ')};
    for (const auto& line : lines) {
        INFO(line.substr(0, 80));
        const std::string answer = talk(drill.daemon.socket(), line, 5s);
        const json::value value = json::parse(answer);
        CHECK_FALSE(value.at("ok").as_bool());
        CHECK_FALSE(value.at("error").as_string().empty());
    }
    require_alive(drill.daemon);
    CHECK(drill.daemon.number("SELECT count(*) FROM journal WHERE kind NOT IN ('hour_closed', 'refused')") == 0);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a line of a megabyte ends its connection and nothing else", "[control]")
{
    Drill drill{""};
    CHECK(talk(drill.daemon.socket(), std::string(1'000'000, 'x'), 10s).empty());
    require_alive(drill.daemon);
    const Held half{drill.daemon.socket()};
    CHECK(half.push("{\"command\": \"pi") > 0);
    require_alive(drill.daemon);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("forty connections at once are no trouble", "[control]")
{
    Drill drill{""};
    {
        std::vector<std::unique_ptr<Held>> held;
        for (int n = 0; n < 40; ++n) held.push_back(std::make_unique<Held>(drill.daemon.socket()));
        CHECK(drill.daemon.get("/healthz").status == 200);
        CHECK(drill.daemon.running());
    }
    wait_until(10s, "an answer after they have gone",
               [&] { return talk(drill.daemon.socket(), R"({"command": "ping"})", 5s) == R"({"ok":true})"; });
    require_alive(drill.daemon);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("somebody who asks and never listens holds nobody up", "[control]")
{
    Drill drill{""};
    const Held deaf{drill.daemon.socket()};
    std::string many;
    for (int n = 0; n < 500; ++n)
        many += R"({"command": "status"})"
                "\n";
    CHECK(deaf.push(many) > 0);
    for (int n = 0; n < 20; ++n) require_alive(drill.daemon);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("only a drill's clock can be set, and it does not go back", "[control]")
{
    const Folder folder;
    Daemon real{folder.path(), Site{}};
    real.start();
    CHECK(error_of(talk(real.socket(), R"({"command":"clock","now":"2016-12-05T10:00:00+08:00"})")).find("real") !=
          std::string::npos);
    REQUIRE(real.stop() == 0);
    CHECK_FALSE(fs::exists(real.socket()));

    Drill drill{""};
    drill.clock("12:00:00");
    CHECK(error_of(talk(drill.daemon.socket(), R"({"command":"clock","now":"2016-12-05T11:59:59+08:00"})"))
              .find("does not go back") != std::string::npos);
    const json::object status = drill.daemon.status();
    CHECK(status.at("now").as_string() == "2016-12-05T12:00:00+08:00");
    drill.clock("12:00:00");
    drill.clock("12:00:01");
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("what bad requests to the page cannot do", "[control]")
{
    Drill drill{""};
    for (const auto* path : {"/nothing", "/../../etc/passwd", "/api/v1/status?x=1", "//", "/%00", "*"}) {
        INFO(path);
        const Reply reply = drill.daemon.get(path);
        CHECK(reply.status != 0);
        CHECK(reply.body.find("root:") == std::string::npos);
    }
    CHECK(drill.daemon.get("/" + std::string(20'000, 'x')).status != 200);
    require_alive(drill.daemon);
    REQUIRE(drill.daemon.stop() == 0);
}

} // namespace aqi::e2e
