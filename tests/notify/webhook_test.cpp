// Webhooks against a server that behaves as robots, portals and broken middle boxes do (http_sink.py).
#include "tests/notify/authority.hpp"
#include "tests/notify/desk.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sstream>

namespace aqi::notify::tests {
namespace {

namespace json = boost::json;
using daemon::SendState;

class Sink {
public:
    explicit Sink(const e2e::Folder& folder, const std::vector<std::string>& certificate = {})
        : port_(e2e::free_port()),
          out_(folder / fmt::format("requests-{}.jsonl", port_)),
          log_(folder / "sink.log"),
          scheme_(certificate.empty() ? "http" : "https")
    {
        std::vector<std::string> command{"/usr/bin/python3", e2e::source("tests/notify/http_sink.py").string(),
                                         std::to_string(port_), out_.string()};
        command.insert(command.end(), certificate.begin(), certificate.end());
        child_ = std::make_unique<e2e::Child>(e2e::Start{command, log_, {}, {}});
        e2e::wait_until(20s, "the web server", [&] {
            if (!child_->running()) FAIL("the web server ended: " << e2e::read_file(log_));
            return e2e::listens(port_);
        });
    }
    std::string url(const std::string& path, std::string_view host = "127.0.0.1") const
    {
        return fmt::format("{}://{}:{}{}", scheme_, host, port_, path);
    }
    std::vector<json::object> requests() const
    {
        std::vector<json::object> out;
        if (!e2e::fs::exists(out_)) return out;
        std::istringstream lines{e2e::read_file(out_)};
        for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line).as_object());
        return out;
    }
    void kill() { child_->kill(); }

private:
    const std::uint16_t port_;
    const e2e::fs::path out_, log_;
    const std::string scheme_;
    std::unique_ptr<e2e::Child> child_;
};

std::string stanza(const std::string& url, const std::string& more = {})
{
    return fmt::format("url = \"{}\"\n{}\n", url, more);
}
std::string text(const json::object& of, std::string_view key) { return std::string{of.at(key).as_string()}; }
std::string header(const json::object& request, std::string_view name)
{
    const auto& headers = request.at("headers").as_object();
    return headers.contains(name) ? text(headers, name) : "";
}
json::object body(const json::object& request) { return json::parse(text(request, "body")).as_object(); }

std::string refusal(const std::string& keys, Mode mode = Mode::real)
{
    try {
        const Desk desk{"webhook", keys, mode};
    } catch (const SettingError& error) {
        return error.what();
    }
    return "nothing";
}

/// HMAC-SHA256 by a second tool.
std::string python_hmac(const std::string& key, const std::string& text, const std::string& form)
{
    const auto said = e2e::run(
        {"/usr/bin/python3", "-c",
         "import hmac, base64, sys\nd = hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), 'sha256').digest()\n"
         "print(d.hex() if sys.argv[3] == 'hex' else base64.b64encode(d).decode(), end='')",
         key, text, form});
    REQUIRE(said.exit_code == 0);
    return said.text;
}

} // namespace

