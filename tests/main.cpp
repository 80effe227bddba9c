// The entry of every Catch2 executable: compiled once, it is slow.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
