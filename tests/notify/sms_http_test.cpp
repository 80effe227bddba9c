// sms-http beside a real kannel and the network behind it, and beside gateways that behave badly.
#include "daemon/notify/gateway_reply.hpp"
#include "daemon/notify/sms.hpp"
#include "libaqi/utf8.hpp"
#include "tests/notify/authority.hpp"
#include "tests/notify/desk.hpp"
#include "tests/notify/gateway.hpp"
#include "tests/notify/kannel.hpp"
#include "tests/notify/messages.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::notify::tests {
namespace {

namespace json = boost::json;
using daemon::SendState;

const Recipient officer{"值班员", "13800000000"};

std::string number(int i) { return fmt::format("138000000{:02}", i); }

/// A request as an aggregator wants it.
std::string json_stanza(const Gateway& gateway, const std::string& more = {})
{
    return fmt::format("url = \"http://127.0.0.1:{}/send\"\nbody_format = \"json\"\n"
                       "body = '{{{{\"mobile\": \"{{to}}\", \"content\": \"{{text}}\", \"uid\": \"{{key}}\"}}}}'\n{}",
                       gateway.port(), more);
}

std::string why_refused(const std::string& stanza, Mode mode = Mode::real)
{
    try {
        const Desk desk{"sms-http", stanza, mode};
    } catch (const SettingError& error) {
        return error.what();
    }
    return {};
}

/// Hands what kannel calls back to the channel, as the daemon's page server does.
void pass_on(Desk& desk, const Gateway& callbacks, std::size_t& passed)
{
    const auto caught = callbacks.caught();
    for (; passed < caught.size(); ++passed) {
        const std::string target = caught[passed].target();
        const std::string path = target.substr(0, target.find('?'));
        const auto answer = desk.get(path.substr(path.rfind('/') + 1), caught[passed].query());
        REQUIRE(answer);
        CHECK(answer->status == 200);
    }
}

} // namespace

