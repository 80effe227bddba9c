// What a test has started ends with it, also when the run itself is killed.
#include "tests/e2e/harness.hpp"

#include <csignal>
#include <cstdlib>
#include <sstream>

#include <unistd.h>

namespace aqi::notify::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A process that is over and not yet fetched by its parent counts as ended.
bool lives(int process)
{
    const std::string facts = e2e::read_file(fmt::format("/proc/{}/stat", process));
    const auto name_ends = facts.rfind(") ");
    return name_ends != std::string::npos && facts[name_ends + 2] != 'Z';
}

} // namespace

TEST_CASE("a run that is killed leaves no process and no folder behind", "[guardian]")
{
    if (const char* tell = std::getenv("AQID_NOTIFY_TELLS")) { // we are the run that will be killed
        const e2e::Folder mine;
        const e2e::Child started{{{"/bin/sleep", "600"}, {}, {}, {}}};
        e2e::write_file(tell, fmt::format("{} {}", started.pid(), mine.path().string()));
        while (true) ::pause();
    }
    const e2e::Folder folder;
    const fs::path told = folder / "told";
    const e2e::Child run{{{"/proc/self/exe", "a run that is killed leaves no process and no folder behind"},
                          folder / "log",
                          {{"AQID_NOTIFY_TELLS", told.string()}},
                          {}}};
    e2e::wait_until(30s, "what it has started", [&] { return fs::exists(told); });
    std::istringstream words{e2e::read_file(told)};
    int process = 0;
    std::string place;
    words >> process >> place;
    REQUIRE(process > 0);
    CHECK(lives(process));
    CHECK(fs::is_directory(place));
    run.signal(SIGKILL); // itself only: what it has started is in a group of its own
    e2e::wait_until(20s, "the end of what it had started", [&] { return !lives(process) && !fs::exists(place); });
}

} // namespace aqi::notify::tests
