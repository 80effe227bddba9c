// A provincial notice as a CAP file: entered by aqictl, carried out, continued, ended; and files that are none.
#include "tests/e2e/drill.hpp"

namespace aqi::e2e {
namespace {

std::string notice(const std::string& number, const std::string& sent, const std::string& type,
                   const std::string& references, const std::string& headline)
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert "
           "xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>" +
           number + "</identifier><sender>hp@province.example.invalid</sender><sent>" + sent +
           "</sent><status>Actual</status><msgType>" + type + "</msgType><scope>Public</scope>" + references +
           "<info><language>zh-CN</language><category>Env</category><event>重污染天气</event><urgency>Future</urgency>"
           "<severity>Severe</severity><certainty>Likely</certainty><onset>2016-12-06T00:00:00+08:00</onset>"
           "<senderName>省攻坚办</senderName><headline>" +
           headline + "</headline><area><areaDesc>C</areaDesc></area></info></alert>\n";
}

} // namespace

TEST_CASE("a notice of the province as a CAP file raises, is continued, and ends as its messages say", "[order]")
{
    const Folder folder;
    Site site;
    site.more = duty_room();
    const std::string rights = "may = [\"issue\"]";
    site.more.replace(site.more.find(rights), rights.size(), "may = [\"issue\", \"order\"]");
    Daemon::Options options;
    options.arguments = {"--simulated-clock", Drill::begin};
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    const auto enter = [&](const std::string& text, const std::string& person, std::vector<std::string> more = {}) {
        write_file(folder / "notice.xml", text);
        std::vector<std::string> command{program("aqictl"), "order"};
        command.insert(command.end(), more.begin(), more.end());
        for (const auto& word : {std::string{"--cap"}, (folder / "notice.xml").string(), std::string{"--as"}, person,
                                 std::string{"--socket"}, daemon.socket().string()})
            command.push_back(word);
        return run(command);
    };
    const std::string first = notice("hp-1", "2016-12-05T09:00:00+08:00", "Alert", "", "启动重污染天气橙色预警");
    CHECK(enter(first, "epb-zhang").exit_code != 0); // may not
    const Said entered = enter(first, "gov-chen");
    INFO(entered.text);
    REQUIRE(entered.exit_code == 0);
    CHECK(entered.text == "order-2016-001: 省攻坚办 hp-1: orange for C from 2016-12-06T00:00:00+08:00\n");
    const auto pending = [&] {
        const json::object status = daemon.status();
        const auto& revisions = status.at("warnings").as_array().at(0).at("revisions").as_array();
        const auto& last = revisions.back().as_object();
        return fmt::format("{} {} {}", std::string{last.at("kind").as_string()},
                           std::string{last.at("level").as_string()}, std::string{last.at("origin").as_string()});
    };
    CHECK(pending() == "raise orange order");
    // The same file again; one that is cut off; another coding; another hazard: refused in words, on record, nothing changed.
    const auto refused = [&](const std::string& text, const std::string& words) {
        const Said said = enter(text, "gov-chen");
        INFO(said.text);
        CHECK(said.exit_code != 0);
        CHECK(said.text.find(words) != std::string::npos);
    };
    refused(first, "already, as order-2016-001");
    refused(first.substr(0, first.size() / 2), "no XML");
    refused("\xC4\xE3\xBA\xC3" + first, "not UTF-8");
    refused(notice("hp-2", "2016-12-05T09:30:00+08:00", "Cancel", "", "x"), "not among the orders");
    const json::object audit = daemon.ask({{"command", "audit"}});
    int on_record = 0;
    for (const auto& act : audit.at("acts").as_array())
        if (act.at("event").as_string() == "refused" &&
            std::string{act.at("says").at("what").as_string()}.starts_with("order"))
            ++on_record;
    CHECK(on_record == 4);
    const std::string refers = "<references>hp@province.example.invalid,hp-1,2016-12-05T09:00:00+08:00</references>";
    REQUIRE(
        enter(notice("hp-2", "2016-12-05T09:40:00+08:00", "Update", refers, "升级为红色预警"), "gov-chen").exit_code ==
        0);
    CHECK(pending() == "raise red order");
    // The end; the daemon was killed in between and has forgotten nothing.
    daemon.kill();
    daemon.start();
    const std::string refers_2 = "<references>hp@province.example.invalid,hp-2,2016-12-05T09:40:00+08:00</references>";
    const Said ended =
        enter(notice("hp-3", "2016-12-05T09:50:00+08:00", "Update", refers_2, "解除重污染天气预警"), "gov-chen");
    INFO(ended.text);
    REQUIRE(ended.exit_code == 0);
    const json::object status = daemon.status();
    CHECK(status.at("orders").as_array().size() == 1);
    CHECK(status.at("orders").as_array().at(0).at("document").as_string() == "hp-1");
    CHECK_FALSE(status.at("orders").as_array().at(0).at("in_force").as_bool());
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
