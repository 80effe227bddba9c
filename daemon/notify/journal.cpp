// daemon/notify/journal: one line a letter into systemd's journal, or into a file.
//
// The journal is spoken to by its own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), not by sd_journal_send(): that reports
// success where no journal listens. Fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER=aqid, AQID_KEY, AQID_KIND, AQID_MODE, AQID_WARNING,
// AQID_REVISION, AQID_LEVEL, AQID_AREA. A letter without one has no such field.
//
// A line of the file is a JSON object whose first member is the key; one that is there already is not written again, so that a
// repeat after a crash changes nothing. The file may be rotated at any time: it is opened for each line.
#include "daemon/notify/drop_folder.hpp"
#include "libaqi/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace aqi::notify {
namespace {

namespace json = boost::json;
using daemon::SendState;

constexpr std::size_t message_most = 16 * 1024; // bytes; far below a datagram's limit

struct JournalSettings {
    std::string file; ///< empty: the journal
    std::string socket = "/run/systemd/journal/socket";
};

std::any read_settings(const Settings& table, Mode mode)
{
    JournalSettings out;
    out.file = table.text_or("file", "");
    if (!out.file.empty() && (!out.file.starts_with('/') || out.file.ends_with('/')))
        table.fail("file", fmt::format("\"{}\" must be an absolute path of a file", out.file));
    if (!out.file.empty() && table.has("socket")) table.fail("socket", "with a \"file\" nothing goes to the journal");
    out.socket = table.text_or("socket", out.socket);
    if (!out.socket.starts_with('/') || out.socket.size() >= sizeof(sockaddr_un::sun_path))
        table.fail("socket", fmt::format("\"{}\" must be an absolute path of less than {} bytes", out.socket,
                                         sizeof(sockaddr_un::sun_path)));
    return settings_for(mode, std::move(out));
}

/// One line, for people.
Result<Content> compose(const std::any&, const Letter& letter, Language language)
{
    std::string line;
    for (const char c : letter.headline(language) + ": " + letter.short_text(language))
        line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    return Content{cut_utf8(as_utf8(line), message_most)};
}

/// What both forms say of a letter, out of its document.
struct Facts {
    std::string key, kind, mode, warning, level, area;
    std::int64_t revision = 0;
    int priority = 6;
};

std::string text_in(const json::object& of, std::string_view key)
{
    const json::value* value = of.if_contains(key);
    const json::string* held = value == nullptr ? nullptr : value->if_string();
    return held == nullptr ? std::string{} : std::string{held->data(), held->size()};
}
std::int64_t number_in(const json::object& of, std::string_view key)
{
    const json::value* value = of.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

/// By who must act: a red warning is critical, what is over or a test only news. A drill never raises anybody.
int priority_of(LetterKind kind, Mode mode, std::string_view level)
{
    constexpr int critical = 2, error = 3, warning = 4, notice = 5, information = 6;
    if (mode == Mode::drill) return notice;
    switch (kind) {
    case LetterKind::warning:
        return level == "red" ? critical : level == "orange" ? error : level == "yellow" ? warning : notice;
    case LetterKind::alarm: return warning;
    case LetterKind::digest: return notice;
    case LetterKind::canary:
    case LetterKind::all_clear: return information;
    }
    return notice;
}

template <Mode mode>
Facts facts_of(const MessageOf<mode>& message)
{
    Facts out;
    out.key = message.key;
    out.kind = letter_kind_name(message.kind);
    out.mode = mode == Mode::drill ? "drill" : "real";
    json::error_code error;
    const json::value read = json::parse(message.document, error);
    if (const json::object* of = error ? nullptr : read.if_object()) {
        const bool warning = message.kind == LetterKind::warning;
        out.warning = text_in(*of, warning ? "warning" : "id");
        out.revision = number_in(*of, warning ? "revision" : "number");
        out.level = text_in(*of, "level");
        if (const auto* area = of->if_contains("area"); area != nullptr && area->is_object())
            out.area = text_in(area->get_object(), "name");
    }
    out.priority = priority_of(message.kind, mode, out.level);
    return out;
}

/// A value with a line break would need its length before it; ours have none.
std::string datagram_of(const Facts& facts, const std::string& text)
{
    std::string out;
    const auto field = [&](std::string_view name, std::string value) {
        std::replace(value.begin(), value.end(), '\n', ' ');
        if (!value.empty()) out += fmt::format("{}={}\n", name, value);
    };
    field("MESSAGE", text);
    field("PRIORITY", std::to_string(facts.priority));
    field("SYSLOG_IDENTIFIER", "aqid");
    field("AQID_KEY", facts.key);
    field("AQID_KIND", facts.kind);
    field("AQID_MODE", facts.mode);
    field("AQID_WARNING", facts.warning);
    if (facts.revision > 0) field("AQID_REVISION", std::to_string(facts.revision));
    field("AQID_LEVEL", facts.level);
    field("AQID_AREA", facts.area);
    return out;
}

/// A datagram is taken whole or not at all: there is no doubt about it.
Receipt into_journal(const std::string& path, const Facts& facts, const std::string& text)
{
    const std::string datagram = datagram_of(facts, text);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return {SendState::retry, fmt::format("no socket: {}", std::strerror(errno))};
    const auto sent = ::sendto(socket, datagram.data(), datagram.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = sent < 0 ? errno : 0;
    ::close(socket);
    if (error != 0)
        return {SendState::retry, fmt::format("the journal at {} does not listen: {}", path, std::strerror(error))};
    return {SendState::accepted, fmt::format("in the journal: journalctl AQID_KEY={}", facts.key)};
}

std::string beginning_of(const std::string& key)
{
    return fmt::format("{{\"key\":{},", json::serialize(json::string{key}));
}

std::string line_of(const Facts& facts, const std::string& text)
{
    const auto or_null = [](const std::string& value) {
        return value.empty() ? json::value(nullptr) : json::value(value);
    };
    const std::string rest = json::serialize(json::object{
        {"kind", facts.kind},
        {"mode", facts.mode},
        {"warning", or_null(facts.warning)},
        {"revision", facts.revision > 0 ? json::value(facts.revision) : json::value(nullptr)},
        {"level", or_null(facts.level)},
        {"area", or_null(facts.area)},
        {"priority", facts.priority},
        {"message", text},
    });
    return beginning_of(facts.key) + rest.substr(1) + "\n";
}

/// Whether a line begins so. `ends_whole`: the last line has its end; a crash may have left a part.
struct Seen {
    bool there = false;
    bool ends_whole = true;
    bool readable = true;
};
Seen look_for(int file, std::string_view beginning)
{
    Seen out;
    std::string line; // the first bytes of it, as many as are compared
    std::array<char, 64 * 1024> chunk{};
    for (off_t at = 0;;) {
        const auto got = ::pread(file, chunk.data(), chunk.size(), at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) out.readable = false;
        if (got <= 0) return out;
        at += got;
        for (const char c : std::string_view{chunk.data(), static_cast<std::size_t>(got)}) {
            out.ends_whole = c == '\n';
            if (c == '\n') {
                // A part without an end was never said to be written.
                out.there = out.there || line == beginning;
                line.clear();
            } else if (line.size() < beginning.size()) {
                line += c;
            }
        }
    }
}

Receipt into_file(const std::string& path, const Facts& facts, const std::string& text)
{
    const auto trouble = [&](const char* what) {
        return Receipt{SendState::retry, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno))};
    };
    const int file = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    if (file < 0) return trouble("open");
    struct Closing {
        int file;
        ~Closing() { ::close(file); } // and with it the lock
    } closing{file};
    struct stat before {};
    if (::flock(file, LOCK_EX) != 0 || ::fstat(file, &before) != 0) return trouble("lock");
    if (!S_ISREG(before.st_mode)) return {SendState::failed, fmt::format("{} is no ordinary file", path)};
    const Seen seen = look_for(file, beginning_of(facts.key));
    if (!seen.readable) return trouble("read");
    if (!seen.there) {
        const std::string line = (seen.ends_whole ? "" : "\n") + line_of(facts, text);
        const auto written = ::write(file, line.data(), line.size());
        if (written != static_cast<ssize_t>(line.size())) {
            if (written >= 0) errno = ENOSPC;
            const Receipt why = trouble("write");
            static_cast<void>(::ftruncate(file, before.st_size) == 0); // a part is passed over, when even that fails
            return why;
        }
    }
    if (::fsync(file) != 0) return trouble("sync");
    return {SendState::accepted, seen.there ? fmt::format("in {} already", path) : fmt::format("in {}", path)};
}

template <Mode mode>
class JournalChannel : public ChannelOf<mode> {
public:
    JournalChannel(JournalSettings settings, ChannelContext context)
        : settings_(std::move(settings)), disk_(std::move(context.executor))
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        disk_.run(
            [this, facts = facts_of(message), text = message.content.text] {
                return settings_.file.empty() ? into_journal(settings_.socket, facts, text)
                                              : into_file(settings_.file, facts, text);
            },
            std::move(done));
    }

    bool drops_repeats() const override { return !settings_.file.empty(); }

private:
    const JournalSettings settings_;
    DiskThread disk_;
};

} // namespace

extern const ChannelInfo journal_channel;
const ChannelInfo journal_channel = {
    "journal",
    "one line into systemd's journal, or into a file",
    "",
    R"([[channel]]
name = "journal"
kind = "journal"
# file = ""                 # absolute path: one JSON line a letter is appended there, and nothing goes to the journal; a line
                            # whose key is there is not written again. Rotate it as you like
# socket = "/run/systemd/journal/socket"  # of a journal namespace: /run/systemd/journal.NAME/socket
# expires_after_h = 12      # not sent any more when this old
# drill = false             # true: opened for drills only; AQID_MODE=drill, and never above priority 5
)",
    read_settings,
    open_channel<JournalChannel, JournalSettings, Mode::real>,
    open_channel<JournalChannel, JournalSettings, Mode::drill>,
    compose,
};

} // namespace aqi::notify
