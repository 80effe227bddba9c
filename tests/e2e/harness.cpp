#include "tests/e2e/harness.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace aqi::e2e {
namespace {

using Steady = std::chrono::steady_clock;

int guardian_pipe = -1;

void tell_guardian(const std::string& line)
{
    const std::string whole = line + "\n";
    if (guardian_pipe >= 0) (void)!::write(guardian_pipe, whole.data(), whole.size());
}

/// Lives until the test's end of the pipe closes, then kills the groups and removes the folders that are still noted.
[[noreturn]] void guard(int pipe)
{
    ::setsid();
    std::set<std::string> noted;
    std::string text;
    std::array<char, 4096> chunk{};
    while (true) {
        const ssize_t got = ::read(pipe, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(got));
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            const std::string line = text.substr(0, end);
            text.erase(0, end + 1);
            if (line.front() == '+')
                noted.insert(line.substr(1));
            else
                noted.erase(line.substr(1));
        }
    }
    for (const auto& line : noted)
        if (line.front() == 'g') ::kill(-std::stoi(line.substr(1)), SIGKILL);
    for (const auto& line : noted) {
        std::error_code ignored;
        if (line.front() == 'm') ::umount2(line.substr(1).c_str(), MNT_DETACH);
        if (line.front() == 'd') fs::remove_all(line.substr(1), ignored);
    }
    ::_exit(0);
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

void become(unsigned uid)
{
    if (::setresgid(uid, uid, uid) != 0 || ::setresuid(uid, uid, uid) != 0) ::_exit(126);
}

class Query {
public:
    Query(const fs::path& file, const std::string& sql)
    {
        if (sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK) {
            sqlite3_busy_timeout(database_, 5'000);
            if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement_, nullptr) == SQLITE_OK) return;
        }
        why_ = sqlite3_errmsg(database_);
    }
    ~Query()
    {
        sqlite3_finalize(statement_);
        sqlite3_close(database_);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    bool good() const { return statement_ != nullptr; }
    const std::string& why() const { return why_; }
    bool step() { return sqlite3_step(statement_) == SQLITE_ROW; }
    sqlite3_stmt* row() { return statement_; }

private:
    sqlite3* database_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
    std::string why_;
};

void set_limit(int socket, milliseconds limit)
{
    timeval value{};
    value.tv_sec = limit.count() / 1000;
    value.tv_usec = limit.count() % 1000 * 1000;
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

int connect_tcp(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    ::close(socket);
    return -1;
}

std::string talk_here(const fs::path& path, std::string_view line, milliseconds limit)
{
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    set_limit(socket, limit);
    std::string answer;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        std::string out{line};
        out += '\n';
        std::size_t sent = 0;
        while (sent < out.size()) {
            const ssize_t n = ::send(socket, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) break;
            sent += static_cast<std::size_t>(n);
        }
        std::array<char, 65536> chunk{};
        while (answer.find('\n') == std::string::npos) {
            const ssize_t n = ::recv(socket, chunk.data(), chunk.size(), 0);
            if (n <= 0) break;
            answer.append(chunk.data(), static_cast<std::size_t>(n));
        }
    }
    ::close(socket);
    return answer.substr(0, answer.find('\n'));
}

} // namespace

void start_guardian()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    if (::fork() == 0) {
        ::close(ends[1]);
        guard(ends[0]);
    }
    ::close(ends[0]);
    guardian_pipe = ends[1];
}

milliseconds patient(milliseconds limit) { return limit * from_environment("AQID_E2E_PATIENCE", 1); }

bool comes(milliseconds limit, const std::function<bool()>& condition)
{
    const auto deadline = Steady::now() + patient(limit);
    while (true) {
        if (condition()) return true;
        if (Steady::now() >= deadline) return false;
        std::this_thread::sleep_for(10ms);
    }
}

void wait_until(milliseconds limit, const std::string& what, const std::function<bool()>& condition)
{
    if (!comes(limit, condition)) FAIL("never came: " << what << " (waited " << patient(limit).count() << " ms)");
}

void skipped(const std::string& why)
{
    std::cout << "SKIPPED: " << Catch::getResultCapture().getCurrentTestName() << ": " << why << std::endl;
}

int from_environment(const char* name, int otherwise)
{
    const char* text = std::getenv(name);
    return text != nullptr && *text != '\0' ? std::atoi(text) : otherwise;
}

bool is_root() { return ::geteuid() == 0 && !inside_namespace(); }

bool inside_namespace() { return std::getenv("AQID_E2E_INSIDE") != nullptr; }

std::string read_file(const fs::path& file)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void write_file(const fs::path& file, std::string_view text, fs::perms perms)
{
    // By rename, so that a reader sees the old or the new.
    const fs::path fresh = file.string() + ".new";
    std::ofstream{fresh, std::ios::binary | std::ios::trunc} << text;
    fs::permissions(fresh, perms);
    fs::rename(fresh, file);
}

