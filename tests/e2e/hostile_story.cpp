// Everything the document names is asked with what nobody means well: wrong kinds, floods, tricks, borrowed and replayed sessions,
// in a county whose names are a script and a statement. Refused in the asker's language; nothing changes, nothing is told, and
// the loop answers others all the while. The requests are made from schemas/openapi.json, so that a new one is tried, too.
#include "tests/e2e/drill.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

constexpr const char* word = "a word of this drill";
constexpr const char* script = "<script>alert(1)</script>";
constexpr const char* statement = "'); DROP TABLE event;--";

Site hostile_site()
{
    Site out;
    out.reading = "signed-in";
    out.more = fmt::format("[[station]]\nid = \"H01\"\nname = \"{0}\"\n\n[[station]]\nid = \"H02\"\nname = \"{1}\"\n\n"
                           "[[area]]\nid = \"H\"\nname = \"{0}\"\nkind = \"county\"\nstations = [\"H01\", \"H02\"]\n\n",
                           script, statement) +
               duty_room();
    return out;
}

Daemon::Options drill_clock()
{
    Daemon::Options out;
    out.arguments = {"--simulated-clock", Drill::begin};
    return out;
}

/// Asks for health from beside, without a pause longer than a moment, and keeps the worst of it.
class Watch {
public:
    explicit Watch(std::uint16_t port)
        : thread_([this, port] {
              while (!stop_) {
                  const auto begin = std::chrono::steady_clock::now();
                  if (http_get(port, "/healthz", 10s).status != 200) ++failures_;
                  const auto took = std::chrono::steady_clock::now() - begin;
                  slowest_ = std::max(slowest_.load(), std::chrono::duration_cast<milliseconds>(took).count());
                  ++asked_;
                  std::this_thread::sleep_for(50ms);
              }
          })
    {}
    ~Watch() { end(); }
    void end()
    {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }
    void require_quick()
    {
        end();
        CHECK(asked_ > 0);
        CHECK(failures_ == 0);
        CHECK(milliseconds{slowest_} < patient(2s));
    }

private:
    std::atomic<bool> stop_ = false;
    std::atomic<std::int64_t> slowest_ = 0;
    std::atomic<int> asked_ = 0, failures_ = 0;
    std::thread thread_; ///< last: it uses the others
};

/// Connections that say something and then neither say more nor read.
class Idlers {
public:
    Idlers(std::uint16_t port, int count, std::string_view said)
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (int i = 0; i < count; ++i) {
            const int each = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockets_.push_back(each);
            REQUIRE(::connect(each, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
            (void)!::send(each, said.data(), said.size(), MSG_NOSIGNAL);
        }
    }
    ~Idlers()
    {
        for (const int each : sockets_) ::close(each);
    }
    Idlers(const Idlers&) = delete;
    Idlers& operator=(const Idlers&) = delete;

private:
    std::vector<int> sockets_;
};

struct Session {
    std::string cookie, token;
    std::string headers(bool with_token = true) const
    {
        return "Cookie: " + cookie + "\r\n" + (with_token ? "X-Aqid-Token: " + token + "\r\n" : std::string{});
    }
};

/// One daemon and those who attack it.
struct Siege {
    Siege() : daemon(folder.path(), hostile_site(), drill_clock())
    {
        daemon.start();
        for (const auto* person : {"epb-zhang", "met-li"}) {
            const Said said = run({"/bin/sh", "-c",
                                   fmt::format("printf '%s\\n' '{}' | '{}' password '{}' --stdin --socket '{}'", word,
                                               program("aqictl"), person, daemon.socket().string())});
            INFO(said.text);
            REQUIRE(said.exit_code == 0);
        }
        document = json::parse(read_file(source("schemas/openapi.json"))).as_object();
    }

