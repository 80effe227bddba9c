// tests/e2e/harness: what a story needs to put the real programs on a stage: folders, processes, a broker, a daemon.
//
// Everything started here is ended here, whatever happens: by destructors, and by a guardian process when the test itself
// is killed. Nothing here sleeps for a guess: every wait has a condition, a limit and words for what never came.
//
// Threads: processes are started and conditions waited for on the main thread only.
#pragma once

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace aqi::e2e {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Starts the process that cleans up after us if we are killed. First thing in main().
void start_guardian();

/// Waits, looking again every few milliseconds. After `limit` the test fails with "never came: what". AQID_E2E_PATIENCE
/// multiplies every limit (sanitizers are slow).
void wait_until(milliseconds limit, const std::string& what, const std::function<bool()>& condition);
/// The same without failing: whether it came.
bool comes(milliseconds limit, const std::function<bool()>& condition);
milliseconds patient(milliseconds limit);

/// Says visibly that a story cannot be told on this machine; the caller returns.
void skipped(const std::string& why);
/// A whole number of the environment, or what is usual.
int from_environment(const char* name, int otherwise);
/// Whether we may become other accounts.
bool is_root();
/// Whether this is a story told again in a user namespace of its own, where we look like root and are not.
bool inside_namespace();

std::string read_file(const fs::path& file);
void write_file(const fs::path& file, std::string_view text,
                fs::perms perms = fs::perms::owner_read | fs::perms::owner_write);
std::size_t occurrences(std::string_view text, std::string_view part);

/// A folder of its own, gone at the end (AQID_E2E_KEEP=1 keeps it). Others may walk through it, not list it.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const fs::path& path() const { return path_; }
    fs::path operator/(std::string_view name) const { return path_ / name; }

private:
    fs::path path_;
};

struct Start {
    std::vector<std::string> command;
    fs::path log;                                   ///< gets standard output and error, appended
    std::map<std::string, std::string> environment; ///< beside our own
    std::optional<unsigned> as;                     ///< uid, when we are root
};

/// A process in a group of its own. The destructor kills the group.
class Child {
public:
    explicit Child(const Start& start);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// SIGKILL to the whole group, and the end is awaited.
    void kill();
    bool running();
    /// The exit code, 128 + n for signal n. The test fails when it does not end in time.
    int wait(milliseconds limit, const std::string& what);

private:
    void reaped(int status);
    pid_t pid_ = -1;
    std::optional<int> exit_;
};

/// Runs a program to its end; what it said on both outputs.
struct Said {
    int exit_code = -1;
    std::string text;
};
Said run(const std::vector<std::string>& command, milliseconds limit = 30s, std::optional<unsigned> as = {});

/// The path of one of our programs (AQID_BIN) or of the sources (AQID_SOURCE).
std::string program(std::string_view name);
fs::path source(std::string_view name);
std::uint16_t free_port();
bool listens(std::uint16_t port);

/// A read-only look into a database beside its owner.
std::int64_t number(const fs::path& database, const std::string& sql);
std::vector<std::vector<std::string>> rows(const fs::path& database, const std::string& sql);
/// Changes a database, as somebody with another program would.
void execute(const fs::path& database, const std::string& sql);

struct Reply {
    int status = 0; ///< 0: no answer in time
    std::string body;
    std::string head{}; ///< status line and headers
    /// Of the first header of that name; empty without one.
    std::string header(std::string_view name) const;
};
/// `headers`: lines, each with its end.
Reply http_get(std::uint16_t port, const std::string& path, milliseconds limit = 5s, const std::string& headers = {});

Reply http_post(std::uint16_t port, const std::string& path, const std::string& body, const std::string& headers);
/// Any bytes at all; what comes back before the other end closes.
Reply http_raw(std::uint16_t port, const std::string& request, milliseconds limit = 5s);

/// One line to a Unix socket, one line back; empty when the other side closes or says nothing in time. `as`: spoken by
/// another account (root only).
std::string talk(const fs::path& socket, std::string_view line, milliseconds limit = 20s,
                 std::optional<unsigned> as = {});

} // namespace aqi::e2e
