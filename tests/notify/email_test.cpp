// Mails through libcurl to a real SMTP server (smtp_sink.py), read back by Python's own email package.
#include "daemon/notify/mail_text.hpp"
#include "tests/notify/authority.hpp"
#include "tests/notify/desk.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <memory>
#include <sstream>

namespace aqi::notify::tests {
namespace {

namespace json = boost::json;
using daemon::SendState;

class Sink {
public:
    Sink(const e2e::Folder& folder, const std::vector<std::string>& more = {})
        : port_(e2e::free_port()), out_(folder / "mails.jsonl"), log_(folder / "sink.log")
    {
        std::vector<std::string> command{"/usr/bin/python3",
                                         e2e::source("tests/notify/smtp_sink.py").string(),
                                         "--port",
                                         std::to_string(port_),
                                         "--out",
                                         out_.string()};
        command.insert(command.end(), more.begin(), more.end());
        child_ = std::make_unique<e2e::Child>(e2e::Start{command, log_, {}, {}});
        e2e::wait_until(20s, "the mail server", [&] {
            if (!child_->running()) FAIL("the mail server ended: " << e2e::read_file(log_));
            return e2e::listens(port_);
        });
    }
    std::uint16_t port() const { return port_; }
    std::string url(std::string_view scheme = "smtp", std::string_view host = "127.0.0.1") const
    {
        return fmt::format("{}://{}:{}", scheme, host, port_);
    }
    std::vector<json::object> mails() const
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
    std::unique_ptr<e2e::Child> child_;
};

std::string stanza(const std::string& server, const std::string& more = {})
{
    return fmt::format("server = \"{}\"\nfrom = \"aqid@hebi.example\"\n{}\n", server, more);
}

std::string text(const json::object& of, std::string_view key) { return std::string{of.at(key).as_string()}; }
std::string header(const json::object& mail, std::string_view name)
{
    return text(mail.at("headers").as_object(), name);
}

std::string refusal(const std::string& keys, Mode mode = Mode::real)
{
    try {
        const Desk desk{"email", keys, mode};
    } catch (const SettingError& error) {
        return error.what();
    }
    return "nothing";
}

std::string unpacked(std::string text) // CR LF as Python leaves them in a decoded body
{
    std::string out;
    for (const char c : text)
        if (c != '\r') out += c;
    return out;
}

} // namespace

TEST_CASE("a Chinese warning comes out of Python's email package byte for byte", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"email", stanza(sink.url(), "from_name = \"鹤壁市环境保护局预警中心值班室（自动发送）\"")};
    const Receipt receipt = desk.send(warning_letter(), "410600-2016-003/2/mail/7", {"王值班", "ok@hebi.example"});
    CHECK(receipt.state == SendState::accepted);
    CHECK(receipt.detail == "250 2.0.0 queued as 4711");

    const auto mails = sink.mails();
    REQUIRE(mails.size() == 1);
    const auto& mail = mails.front();
    CHECK(text(mail, "from") == "aqid@hebi.example");
    CHECK(json::serialize(mail.at("to")) == R"(["ok@hebi.example"])");
    CHECK(header(mail, "Subject") == warning_letter().headline(Language::zh));
    CHECK(text(mail, "to_name") == "王值班");
    CHECK(text(mail, "from_name") == "鹤壁市环境保护局预警中心值班室（自动发送）");
    CHECK(unpacked(text(mail, "body")) == desk.compose(warning_letter()).text);
    CHECK(text(mail, "body").find(warning_letter().warning->advice_zh) != std::string::npos);
    CHECK(text(mail, "body").find("410600-2016-003，第2次") != std::string::npos);
    CHECK(header(mail, "Auto-Submitted") == "auto-generated");
    CHECK(header(mail, "X-Aqid-Key") == "410600-2016-003/2/mail/7");
    CHECK(header(mail, "Message-ID") == receipt.provider_id);
    CHECK(header(mail, "Message-ID").ends_with("@hebi.example>"));
    CHECK(mail.at("defects").as_array().empty());
    CHECK(header(mail, "Date") == "Thu, 29 Dec 2016 07:00:00 +0000"); // by the daemon's clock
    CHECK(header(mail, "Content-Language") == "zh-CN");
    // Nothing that a relay may cut: short lines of ASCII.
    std::istringstream lines{
        e2e::run({"/usr/bin/python3", "-c", "import base64,sys; print(base64.b64decode(sys.argv[1]).decode('ascii'))",
                  text(mail, "raw")})
            .text};
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 77); // 76 and the CR
    }
}

