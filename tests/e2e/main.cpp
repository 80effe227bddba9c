// The entry of tests/e2e and tests/notify, see their READMEs.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "tests/e2e/harness.hpp"

#include <csignal>

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    aqi::e2e::start_guardian();
    return Catch::Session().run(argc, argv);
}
