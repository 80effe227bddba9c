// A client that is not ours, and knows only /api/v1/openapi.json, asks for everything in it while a warning is in force.
#include "tests/e2e/drill.hpp"

namespace aqi::e2e {
namespace {

void run_client(Daemon& daemon)
{
    const Said said = run({"/usr/bin/python3", source("tests/e2e/openapi/client.py").string(),
                           fmt::format("http://127.0.0.1:{}", daemon.port())},
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

} // namespace aqi::e2e
