#include "daemon/notify/drop_folder.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aqi::notify {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// Closes with its scope; -1: not open, errno says why.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    ~Descriptor()
    {
        if (value_ >= 0) ::close(value_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return value_; }

private:
    int value_;
};

std::string trouble(std::string_view what, const fs::path& file)
{
    // The service sees all but its own folders read-only; whoever meets this has forgotten to name the folder there.
    return fmt::format("cannot {} {}: {}{}", what, file.string(), std::strerror(errno),
                       errno == EROFS ? "; is it in ReadWritePaths= of the service?" : "");
}

bool write_all(int file, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::string read_folder(const Settings& table, std::string_view key)
{
    const std::string out = table.text(key);
    if (!out.starts_with('/')) table.fail(key, fmt::format("\"{}\" must be an absolute path", out));
    return out;
}

/// As far as the path is there, without links; else as it is written.
fs::path resolved(const fs::path& path)
{
    std::error_code error;
    fs::path out = fs::weakly_canonical(path, error);
    if (error) out = path;
    out = out.lexically_normal();
    return out.has_filename() ? out : out.parent_path();
}

bool lies_in(const fs::path& inner, const fs::path& outer)
{
    const fs::path within = resolved(inner), around = resolved(outer);
    return std::mismatch(around.begin(), around.end(), within.begin(), within.end()).first == around.end();
}

} // namespace

bool is_plain_name(std::string_view name)
{
    return !name.empty() && name.size() <= 200 && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == '_';
           });
}

fs::path read_drop_folder(const Settings& table, Mode mode)
{
    const fs::path folder = read_folder(table, "folder");
    if (mode == Mode::real) {
        if (table.has("drill_folder"))
            table.fail("drill_folder", "belongs to a channel with drill = true; this one is for real warnings");
        return folder;
    }
    if (!table.has("drill_folder"))
        table.fail("drill_folder", "\"drill_folder\" must be named: a drill does not go where the public looks");
    const fs::path drill = read_folder(table, "drill_folder");
    if (lies_in(drill, folder) || lies_in(folder, drill))
        table.fail("drill_folder", fmt::format("\"{}\" and \"{}\" must lie apart: a drill does not leave this machine",
                                               drill.string(), folder.string()));
    return drill;
}

std::string put_file(const fs::path& folder, const std::string& name, std::string_view bytes)
{
    const Descriptor place{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (place.get() < 0) return trouble("open the folder", folder);
    if (read_whole(folder / name, bytes.size()) != bytes) {
        const std::string beside = fmt::format(".{}.new", name);
        int error = 0;
        {
            const Descriptor file{
                ::openat(place.get(), beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644)};
            if (file.get() < 0) return trouble("make", folder / beside);
            // The mask of a service is narrower than what a web server needs.
            if (!write_all(file.get(), bytes) || ::fchmod(file.get(), 0644) != 0 || ::fsync(file.get()) != 0)
                error = errno;
        }
        if (error == 0 && ::renameat(place.get(), beside.c_str(), place.get(), name.c_str()) != 0) error = errno;
        if (error != 0) {
            ::unlinkat(place.get(), beside.c_str(), 0);
            errno = error;
            return trouble("write", folder / name);
        }
    }
    if (::fsync(place.get()) != 0) return trouble("sync the folder", folder);
    return {};
}

std::string remove_file(const fs::path& folder, const std::string& name)
{
    if (::unlink((folder / name).c_str()) == 0 || errno == ENOENT) return {};
    return trouble("remove", folder / name);
}

std::optional<std::string> read_whole(const fs::path& path, std::size_t most_bytes)
{
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    struct stat facts {};
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    if (static_cast<std::uint64_t>(facts.st_size) > most_bytes) return std::nullopt;
    std::string out(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t have = 0;
    while (have < out.size()) {
        const auto got = ::read(file.get(), out.data() + have, out.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        have += static_cast<std::size_t>(got);
    }
    return out;
}

std::vector<std::string> files_ending(const fs::path& folder, std::string_view ending)
{
    std::vector<std::string> out;
    std::error_code error;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        struct stat facts {};
        if (!name.ends_with(ending) || !is_plain_name(name)) continue;
        if (::lstat(at->path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

struct DiskThread::Parts : std::enable_shared_from_this<DiskThread::Parts> {
    explicit Parts(asio::any_io_executor executor) : loop(std::move(executor)), timer(loop) {}

    void again(std::chrono::seconds every, const std::function<void()>& work)
    {
        asio::post(thread, work);
        timer.expires_after(every);
        timer.async_wait([weak = weak_from_this(), every, work](boost::system::error_code ec) {
            const auto self = weak.lock();
            if (!ec && self && !self->ended) self->again(every, work);
        });
    }

    asio::any_io_executor loop;
    asio::steady_timer timer;
    bool ended = false;
    asio::thread_pool thread{1};
};

DiskThread::DiskThread(asio::any_io_executor loop) : parts_(std::make_shared<Parts>(std::move(loop))) {}

DiskThread::~DiskThread()
{
    parts_->ended = true;
    parts_->timer.cancel();
    parts_->thread.join();
}

void DiskThread::run(std::function<Receipt()> work, std::function<void(Receipt)> done)
{
    auto loop = asio::prefer(parts_->loop, asio::execution::outstanding_work.tracked);
    asio::post(parts_->thread, [work = std::move(work), done = std::move(done), loop = std::move(loop)]() mutable {
        // Nothing past this line runs here.
        asio::post(loop, [done = std::move(done), receipt = work()] { done(receipt); });
    });
}

void DiskThread::repeat(std::chrono::seconds every, std::function<void()> work) { parts_->again(every, work); }

} // namespace aqi::notify