TEST_CASE("a mail says in which language it is", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"email", stanza(sink.url())};
    for (const auto language : {Language::zh, Language::en})
        CHECK(desk.send(warning_letter(), fmt::format("w/2/mail/{}", language_name(language)), {"", "ok@hebi.example"},
                        language)
                  .state == SendState::accepted);
    const auto mails = sink.mails();
    REQUIRE(mails.size() == 2);
    CHECK(header(mails[0], "Content-Language") == "zh-CN");
    CHECK(header(mails[1], "Content-Language") == "en");
    CHECK(header(mails[1], "Subject") == warning_letter().headline(Language::en));
    CHECK(mails[1].at("defects").as_array().empty());
}

TEST_CASE("every attempt of a key has the same Message-ID, every recipient another", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"email", stanza(sink.url())};
    desk.send(warning_letter(), "w/2/mail/1", {"", "ok@hebi.example"});
    desk.send(warning_letter(), "w/2/mail/1", {"", "ok@hebi.example"});
    desk.send(warning_letter(), "w/2/mail/2", {"", "ok@hebi.example"});
    const auto mails = sink.mails();
    REQUIRE(mails.size() == 3);
    CHECK(header(mails[0], "Message-ID") == header(mails[1], "Message-ID"));
    CHECK(header(mails[0], "Message-ID") != header(mails[2], "Message-ID"));
}

TEST_CASE("subjects of every length come back whole, no character split, no line too long", "[email]")
{
    // Python decodes all of them in one go; each subject is a number of characters of 1, 2, 3 and 4 bytes.
    std::vector<std::string> subjects;
    for (int n = 1; n < 90; n += 4) {
        std::string subject = "【演练】";
        for (int i = 0; i < n; ++i) subject += i % 7 == 0 ? "é" : i % 5 == 0 ? "𠮷" : i % 3 == 0 ? "A" : "霾";
        subjects.push_back(subject);
    }
    subjects.insert(subjects.end(), {"plain ASCII", " leading blank", "=?UTF-8?B?5bCP?= looks encoded",
                                     std::string(200, 'x'), "中 文 and 英文"});
    json::array raw, wanted;
    for (const auto& subject : subjects) {
        MailHeader h;
        h.from = "a@b.example";
        h.to = "c@d.example";
        h.subject = subject;
        h.message_id = "<1@b.example>";
        const std::string mail = mail_text(h, "x");
        std::istringstream lines{mail};
        for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 77);
        raw.emplace_back(mail);
        wanted.emplace_back(subject);
    }
    const e2e::Folder folder;
    e2e::write_file(folder / "mails.json", json::serialize(raw));
    const auto said = e2e::run({"/usr/bin/python3", "-c",
                                "import email, email.policy, json, sys\n"
                                "mails = json.load(open(sys.argv[1], encoding='utf-8'))\n"
                                "print(json.dumps([str(email.message_from_bytes(m.encode('ascii'), "
                                "policy=email.policy.default)['subject']) for m in mails]))",
                                (folder / "mails.json").string()});
    REQUIRE(said.exit_code == 0);
    const json::array decoded = json::parse(said.text).as_array();
    REQUIRE(decoded.size() == wanted.size());
    for (std::size_t n = 0; n < wanted.size(); ++n)
        CHECK(std::string{decoded[n].as_string()} == std::string{wanted[n].as_string()});
}