TEST_CASE("what a web server may answer, and what becomes of the message", "[webhook]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    const struct {
        const char* path;
        const char* form;
        SendState state;
        const char* says;
    } rows[] = {
        {"/status/200", "plain", SendState::accepted, "HTTP 200: so it is"},
        {"/status/202", "plain", SendState::accepted, "HTTP 202"},
        {"/status/404", "plain", SendState::failed, "HTTP 404"},
        {"/status/401", "plain", SendState::failed, "HTTP 401"},
        {"/status/429", "plain", SendState::retry, "HTTP 429"},
        {"/status/503", "plain", SendState::retry, "HTTP 503"},
        {"/redirect", "plain", SendState::failed, "HTTP 302"},
        {"/twice", "plain", SendState::accepted, "first"},
        {"/close", "plain", SendState::in_doubt, ""},
        {"/half", "plain", SendState::in_doubt, ""},
        {"/hang", "plain", SendState::in_doubt, "imed out"},
        {"/errcode/1", "plain", SendState::accepted, ""}, // there the status is all
        {"/errcode/0", "wecom", SendState::accepted, "HTTP 200"},
        {"/errcode/93000", "wecom", SendState::failed, "93000"},
        {"/errcode/45009", "wecom", SendState::retry, "45009"},
        {"/errcode/-1", "wecom", SendState::retry, "-1"},
        {"/text", "wecom", SendState::in_doubt, "answered without errcode"},
        {"/code/0", "wecom", SendState::in_doubt, "answered without errcode"},
        {"/status/503", "wecom", SendState::retry, "HTTP 503"},
        {"/errcode/0", "dingtalk", SendState::accepted, "HTTP 200"},
        {"/errcode/310000", "dingtalk", SendState::failed, "310000"},
        {"/errcode/130101", "dingtalk", SendState::retry, "130101"},
    };
    for (const auto& row : rows) {
        Desk desk{"webhook",
                  stanza(sink.url(row.path), fmt::format("template = \"{}\"\ntimeout_ms = {}", row.form,
                                                         std::string_view{row.path} == "/hang" ? 800 : 20'000))};
        const Receipt receipt = desk.send(warning_letter(), "410600-2016-003/2/portal");
        INFO(row.form << " " << row.path << ": " << receipt.detail);
        CHECK(receipt.state == row.state);
        CHECK(receipt.detail.find(row.says) != std::string::npos);
    }
    CHECK(sink.requests().size() == std::size(rows)); // nobody followed the redirect, nobody asked twice
}

TEST_CASE("an answer that came twice is not taken for the answer to the next message", "[webhook]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"webhook", stanza(sink.url("/twice"))};
    for (int n = 0; n < 3; ++n) {
        const Receipt receipt = desk.send(warning_letter(), fmt::format("w/{}/portal", n));
        CHECK(receipt.state == SendState::accepted);
        CHECK(receipt.detail == "HTTP 200: first");
    }
    CHECK(sink.requests().size() == 3);
}

TEST_CASE("nobody listens: tried again", "[webhook]")
{
    const e2e::Folder folder;
    Sink sink{folder};
    Desk desk{"webhook", stanza(sink.url("/status/200"))};
    sink.kill();
    CHECK(desk.send(warning_letter(), "w/2/portal").state == SendState::retry);
}

TEST_CASE("plain: the document as it stands, signed, with the token and further headers", "[webhook]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    e2e::write_file(folder / "hmac", "一个秘密 secret\n");
    e2e::write_file(folder / "token", "t0ken\n");
    Desk desk{"webhook",
              stanza(sink.url("/status/200"),
                     fmt::format("hmac_file = \"{}\"\nbearer_file = \"{}\"\nheaders = [\"X-County: 410600\"]",
                                 (folder / "hmac").string(), (folder / "token").string()))};
    CHECK(desk.send(warning_letter(), "410600-2016-003/2/portal").state == SendState::accepted);
    const auto request = sink.requests().at(0);
    CHECK(text(request, "method") == "POST");
    CHECK(text(request, "body") == document_of(warning_letter()));
    CHECK(header(request, "content-type") == "application/json; charset=utf-8");
    CHECK(header(request, "idempotency-key") == "410600-2016-003/2/portal");
    CHECK(header(request, "authorization") == "Bearer t0ken");
    CHECK(header(request, "x-county") == "410600");
    CHECK(header(request, "x-aqid-signature") ==
          "sha256=" + python_hmac("一个秘密 secret", text(request, "body"), "hex"));
    CHECK(header(request, "x-aqid-timestamp").size() == 10);
    // Changed while we run, and then gone.
    e2e::write_file(folder / "hmac", "another\n");
    CHECK(desk.send(warning_letter(), "w/3/portal").state == SendState::accepted);
    CHECK(header(sink.requests().at(1), "x-aqid-signature") ==
          "sha256=" + python_hmac("another", text(request, "body"), "hex"));
    e2e::fs::remove(folder / "hmac");
    const Receipt gone = desk.send(warning_letter(), "w/4/portal");
    CHECK(gone.state == SendState::retry);
    CHECK(gone.detail.find((folder / "hmac").string()) != std::string::npos);
    CHECK(sink.requests().size() == 2);
}

TEST_CASE("WeCom and DingTalk get their own forms", "[webhook]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    e2e::write_file(folder / "key", "key=693a91f6-7xxx\n");
    e2e::write_file(folder / "sign", "SEC0123456789abcdef\n");
    const Letter letter = warning_letter();
    const auto send = [&](const std::string& more) {
        Desk desk{"webhook", stanza(sink.url("/errcode/0"), more)};
        CHECK(desk.send(letter, "w/2/robot").state == SendState::accepted);
        return sink.requests().back();
    };
    const std::string query = fmt::format("query_file = \"{}\"\n", (folder / "key").string());

    auto request = send(query + "template = \"wecom\"");
    CHECK(text(request, "raw_query") == "key=693a91f6-7xxx");
    CHECK(body(request).at("msgtype").as_string() == "text");
    const std::string content = text(body(request).at("text").as_object(), "content");
    CHECK(content ==
          letter.headline(Language::zh) + "\n" + letter.text(Language::zh) + "\n" + letter.warning->advice_zh);

    request = send(query + "template = \"wecom\"\nmarkdown = true");
    CHECK(body(request).at("msgtype").as_string() == "markdown");
    CHECK(text(body(request).at("markdown").as_object(), "content")
              .starts_with("### " + letter.headline(Language::zh) + "\n"));

    request = send(query + "template = \"dingtalk\"\nmarkdown = true");
    CHECK(text(body(request).at("markdown").as_object(), "title") == letter.headline(Language::zh));
    CHECK(text(body(request).at("markdown").as_object(), "text").find(letter.text(Language::zh)) != std::string::npos);

    request = send(query + fmt::format("template = \"dingtalk\"\nsign_file = \"{}\"", (folder / "sign").string()));
    const auto& asked = request.at("query").as_object();
    CHECK(text(asked, "key") == "693a91f6-7xxx");
    // The robot's own reckoning (decoded of its URL form) over the time we say.
    CHECK(text(asked, "sign") ==
          python_hmac("SEC0123456789abcdef", text(asked, "timestamp") + "\nSEC0123456789abcdef", "base64"));
    CHECK(text(asked, "timestamp").size() == 13);
    CHECK(text(request, "raw_query").find('+') == std::string::npos); // a "+" there would be a blank
}

TEST_CASE("a robot that takes little gets the fullest text it takes", "[webhook]")
{
    const Desk desk{"webhook", "url = \"https://robot.example/\"\ntemplate = \"wecom\""};
    Letter letter = warning_letter();
    const auto content = [&] {
        return text(json::parse(desk.compose(letter).text).as_object().at("text").as_object(), "content");
    };
    const std::string headline = letter.headline(Language::zh) + "\n";
    CHECK(content() == headline + letter.warning->text_zh + "\n" + letter.warning->advice_zh);
    for (int n = 0; n < 200; ++n) letter.warning->advice_zh += "请减少外出。";
    CHECK(content() == headline + letter.warning->text_zh);
    for (int n = 0; n < 200; ++n) letter.warning->text_zh += "静稳天气。";
    CHECK(content() == headline + letter.warning->short_zh);
    letter.warning->short_zh = letter.warning->text_zh;
    CHECK_FALSE(desk.try_compose(letter).has_value());
}

TEST_CASE("a body of one's own: fields are escaped, the county's gateway says whether it took it", "[webhook]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    const std::string own = R"(template = "custom"
error_key = "code"
body = '''{{"msg_type": "text", "revision": {revision}, "content": {{"text": "{headline} {text}", "id": "{id}"}}}}''')";
    Letter letter = warning_letter();
    letter.warning->headline_zh = "预警 \"红色\"\n\\ {id}\t\x01";
    for (const auto& [path, state] : {std::pair{"/code/0", SendState::accepted},
                                      {"/code/9499", SendState::failed},
                                      {"/errcode/0", SendState::in_doubt}}) {
        Desk desk{"webhook", stanza(sink.url(path), own)};
        CHECK(desk.send(letter, "w/2/own").state == state);
        const auto sent = body(sink.requests().back());
        CHECK(sent.at("revision").as_int64() == 2);
        const auto& content = sent.at("content").as_object();
        CHECK(text(content, "text") == letter.warning->headline_zh + " " + letter.warning->text_zh);
        CHECK(text(content, "id") == "410600-2016-003");
    }
}

TEST_CASE("a drill says so first in every form", "[webhook]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    for (const auto* form : {"plain", "wecom", "dingtalk"}) {
        INFO(form);
        Desk desk{"webhook", stanza(sink.url("/errcode/0"), fmt::format("template = \"{}\"", form)), Mode::drill};
        CHECK(desk.send(warning_letter(Mode::drill), "w/2/robot").state == SendState::accepted);
        const auto sent = body(sink.requests().back());
        const std::string first = std::string_view{form} == "plain" ? text(sent.at("zh").as_object(), "headline")
                                                                    : text(sent.at("text").as_object(), "content");
        CHECK(first.starts_with(drill_mark));
    }
}

TEST_CASE("HTTPS with a private authority: right, another authority, another name", "[webhook]")
{
    const e2e::Folder folder;
    const Authority authority{folder, "authority"}, other{folder, "other"};
    authority.certify("good", "DNS:localhost,IP:127.0.0.1");
    authority.certify("elsewhere", "DNS:portal.elsewhere.invalid");
    const auto attempt = [&](const Sink& sink, const std::string& ca) {
        Desk desk{"webhook", stanza(sink.url("/status/200", "localhost"), fmt::format("ca_file = \"{}\"", ca))};
        return desk.send(warning_letter(), "w/2/portal");
    };
    const Sink sink{folder, {authority.certificate("good"), authority.key("good")}};
    CHECK(attempt(sink, authority.ca()).state == SendState::accepted);
    const Receipt stranger = attempt(sink, other.ca());
    INFO(stranger.detail);
    CHECK(stranger.state == SendState::retry);
    CHECK(stranger.detail.find("certificate") != std::string::npos);
    const Sink elsewhere{folder, {authority.certificate("elsewhere"), authority.key("elsewhere")}};
    const Receipt name = attempt(elsewhere, authority.ca());
    INFO(name.detail);
    CHECK(name.state == SendState::retry);
    CHECK(name.detail.find("localhost") != std::string::npos);
    CHECK(elsewhere.requests().empty());
}

TEST_CASE("a webhook stanza that cannot be meant is refused at its line", "[webhook]")
{
    const std::string url = "url = \"https://portal.example/\"\n";
    const struct {
        std::string keys;
        Mode mode;
        const char* says;
    } rows[] = {
        {"url = \"http://portal.example/\"", Mode::real, "must be https://"},
        {url, Mode::drill, "a drill does not leave this machine"},
        {url + "template = \"weixin\"", Mode::real, "known: plain, wecom, dingtalk, custom"},
        {url + "template = \"custom\"", Mode::real, "needs a body"},
        {url + "template = \"custom\"\nbody = '{{\"a\": \"{headlin}\"}}'", Mode::real, "test.toml:4:"},
        {url + "template = \"custom\"\nbody = '{{\"a\": \"{headlin}\"}}'", Mode::real, "there is no field {headlin}"},
        {url + "template = \"custom\"\nbody = '{{\"a\": \"{headline}\",}}'", Mode::real, "not JSON"},
        {url + "template = \"custom\"\nbody = '{\"a\": 1}'", Mode::real, "test.toml:4:"},
        {url + "body = '1'", Mode::real, "belongs to template = \"custom\""},
        {url + "markdown = true", Mode::real, "belongs to"},
        {url + "template = \"wecom\"\nsign_file = \"x\"", Mode::real, "belongs to template = \"dingtalk\""},
        {url + "template = \"wecom\"\nhmac_file = \"x\"", Mode::real, "belongs to"},
        {url + "headers = [\"X: a\\r\\nY: b\"]", Mode::real, "must read Name: value"},
    };
    for (const auto& row : rows) {
        INFO(row.keys);
        const std::string said = refusal(row.keys, row.mode);
        INFO(said);
        CHECK(said.find(row.says) != std::string::npos);
        CHECK(said.starts_with("test.toml:"));
    }
}

} // namespace aqi::notify::tests
