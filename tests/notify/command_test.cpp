// Programs as channels: the protocol of docs/plugin-channel.md, and the two programs that stand there.
#include "tests/e2e/harness.hpp"
#include "tests/notify/desk.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace aqi::notify::tests {
namespace {

namespace json = boost::json;
using daemon::SendState;

/// A program of these lines.
std::string program_of(const e2e::Folder& folder, const std::string& name, const std::string& text)
{
    e2e::write_file(folder / name, text, e2e::fs::perms{0755});
    return (folder / name).string();
}

std::string stanza(const std::vector<std::string>& command, int timeout_ms = 20'000)
{
    return fmt::format("command = [\"{}\"]\ntimeout_ms = {}\n", fmt::join(command, "\", \""), timeout_ms);
}

Receipt run_shell(const std::string& lines, int timeout_ms = 20'000)
{
    const e2e::Folder folder;
    Desk desk{"command", stanza({program_of(folder, "plug", "#!/bin/sh\n" + lines + "\n")}, timeout_ms)};
    return desk.send(warning_letter(), "410600-2016-003/2/plug");
}

/// The block of the page that begins with this line.
std::string block_of_page(const std::string& begin)
{
    const std::string page = e2e::read_file(e2e::source("docs/plugin-channel.md"));
    const auto at = page.find("\n" + begin + "\n");
    REQUIRE(at != std::string::npos);
    const auto first = at + begin.size() + 2;
    return page.substr(first, page.find("\n```", first) + 1 - first);
}

} // namespace

TEST_CASE("a program answers by one line of JSON or by its exit code", "[plugin]")
{
    const struct {
        const char* lines;
        SendState state;
        const char* detail; ///< a part of it
        const char* provider_id;
    } rows[] = {
        {R"(echo '{"state":"accepted","detail":"第 7 号","provider_id":"p-7"}')", SendState::accepted, "第 7 号",
         "p-7"},
        {R"(echo '{"state":"delivered"}')", SendState::delivered, "", ""},
        {R"(echo '{"state":"failed","detail":"no such desk"}')", SendState::failed, "no such desk", ""},
        {R"(echo '{"state":"retry","detail":"busy"}')", SendState::retry, "busy", ""},
        {R"(echo '{"state":"in_doubt","detail":"who knows"}')", SendState::in_doubt, "who knows", ""},
        // It agrees with its exit code, and it does not.
        {R"(echo '{"state":"retry","detail":"busy"}'; exit 75)", SendState::retry, "busy", ""},
        {R"(echo '{"state":"failed","detail":"no"}'; exit 1)", SendState::failed, "no", ""},
        {R"(echo '{"state":"accepted"}'; exit 1)", SendState::in_doubt, "says accepted and ends with exit 1", ""},
        {R"(echo '{"state":"delivered"}'; exit 75)", SendState::in_doubt, "exit 75", ""},
        // Words that are none.
        {R"(echo '{"state":"sent"}')", SendState::in_doubt, "\"sent\" is no state", ""},
        {R"(echo '{"state":"sending"}')", SendState::in_doubt, "is no state", ""},
        {R"(echo '{"state":"accepted"')", SendState::in_doubt, "no JSON", ""},
        {R"(echo '{"state":1}'; exit 69)", SendState::retry, "is no state", ""},
        // The exit code alone.
        {"echo taken by desk 2; echo more", SendState::accepted, "taken by desk 2", ""},
        {"true", SendState::accepted, "", ""},
        {"echo later; exit 75", SendState::retry, "exit 75: later", ""},
        {"exit 69", SendState::retry, "exit 69", ""},
        {"echo no; exit 3", SendState::failed, "exit 3: no", ""},
        {"kill -9 $$", SendState::in_doubt, "signal 9", ""},
        {"printf '\\377\\376bytes'", SendState::accepted, "bytes", ""},
    };
    for (const auto& row : rows) {
        const Receipt receipt = run_shell(row.lines);
        INFO(row.lines << " -> " << receipt.detail);
        CHECK(receipt.state == row.state);
        CHECK(receipt.detail.find(row.detail) != std::string::npos);
        CHECK(receipt.provider_id == row.provider_id);
    }
}

TEST_CASE("what a program had said when it was killed for its time is not believed", "[plugin]")
{
    const Receipt receipt = run_shell(R"(echo '{"state":"accepted"}'; exec sleep 60)", 500);
    CHECK(receipt.state == SendState::in_doubt);
    CHECK(receipt.detail.find("killed after 500 ms") != std::string::npos);
}

TEST_CASE("a program gets the document, key, mode and kind, and nothing of our environment", "[plugin]")
{
    const Mode mode = GENERATE(Mode::real, Mode::drill);
    const e2e::Folder folder;
    const auto plug =
        program_of(folder, "plug", fmt::format("#!/bin/sh\ncat > {0}/in\nenv > {0}/env\n", folder.path().string()));
    Desk desk{"command", stanza({plug}), mode};
    CHECK(desk.send(canary_letter(mode), "canary/1/plug").state == SendState::accepted);
    const auto document = json::parse(e2e::read_file(folder / "in")).as_object();
    CHECK(document.at("kind").as_string() == "canary");
    CHECK(document.at("mode").as_string() == (mode == Mode::drill ? "drill" : "real"));
    const std::string environment = "\n" + e2e::read_file(folder / "env");
    CHECK(environment.find("\nAQID_KEY=canary/1/plug\n") != std::string::npos);
    CHECK(environment.find(mode == Mode::drill ? "\nAQID_MODE=drill\n" : "\nAQID_MODE=real\n") != std::string::npos);
    CHECK(environment.find("\nAQID_KIND=canary\n") != std::string::npos);
    CHECK(environment.find("\nHOME=") == std::string::npos);
}

TEST_CASE("the shell program of the page works as the page says", "[plugin]")
{
    const e2e::Folder folder;
    const auto plug = program_of(folder, "to-folder", block_of_page("```sh"));
    const auto target = folder / "radio";
    Desk desk{"command", stanza({plug, target.string()})};
    const Receipt missing = desk.send(warning_letter(), "410600-2016-003/2/radio");
    CHECK(missing.state == SendState::retry);
    CHECK(missing.detail == "the folder is not there");
    e2e::fs::create_directory(target);
    const Receipt taken = desk.send(warning_letter(), "410600-2016-003/2/radio");
    CHECK(taken.state == SendState::accepted);
    CHECK(taken.detail == "real-410600-2016-003_2_radio.json");
    CHECK(e2e::read_file(target / "real-410600-2016-003_2_radio.json") == document_of(warning_letter()));
    const Receipt again = desk.send(warning_letter(), "410600-2016-003/2/radio");
    CHECK(again.state == SendState::delivered);
}

TEST_CASE("the Python program of the page works as the page says", "[plugin]")
{
    const e2e::Folder folder;
    const auto plug = program_of(folder, "to-screen", block_of_page("```python"));
    const std::string screen = // takes one line, answers as it is told, and writes down what it was told
        "import socket, sys\n"
        "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen()\n"
        "while True:\n"
        "    c, _ = s.accept(); line = c.makefile('rb').readline()\n"
        "    if not line: continue\n"
        "    open(sys.argv[2], 'w', encoding='utf-8').write(line.decode('gb18030'))\n"
        "    c.sendall(sys.argv[3].encode()); c.close()\n";
    const struct {
        const char* reply;
        SendState state;
        const char* detail;
    } rows[] = {{"OK\n", SendState::delivered, "OK"},
                {"NO LAMP", SendState::failed, "NO LAMP"},
                {"", SendState::in_doubt, "said nothing"}};
    for (const auto& row : rows) {
        const auto port = e2e::free_port();
        Desk desk{"command", stanza({plug, "127.0.0.1", std::to_string(port)})};
        CHECK(desk.send(warning_letter(), "w/2/screen").state == SendState::retry); // it is not there yet
        e2e::Child child{
            {{"/usr/bin/python3", "-c", screen, std::to_string(port), (folder / "shown").string(), row.reply},
             folder / "screen.log",
             {},
             {}}};
        e2e::wait_until(20s, "the screen", [&] { return e2e::listens(port); });
        const Receipt receipt = desk.send(warning_letter(), "w/2/screen");
        INFO(receipt.detail);
        CHECK(receipt.state == row.state);
        CHECK(receipt.detail.find(row.detail) != std::string::npos);
        CHECK(e2e::read_file(folder / "shown") == warning_letter().headline(Language::zh) + "\n");
    }
}

} // namespace aqi::notify::tests