TEST_CASE("line ends in a headline, a name or a key make no header of their own", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"email", stanza(sink.url())};
    Letter letter = warning_letter();
    letter.warning->headline_zh = "预警\r\nBcc: everyone@hebi.example\r\n\r\nbody";
    const Receipt receipt = desk.send(letter, "w/2\r\nBcc: b@c.example", {"王\r\nBcc: x@y.example", "ok@hebi.example"});
    CHECK(receipt.state == SendState::accepted);
    const auto mail = sink.mails().at(0);
    CHECK_FALSE(mail.at("headers").as_object().contains("Bcc"));
    CHECK(header(mail, "Subject") == "预警  Bcc: everyone@hebi.example    body");
    // And an address that would: it never comes near a server.
    for (const auto* address :
         {"ok@hebi.example\r\nRCPT TO:<x@y.example>", "a@b.example,c@d.example", "", "ok@hebi.example>"})
        CHECK(desk.send(warning_letter(), "w/2/mail", {"", address}).state == SendState::failed);
    CHECK(sink.mails().size() == 1);
}

TEST_CASE("what is wrong with a mail address is said", "[email]")
{
    const struct {
        const char* address;
        const char* why; ///< a part of it; empty: nothing is wrong
    } rows[] = {
        {"duty@hebi.gov.cn", ""},
        {"a.b+c_d'e@x-1.example", ""},
        {"root@localhost", ""},
        {"", "missing"},
        {"duty", "one @"},
        {"a@b@c.example", "one @"},
        {"a b@c.example", "no blanks"},
        {" a@c.example", "no blanks"},
        {"a@c.example\n", "no blanks"},
        {"a@c.example,b@c.example", "no commas"},
        {"Duty <a@c.example>", "no blanks"},
        {"值班@hebi.example", "before the @ only ASCII"},
        {"duty@鹤壁.example", "xn--"},
        {"@c.example", "before the @"},
        {"a@", "no domain"},
        {"a@c..example", "no part of a domain"},
        {"a@-c.example", "no part of a domain"},
        {".a@c.example", "dot"},
    };
    for (const auto& row : rows) {
        INFO(row.address);
        const std::string why = wrong_with_mailbox(row.address);
        CHECK(why.empty() == std::string_view{row.why}.empty());
        CHECK(why.find(row.why) != std::string::npos);
    }
}

TEST_CASE("a mail that was refused, put off or lost on its way: each has its state", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    const struct {
        const char* to;
        SendState state;
        const char* says;
    } rows[] = {
        {"ok", SendState::accepted, "250"},
        {"slow", SendState::accepted, "250"},
        {"grey", SendState::retry, "451 4.7.1 greylisted"},
        {"greydata", SendState::retry, "451 4.3.0"},
        {"reject", SendState::failed, "550 5.1.1 no such user"},
        {"spam", SendState::failed, "554 5.7.1"},
        {"closercpt", SendState::retry, ""},
        {"hangrcpt", SendState::retry, "imeout"},
        {"close", SendState::in_doubt, "no answer came"},
        {"hang", SendState::in_doubt, "no answer came"},
    };
    for (const auto& row : rows) {
        const std::string name = row.to;
        Desk desk{"email", stanza(sink.url(), name.starts_with("hang") ? "timeout_ms = 1500" : "")};
        const Receipt receipt = desk.send(warning_letter(), "w/2/mail/1", {"", name + "@hebi.example"});
        INFO(name << ": " << receipt.detail);
        CHECK(receipt.state == row.state);
        CHECK((receipt.detail.find(row.says) != std::string::npos ||
               (name == "hangrcpt" && receipt.detail.find("timed out") != std::string::npos)));
    }
}

