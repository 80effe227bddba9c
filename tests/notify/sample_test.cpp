// The sample stanzas of email, mqtt, command and webhook: what an operator uncomments is understood.
#include "daemon/notify/channel.hpp"

#include <catch2/catch.hpp>

#include <sstream>

namespace aqi::notify::tests {

TEST_CASE("email, mqtt, command, webhook: every key that a sample comments out is known, and means what stands there",
          "[email][mqtt][plugin][webhook]")
{
    const std::string kind = GENERATE("email", "mqtt", "command", "webhook");
    const ChannelInfo* info = channel_of_kind(kind);
    REQUIRE(info != nullptr);
    const std::string sample{info->sample};
    int keys = 0;
    std::istringstream lines{sample};
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find(" = ");
        if (!line.starts_with("# ") || equals == std::string::npos || line.find(' ', 2) != equals) continue;
        const std::string key = line.substr(2, equals - 2);
        if (key == "expires_after_h" || key == "drill")
            continue; // of every channel: the daemon's configuration reads them
        ++keys;
        std::string text = sample + line.substr(2) + "\n";
        // Some keys go with others.
        if (key == "user") text += "password_file = \"x\"\n";
        if (key == "password_file") text += "user = \"x\"\n";
        if (key == "body") text += "template = \"custom\"\n";
        if (key == "error_key") text += "template = \"custom\"\nbody = '1'\n";
        if (key == "markdown" || key == "sign_file") text += "template = \"dingtalk\"\n";
        INFO(kind << ": " << line);
        const auto read = [&] {
            const auto table = Settings::parse(text, "sample").tables("channel").at(0);
            info->settings(table, Mode::real);
            for (const auto* of_all : {"name", "kind"}) (void)table.text(of_all);
            table.done();
        };
        CHECK_NOTHROW(read());
    }
    CHECK(keys >= (kind == "command" ? 1 : 8));
}

} // namespace aqi::notify::tests
