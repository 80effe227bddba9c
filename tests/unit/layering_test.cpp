// The dependency table of the design, read from the sources. A library with its own types stops in one .cpp file; a
// folder uses only what stands below it. When this fails, it says which line to move, and where.
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <sstream>

using namespace aqi::tests;

namespace {

struct Line {
    std::string file;
    int number = 0;
    std::string text;
};

/// Every line of C++ in a folder, comments cut off.
std::vector<Line> lines_of(const std::string& folder)
{
    std::vector<Line> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{source_file(folder)}) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp") continue;
        std::istringstream text{text_of(entry.path())};
        int number = 0;
        for (std::string line; std::getline(text, line);) {
            ++number;
            const auto comment = line.find("//");
            out.push_back(
                {std::filesystem::relative(entry.path(), source_file(".")).string(), number, line.substr(0, comment)});
        }
    }
    return out;
}

/// Fails for every line of a folder that holds a word, except in the files named.
void must_not(const std::string& folder, const std::vector<std::string>& words, const std::string& why,
              const std::vector<std::string>& except = {})
{
    for (const auto& line : lines_of(folder)) {
        if (std::find(except.begin(), except.end(), line.file) != except.end()) continue;
        for (const auto& word : words) {
            if (line.text.find(word) == std::string::npos) continue;
            INFO(line.file << ":" << line.number << ": " << line.text << "\n" << why);
            CHECK(line.text.find(word) == std::string::npos);
        }
    }
}

} // namespace

TEST_CASE("libaqi is a pure function of a journal: no clock, files, threads, logging, sockets or other target")
{
    must_not("libaqi",
             {"<thread>", "<mutex>", "<fstream>", "<filesystem>", "<iostream>", "::now(", "sqlite", "asio", "mqtt",
              "spdlog", "std::time(", "getenv"},
             "libaqi has no I/O and asks nobody for the time; bring it in as an event, or do it in the daemon");
    must_not("libaqi", {"#include \"drivers/", "#include \"daemon/", "#include \"tools/", "#include \"schemas/"},
             "libaqi uses no other target");
    must_not("libaqi", {"toml"}, "the TOML library stops in settings.cpp", {"libaqi/settings.cpp"});
    must_not("libaqi", {"#include \"libaqi/qc.hpp\""}, "a mark changes no value, mean, index or warning",
             {"libaqi/qc.cpp"});
    must_not("libaqi", {"boost/json"}, "only the JSON of a paper is written here", {"libaqi/paper_json.cpp"});
    must_not("libaqi", {"double ", "float "},
             "numbers are integers and exact fractions; a double has moved a good day before",
             {"libaqi/weather.cpp"}); // the direction of a vector; no figure rests on it
}

TEST_CASE("drivers know libaqi and their own library, not the daemon")
{
    must_not("drivers", {"#include \"daemon/", "#include \"tools/", "#include \"schemas/", "sqlite"},
             "a driver never stores");
    must_not("drivers", {"<mqtt/", "mqtt::"}, "Paho stops in mqtt_link.cpp and mqtt_publisher.cpp",
             {"drivers/mqtt_link.cpp", "drivers/mqtt_publisher.cpp"});
    must_not("drivers", {"boost/json"}, "the JSON parser stops in two files",
             {"drivers/reading_json.cpp", "drivers/json_tree.cpp"});
    must_not("drivers", {"<modbus", "modbus_new_"}, "libmodbus stops in transport_serial.cpp",
             {"drivers/modbus/transport_serial.cpp"});
}

TEST_CASE(
    "the daemon keeps SQLite in the store, Beast in the web server, curl in one file, and has no rules of its own")
{
    must_not("daemon", {"sqlite3"}, "SQLite's interface stops in store/sqlite.cpp",
             {"daemon/store/sqlite.cpp", "daemon/store/sqlite.hpp"});
    must_not("daemon", {"boost/beast", "beast::"}, "Beast stops in web/server.cpp", {"daemon/web/server.cpp"});
    must_not("daemon", {"<openssl/"}, "OpenSSL stops in notify/digest.cpp, store/chain.cpp and web/wire.cpp",
             {"daemon/notify/digest.cpp", "daemon/store/chain.cpp", "daemon/web/wire.cpp"});
    must_not("daemon", {"<sodium"}, "libsodium stops in web/passwords.cpp", {"daemon/web/passwords.cpp"});
    must_not("daemon", {"<curl/", "curl_easy", "curl_multi"}, "libcurl stops in the clients of notify",
             {"daemon/notify/http_client.cpp", "daemon/notify/mail_client.cpp"});
    must_not("daemon", {"#include \"tools/"}, "nothing uses the tools");
    must_not("daemon/notify", {"#include \"daemon/store", "#include \"daemon/turns"},
             "a channel makes one attempt and knows no outbox");
}

TEST_CASE("tools use libaqi, drivers and the schemas, and reach the daemon through its socket")
{
    must_not("tools", {"#include \"daemon/"}, "tools are not part of the daemon; ask it, or become it");
}

TEST_CASE("nothing uses the tests")
{
    for (const auto* folder : {"libaqi", "drivers", "daemon", "tools", "schemas"})
        must_not(folder, {"#include \"tests/"}, "tests use everything and are used by nothing");
}

TEST_CASE("there are no coroutines: gcc 12.2 miscompiles six patterns of them without a word")
{
    for (const auto* folder : {"libaqi", "drivers", "daemon", "tools"})
        must_not(folder, {"co_await", "co_spawn", "co_return"},
                 "see DECISIONS; a chain of callbacks is longer and right");
}

TEST_CASE("no header lets a library's types out")
{
    for (const auto* folder : {"libaqi", "drivers", "daemon", "tools"})
        for (const auto& line : lines_of(folder)) {
            if (!line.file.ends_with(".hpp")) continue;
            for (const auto* word :
                 {"<toml++", "<mqtt/", "<sqlite3.h>", "<curl/", "boost/beast", "<CLI/", "<pugixml"}) {
                INFO(line.file << ":" << line.number << ": include it in the .cpp");
                CHECK(line.text.find(word) == std::string::npos);
            }
        }
}

TEST_CASE("files stay small enough to enter, and every folder says what lives there")
{
    for (const auto* folder : {"libaqi", "drivers", "daemon", "tools"}) {
        std::map<std::string, int> lengths;
        for (const auto& line : lines_of(folder)) lengths[line.file] = std::max(lengths[line.file], line.number);
        for (const auto& [file, length] : lengths) {
            INFO(file << " has " << length << " lines; would a wall help?");
            CHECK(length <= 600);
        }
    }
    for (const auto* folder : {"libaqi", "drivers", "daemon", "daemon/notify", "daemon/store", "daemon/web", "schemas",
                               "schemas/rules", "schemas/sql", "schemas/broker", "systemd", "tools", "tests"}) {
        INFO(folder);
        CHECK(std::filesystem::exists(source_file(std::string{folder} + "/README.md")));
    }
}

TEST_CASE("no test's name has a semicolon: ctest would take it for two tests, and find neither")
{
    const auto lines = lines_of("tests");
    bool begun = false; // the name stands on the next line
    for (const auto& line : lines) {
        const bool here = begun || line.text.starts_with("TEST_CASE(");
        begun = line.text.ends_with("TEST_CASE(");
        const auto first = line.text.find('"'), last = line.text.find('"', first + 1);
        if (!here || last == std::string::npos) continue;
        INFO(line.file << ":" << line.number << ": " << line.text);
        CHECK(line.text.substr(first, last - first).find(';') == std::string::npos);
    }
}
