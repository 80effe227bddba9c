// aqictl password, sessions, audit-trail, verify-audit: who may sign in on the page, who is, and who asked for what.
#include "tools/aqictl/become.hpp"
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/replay/input.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <string>

#include <termios.h>
#include <unistd.h>

namespace aqi::tools {
namespace {

namespace json = boost::json;

struct Options {
    std::string socket = "/run/aqid/control";
    std::string person, session, database, newest;
    int most = 50;
    bool from_input = false, as_json = false;
};

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "-" : json::serialize(v);
}

/// What is typed is not shown while this lives.
class Unseen {
public:
    Unseen() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0)
    {
        if (!is_terminal_) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~Unseen()
    {
        if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    termios before_{};
    bool is_terminal_;
};

std::string line_of_input()
{
    std::string line;
    if (!std::getline(std::cin, line)) throw CommandError("no password was given");
    return line;
}

std::string typed(const char* prompt)
{
    fmt::print(stderr, "{}", prompt);
    std::fflush(stderr);
    std::string line;
    {
        const Unseen unseen;
        line = line_of_input();
    }
    fmt::print(stderr, "\n");
    return line;
}

/// From a pipe as one line, or twice from the terminal: never from the command line, where everybody sees it.
std::string password_of(const Options& o)
{
    if (o.from_input) return line_of_input();
    if (::isatty(STDIN_FILENO) == 0) throw CommandError("standard input is no terminal; --stdin takes one line of it");
    const std::string once = typed("new password (新密码): "), again = typed("again (再次输入): ");
    if (once != again) throw CommandError("the two are not the same; nothing was changed");
    return once;
}

void print_session(const json::value& s)
{
    fmt::print("{}  {:<12} {:<16} {:<16} since {}, seen {}, until {}\n", text(s.at("id")), text(s.at("person")),
               text(s.at("name")), text(s.at("address")), text(s.at("begun")), text(s.at("seen")), text(s.at("until")));
}

void print_line(const json::value& line)
{
    fmt::print("{:>6}  {}  {:<12} {:<14} {:<15} {} {}  {}{}{}\n", text(line.at("number")), text(line.at("at")),
               text(line.at("person")), text(line.at("via")), text(line.at("address")), text(line.at("command")),
               text(line.at("about")), text(line.at("outcome")), line.at("why").as_string().empty() ? "" : ": ",
               text(line.at("why")));
}

} // namespace

void add_people(CLI::App& app, int& exit_code)
{
    auto o = std::make_shared<Options>();
    const auto add = [&](const char* name, const char* help) {
        auto* command = app.add_subcommand(name, help);
        command->add_option("--socket", o->socket, "control socket of the daemon")
            ->capture_default_str()
            ->envname("AQID_SOCKET");
        return command;
    };
    auto* password = add("password", "set a person's password for the page; all sessions of that person end");
    password->add_option("PERSON", o->person, "id of the person in the configuration")->required();
    password->add_flag("--stdin", o->from_input, "take it from standard input, one line, instead of asking twice");
    password->callback([o, &exit_code] {
        const json::value answer =
            ask_daemon(o->socket, {{"command", "password"}, {"person", o->person}, {"password", password_of(*o)}});
        fmt::print("{}\n", text(answer.at("said")));
        exit_code = exit_ok;
    });

    auto* sessions = add("sessions", "who is signed in on the page");
    sessions->add_flag("--json", o->as_json, "as JSON");
    sessions->add_option("--end", o->session, "end this one");
    sessions->callback([o, &exit_code] {
        exit_code = exit_ok;
        if (!o->session.empty()) {
            const json::value answer = ask_daemon(o->socket, {{"command", "end-session"}, {"session", o->session}});
            return fmt::print("{}\n", text(answer.at("said")));
        }
        const json::value answer = ask_daemon(o->socket, {{"command", "sessions"}});
        if (o->as_json) return fmt::print("{}\n", json::serialize(answer.at("sessions")));
        for (const auto& session : answer.at("sessions").as_array()) print_session(session);
        if (answer.at("sessions").as_array().empty()) fmt::print("nobody is signed in\n");
    });

    auto* trail = add("audit-trail", "who asked for what and what became of it, newest first");
    trail->add_option("--most", o->most, "so many lines")->capture_default_str()->check(CLI::Range(1, 1'000));
    trail->add_flag("--json", o->as_json, "as JSON, with the digests");
    trail->callback([o, &exit_code] {
        const json::value answer = ask_daemon(o->socket, {{"command", "audit-trail"}, {"most", o->most}});
        exit_code = exit_ok;
        if (o->as_json) return fmt::print("{}\n", json::serialize(answer.at("lines")));
        for (const auto& line : answer.at("lines").as_array()) print_line(line);
    });

    auto* verify = app.add_subcommand("verify-audit", "whether the audit trail is whole, and its newest digest");
    verify->add_option("DATABASE", o->database, "the daemon's aqid.db; it may be in use")->required();
    verify->add_option("--newest", o->newest, "a digest noted earlier: it must be in the chain");
    verify->callback([o] {
        std::vector<std::string> arguments{"--verify-audit", o->database};
        if (!o->newest.empty()) arguments.insert(arguments.end(), {"--newest", o->newest});
        become_aqid(std::move(arguments));
    });
}

} // namespace aqi::tools
