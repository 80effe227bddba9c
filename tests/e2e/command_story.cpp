// A program as a channel: its exit code is believed, its time is limited, and what it leaves behind holds nothing up.
#include "tests/e2e/drill.hpp"

#include <csignal>

#include <unistd.h>

namespace aqi::e2e {
namespace {

/// A shell script as a channel of its own name.
std::string script(const Folder& folder, const std::string& name, const std::string& text, const std::string& more = {})
{
    write_file(folder / name, "#!/bin/sh\n" + text + "\n", fs::perms{0755});
    return fmt::format(
        "[[channel]]\nname = \"{}\"\nkind = \"command\"\ncommand = [\"{}\", \"--desk\", \"2\"]\ndrill = true\n{}\n\n",
        name, (folder / name).string(), more);
}

bool alive(const fs::path& pid_file) { return ::kill(std::stoi(read_file(pid_file)), 0) == 0; }

} // namespace

TEST_CASE("a program that ends well has accepted the warning it was given", "[command]")
{
    const Folder folder;
    Drill drill{script(
        folder, "desk",
        fmt::format("cat >{0}/document; echo \"$AQID_KEY $AQID_MODE $1 $2\" >{0}/said; echo taken by desk 2; echo more",
                    folder.path().string()))};
    drill.raise();
    drill.wait_for(1, "desk", "accepted");
    CHECK(drill.row(1, "desk").detail == "taken by desk 2");
    CHECK(drill.row(1, "desk").attempts == 1);
    CHECK(read_file(folder / "said") == "C-2016-001/1/desk drill --desk 2\n");
    CHECK(json::parse(read_file(folder / "document")).at("warning").as_string() == Drill::warning);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program that asks to be tried again is, under the same key", "[command]")
{
    const std::string code = GENERATE("75", "69");
    const Folder folder;
    Drill drill{script(folder, "desk",
                       fmt::format("echo \"$AQID_KEY\" >>{0}/keys; [ -e {0}/open ] && exit 0; echo closed; exit {1}",
                                   folder.path().string(), code))};
    drill.raise();
    drill.wait_for(1, "desk", "retry");
    CHECK(drill.row(1, "desk").detail == fmt::format("exit {}: closed", code));
    write_file(folder / "open", "");
    drill.clock("10:00:03");
    drill.wait_for(1, "desk", "accepted");
    CHECK(drill.row(1, "desk").attempts == 2);
    CHECK(read_file(folder / "keys") == "C-2016-001/1/desk\nC-2016-001/1/desk\n");
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program that ends badly has refused", "[command]")
{
    const Folder folder;
    Drill drill{script(folder, "desk", "echo no such desk; exit 3")};
    drill.raise();
    drill.wait_for(1, "desk", "failed");
    CHECK(drill.row(1, "desk").detail == "exit 3: no such desk");
    drill.clock("11:00:00");
    CHECK(drill.row(1, "desk").attempts == 1);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program that hangs is killed with what it started, and the warning is in doubt", "[command]")
{
    const Folder folder;
    Drill drill{script(
        folder, "desk",
        fmt::format(
            "sleep 1000 & echo $! >{0}/grandchild.new; mv {0}/grandchild.new {0}/grandchild; echo $$ >{0}/child; wait",
            folder.path().string()),
        "timeout_ms = 700")};
    drill.raise();
    drill.wait_for(1, "desk", "in_doubt");
    CHECK(drill.row(1, "desk").detail.find("700 ms") != std::string::npos);
    wait_until(5s, "the end of what the program had started",
               [&] { return !alive(folder / "grandchild") && !alive(folder / "child"); });
    drill.clock("11:00:00");
    CHECK(drill.row(1, "desk").attempts == 1);
    drill.upgrade(); // the next revision still goes out
    drill.wait_for(2, "desk", "in_doubt");
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program killed by somebody else leaves the warning in doubt", "[command]")
{
    const Folder folder;
    Drill drill{script(folder, "desk", "kill -SEGV $$")};
    drill.raise();
    drill.wait_for(1, "desk", "in_doubt");
    CHECK(drill.row(1, "desk").detail.find("signal 11") != std::string::npos);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program that does not exist yet is tried again", "[command]")
{
    const Folder folder;
    Drill drill{script(folder, "desk", "echo here")};
    fs::rename(folder / "desk", folder / "away");
    drill.raise();
    drill.wait_for(1, "desk", "retry");
    CHECK(drill.row(1, "desk").detail.find("No such file") != std::string::npos);
    fs::rename(folder / "away", folder / "desk");
    drill.clock("10:00:03");
    drill.wait_for(1, "desk", "accepted");
    CHECK(drill.row(1, "desk").attempts == 2);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program that leaves a child behind with its output open has answered all the same", "[command]")
{
    const Folder folder;
    Drill drill{
        script(folder, "desk",
               fmt::format("(trap '' HUP; echo $$ >{0}/unused; exec sleep 1000) & echo $! >{0}/grandchild; echo taken",
                           folder.path().string()),
               "timeout_ms = 20000")};
    drill.raise();
    drill.wait_for(1, "desk", "accepted", 5s);
    CHECK(drill.row(1, "desk").detail == "taken");
    drill.upgrade();
    drill.wait_for(2, "desk", "accepted", 5s);
    ::kill(std::stoi(read_file(folder / "grandchild")), SIGKILL);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program that says too much, or reads nothing, is no trouble", "[command]")
{
    const Folder folder;
    Drill drill{script(folder, "loud", "head -c 3000000 /dev/zero | tr '\\0' x; echo; exit 0") +
                script(folder, "deaf", "exec <&-; echo taken")};
    drill.raise();
    drill.wait_for(1, "loud", "accepted");
    drill.wait_for(1, "deaf", "accepted");
    CHECK(drill.row(1, "loud").detail.size() <= 300);
    CHECK(drill.row(1, "deaf").detail == "taken");
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a program gets nothing of the daemon but its three streams", "[command]")
{
    const Folder folder;
    Drill drill{
        script(folder, "desk", fmt::format("ls /proc/self/fd | wc -l; env >{}/environment", folder.path().string()))};
    drill.raise();
    drill.wait_for(1, "desk", "accepted");
    CHECK(drill.row(1, "desk").detail == "4"); // 0, 1, 2, and the folder ls reads
    CHECK(read_file(folder / "environment").find("NOTIFY_SOCKET") == std::string::npos);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a daemon killed while a program runs leaves the warning in doubt", "[command]")
{
    const Folder folder;
    Drill drill{script(folder, "desk", fmt::format("echo $$ >>{}/runs; sleep 1000", folder.path().string()))};
    drill.raise();
    wait_until(20s, "the program", [&] { return fs::exists(folder / "runs"); });
    drill.daemon.kill();
    drill.daemon.start();
    drill.wait_for(1, "desk", "in_doubt");
    CHECK(occurrences(read_file(folder / "runs"), "\n") == 1);
    ::kill(std::stoi(read_file(folder / "runs")), SIGKILL);
    REQUIRE(drill.daemon.stop() == 0);
}

} // namespace aqi::e2e