TEST_CASE("a server that thinks for ever stops nobody else: neither the loop nor the other connection", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    auto desk = std::make_unique<Desk>("email", stanza(sink.url(), "connections = 2\ntimeout_ms = 600000"));
    desk->begin(warning_letter(), "hang", {"", "hang@hebi.example"});
    desk->run_until([&] { return sink.mails().size() == 1; }, "the mail that hangs");
    CHECK(desk->send(warning_letter(), "ok", {"", "ok@hebi.example"}).state == SendState::accepted);
    CHECK(desk->receipts().size() == 1);
    // The other is still on its way, and the end does not wait for it.
    const auto began = std::chrono::steady_clock::now();
    desk.reset();
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("a server that does not say good bye holds up neither the receipt nor the end", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    const auto began = std::chrono::steady_clock::now();
    {
        Desk desk{"email", stanza(sink.url(), "timeout_ms = 2000\nconnections = 1")};
        for (int n = 0; n < 3; ++n)
            CHECK(desk.send(warning_letter(), "w/2/mail", {"", "okmute@hebi.example"}).state == SendState::accepted);
        const Receipt refused = desk.send(warning_letter(), "w/2/mail", {"", "rejectmute@hebi.example"});
        CHECK(refused.state == SendState::failed);
        CHECK(refused.detail.find("550 5.1.1") != std::string::npos);
    }
    CHECK(std::chrono::steady_clock::now() - began < 20s); // libcurl would wait two minutes, each time
}

TEST_CASE("nobody listens, or the server goes: tried again", "[email]")
{
    const e2e::Folder folder;
    Sink sink{folder};
    Desk desk{"email", stanza(sink.url())};
    sink.kill();
    const Receipt receipt = desk.send(warning_letter(), "w/2/mail", {"", "ok@hebi.example"});
    INFO(receipt.detail);
    CHECK(receipt.state == SendState::retry);
    CHECK(receipt.detail.find("onnect") != std::string::npos);
}

TEST_CASE("a drill's mail says so before anything else", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"email", stanza(sink.url()), Mode::drill};
    CHECK(desk.send(warning_letter(Mode::drill), "w/2/mail", {"", "ok@hebi.example"}).state == SendState::accepted);
    const auto mail = sink.mails().at(0);
    CHECK(header(mail, "Subject").starts_with(drill_mark));
    CHECK(text(mail, "body").starts_with(drill_mark));
    CHECK(header(mail, "X-Aqid-Mode") == "drill");
}

TEST_CASE("mails other than warnings, and English ones", "[email]")
{
    const e2e::Folder folder;
    const Sink sink{folder};
    Desk desk{"email", stanza(sink.url(), "reply_to = \"duty@hebi.example\"")};
    CHECK(desk.send(canary_letter(), "canary", {"", "ok@hebi.example"}).state == SendState::accepted);
    CHECK(desk.send(warning_letter(), "en", {"", "ok@hebi.example"}, Language::en).state == SendState::accepted);
    const auto mails = sink.mails();
    CHECK(header(mails.at(0), "Subject") == "通道自检");
    CHECK(header(mails.at(0), "Reply-To") == "duty@hebi.example");
    CHECK(text(mails.at(0), "body").find("请勿直接回复") == std::string::npos);
    CHECK(header(mails.at(1), "Subject") == "Hebi: heavy pollution warning red");
    CHECK(text(mails.at(1), "body").find("please do not reply") == std::string::npos);
}

TEST_CASE("TLS and a login: right, wrong password, wrong authority, wrong name, none offered", "[email]")
{
    const std::string tls = GENERATE("starttls", "smtps");
    INFO(tls);
    const e2e::Folder folder;
    const Authority authority{folder, "authority"}, other{folder, "other"};
    authority.certify("good", "DNS:localhost,IP:127.0.0.1");
    authority.certify("elsewhere", "DNS:mail.elsewhere.invalid");
    e2e::write_file(folder / "password", "s3cret\n");
    e2e::write_file(folder / "wrong", "wrong-s3cret\n");
    const auto sink_with = [&](const std::string& certificate) {
        return Sink{folder,
                    {"--tls", tls, "--cert", authority.certificate(certificate), "--key", authority.key(certificate),
                     "--user", "aqid", "--password", "s3cret"}};
    };
    const auto attempt = [&](const Sink& sink, const std::string& ca, const std::string& password,
                             const std::string& host = "localhost") {
        Desk desk{"email",
                  stanza(sink.url(tls == "smtps" ? "smtps" : "smtp", host),
                         fmt::format("starttls = true\nuser = \"aqid\"\npassword_file = \"{}\"\nca_file = \"{}\"",
                                     (folder / password).string(), ca))};
        return desk.send(warning_letter(), "w/2/mail", {"", "ok@hebi.example"});
    };
    const Sink sink = sink_with("good");
    CHECK(attempt(sink, authority.ca(), "password").state == SendState::accepted);
    CHECK(attempt(sink, authority.ca(), "password", "127.0.0.1").state == SendState::accepted);
    REQUIRE(sink.mails().size() == 2);
    CHECK(sink.mails()[0].at("tls").as_bool());
    CHECK(sink.mails()[0].at("login").as_bool());

    const Receipt wrong = attempt(sink, authority.ca(), "wrong");
    CHECK(wrong.state == SendState::retry);
    CHECK(wrong.detail.find("refuses user or password: 535") != std::string::npos);
    CHECK(wrong.detail.find("s3cret") == std::string::npos);
    const Receipt missing = attempt(sink, authority.ca(), "no-such-file");
    CHECK(missing.state == SendState::retry);
    CHECK(missing.detail.find("no-such-file") != std::string::npos);
    const Receipt stranger = attempt(sink, other.ca(), "password");
    CHECK(stranger.state == SendState::retry);
    INFO(stranger.detail);
    CHECK(stranger.detail.find("certificate") != std::string::npos);

    const Sink elsewhere = sink_with("elsewhere");
    const Receipt name = attempt(elsewhere, authority.ca(), "password");
    CHECK(name.state == SendState::retry);
    INFO(name.detail);
    CHECK(name.detail.find("localhost") != std::string::npos);
    CHECK(sink.mails().size() == 2); // both sinks write there: neither got another

    // A server (or somebody in between) that offers no TLS gets neither the password nor the mail.
    if (tls == "smtps") return;
    const Sink clear{folder};
    const Receipt none = attempt(clear, authority.ca(), "password");
    CHECK(none.state == SendState::retry);
    CHECK(sink.mails().size() == 2);
}

