// A client that is not ours, and knows only /api/v1/openapi.json, asks for everything in it while a warning is in force: as
// somebody from outside where reading is open, and signed in where it is not.
#include "tests/e2e/drill.hpp"

namespace aqi::e2e {
namespace {

constexpr const char* person = "epb-zhang";
constexpr const char* word = "a word of this drill";

void run_client(const Daemon& daemon, const std::string& more = {})
{
    const Said said = run({"/bin/sh", "-c",
                           fmt::format("printf '%s\\n' '{}' | /usr/bin/python3 '{}' http://127.0.0.1:{} {}", word,
                                       source("tests/e2e/openapi/client.py").string(), daemon.port(), more)},
                          patient(120s));
    INFO(said.text);
    CHECK(said.exit_code == 0);
}

} // namespace

TEST_CASE("a client that knows only the document can use what is open", "[openapi]")
{
    Drill drill{""};
    drill.raise(); // a warning to ask for
    run_client(drill.daemon);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a client that knows only the document signs in, reads everything and does an act", "[openapi]")
{
    const Folder feed;
    for (const auto* name : {"public", "drill"}) fs::create_directory(feed / name);
    Drill drill{fmt::format("[[channel]]\nname = \"cap\"\nkind = \"cap\"\nfolder = \"{}\"\ndrill_folder = \"{}\"\n"
                            "sender = \"hp-warning@example.invalid\"\ndrill = true\n\n",
                            (feed / "public").string(), (feed / "drill").string()),
                false, "signed-in"};
    drill.raise();
    const Said set = run({"/bin/sh", "-c",
                          fmt::format("printf '%s\\n' '{}' | '{}' password '{}' --stdin --socket '{}'", word,
                                      program("aqictl"), person, drill.daemon.socket().string())});
    INFO(set.text);
    REQUIRE(set.exit_code == 0);
    run_client(drill.daemon, person);
    REQUIRE(drill.daemon.stop() == 0);
}

} // namespace aqi::e2e