std::size_t occurrences(std::string_view text, std::string_view part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

Folder::Folder()
{
    std::string name = (fs::temp_directory_path() / "aqid-e2e.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test: " + name);
    path_ = name;
    tell_guardian("+d" + name);
    fs::permissions(path_, fs::perms{0711});
}

Folder::~Folder()
{
    std::error_code ignored;
    if (from_environment("AQID_E2E_KEEP", 0) != 0)
        std::cout << "kept: " << path_.string() << std::endl;
    else
        fs::remove_all(path_, ignored);
    tell_guardian("-d" + path_.string());
}

Child::Child(const Start& start)
{
    auto command = start.command;
    std::vector<std::string> environment;
    for (char** line = environ; *line != nullptr; ++line)
        if (!start.environment.contains(std::string{*line}.substr(0, std::string_view{*line}.find('='))))
            environment.emplace_back(*line);
    for (const auto& [name, value] : start.environment) environment.push_back(name + "=" + value);
    const auto argv = pointers(command);
    const auto envp = pointers(environment);
    const int log = start.log.empty() ? ::open("/dev/null", O_WRONLY | O_CLOEXEC)
                                      : ::open(start.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    // No signal may reach the test framework's handlers in the child.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_ = ::fork();
    if (pid_ == 0) {
        // Only what is safe after a fork beside threads.
        ::setpgid(0, 0);
        for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
        const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(nothing, 0);
        ::dup2(log, 1);
        ::dup2(log, 2);
        if (start.as) become(*start.as);
        sigemptyset(&all);
        ::sigprocmask(SIG_SETMASK, &all, nullptr);
        ::execve(argv.front(), argv.data(), envp.data());
        ::_exit(127);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::setpgid(pid_, pid_);
    ::close(log);
    tell_guardian(fmt::format("+g{}", pid_));
}

Child::~Child() { kill(); }

void Child::signal(int number) const
{
    if (!exit_) ::kill(pid_, number);
}

void Child::reaped(int status)
{
    exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ::kill(-pid_, SIGKILL); // what it has left behind
    tell_guardian(fmt::format("-g{}", pid_));
}

void Child::kill()
{
    if (exit_) return;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    reaped(status);
}

bool Child::running()
{
    int status = 0;
    if (!exit_ && ::waitpid(pid_, &status, WNOHANG) == pid_) reaped(status);
    return !exit_;
}

int Child::wait(milliseconds limit, const std::string& what)
{
    wait_until(limit, what, [&] { return !running(); });
    return *exit_;
}

Said run(const std::vector<std::string>& command, milliseconds limit, std::optional<unsigned> as)
{
    const Folder folder;
    Start start{command, folder / "said", {}, as};
    Child child{start};
    Said said;
    said.exit_code = child.wait(limit, "the end of " + command.front());
    said.text = read_file(start.log);
    return said;
}

std::string program(std::string_view name)
{
    const char* folder = std::getenv("AQID_BIN");
    return (fs::path{folder != nullptr ? folder : AQID_BIN} / name).string();
}

fs::path source(std::string_view name)
{
    const char* folder = std::getenv("AQID_SOURCE");
    return fs::path{folder != nullptr ? folder : AQID_SOURCE} / name;
}

std::uint16_t free_port()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool good = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    REQUIRE(good);
    return ntohs(address.sin_port);
}

bool listens(std::uint16_t port)
{
    const int socket = connect_tcp(port);
    if (socket >= 0) ::close(socket);
    return socket >= 0;
}

std::int64_t number(const fs::path& database, const std::string& sql)
{
    Query query{database, sql};
    return query.good() && query.step() ? sqlite3_column_int64(query.row(), 0) : 0;
}

std::vector<std::vector<std::string>> rows(const fs::path& database, const std::string& sql)
{
    Query query{database, sql};
    if (!query.good()) FAIL(sql << ": " << query.why());
    std::vector<std::vector<std::string>> out;
    while (query.step()) {
        auto& row = out.emplace_back();
        for (int c = 0; c < sqlite3_column_count(query.row()); ++c) {
            const auto* text = sqlite3_column_text(query.row(), c);
            row.emplace_back(text != nullptr ? reinterpret_cast<const char*>(text) : "");
        }
    }
    return out;
}

void execute(const fs::path& database, const std::string& sql)
{
    sqlite3* handle = nullptr;
    sqlite3_open_v2(database.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    sqlite3_busy_timeout(handle, 5'000);
    const bool good = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    const std::string why = sqlite3_errmsg(handle);
    sqlite3_close(handle);
    if (!good) FAIL(sql << ": " << why);
}

namespace {

Reply http(std::uint16_t port, const std::string& request, milliseconds limit)
{
    Reply reply;
    const int socket = connect_tcp(port);
    if (socket < 0) return reply;
    set_limit(socket, limit);
    (void)!::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    std::string text;
    std::array<char, 65536> chunk{};
    for (ssize_t n = 0; (n = ::recv(socket, chunk.data(), chunk.size(), 0)) > 0;)
        text.append(chunk.data(), static_cast<std::size_t>(n));
    ::close(socket);
    const auto head = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || head == std::string::npos) return reply;
    reply.status = std::atoi(text.c_str() + 9);
    reply.body = text.substr(head + 4);
    reply.head = text.substr(0, head + 2);
    return reply;
}

} // namespace

std::string Reply::header(std::string_view name) const
{
    const auto at = head.find(fmt::format("\r\n{}: ", name));
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

Reply http_get(std::uint16_t port, const std::string& path, milliseconds limit, const std::string& headers)
{
    return http(port, fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n", path, headers),
                limit);
}

Reply http_post(std::uint16_t port, const std::string& path, const std::string& body, const std::string& headers)
{
    return http(
        port,
        fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}", path,
                    headers, body.size(), body),
        5s);
}

Reply http_raw(std::uint16_t port, const std::string& request, milliseconds limit)
{
    return http(port, request, limit);
}

std::string talk(const fs::path& socket, std::string_view line, milliseconds limit, std::optional<unsigned> as)
{
    if (!as) return talk_here(socket, line, limit);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        become(*as);
        const std::string answer = talk_here(socket, line, limit);
        (void)!::write(ends[1], answer.data(), answer.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string answer;
    std::array<char, 65536> chunk{};
    for (ssize_t n = 0; (n = ::read(ends[0], chunk.data(), chunk.size())) > 0;)
        answer.append(chunk.data(), static_cast<std::size_t>(n));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return answer;
}

} // namespace aqi::e2e
