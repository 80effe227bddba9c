// daemon/notify/command: any program as a channel.
//
// docs/plugin-channel.md is the protocol: the document on standard input, the key, mode and kind in the environment; the outcome as one
// line of JSON or as an exit code. A program that says one thing and ends with another leaves the message in doubt, as one does
// that outlives its time and is killed: what it had done by then nobody knows.
#include "daemon/notify/channel.hpp"
#include "libaqi/utf8.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aqi::notify {
namespace {

namespace asio = boost::asio;
using daemon::SendState;

constexpr int exit_try_again = 75;   // EX_TEMPFAIL of sysexits.h
constexpr int exit_unavailable = 69; // EX_UNAVAILABLE
constexpr int unwatched = -1;        // not an errno
constexpr std::size_t answer_most = 4096;

struct CommandSettings {
    std::vector<std::string> command;
    std::int64_t timeout_ms = 30'000;
};

std::any read_settings(const Settings& table, Mode mode)
{
    CommandSettings out;
    out.command = table.texts_or_none("command");
    if (out.command.empty()) table.fail("command", "\"command\" must list the program and its arguments");
    if (!out.command.front().starts_with('/'))
        table.fail("command", fmt::format("\"{}\" must be an absolute path", out.command.front()));
    out.timeout_ms = table.integer_or("timeout_ms", out.timeout_ms, 100, 600'000);
    return settings_for(mode, std::move(out));
}

constexpr std::size_t words_most = 300;

/// The first line of what it said, and only that.
std::string first_line(std::string_view text) { return as_utf8(text.substr(0, text.find('\n'))); }

std::string text_of(const boost::json::object& of, std::string_view key)
{
    const auto* found = of.if_contains(key);
    return found != nullptr && found->is_string() ? cut_utf8(found->as_string(), words_most) : std::string{};
}

/// What an exit code says when nothing else is said.
SendState state_of(int code)
{
    if (code == 0) return SendState::accepted;
    return code == exit_try_again || code == exit_unavailable ? SendState::retry : SendState::failed;
}

/// The program ended by itself: its answer.
Receipt answer_of(int code, const std::string& line)
{
    const std::string words =
        code == 0 ? cut_utf8(line, words_most) : fmt::format("exit {}: {}", code, cut_utf8(line, words_most));
    if (!line.starts_with('{')) return {state_of(code), words};
    boost::system::error_code bad;
    const auto value = boost::json::parse(line, bad);
    if (bad || !value.is_object())
        return {code == 0 ? SendState::in_doubt : state_of(code), fmt::format("its answer is no JSON: {}", words)};
    const auto& object = value.as_object();
    const std::string written = text_of(object, "state");
    const auto state = daemon::send_state_named(written);
    const bool known = state == SendState::accepted || state == SendState::delivered || state == SendState::failed ||
                       state == SendState::retry || state == SendState::in_doubt;
    if (!known)
        return {code == 0 ? SendState::in_doubt : state_of(code),
                fmt::format("\"{}\" is no state; known: accepted, delivered, failed, retry, in_doubt", written)};
    // An exit code other than 0 must agree, or the program stumbled behind its own words.
    if (code != 0 && *state != state_of(code))
        return {SendState::in_doubt, fmt::format("it says {} and ends with exit {}", written, code)};
    return {*state, text_of(object, "detail"), text_of(object, "provider_id")};
}

/// One run of the program: its input, its answer, its end, and a limit. Keeps itself alive until it has answered.
class Run : public std::enable_shared_from_this<Run> {
public:
    template <Mode mode>
    Run(const CommandSettings& settings, const MessageOf<mode>& message, asio::any_io_executor executor,
        std::function<void(Receipt)> done)
        : settings_(settings),
          document_(message.document),
          done_(std::move(done)),
          input_(executor),
          output_(executor),
          exit_(executor),
          limit_(executor)
    {
        environment_ = {"AQID_KEY=" + message.key, std::string{"AQID_MODE="} + (mode == Mode::drill ? "drill" : "real"),
                        "AQID_KIND=" + std::string{letter_kind_name(message.kind)}, "PATH=/usr/local/bin:/usr/bin:/bin",
                        "LANG=C.UTF-8"};
    }

    void start()
    {
        if (const int error = spawn(); error != 0) {
            if (error == unwatched)
                return finish({SendState::in_doubt, "killed at once: no descriptor left to watch it"});
            // Nothing ran: another attempt cannot repeat anything.
            return finish({SendState::retry,
                           fmt::format("cannot start {}: {}", settings_.command.front(), std::strerror(error))});
        }
        auto self = shared_from_this();
        asio::async_write(input_, asio::buffer(document_),
                          [self](boost::system::error_code, std::size_t) { self->input_.close(); });
        read_answer();
        exit_.async_wait(asio::posix::descriptor_base::wait_read, [self](boost::system::error_code ec) {
            if (!ec) self->ended();
        });
        limit_.expires_after(std::chrono::milliseconds{settings_.timeout_ms});
        limit_.async_wait([self](boost::system::error_code ec) {
            if (!ec) self->out_of_time();
        });
    }

private:
    int spawn()
    {
        std::array<int, 2> in{-1, -1}, out{-1, -1};
        if (::pipe2(in.data(), O_CLOEXEC) != 0) return errno;
        if (::pipe2(out.data(), O_CLOEXEC) != 0) {
            const int error = errno;
            ::close(in[0]);
            ::close(in[1]);
            return error;
        }
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1); // Asio's sockets are not close-on-exec
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigemptyset(&none);
        sigset_t usual;
        sigemptyset(&usual);
        sigaddset(&usual, SIGPIPE);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &usual);
        posix_spawnattr_setpgroup(&attributes, 0); // a group of its own: what it started is killed with it
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        std::vector<char*> arguments, environment;
        for (auto& a : arguments_ = settings_.command) arguments.push_back(a.data());
        arguments.push_back(nullptr);
        for (auto& e : environment_) environment.push_back(e.data());
        environment.push_back(nullptr);
        const int error =
            posix_spawn(&process_, arguments.front(), &actions, &attributes, arguments.data(), environment.data());
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        if (error != 0) {
            ::close(in[1]);
            ::close(out[0]);
            return error;
        }
        input_.assign(in[1]);
        output_.assign(out[0]);
        const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
        if (descriptor >= 0) {
            exit_.assign(descriptor);
            return 0;
        }
        // Out of descriptors: it runs and cannot be watched, so it must not run on.
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        return unwatched;
    }