TEST_CASE("a login the server wants and we do not have is our trouble, not the recipient's", "[email]")
{
    const e2e::Folder folder;
    const Authority authority{folder, "authority"};
    authority.certify("good", "DNS:localhost");
    const Sink sink{folder,
                    {"--tls", "smtps", "--cert", authority.certificate("good"), "--key", authority.key("good"),
                     "--user", "aqid", "--password", "x"}};
    Desk desk{"email", stanza(sink.url("smtps", "localhost"), fmt::format("ca_file = \"{}\"", authority.ca()))};
    const Receipt receipt = desk.send(warning_letter(), "w/2/mail", {"", "ok@hebi.example"});
    INFO(receipt.detail);
    CHECK(receipt.state == SendState::retry);
    CHECK(receipt.detail.find("530") != std::string::npos);
}

TEST_CASE("a mail stanza that would send in clear, or a drill abroad, is refused at its line", "[email]")
{
    const struct {
        std::string keys;
        Mode mode;
        const char* says;
    } rows[] = {
        {"server = \"mail.example\"\nfrom = \"a@b.example\"", Mode::real, "must begin with smtp://"},
        {"server = \"smtp://mail.example\"\nfrom = \"a@b.example\"\nstarttls = false", Mode::real, "must be encrypted"},
        {"server = \"smtp://u:p@mail.example\"\nfrom = \"a@b.example\"", Mode::real, "keys of their own"},
        {"server = \"smtp://mail.example/x\"\nfrom = \"a@b.example\"", Mode::real, "nothing follows"},
        {"server = \"smtps://mail.example\"\nfrom = \"a@b.example\"", Mode::drill,
         "a drill does not leave this machine"},
        {"server = \"smtps://mail.example\"\nfrom = \"值班@b.example\"", Mode::real, "only ASCII"},
        {"server = \"smtps://mail.example\"\nfrom = \"a@b.example\"\nreply_to = \"b\"", Mode::real, "one @"},
        {"server = \"smtps://mail.example\"\nfrom = \"a@b.example\"\nuser = \"u\"", Mode::real, "go together"},
        {"server = \"smtps://mail.example\"\nfrom = \"a@b.example\"\npassword = \"u\"", Mode::real, "password"},
    };
    for (const auto& row : rows) {
        INFO(row.keys);
        const std::string said = refusal(row.keys, row.mode);
        CHECK(said.find(row.says) != std::string::npos);
        CHECK(said.starts_with("test.toml:"));
    }
    CHECK(refusal("server = \"smtps://mail.example\"\nfrom = \"a@b.example\"") == "nothing");
}

} // namespace aqi::notify::tests
