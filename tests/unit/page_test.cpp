// The table of the page: every row of it asked by strangers and by people, with other methods, too often, again, and from elsewhere.
// What is asked here is taken from Page::rows(), so that a new row is asked, too.
#include "daemon/web/page.hpp"

#include "daemon/outgoing.hpp"
#include "daemon/web/head.hpp"
#include "daemon/web/pack.hpp"
#include "tests/support/read_desk.hpp"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <map>
#include <set>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::daemon::web;
using namespace aqi::tests;

namespace {

using Who = Page::Who;

/// The other end of a stream, which listens to nothing.
class Ear : public Stream {
public:
    void send(std::shared_ptr<const std::string> text) override { sent += text->size(); }
    std::size_t waiting() const override { return 0; }
    void close(bool) override {}
    std::size_t sent = 0;
};

class Kept : public Responder::Target {
public:
    void reply(Reply given) override { answer = std::move(given); }
    std::shared_ptr<Stream> stream(std::string type, std::vector<std::pair<std::string, std::string>> headers) override
    {
        answer = Reply{200, std::move(type), {}, std::move(headers), nullptr};
        return ear;
    }
    std::optional<Reply> answer;
    std::shared_ptr<Ear> ear = std::make_shared<Ear>();
};

std::string header(const Reply& reply, std::string_view name)
{
    for (const auto& [key, value] : reply.headers)
        if (key == name) return value;
    return {};
}

std::string body(const Reply& reply) { return reply.shared ? *reply.shared : reply.body; }

bool has_chinese(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// What a row answers when it is asked properly: its star replaced, with what it cannot do without.
struct Proper {
    std::string path, query;
    int status = 200;
};
Proper proper(const Page::Row& row)
{
    static const std::map<std::string_view, Proper> all{
        {"/public/*", {"/public/city", ""}},
        {"/channels/*", {"/channels/sms/feed", "", 404}}, // there are no channels here
        {"/api/v1/hours", {"", "place=A&first=2016-12-20&last=2016-12-20"}},
        {"/api/v1/days", {"", "place=city&first=2016-12-20&last=2016-12-20"}},
        {"/api/v1/ranking", {"", "date=2016-12-20"}},
        {"/api/v1/year", {"", "place=city&year=2016"}},
        {"/api/v1/what-if", {"", "area=city&year=2016"}},
        {"/api/v1/weather", {"", "station=A"}},
        {"/api/v1/verification", {"", "area=city"}},
        {"/api/v1/forecast-series", {"", "area=city"}},
        {"/api/v1/episodes", {"", "area=city"}},
        {"/api/v1/texts", {"", "warning=city-2016-001"}},
        {"/api/v1/rules/diff", {"", "a=cn-2012&b=cn-2026"}},
        {"/api/v1/rules/what-if", {"", "edition=cn-2026&area=city&first=2016-12-19&last=2016-12-20"}},
        {"/api/v1/explain", {"", "of=city&when=2016-12-20"}},
        {"/api/v1/deliveries", {"", "row=1", 422}}, // nothing was sent
        {"/api/v1/route-test", {"", "area=city&level=red&transition=raise"}},
    };
    const auto found = all.find(row.path);
    Proper out = found == all.end() ? Proper{} : found->second;
    if (out.path.empty()) out.path = row.path;
    if (out.path.ends_with('*')) out.path.replace(out.path.size() - 1, 1, "act");
    return out;
}

/// A town with a proposal on the table, its page, and somebody signed in.
struct Front : ReadDesk {
    explicit Front(PageReading reading)
    {
        for (const auto& person : config.rules.network.persons) config.accounts[person.id] = person.id;
        config.http.reading = reading;
        two_days_and_a_proposal();
        begin();
        outgoing.emplace(io.get_executor(), Outgoing::Parts{config, *store, clock, *turns});
        outgoing->start();
        sign_in.emplace(io.get_executor(), SignIn::Parts{&config, &*store, folder.path() / "aqid.db", &clock,
                                                         [this] { return real_time.now(); }, PasswordCost{1, 8'192}});
        live.emplace(io.get_executor(), Live::Ports{[] {
                                                        return std::vector<Part>{{"mode", "\"real\""}};
                                                    },
                                                    [this] { return clock.now(); }, UtcOffset{480},
                                                    [](std::string_view) { return true; }});
        page.emplace(parts());
        secret = sign_in->sessions().begin("env", "10.0.0.7").value().secret;
    }

    Page::Parts parts()
    {
        Page::Parts out;
        out.config = &config;
        out.turns = &*turns;
        out.health = &health;
        out.outgoing = &*outgoing;
        out.store = &*store;
        out.clock = &clock;
        out.real_time = &real_time;
        out.live = &*live;
        out.sign_in = &*sign_in;
        out.frames = &frames;
        out.commands = [this] {
            CommandContext context = sources().commands();
            context.outgoing = &*outgoing;
            context.trail = &store->audit_trail();
            context.review = [] { return std::string{R"({"ok":true})"}; };
            return context;
        };
        out.status = [this] {
            if (!trouble.empty()) throw std::runtime_error(trouble);
            return std::string{R"({"mode":"real"})"};
        };
        out.read_safely = [this](const std::function<void()>& read) {
            if (database_trouble.empty()) read();
            return database_trouble;
        };
        return out;
    }

    Request stranger(std::string_view method, const Proper& what)
    {
        Request out;
        out.method = method == "GET"       ? Method::get
                     : method == "HEAD"    ? Method::head
                     : method == "POST"    ? Method::post
                     : method == "DELETE"  ? Method::del
                     : method == "OPTIONS" ? Method::options
                                           : Method::other;
        out.path = said.emplace_back(what).path;
        out.query = said.back().query;
        out.host = "aqi.example";
        out.accept_language = "en";
        out.peer = "10.0.0.9";
        return out;
    }
    Request known(std::string_view method, const Proper& what)
    {
        Request out = stranger(method, what);
        out.cookie = secret;
        return out;
    }
    Reply ask(const Request& request)
    {
        const auto kept = std::make_shared<Kept>();
        (*page)(request, Responder{kept});
        for (int i = 0; !kept->answer && i < 10; ++i) { // argon2, or the trail's look, on another thread
            io.restart();
            io.run_one_for(std::chrono::seconds{2});
        }
        REQUIRE(kept->answer.has_value());
        return *kept->answer;
    }

    std::deque<Proper> said; ///< requests look into these
    boost::asio::io_context io;
    SimulatedClock real_time{Instant{1'900'000'000'000}};
    Health health{clock};
    std::optional<Outgoing> outgoing;
    std::optional<SignIn> sign_in;
    std::optional<Live> live;
    std::optional<Page> page;
    std::string secret, trouble, database_trouble;
};

/// Rows that are answered anew each time; every other GET of the API is worth keeping.
bool is_never_kept(std::string_view path)
{
    static const std::set<std::string_view> all{"/api/v1/session", "/api/v1/sessions", "/api/v1/people",
                                                "/api/v1/ledger",  "/api/v1/audit",    "/api/v1/acts",
                                                "/api/v1/status",  "/api/v1/live"};
    return all.contains(path) || !path.starts_with("/api/");
}

} // namespace

TEST_CASE("page: who may read what, where reading is open and where it is for people")
{
    const PageReading reading = GENERATE(PageReading::open, PageReading::signed_in);
    Front front{reading};
    for (const auto& row : Page::rows()) {
        if (row.method != "GET") continue;
        const Proper what = proper(row);
        INFO(row.path << "?" << what.query << (reading == PageReading::open ? ", open" : ", signed-in"));
        const bool lets_in = row.who == Who::anybody || (row.who == Who::reader && reading == PageReading::open);
        const Reply to_stranger = front.ask(front.stranger("GET", what));
        CHECK(to_stranger.status == (lets_in ? what.status : 401));
        if (!lets_in) {
            CHECK(to_stranger.body == R"({"ok":false,"error":"sign in first"})");
            Request chinese = front.stranger("GET", what);
            chinese.accept_language = "zh-CN,en;q=0.5";
            CHECK(front.ask(chinese).body == R"({"ok":false,"error":"请先登录"})");
        }
        const Reply to_person = front.ask(front.known("GET", what));
        INFO(body(to_person).substr(0, 300));
        CHECK(to_person.status == what.status);
    }
}

TEST_CASE("page: what changes something is for who is signed in and has the page's token")
{
    const PageReading reading = GENERATE(PageReading::open, PageReading::signed_in);
    Front front{reading};
    const auto journaled = [&] {
        std::size_t out = 0;
        REQUIRE(front.store->fold([&](const Event&) { ++out; }).has_value());
        return out;
    };
    const auto before = journaled();
    for (const auto& row : Page::rows()) {
        if (row.method == "GET") continue;
        INFO(row.method << " " << row.path);
        const Proper what = proper(row);
        Request nobody = front.stranger(row.method, what), tokenless = front.known(row.method, what);
        nobody.body = tokenless.body = R"({"warning":"city-2016-001","revision":1,"verb":"sign"})";
        nobody.content_type = tokenless.content_type = "application/json";
        if (row.who == Who::signed_in) {
            CHECK(front.ask(nobody).status == 401);
            CHECK(front.ask(tokenless).status == 403);
        } else if (row.path == "/api/v1/forecasts") {
            CHECK(front.ask(nobody).status == 401);
            CHECK(front.ask(tokenless).status == 401); // its own token, not the cookie
        } else {
            REQUIRE(row.path == "/api/v1/session");
            CHECK(front.ask(nobody).status == 422); // nobody's name
        }
    }
    CHECK(journaled() == before);
    CHECK(front.sign_in->sessions().open("env").size() == 1);
}

TEST_CASE("page: other methods are told which are taken, and other paths that there is nothing")
{
    Front front{PageReading::signed_in};
    for (const auto& row : Page::rows()) {
        const Proper what = proper(row);
        INFO(what.path);
        std::set<std::string> taken;
        for (const auto& other : Page::rows())
            if (proper(other).path == what.path) taken.insert(std::string{other.method});
        if (taken.contains("GET")) taken.insert("HEAD");
        for (const std::string method : {"GET", "HEAD", "POST", "DELETE", "PUT", "OPTIONS"}) {
            if (taken.contains(method)) continue;
            INFO(method);
            const Reply reply = front.ask(front.stranger(method, what));
            CHECK(reply.status == (method == "OPTIONS" ? 204 : 405));
            if (method != "OPTIONS")
                CHECK(reply.body == R"({"ok":false,"error":"this address does not take this method"})");
            std::set<std::string> allowed;
            const std::string list = header(reply, "Allow") + ", ";
            for (std::size_t at = 0; at < list.size(); at = list.find(", ", at) + 2)
                allowed.insert(list.substr(at, list.find(", ", at) - at));
            CHECK(allowed == taken);
            // Nothing is promised to pages of others: no preflight is agreed to.
            CHECK(header(reply, "Access-Control-Allow-Methods").empty());
            CHECK(header(reply, "Access-Control-Allow-Headers").empty());
        }
    }
    for (const auto* path :
         {"/api/v1/none", "/api/v1/", "/api/v1/hours/", "/api/v2/hours", "/healthz/x", "/.git/config",
          "/<script>alert(1)</script>", "/API/V1/HOURS", "/channels", "/index.html.bak"}) {
        INFO(path);
        Request request = front.stranger("GET", {path, ""});
        CHECK(front.ask(request).status == 404);
        CHECK(front.ask(request).body == R"({"ok":false,"error":"there is nothing at this address"})");
        request.accept_language = "";
        CHECK(front.ask(request).body == R"({"ok":false,"error":"没有这个地址"})");
    }
    CHECK(header(front.ask(front.stranger("POST", {"/", ""})), "Allow") == "GET, HEAD");
}

TEST_CASE("page: a stranger may ask so often, each address for itself, and people are not counted")
{
    Front front{PageReading::open};
    const Proper what{"/api/v1/areas", ""};
    Request request = front.stranger("GET", what);
    for (int i = 0; i < 500; ++i) REQUIRE(front.ask(request).status == 200);
    for (const auto& row : Page::rows()) {
        if (row.who == Who::signed_in) continue;
        INFO(row.method << " " << row.path);
        const Proper each = proper(row);
        const Reply refused = front.ask(front.stranger(row.method, each));
        if (row.path == "/healthz") { // a watchdog gets its answer
            CHECK(refused.status == 200);
            continue;
        }
        CHECK(refused.status == 429);
        CHECK(refused.body == R"({"ok":false,"error":"too many requests; try again in a while"})");
    }
    request.accept_language = "zh";
    CHECK(front.ask(request).body == R"({"ok":false,"error":"访问过于频繁，请稍后再试"})");
    CHECK(front.ask(front.known("GET", what)).status == 200);
    Request elsewhere = request;
    elsewhere.peer = "10.0.0.10";
    CHECK(front.ask(elsewhere).status == 200);
    // A fifth of a second later, ten more.
    REQUIRE(front.real_time.set(Instant{front.real_time.now().ms + 200}));
    for (int i = 0; i < 10; ++i) CHECK(front.ask(request).status == 200);
    CHECK(front.ask(request).status == 429);
}

TEST_CASE("page: what was not changed is not sent again, and what is long is packed")
{
    Front front{PageReading::open};
    std::set<std::string_view> packed;
    for (const auto& row : Page::rows()) {
        const Proper what = proper(row);
        if (row.method != "GET" || what.status != 200) continue;
        INFO(row.path);
        const Reply first = front.ask(front.known("GET", what));
        const std::string etag = header(first, "ETag");
        if (is_never_kept(row.path)) {
            CHECK(etag.empty());
            continue;
        }
        REQUIRE(etag.size() == 34);
        CHECK(header(first, "Cache-Control") == "no-cache");
        Request again = front.known("GET", what);
        again.if_none_match = etag;
        const Reply unchanged = front.ask(again);
        CHECK(unchanged.status == 304);
        CHECK(body(unchanged).empty());
        CHECK(header(unchanged, "ETag") == etag);
        again.if_none_match = "\"another\"";
        CHECK(front.ask(again).status == 200);
        Request unpacking = front.known("GET", what);
        unpacking.accept_encoding = "gzip";
        const Reply small = front.ask(unpacking);
        if (header(small, "Content-Encoding").empty()) {
            CHECK(body(small) == body(first));
            continue;
        }
        packed.insert(row.path);
        CHECK(header(small, "Content-Encoding") == "gzip");
        CHECK(header(small, "ETag") == packed_etag(etag)); // another text is another entity
        CHECK(body(small).size() < body(first).size());
        const std::string of_packed = packed_etag(etag);
        unpacking.if_none_match = of_packed;
        CHECK(front.ask(unpacking).status == 304);
    }
    CHECK(packed.contains("/api/v1/openapi.json"));
    CHECK(packed.contains("/api/v1/rules"));
}

TEST_CASE("page: pages of others may read what is meant for the public, and nothing else")
{
    Front front{PageReading::open};
    for (const auto& row : Page::rows()) {
        INFO(row.method << " " << row.path);
        const Proper what = proper(row);
        Request request = front.known(row.method, what);
        request.origin = "https://elsewhere.example";
        const Reply reply = front.ask(request);
        const bool is_public = row.method == "GET" && row.who == Who::anybody && !is_never_kept(row.path);
        CHECK(header(reply, "Access-Control-Allow-Origin") == (is_public ? "*" : ""));
        CHECK(header(reply, "Cross-Origin-Resource-Policy") == (is_public ? "cross-origin" : ""));
        CHECK(header(reply, "Access-Control-Allow-Credentials").empty());
    }
}

TEST_CASE("page: what goes wrong inside is said, and not what it was")
{
    Front front{PageReading::signed_in};
    const bool chinese = GENERATE(true, false);
    Request request = front.known("GET", {"/api/v1/status", ""});
    request.accept_language = chinese ? "zh" : "en";
    front.trouble = "SELECT secret FROM session in /var/lib/aqid/aqid.db";
    const Reply broken = front.ask(request);
    CHECK(broken.status == 500);
    CHECK(has_chinese(broken.body) == chinese);
    front.trouble.clear();
    front.database_trouble = "/var/lib/aqid/aqid.db: the database cannot be used: SELECT secret";
    front.health.storage("database", front.database_trouble);
    const Reply unreadable = front.ask(request);
    CHECK(unreadable.status == 503);
    CHECK(has_chinese(unreadable.body) == chinese);
    const Reply ill = front.ask(front.stranger("GET", {"/healthz", ""}));
    CHECK(ill.status == 503);
    for (const auto* reply : {&broken, &unreadable, &ill}) {
        INFO(reply->body);
        CHECK(reply->body.find("SELECT") == std::string::npos);
        CHECK(reply->body.find("/var/lib") == std::string::npos);
    }
    request.path = "/healthz"; // who is signed in reads in it what the status says, too
    CHECK(front.ask(request).body.find(front.database_trouble) != std::string::npos);
}