TEST_CASE("through kannel to the network, byte for byte, and what comes back", "[sms]")
{
    Gateway callbacks;
    const std::string base = fmt::format("http://127.0.0.1:{}/channels/test", callbacks.port());
    Kannel kannel{base + "/mo?token=s3cret"};
    e2e::write_file(kannel / "token", "s3cret\n");
    const std::string common = fmt::format(
        "method = \"GET\"\nuser = \"aqid\"\nsender = \"10690000\"\nsignature = \"鹤壁环保\"\naccepted_if = "
        "\"delivery\"\n"
        "url = "
        "\"{}?username={{user}}&password={{password}}&from={{sender}}&to={{to}}&coding=2&charset=utf-8&text={{text}}"
        "&dlr-mask=31&dlr-url={{callback}}\"\ncallback_token_file = \"{}\"\ncallback_url = \"{}/dlr\"\n",
        kannel.url(), (kannel / "token").string(), base);
    Desk desk{"sms-http", common + "password_file = \"" + kannel.password_file() + "\"\n"};
    std::vector<std::string> texts;
    for (const int units : {57, 70, 71, 134, 135}) texts.push_back(repeated("短", units - 6));
    texts.push_back(repeated("短", 60) + "𠮷" + repeated("信", 20)); // the pair would lie on the cut
    texts.push_back("戴口罩😷，100% & \"避免\"户外活动+{}");
    std::vector<Content> contents;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const Letter letter = saying(texts[i]);
        contents.push_back(desk.compose(letter));
        const Receipt receipt = desk.send(letter, fmt::format("410600-2016-003/2/duty room/{}", i),
                                          {"值班员", number(static_cast<int>(i))});
        INFO(receipt.detail);
        CHECK(receipt.state == SendState::accepted);
        CHECK(receipt.detail == "HTTP 202: 0: Accepted for delivery");
    }
    std::size_t passed = 0;
    const auto delivered = [&] {
        return std::count_if(desk.reports().begin(), desk.reports().end(),
                             [](const Inbound::Report& report) { return report.state == SendState::delivered; });
    };
    desk.run_until(
        [&] {
            pass_on(desk, callbacks, passed);
            return delivered() >= static_cast<int>(texts.size()) && kannel.aired().size() == texts.size();
        },
        "every message to be delivered");
    const auto aired = kannel.aired();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        INFO(texts[i]);
        const auto& message = aired.at(number(static_cast<int>(i)));
        CHECK(message.from == "10690000");
        CHECK(message.text == contents[i].text);
        CHECK(static_cast<int>(message.units.size()) == contents[i].parts);
        for (const auto& part : message.parts) {
            // No part begins with the second half of a character.
            const auto first = static_cast<unsigned char>(part.at(0));
            CHECK_FALSE((first >= 0xDC && first < 0xE0));
        }
        const std::string key = fmt::format("410600-2016-003/2/duty room/{}", i);
        CHECK(std::any_of(desk.reports().begin(), desk.reports().end(), [&](const Inbound::Report& report) {
            return report.key == key && report.state == SendState::accepted &&
                   report.detail.starts_with("accepted by the message centre");
        }));
        CHECK(std::any_of(desk.reports().begin(), desk.reports().end(), [&](const Inbound::Report& report) {
            return report.key == key && report.state == SendState::delivered;
        }));
    }
    CHECK(aired.at(number(0)).units == std::vector<std::size_t>{57});
    CHECK(aired.at(number(4)).units == std::vector<std::size_t>{67, 67, 1});
    CHECK(aired.at(number(5)).text == "【鹤壁环保】" + repeated("短", 60) + " 𠮷" + repeated("信", 20));

    const auto reads_reply = [&](std::size_t count) {
        desk.run_until(
            [&] {
                pass_on(desk, callbacks, passed);
                return desk.replies().size() == count;
            },
            "the reply");
    };
    kannel.write("8613800000000 10690000 text 1");
    reads_reply(1);
    kannel.write("8613900000000 10690000 ucs2 %65%36%52%30");
    reads_reply(2);
    const auto& replies = desk.replies();
    CHECK(replies[0].from == "8613800000000");
    CHECK(replies[0].text == "1");
    CHECK(replies[1].text == "收到");
    CHECK_FALSE(replies[0].provider_id.empty());

    e2e::write_file(kannel / "wrong", "not this\n");
    Desk stranger{"sms-http", common + "password_file = \"" + (kannel / "wrong").string() + "\"\n"};
    const Receipt refused = stranger.send(canary_letter(), "wrong/1", officer);
    CHECK(refused.state == SendState::failed);
    CHECK(refused.detail.starts_with("HTTP 403"));
    CHECK(refused.detail.find("not this") == std::string::npos);
    CHECK(kannel.aired().size() == texts.size());
}

TEST_CASE("a long reply that kannel passes on in parts is one reply", "[sms]")
{
    Gateway callbacks;
    Kannel kannel{fmt::format("http://127.0.0.1:{}/channels/test/mo?token=s3cret", callbacks.port()), false};
    e2e::write_file(kannel / "token", "s3cret\n");
    Desk desk{"sms-http", fmt::format("url = \"{}?{{to}}{{text}}\"\nmethod = \"GET\"\ncallback_token_file = \"{}\"\n",
                                      kannel.url(), (kannel / "token").string())};
    std::size_t passed = 0;
    const auto after = [&](const std::string& message, std::size_t calls) {
        kannel.write("8613800000000 10690000 " + message);
        desk.run_until(
            [&] {
                pass_on(desk, callbacks, passed);
                return passed == calls;
            },
            "the call back");
    };
    after("udh-text %05%00%03%07%02%02 and the schools told", 1);
    CHECK(desk.replies().empty());
    after("text 2", 2); // another reply of the same telephone goes by
    REQUIRE(desk.replies().size() == 1);
    CHECK(desk.replies().front().text == "2");
    after("udh-text %05%00%03%07%02%01 1 everything is done", 3);
    REQUIRE(desk.replies().size() == 2);
    CHECK(desk.replies().back().from == "8613800000000");
    CHECK(desk.replies().back().text.starts_with("1 everything is done"));
    CHECK(desk.replies().back().text.ends_with("and the schools told"));
    CHECK_FALSE(desk.replies().back().provider_id.empty());
}