    Session sign_in(const std::string& person)
    {
        const Reply reply = http_post(daemon.port(), "/api/v1/session",
                                      json::serialize(json::object{{"person", person}, {"password", word}}),
                                      "Content-Type: application/json\r\n");
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        const std::string cookie = reply.header("Set-Cookie");
        return {cookie.substr(0, cookie.find(';')), std::string{json::parse(reply.body).at("token").as_string()}};
    }
    Reply send(const std::string& method, const std::string& target, const std::string& headers,
               const std::string& body = {}) const
    {
        const std::string length = method == "GET" ? std::string{} : fmt::format("Content-Length: {}\r\n", body.size());
        return http_raw(daemon.port(),
                        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}{}\r\n{}", method,
                                    target, headers, length, body),
                        patient(10s));
    }
    Reply post(const std::string& path, const std::string& body, const Session& session, const std::string& more = {})
    {
        return send("POST", path, "Content-Type: application/json\r\n" + session.headers() + language() + more, body);
    }
    /// The other language each time.
    std::string language()
    {
        chinese = !chinese;
        return chinese ? "Accept-Language: zh-CN\r\n" : "Accept-Language: en\r\n";
    }

    /// A refusal with words in the language that was asked for last, and nothing in it of what is inside.
    void check_refused(const Reply& reply, int status = 0)
    {
        INFO(reply.head << "\n" << reply.body.substr(0, 500));
        CHECK(reply.status >= 400);
        CHECK(reply.status < 500);
        if (status != 0) CHECK(reply.status == status);
        CHECK(reply.header("X-Content-Type-Options") == "nosniff");
        check_tells_nothing(reply);
        if (!reply.header("Content-Type").starts_with("application/json")) { // the public page
            CHECK(reply.body.find("<script") == std::string::npos);
            return;
        }
        json::error_code ec;
        const json::value said = json::parse(reply.body, ec);
        REQUIRE_FALSE(ec);
        if (!said.as_object().contains("error")) return; // no refusal; said above
        const std::string why = json::value_to<std::string>(said.at("error"));
        CHECK(said.at("ok") == false);
        const bool is_chinese =
            std::any_of(why.begin(), why.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        // Of what is too large the header may not have been read, and so no language: then it is said in both.
        if (chinese || (reply.status != 413 && reply.status != 431))
            CHECK(is_chinese == chinese);
        else
            CHECK(why.find("too large") != std::string::npos);
    }
    void check_tells_nothing(const Reply& reply) const
    {
        for (const std::string_view inside : {"SELECT", "INSERT", "sqlite", "SQLITE", "constraint", ".cpp", "what()",
                                              "boost", "std::", "/var/", "/usr/"})
            CHECK(reply.body.find(inside) == std::string::npos);
        CHECK(reply.body.find(folder.path().string()) == std::string::npos);
    }

    /// What must not change: what happened, every figure, everything that leaves. Refusals are journaled; that is their purpose.
    std::vector<std::int64_t> kept()
    {
        std::vector<std::int64_t> out;
        for (const auto* of : {"journal WHERE kind <> 'refused'", "observation", "hourly", "daily", "outbox",
                               "delivery", "place", "password", "session"})
            out.push_back(daemon.number(fmt::format("SELECT count(*) FROM {}", of)));
        return out;
    }
    void end()
    {
        REQUIRE(daemon.stop() == 0);
        const Said whole = run({program("aqictl"), "verify-audit", daemon.database().string()});
        INFO(whole.text);
        CHECK(whole.exit_code == 0);
        CHECK(whole.text.find(": whole") != std::string::npos);
    }

    template <class Look>
    void each_operation(const std::string& method, const Look& look) const
    {
        for (const auto& [path, methods] : document.at("paths").as_object())
            for (const auto& [name, operation] : methods.as_object())
                if (std::string_view{name} == method) look(std::string{path}, operation.as_object());
    }

    const Folder folder;
    Daemon daemon;
    json::object document;
    bool chinese = false;
};

/// Of this county, where the document has one of its own.
std::string local(const std::string& example)
{
    static const std::map<std::string, std::string> all{
        {"410600", "H"}, {"1005A", "H01"}, {"410600-2016-001", "C-2016-001"}, {"station/1005A", "station/H01"}};
    const auto found = all.find(example);
    return found == all.end() ? example : found->second;
}

std::string value_of(const json::object& parameter)
{
    if (const auto* example = parameter.if_contains("example"))
        return local(example->is_string() ? json::value_to<std::string>(*example) : json::serialize(*example));
    const auto& schema = parameter.at("schema").as_object();
    if (const auto* values = schema.if_contains("enum")) return json::value_to<std::string>(values->at(0));
    return "1";
}

