// Who is who: versions, passwords, TLS in both directions, and what a station may say.
#include "tests/e2e/stage.hpp"

namespace aqi::e2e {
namespace {

void openssl(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "/usr/bin/openssl");
    const Said said = run(arguments);
    INFO(said.text);
    REQUIRE(said.exit_code == 0);
}

/// A throw-away authority.
class Authority {
public:
    Authority(const Folder& folder, const std::string& name)
        : ca_(folder / (name + ".crt")), key_(folder / (name + ".key"))
    {
        openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                 "-subj", "/CN=" + name, "-keyout", key_.string(), "-out", ca_.string()});
    }
    /// A certificate with its key beside it: name.crt, name.key.
    void certify(const Folder& folder, const std::string& name, const std::string& for_whom) const
    {
        const auto file = [&](const char* end) { return (folder / (name + end)).string(); };
        write_file(file(".ext"), "subjectAltName=" + for_whom + "\n");
        openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + name,
                 "-keyout", file(".key"), "-out", file(".csr")});
        openssl({"x509", "-req", "-days", "2", "-in", file(".csr"), "-CA", ca_.string(), "-CAkey", key_.string(),
                 "-CAcreateserial", "-extfile", file(".ext"), "-out", file(".crt")});
    }
    std::string ca() const { return ca_.string(); }

private:
    const fs::path ca_, key_;
};

/// A broker with a second listener that speaks TLS.
struct TlsBroker {
    TlsBroker(const Folder& folder, bool ask_for_certificate,
              const std::string& server_for = "IP:127.0.0.1,DNS:localhost")
        : authority(folder, "authority"), tls_port(free_port())
    {
        authority.certify(folder, "server", server_for);
        authority.certify(folder, "client", "DNS:aqid");
        Broker::Options options;
        options.more =
            fmt::format("listener {} 127.0.0.1\ncafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate {}\n", tls_port,
                        authority.ca(), (folder / "server.crt").string(), (folder / "server.key").string(),
                        ask_for_certificate ? "true" : "false");
        broker.emplace(folder.path(), options);
        for (const auto* file : {"authority.crt", "server.crt", "server.key"}) broker->own(folder / file);
        broker->start();
    }
    std::string link(const std::string& host, const std::string& more) const
    {
        return link_to(
            fmt::format("ssl://{}:{}", host, tls_port),
            fmt::format("user = \"aqid\"\npassword_file = \"{}\"\n{}", broker->password_file("aqid").string(), more));
    }
    Authority authority;
    std::uint16_t tls_port;
    std::optional<Broker> broker;
};

Site site_with(const std::string& link)
{
    Site site;
    site.more = link;
    return site;
}

/// The daemon comes up on this link and takes readings from stations on the plain listener.
void require_readings(const Folder& folder, const Broker& broker, const std::string& link)
{
    Daemon daemon{folder.path(), site_with(link)};
    daemon.start();
    daemon.wait_for_link("up");
    publish_all(broker.login("stations"), many_readings(4, 20));
    wait_until(20s, "the readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 40; });
    require_exactly_once(daemon.database(), 4, 20);
    REQUIRE(daemon.stop() == 0);
}

/// What the status says of a link that cannot come up.
std::string why_down(const Folder& folder, const std::string& link)
{
    Daemon daemon{folder.path(), site_with(link)};
    daemon.start();
    daemon.wait_for_link("down");
    CHECK(daemon.log().find("link broker: up") == std::string::npos);
    const std::string why{daemon.link().at("detail").as_string()};
    REQUIRE(daemon.stop() == 0);
    return why;
}

} // namespace

TEST_CASE("readings come over MQTT 3.1.1 and 5 with user and password", "[tls]")
{
    const std::string version = GENERATE("3.1.1", "5");
    INFO("MQTT " << version);
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    require_readings(folder, broker, link_to(broker, fmt::format("version = \"{}\"", version)));
}

TEST_CASE("readings come over TLS, by address and by name", "[tls]")
{
    const std::string host = GENERATE("127.0.0.1", "localhost");
    INFO(host);
    const Folder folder;
    const TlsBroker tls{folder, false};
    require_readings(folder, *tls.broker, tls.link(host, fmt::format("ca_file = \"{}\"", tls.authority.ca())));
}