TEST_CASE("what a gateway's answer means", "[sms]")
{
    Gateway gateway;
    Desk desk{"sms-http",
              json_stanza(gateway, "reply_json = \"code=0\"\nprovider_id_json = \"data.0.id\"\n"
                                   "retry_if = [\"LIMIT\"]\nrefused_if = [\"blacklist\"]\ntimeout_ms = 400\n")};
    int serial = 0;
    const auto after = [&](const std::string& answer) {
        gateway.then(answer);
        return desk.send(canary_letter(), fmt::format("k/{}", ++serial), officer);
    };
    const Receipt good = after(Gateway::ok(R"({"code":0,"data":[{"id":"7788"}]})"));
    CHECK(good.state == SendState::accepted);
    CHECK(good.provider_id == "7788");
    CHECK(after(Gateway::ok(R"({"code":"0"})")).state == SendState::accepted);
    const Receipt no = after(Gateway::ok(R"({"code":1008,"msg":"余额不足"})"));
    CHECK(no.state == SendState::failed);
    CHECK(no.detail == R"(code is "1008", not "0" (HTTP 200: {"code":1008,"msg":"余额不足"}))");
    CHECK(after(Gateway::ok(R"({"msg":"?"})")).state == SendState::failed);
    CHECK(after(Gateway::ok(R"({"code":"LIMIT"})")).state == SendState::retry);
    CHECK(after(Gateway::ok("<html>请先登录</html>")).state == SendState::in_doubt);
    CHECK(after(Gateway::ok("")).state == SendState::in_doubt);
    for (const int status : {408, 425, 429, 500, 503})
        CHECK(after(Gateway::ok("later", status)).state == SendState::retry);
    CHECK(after(Gateway::ok("blacklist", 500)).state == SendState::failed);
    CHECK(after(Gateway::ok("LIMIT", 403)).state == SendState::retry);
    for (const int status : {400, 401, 403, 404, 451})
        CHECK(after(Gateway::ok(R"({"code":0})", status)).state == SendState::failed);
    const Receipt away = after("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    CHECK(away.state == SendState::failed);
    CHECK(away.detail == "HTTP 302: the gateway is elsewhere, and redirects are not followed");
    // Twice: the first counts, the second belongs to nobody.
    const std::size_t before = desk.receipts().size();
    const std::string twice = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"code\":0}";
    CHECK(after(twice + Gateway::ok(R"({"code":9})")).state == SendState::accepted);
    CHECK(desk.receipts().size() == before + 1);
    CHECK(after(Gateway::ok(R"({"code":0})")).state == SendState::accepted);
    // Nobody can tell.
    CHECK(after(Gateway::closes).state == SendState::in_doubt);
    CHECK(after("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\":").state == SendState::in_doubt);
    CHECK(after("garbage\r\n\r\n").state == SendState::in_doubt);
    const Receipt silent = after(Gateway::hangs);
    CHECK(silent.state == SendState::in_doubt);
    CHECK(silent.detail.starts_with("no answer: "));
    CHECK(gateway.caught().size() == static_cast<std::size_t>(serial)); // one request each, whatever came back
}

TEST_CASE("a request that never left is tried again", "[sms]")
{
    const std::uint16_t nobody = e2e::free_port();
    Desk refused{"sms-http", fmt::format("url = \"http://127.0.0.1:{}/?{{to}}{{text}}\"\n", nobody)};
    const Receipt receipt = refused.send(canary_letter(), "k", officer);
    CHECK(receipt.state == SendState::retry);
    CHECK(receipt.detail.starts_with("nothing left: "));

    const e2e::Folder folder;
    const Authority authority{folder, "Root"};
    authority.certify("other", "DNS:other.example");
    const std::uint16_t port = e2e::free_port();
    e2e::Child server{{{"/usr/bin/openssl", "s_server", "-accept", fmt::format("127.0.0.1:{}", port), "-cert",
                        authority.certificate("other"), "-key", authority.key("other"), "-quiet"},
                       folder / "server.log",
                       {},
                       {}}};
    e2e::wait_until(20s, "the server", [&] { return e2e::listens(port); });
    const auto stanza = [&](const std::string& ca) {
        return fmt::format("url = \"https://127.0.0.1:{}/?{{to}}{{text}}\"\nca_file = \"{}\"\n", port, ca);
    };
    Desk other{"sms-http", stanza(authority.ca())};
    const Receipt mismatch = other.send(canary_letter(), "k", officer);
    CHECK(mismatch.state == SendState::retry);
    CHECK(mismatch.detail.find("127.0.0.1") != std::string::npos); // no name of the certificate is this one
    const Authority stranger{folder, "Stranger"};
    Desk unknown{"sms-http", stanza(stranger.ca())};
    CHECK(unknown.send(canary_letter(), "k", officer).state == SendState::retry);
    CHECK(e2e::read_file(folder / "server.log").find("138") == std::string::npos);
}

TEST_CASE("a request is what the templates say, and no field breaks out of its place", "[sms]")
{
    Gateway gateway;
    const e2e::Folder folder;
    e2e::write_file(folder / "password", "p\"w&d\n");
    Desk desk{"sms-http",
              fmt::format(
                  "url = \"http://127.0.0.1:{}/{{area_code}}/send?level={{level}}\"\nbody_format = \"json\"\n"
                  "user = \"u\"\npassword_file = \"{}\"\nsender = \"1069\"\ngsm7 = true\n"
                  "headers = [\"Authorization: {{user}}:{{password}}\", \"X-Area: {{area_name}}\", \"X-Text: "
                  "{{text}}\"]\n"
                  "body = '{{{{\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"key\":\"{{key}}\",\"pw\":\"{{password}}\","
                  "\"from\":\"{{sender}}\",\"coding\":{{coding}},\"zh\":\"{{level_zh}}\",\"by\":\"{{senders}}\"}}}}'\n",
                  gateway.port(), (folder / "password").string())};
    Letter letter = warning_letter();
    letter.warning->short_zh = "第一行\n\"引号\" \\ & {to} 100%";
    CHECK(desk.send(letter, "410600-2016-003/2/duty-room/7", officer).state == SendState::accepted);
    const auto request = gateway.caught().at(0);
    CHECK(request.head.starts_with("POST /410600/send?level=red HTTP/1.1\r\n"));
    CHECK(request.head.find("\r\nAuthorization: u:p\"w&d\r\n") != std::string::npos);
    CHECK(request.head.find("\r\nX-Area: 鹤壁市\r\n") != std::string::npos);
    CHECK(request.head.find("\r\nX-Text: 第一行 \"引号\"") != std::string::npos);
    CHECK(request.head.find("Content-Type: application/json") != std::string::npos);
    const json::object body = json::parse(request.body).as_object();
    CHECK(body.at("to") == "13800000000");
    CHECK(body.at("text").as_string() == letter.warning->short_zh);
    CHECK(body.at("key") == "410600-2016-003/2/duty-room/7");
    CHECK(body.at("pw") == "p\"w&d");
    CHECK(body.at("coding") == 2);
    CHECK(body.at("zh") == "红色");
    CHECK(body.at("by") == "鹤壁市环境保护局、鹤壁市气象局");
    CHECK(desk.send(saying("a&b=c"), "k", officer).state == SendState::accepted);
    CHECK(json::parse(gateway.caught().at(1).body).at("coding") == 0);
    // A gateway that says the password back.
    gateway.then(Gateway::ok("user u:p\"w&d, p%22w%26d", 401));
    CHECK(desk.send(canary_letter(), "k2", officer).detail == "HTTP 401: user u:***, ***");

    Desk form{"sms-http", fmt::format("url = \"http://127.0.0.1:{}/\"\nbody = \"to={{to}}&text={{text}}\"\n"
                                      "accepted_if = \"OK\"\nprovider_id_after = \"id:\"\n",
                                      gateway.port())};
    gateway.then(Gateway::ok("OK id: 42, queued"));
    const Receipt receipt = form.send(saying("a&b=c +%"), "k", {"", "+8613800000000"});
    CHECK(receipt.state == SendState::accepted);
    CHECK(receipt.provider_id == "42");
    CHECK(gateway.caught().back().body == "to=%2B8613800000000&text=a%26b%3Dc%20%2B%25");
    CHECK(gateway.caught().back().head.find("application/x-www-form-urlencoded") != std::string::npos);
    gateway.then(Gateway::ok("ERR 7"));
    CHECK(form.send(saying("a"), "k", officer).detail == "the answer does not hold \"OK\" (HTTP 200: ERR 7)");
    const std::size_t before = gateway.caught().size();
    CHECK(form.send(saying("a"), "k", {"", "1380000000O"}).state == SendState::failed);
    CHECK(gateway.caught().size() == before);

    // The secret's file went away: nothing leaves until it is back.
    e2e::fs::remove(folder / "password");
    CHECK(desk.send(canary_letter(), "k3", officer).state == SendState::retry);
    CHECK(gateway.caught().size() == before);
}

TEST_CASE("fields of a request are in the language of the text beside them", "[sms]")
{
    Gateway gateway;
    Desk desk{"sms-http",
              fmt::format("url = \"http://127.0.0.1:{}/{{language}}\"\nbody_format = \"json\"\n"
                          "body = '{{{{\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"all\":\"{{kind_name}} {{level_name}} "
                          "{{transition_name}} {{area_name}} {{level}} {{headline}}\"}}}}'\n",
                          gateway.port())};
    const Letter letter = warning_letter();
    for (const auto language : {Language::zh, Language::en})
        CHECK(desk.send(letter, fmt::format("k/{}", language_name(language)), officer, language).state ==
              SendState::accepted);
    const auto caught = gateway.caught();
    REQUIRE(caught.size() == 2);
    const json::object zh = json::parse(caught[0].body).as_object(), en = json::parse(caught[1].body).as_object();
    CHECK(zh.at("text").as_string() == letter.warning->short_zh);
    CHECK(zh.at("all").as_string() == "预警 红色 升级 鹤壁市 red " + letter.warning->headline_zh);
    CHECK(caught[0].target() == "/zh-CN");
    CHECK(en.at("text").as_string() == letter.warning->short_en);
    CHECK(en.at("all").as_string() == "warning red upgrade 410600 red " + letter.warning->headline_en);
    CHECK(caught[1].target() == "/en");
}

TEST_CASE("parts of a reply are joined where the gateway numbers them", "[sms]")
{
    Gateway gateway;
    const e2e::Folder folder;
    e2e::write_file(folder / "token", "t\n");
    Desk desk{"sms-http", json_stanza(gateway, fmt::format("callback_token_file = \"{}\"\nreply_wait_s = 1\n",
                                                           (folder / "token").string()))};
    const auto comes = [&](const std::string& more) {
        CHECK(desk.get("mo", "token=t&from=13800000000&" + more)->status == 200);
        return desk.replies().size();
    };
    CHECK(comes("text=two&id=b&ref=7&part=2&parts=2") == 0);
    CHECK(comes("text=one+&id=a&ref=7&part=1&parts=2") == 1);
    CHECK(desk.replies().back().text == "one two");
    CHECK(desk.replies().back().provider_id == "a");
    // One of one, and numbers that mean nothing: as it comes.
    CHECK(comes("text=x&ref=7&part=1&parts=1") == 2);
    CHECK(comes("text=y&ref=7&part=3&parts=2") == 3);
    CHECK(comes("text=z&ref=7&part=a&parts=b") == 4);
    CHECK(comes("text=%63%D0&charset=UTF-16BE&udh=%05%00%03%08%02%01&id=c") == 4);
    desk.run_until([&] { return desk.replies().size() == 5; }, "the reply without its end");
    CHECK(desk.replies().back().text == "提[…]");
    CHECK(desk.get("mo", "token=wrong&from=1&text=x&ref=7&part=1&parts=2")->status == 403);
}

TEST_CASE("callbacks are taken with the token only", "[sms]")
{
    Gateway gateway;
    const e2e::Folder folder;
    e2e::write_file(folder / "token", "s3cret &%\n");
    Desk desk{"sms-http",
              json_stanza(gateway, fmt::format("callback_token_file = \"{}\"\n", (folder / "token").string()))};
    const std::string token = "token=s3cret%20%26%25";
    const auto status = [&](std::string_view path, const std::string& query) { return desk.get(path, query)->status; };
    CHECK_FALSE(desk.get("feed", token));
    CHECK(status("dlr", "key=a&type=1") == 403);
    CHECK(status("dlr", "token=s3cret&key=a&type=1") == 403);
    CHECK(status("dlr", "token=&key=a&type=1") == 403);
    CHECK(status("mo", "from=1&text=1") == 403);
    CHECK(status("dlr", token + "&type=1") == 400);
    CHECK(status("dlr", token + "&key=a&type=3") == 400);
    CHECK(status("mo", token + "&text=1") == 400);
    CHECK(desk.reports().empty());
    CHECK(desk.replies().empty());
    for (const auto& [type, state] :
         {std::pair{1, SendState::delivered}, std::pair{2, SendState::failed}, std::pair{4, SendState::accepted},
          std::pair{8, SendState::accepted}, std::pair{16, SendState::failed}}) {
        CHECK(status("dlr", fmt::format("{}&key=a%2Fb+c&type={}&answer=NACK%2F%0a1", token, type)) == 200);
        CHECK(desk.reports().back().key == "a/b c");
        CHECK(desk.reports().back().state == state);
        CHECK(desk.reports().back().detail.ends_with(": NACK/ 1"));
    }
    CHECK(status("dlr", token + "&id=77&type=1") == 200);
    CHECK(desk.reports().back().provider_id == "77");
    CHECK(status("mo", token + "&from=%2B8613800000000&text=1&id=m1") == 200);
    CHECK(desk.replies().back().from == "+8613800000000");
    CHECK(desk.replies().back().text == "1");
    CHECK(desk.replies().back().provider_id == "m1");
    CHECK(status("mo", token + "&from=1&text=%63%D0&charset=UTF-16BE") == 200);
    CHECK(desk.replies().back().text == "提");
    CHECK(status("mo", token + "&from=1&text=%FF%") == 200);
    CHECK(is_utf8(desk.replies().back().text));
    Desk deaf{"sms-http", json_stanza(gateway)};
    CHECK_FALSE(deaf.get("dlr", "token=&key=a&type=1"));
}

TEST_CASE("a gateway's settings are refused with what is wrong", "[sms]")
{
    const std::string body = "body = \"{to}{text}\"\n";
    const auto holds = [](const std::string& why, std::string_view text) {
        INFO(why);
        return why.find(text) != std::string::npos;
    };
    CHECK(why_refused("url = \"https://sms.example/\"\n" + body).empty());
    CHECK(holds(why_refused("url = \"http://sms.example/\"\n" + body), "it must be https://"));
    CHECK(why_refused("url = \"http://sms.example/\"\nplain_http = true\n" + body).empty());
    CHECK(holds(why_refused("url = \"https://{user}.example/\"\n" + body), "may not be a field"));
    CHECK(holds(why_refused("url = \"ftp://sms.example/\"\n" + body), "must begin with https://"));
    CHECK(holds(why_refused("url = \"https://sms.example/\"\n" + body, Mode::drill), "does not leave this machine"));
    CHECK(why_refused("url = \"http://127.0.0.1:1/\"\n" + body, Mode::drill).empty());
    CHECK(holds(why_refused("url = \"https://sms.example/?{text}\"\n"), "name {to}"));
    CHECK(holds(why_refused("url = \"https://sms.example/?{too}\"\n"), "no field {too}"));
    CHECK(holds(why_refused("url = \"https://sms.example/?{to}{text}\"\nmethod = \"GET\"\nbody = \"x\"\n"),
                "has no body"));
    CHECK(holds(why_refused("url = \"https://sms.example/?{password}\"\n" + body), "{password} is named"));
    CHECK(holds(why_refused("url = \"https://sms.example/?{callback}\"\n" + body), "{callback} is named"));
    CHECK(holds(why_refused("url = \"https://sms.example/\"\nheaders = [\"nonsense\"]\n" + body), "Name: value"));
    CHECK(holds(why_refused("url = \"https://sms.example/\"\npassword_file = \"/nowhere\"\n" + body), "/nowhere"));
    CHECK(holds(why_refused("url = \"https://sms.example/\"\nreply_json = \"code\"\n" + body), "member=value"));
    CHECK(holds(why_refused("url = \"https://sms.example/\"\nretry_if = [\"\"]\n" + body), "in every answer"));
    CHECK(holds(why_refused("url = \"https://sms.example/\"\ncallback_url = \"http://h/dlr\"\n" + body),
                "callback_token_file"));
}

} // namespace aqi::notify::tests