struct Noise {
    std::string written;
    bool is_unreadable = false; ///< no text at all: 400 whatever it stands for
};
const std::vector<Noise>& noises()
{
    static const std::vector<Noise> out{{"%3Cscript%3Ealert(1)%3C/script%3E"},
                                        {"%27)%3B%20DROP%20TABLE%20event%3B--"},
                                        {"%27%20OR%201%3D1--"},
                                        {std::string(8'000, 'x')},
                                        {"99999999999999999999999"},
                                        {"-1e999"},
                                        {"..%5c..%5cetc"},
                                        {"[]"},
                                        {"%00", true},
                                        {"a%00b", true},
                                        {"a%0d%0aSet-Cookie:b", true},
                                        {"%ff%fe", true},
                                        {"%c0%af", true},
                                        {"%ed%a0%80", true},
                                        {"%", true},
                                        {"%zz", true}};
    return out;
}

/// Words that go nowhere but into the answer, and the language of a page, where what is unknown is ours.
bool takes_anything(const std::string& path, std::string_view name)
{
    return (path == "/api/v1/texts" && name == "wording") || (path.starts_with("/public") && name == "lang");
}

json::array wrong_kinds(const json::value& right)
{
    json::array out{json::object{}, json::object{{"a", 1}}, true, 1.5};
    if (!right.is_array()) out.push_back(json::array{});
    if (!right.is_string()) out.push_back("x");
    if (!right.is_int64()) out.push_back(7);
    out.push_back(json::array{json::array{json::object{}}});
    return out;
}

std::string nested(char open, char close, int depth)
{
    return std::string(static_cast<std::size_t>(depth), open) + std::string(static_cast<std::size_t>(depth), close);
}

} // namespace

TEST_CASE("no parameter of any question can be made to break, to tell or to change anything", "[hostile]")
{
    Siege siege;
    const Session zhang = siege.sign_in("epb-zhang");
    const auto before = siege.kept();
    const Idlers halves{siege.daemon.port(), 20, "GET /api/v1/status HTTP/1.1\r\nHost: x\r\nCoo"};
    const Idlers deaf{siege.daemon.port(), 20, "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"};
    Watch watch{siege.daemon.port()};
    int asked = 0;
    siege.each_operation("get", [&](const std::string& path, const json::object& operation) {
        std::string address = path, required;
        std::vector<std::string> names, holes;
        if (const auto* list = operation.if_contains("parameters"))
            for (const auto& each : list->as_array()) {
                const auto& parameter = each.as_object();
                if (parameter.contains("$ref")) continue; // headers
                const auto name = json::value_to<std::string>(parameter.at("name"));
                if (parameter.at("in") == "query") names.push_back(name);
                if (parameter.at("in") == "path") holes.push_back("{" + name + "}");
                if (parameter.at("in") == "query" && parameter.contains("required"))
                    required += fmt::format("&{}={}", name, value_of(parameter));
            }
        const auto ask = [&](const std::string& target, int status) {
            ++asked;
            INFO(target.substr(0, 200));
            const std::string language = siege.language();
            siege.check_refused(siege.send("GET", target, zhang.headers() + language), status);
        };
        for (const auto& hole : holes)
            for (const auto& noise : noises()) {
                std::string target = path;
                target.replace(target.find(hole), hole.size(), noise.written);
                for (const auto& other : holes)
                    if (const auto at = target.find(other); at != std::string::npos)
                        target.replace(at, other.size(), "x");
                ask(target, noise.is_unreadable ? 400 : 0);
            }
        if (path == "/api/v1/reports") required = "&when=2016-12-04"; // without it nothing else is looked at
        for (const auto& hole : holes) address.replace(address.find(hole), hole.size(), "H");
        for (const auto& name : names) {
            std::string others = required;
            if (const auto at = others.find("&" + name + "="); at != std::string::npos)
                others.erase(at, others.find('&', at + 1) - at);
            for (const auto& noise : noises()) {
                const std::string target = fmt::format("{}?{}={}{}", address, name, noise.written, others);
                if (!takes_anything(path, name) || noise.is_unreadable) {
                    ask(target, noise.is_unreadable ? 400 : 0);
                    continue;
                }
                const Reply taken = siege.send("GET", target, zhang.headers());
                CHECK(taken.status < 500);
                CHECK(taken.status != 0);
                siege.check_tells_nothing(taken);
            }
            if (names.size() > 0 && !path.starts_with("/public"))
                ask(fmt::format("{}?{}=1&{}=1{}", address, name, name, others), 400); // which of the two?
        }
        if (!names.empty()) ask(fmt::format("{}?{}={}", address, names[0], std::string(20'000, 'x')), 431);
    });
    CHECK(asked > 1'000); // the document was read
    // As themselves the names are text wherever they stand.
    for (const auto* path : {"/public", "/public/H", "/public?lang=en"}) {
        const Reply page = siege.send("GET", path, {});
        INFO(page.body);
        CHECK(page.status == 200);
        CHECK(page.body.find(script) == std::string::npos);
        CHECK(page.body.find("&lt;script&gt;") != std::string::npos);
    }
    const Reply stations = siege.send("GET", "/api/v1/stations", {});
    CHECK(stations.header("Content-Type").starts_with("application/json"));
    CHECK(stations.body.find(statement) != std::string::npos);
    CHECK(siege.kept() == before);
    watch.require_quick();
    siege.end();
}

TEST_CASE("no act can be made to happen by halves, by others or by too much", "[hostile]")
{
    Siege siege;
    const Session zhang = siege.sign_in("epb-zhang"), li = siege.sign_in("met-li");
    const auto before = siege.kept();
    Watch watch{siege.daemon.port()};
    int acts = 0;
    siege.each_operation("post", [&](const std::string& path, const json::object& operation) {
        if (!path.starts_with("/api/v1/acts/")) return;
        ++acts;
        json::object right = operation.at("requestBody").at("content").at("application/json").at("example").as_object();
        for (auto& [key, value] : right)
            if (value.is_string()) value = local(json::value_to<std::string>(value));
        if (right.contains("areas")) right["areas"] = json::array{"H"};
        for (const auto& [key, value] : right)
            for (const auto& wrong : wrong_kinds(value)) {
                json::object body = right;
                body[key] = wrong;
                INFO(path << " " << json::serialize(body));
                siege.check_refused(siege.post(path, json::serialize(body), zhang));
            }
        json::object misspelt = right;
        misspelt["wordign"] = "a member that belongs to no act";
        INFO(path);
        siege.check_refused(siege.post(path, json::serialize(misspelt), zhang));
        json::object all = right;
        for (auto& [key, value] : all)
            if (value.is_string()) value = key.size() % 2 == 0 ? script : statement;
        const std::string good = json::serialize(right);
        siege.check_refused(siege.post(path, json::serialize(all), zhang));
        for (const std::string& body :
             {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"5"}, std::string{"{"}, good + "{}",
              std::string{"{\"why\":\"\xff\"}"}, nested('[', ']', 1'000), "{\"why\":" + nested('[', ']', 1'000) + "}",
              std::string{"person=epb-zhang"}})
            siege.check_refused(siege.post(path, body, zhang), 400);
        siege.check_refused(siege.post(path, std::string(1'048'577, ' '), zhang), 413);
        const auto as = [&](const std::string& headers, int status) {
            INFO(headers);
            siege.check_refused(siege.send("POST", path, headers + siege.language(), good), status);
        };
        const std::string type = "Content-Type: application/json\r\n";
        as(type, 401);
        as(type + "Cookie: aqid=" + std::string(64, 'a') + "\r\n", 401);
        as(type + zhang.headers(false), 403);
        as(type + zhang.headers(false) + "X-Aqid-Token: " + li.token + "\r\n", 403);
        as(type + zhang.headers() + "Origin: http://evil.example\r\n", 403);
        as(type + zhang.headers() + "Origin: null\r\n", 403);
        as(type + zhang.headers() + "Sec-Fetch-Site: cross-site\r\n", 403);
        for (const auto* other :
             {"", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n",
              "Content-Type: multipart/form-data; boundary=x\r\n"})
            as(other + zhang.headers(), 415);
        std::string flood = type + zhang.headers();
        for (int i = 0; i < 1'000; ++i) flood += fmt::format("X-{}: {}\r\n", i, std::string(20, 'x'));
        siege.check_refused(siege.send("POST", path, siege.language() + flood, good), 431);
    });
    CHECK(acts >= 18);
    // The other changes: nobody is signed in, out or given another word.
    for (const std::string& body :
         {std::string{"{}"}, std::string{"[]"}, nested('[', ']', 1'000), std::string{R"({"person":{},"password":[]})"},
          fmt::format(R"({{"person":"{}","password":1}})", statement)}) {
        INFO(body.substr(0, 100));
        siege.check_refused(siege.post("/api/v1/session", body, {}));
        siege.check_refused(siege.post("/api/v1/session/password", body, zhang));
        siege.check_refused(siege.send("POST", "/api/v1/forecasts", siege.language(), body), 401);
    }
    for (const auto& noise : noises())
        siege.check_refused(
            siege.send("DELETE", "/api/v1/sessions/" + noise.written, zhang.headers() + siege.language()));
    siege.check_refused(siege.send("DELETE", "/api/v1/session", zhang.headers(false) + siege.language()), 403);
    CHECK(siege.send("GET", "/api/v1/status", zhang.headers()).status == 200);
    CHECK(siege.kept() == before);
    watch.require_quick();
    siege.end();
}

TEST_CASE("a session that ends in mid-consultation signs nothing, and a kept cookie opens nothing", "[hostile]")
{
    Siege siege;
    const Session zhang = siege.sign_in("epb-zhang");
    Session li = siege.sign_in("met-li");
    json::array days;
    for (const auto& [date, aqi] : {std::pair{"2016-12-06", 225}, {"2016-12-07", 230}, {"2016-12-08", 160}})
        days.push_back(json::object{{"date", date}, {"low", aqi - 20}, {"high", aqi}, {"primary", "PM2.5"}});
    const std::string forecast = json::serialize(json::object{{"area", "C"}, {"days", days}});
    REQUIRE(siege.post("/api/v1/acts/forecast", forecast, zhang).status == 200);
    REQUIRE(siege.post("/api/v1/acts/forecast", forecast, li).status == 200);
    const std::string texts = fmt::format("/api/v1/texts?warning={}", Drill::warning);
    REQUIRE(siege.send("GET", texts, zhang.headers()).status == 200); // the consultation is open before them
    REQUIRE(siege.send("DELETE", "/api/v1/session", li.headers()).status == 200);
    const auto before = siege.kept();
    const std::string sign =
        json::serialize(json::object{{"warning", Drill::warning}, {"revision", 1}, {"verb", "sign"}});
    for (int i = 0; i < 2; ++i) { // in both languages
        siege.check_refused(siege.post("/api/v1/acts/act", sign, li), 401);
        siege.check_refused(siege.send("GET", texts, li.headers() + siege.language()), 401);
    }
    // The night passes: thirteen hours without a word of theirs.
    REQUIRE(siege.daemon.stop() == 0);
    execute(siege.daemon.database(), "UPDATE session SET begun_ms = begun_ms - 46800000, seen_ms = seen_ms - 46800000");
    siege.daemon.set_arguments({"--simulated-clock", "2016-12-05T10:05:00+08:00"});
    siege.daemon.start();
    for (int i = 0; i < 2; ++i) siege.check_refused(siege.post("/api/v1/acts/act", sign, zhang), 401);
    auto now = siege.kept();
    CHECK(now.back() == 0); // of sessions
    now.back() = before.back();
    CHECK(now == before);
    CHECK(siege.daemon.number("SELECT count(*) FROM journal WHERE kind = 'acted'") == 0);
    const Session again = siege.sign_in("epb-zhang");
    CHECK(siege.post("/api/v1/acts/act", sign, again).status == 200);
    CHECK(siege.daemon.number("SELECT count(*) FROM journal WHERE kind = 'acted'") == 1);
    siege.end();
}

} // namespace aqi::e2e