TEST_CASE("readings come over TLS with a client certificate", "[tls]")
{
    const std::string version = GENERATE("3.1.1", "5");
    INFO("MQTT " << version);
    const Folder folder;
    const TlsBroker tls{folder, true};
    require_readings(
        folder, *tls.broker,
        tls.link("127.0.0.1",
                 fmt::format("version = \"{}\"\nca_file = \"{}\"\ncertificate_file = \"{}\"\nkey_file = \"{}\"",
                             version, tls.authority.ca(), (folder / "client.crt").string(),
                             (folder / "client.key").string())));
}

TEST_CASE("a broker that wants a client certificate and gets none is a link that is down", "[tls]")
{
    const Folder folder;
    const TlsBroker tls{folder, true};
    const std::string why =
        why_down(folder, tls.link("127.0.0.1", fmt::format("ca_file = \"{}\"", tls.authority.ca())));
    INFO(why);
    CHECK(why.find("cannot connect") != std::string::npos);
}

TEST_CASE("a broker whose certificate another authority made is refused, and the status speaks of the certificate",
          "[tls]")
{
    const Folder folder;
    const TlsBroker tls{folder, false};
    const Authority other{folder, "other"};
    const std::string why = why_down(folder, tls.link("127.0.0.1", fmt::format("ca_file = \"{}\"", other.ca())));
    INFO(why);
    CHECK(why.find("certificate") != std::string::npos);
}

TEST_CASE("a broker whose certificate is for another host is refused, and the status speaks of the certificate",
          "[tls]")
{
    const Folder folder;
    const TlsBroker tls{folder, false, "DNS:elsewhere.invalid"};
    const std::string why =
        why_down(folder, tls.link("127.0.0.1", fmt::format("ca_file = \"{}\"", tls.authority.ca())));
    INFO(why);
    CHECK((why.find("certificate") != std::string::npos || why.find("host") != std::string::npos));
}

TEST_CASE("a wrong password is named", "[tls]")
{
    const std::string version = GENERATE("3.1.1", "5");
    INFO("MQTT " << version);
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    write_file(folder / "wrong.password", "not this one\n");
    const std::string why =
        why_down(folder, link_to(broker.uri(), fmt::format("version = \"{}\"\nuser = \"aqid\"\npassword_file = \"{}\"",
                                                           version, (folder / "wrong.password").string())));
    INFO(why);
    CHECK((why.find("uthori") != std::string::npos || why.find("password") != std::string::npos));
}

TEST_CASE("a password that cannot be read is named, and taken when it is there", "[tls]")
{
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker.uri(), fmt::format("user = \"aqid\"\npassword_file = \"{}\"",
                                                                             (folder / "late.password").string())))};
    daemon.start();
    daemon.wait_for_link("down");
    CHECK(daemon.link().at("detail").as_string().find("late.password") != std::string_view::npos);
    fs::copy_file(broker.password_file("aqid"), folder / "late.password");
    daemon.wait_for_link("up");
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a station's account can speak for itself and for nobody else", "[tls]")
{
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker))};
    daemon.start();
    daemon.wait_for_link("up");
    const std::int32_t hour = newest_hour() - 5;
    // mosquitto acknowledges what its ACL does not let through; so the last one, which comes, says that the others will not.
    publish_all(broker.login("S01"), {{topic_of("S02"), reading(2, hour), false},
                                      {"aqid/v1/daemon/status", "offline", true},
                                      {topic_of("S01"), reading(1, hour), false}});
    wait_until(20s, "the station's own reading",
               [&] { return daemon.number("SELECT count(*) FROM observation") == 2; });
    CHECK(daemon.count("frames") == 1);
    CHECK(daemon.number("SELECT count(*) FROM observation o JOIN place p ON p.id = o.station WHERE p.code = 'S02'") ==
          0);
    const Listener listener{broker.login("watcher"), "aqid/v1/daemon/status"};
    wait_until(20s, "the retained word", [&] { return !listener.last().empty(); });
    CHECK(listener.last() == "online");
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