    void read_answer()
    {
        auto self = shared_from_this();
        output_.async_read_some(asio::buffer(chunk_), [self](boost::system::error_code ec, std::size_t got) {
            if (ec) return;
            if (self->answer_.size() < answer_most) self->answer_.append(self->chunk_.data(), got);
            self->read_answer();
        });
    }

    void ended()
    {
        int status = 0;
        ::waitpid(process_, &status, 0);
        // Take what is still in the pipe; what a grandchild may write later is not this program's answer.
        output_.non_blocking(true);
        boost::system::error_code ec;
        while (answer_.size() < answer_most) {
            const auto got = output_.read_some(asio::buffer(chunk_), ec);
            if (ec || got == 0) break;
            answer_.append(chunk_.data(), got);
        }
        const std::string line = first_line(answer_);
        if (killed_)
            return finish({SendState::in_doubt,
                           fmt::format("killed after {} ms; what it had done is unknown", settings_.timeout_ms)});
        if (WIFSIGNALED(status))
            return finish({SendState::in_doubt,
                           fmt::format("ended by signal {}; what it had done is unknown", WTERMSIG(status))});
        const int code = WEXITSTATUS(status);
        finish(answer_of(code, line));
    }

    void out_of_time()
    {
        killed_ = true;
        ::kill(-process_, SIGKILL);
    }

    void finish(Receipt receipt)
    {
        limit_.cancel();
        boost::system::error_code ignored;
        input_.close(ignored);
        output_.close(ignored);
        exit_.close(ignored);
        // Later, even when nothing could be started: send() has returned before its answer.
        asio::post(limit_.get_executor(), [done = std::move(done_), receipt = std::move(receipt)] { done(receipt); });
    }

    const CommandSettings settings_;
    std::vector<std::string> arguments_;
    std::vector<std::string> environment_;
    const std::string document_;
    std::function<void(Receipt)> done_;
    asio::posix::stream_descriptor input_;
    asio::posix::stream_descriptor output_;
    asio::posix::stream_descriptor exit_; // a pidfd: readable when the program has ended
    asio::steady_timer limit_;
    pid_t process_ = -1;
    bool killed_ = false;
    std::array<char, 1024> chunk_{};
    std::string answer_;
};

template <Mode mode>
class CommandChannel : public ChannelOf<mode> {
public:
    CommandChannel(CommandSettings settings, ChannelContext context)
        : settings_(std::move(settings)), context_(std::move(context))
    {}
    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        std::make_shared<Run>(settings_, message, context_.executor, std::move(done))->start();
    }

private:
    const CommandSettings settings_;
    const ChannelContext context_;
};

} // namespace

extern const ChannelInfo command_channel;
const ChannelInfo command_channel = {
    "command",
    "any program (docs/plugin-channel.md): the JSON document on its standard input, an outcome back",
    "",
    R"([[channel]]
name = "radio-desk"
kind = "command"
command = ["/usr/local/bin/to-radio", "--desk", "2"]  # absolute path; gets the document on standard input, AQID_KEY,
                                                      # AQID_MODE and AQID_KIND in its environment; answers with one line
                                                      # {"state": "accepted", "detail": "..."}, or by its exit code: 0
                                                      # accepted, 75 or 69 try again later, anything else refused
# timeout_ms = 30000      # then it is killed, and the message is in doubt
# expires_after_h = 12    # not sent any more when this old
# drill = false           # true: opened for drills only, and then the only kind opened
)",
    read_settings,
    open_channel<CommandChannel, CommandSettings, Mode::real>,
    open_channel<CommandChannel, CommandSettings, Mode::drill>,
    compose_document,
};

} // namespace aqi::notify
