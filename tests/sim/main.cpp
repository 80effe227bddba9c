// aqid_simulation [--seeds N] [--from SEED] [--hours H]: that many worlds. A failing one prints its seed and the command
// that repeats it.
#include "tests/sim/world.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

int main(int argc, char** argv)
{
    std::uint64_t seeds = 200, from = 1;
    int hours = 250;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--seeds") == 0)
            seeds = std::strtoull(argv[i + 1], nullptr, 10);
        else if (std::strcmp(argv[i], "--from") == 0)
            from = std::strtoull(argv[i + 1], nullptr, 10);
        else if (std::strcmp(argv[i], "--hours") == 0)
            hours = std::atoi(argv[i + 1]);
    }
    // What the daemon logs of thousands of accidents is not the news here.
    if (std::getenv("AQID_SIM_LOG") == nullptr && std::freopen("/dev/null", "w", stderr) == nullptr) return 2;
    long crashes = 0, events = 0, issued = 0;
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        try {
            aqi::sim_test::World world{seed};
            world.run(hours);
            crashes += world.crashes();
            events += static_cast<long>(world.events());
            issued += world.revisions_issued();
        } catch (const std::exception& wrong) {
            fmt::print("seed {}: {}\nagain: {} --seeds 1 --from {} --hours {}\n", seed, wrong.what(), argv[0], seed,
                       hours);
            return 1;
        }
    }
    fmt::print("{} seeds of {} hours: {} events, {} crashes, {} revisions issued; every checker was content\n", seeds,
               hours, events, crashes, issued);
    // A simulation in which nothing happens proves nothing.
    return seeds >= 50 && (crashes == 0 || issued == 0) ? 1 : 0;
}
