// drivers/forecast_folder: a folder into which a bureau's forecasts are dropped as files, as one row of the driver table.
//
// A file that has not changed for two seconds goes into the inbox; when it is durable there, it moves to taken/. One that cannot be
// read goes to refused/, with the reason beside it, for whoever dropped it to see; its bytes are kept like any bad frame.
//
// Knows: files, and that a file may still be written. Does not know: what a forecast leads to.
// Threads: one thread of its own looks, reads, appends and moves.
#include "drivers/driver.hpp"
#include "drivers/forecast_text.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>
#include <thread>

namespace aqi::drivers {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto still_for = std::chrono::seconds{2};
constexpr auto stop_patience = std::chrono::seconds{3};

struct FolderSettings {
    std::string path;
    std::string person;
    int look_every_s = 5;
};

std::any read_settings(const Settings& table)
{
    FolderSettings out;
    out.path = table.text("path");
    out.person = table.text("person");
    out.look_every_s = static_cast<int>(table.integer_or("look_every_s", 5, 1, 3'600));
    return out;
}

bool is_json(std::string_view name) { return name.ends_with(".json"); }
bool is_forecast(const fs::path& file) { return file.extension() == ".csv" || file.extension() == ".json"; }

Result<std::vector<Forecast>> parse(std::string_view name, std::string_view bytes, Instant received_at,
                                    UtcOffset offset)
{
    if (!is_json(name)) return parse_forecast_csv(bytes, received_at);
    auto one = parse_forecast_json(bytes, received_at, offset);
    if (!one) return one.error();
    return std::vector<Forecast>{std::move(*one)};
}

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    Decoded out;
    auto forecasts = parse(frame.origin, frame.bytes, frame.received_at, offset);
    if (!forecasts) {
        out.faults.push_back(forecasts.error());
        return out;
    }
    for (auto& forecast : *forecasts) {
        forecast.person = std::any_cast<const FolderSettings&>(settings).person;
        out.forecasts.push_back(std::move(forecast));
    }
    return out;
}

/// What the thread works with. It is shared with the thread: where stop() could not end it, it outlives the link.
class Watcher : public std::enable_shared_from_this<Watcher> {
public:
    Watcher(FolderSettings settings, LinkContext context) : settings_(std::move(settings)), context_(std::move(context))
    {}

    void run()
    {
        std::unique_lock lock{mutex_};
        while (!stopping_) {
            lock.unlock();
            look();
            lock.lock();
            wake_.wait_for(lock, std::chrono::seconds{settings_.look_every_s}, [this] { return stopping_; });
        }
        ended_.set_value();
    }
    void stop()
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        wake_.notify_all();
    }
    std::future<void> ended() { return ended_.get_future(); }

private:
    void look()
    {
        std::error_code error;
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator{settings_.path, error})
            if (entry.is_regular_file(error) && is_forecast(entry.path())) files.push_back(entry.path());
        if (error) return say(LinkState::down, fmt::format("{}: {}", settings_.path, error.message()));
        say(LinkState::up, fmt::format("watching {}, {} files taken", settings_.path, taken_));
        std::sort(files.begin(), files.end());
        for (const auto& file : files)
            if (is_still(file) && !take(file)) return;
    }

    /// Whoever writes it has been done for a while, by the file's own time.
    static bool is_still(const fs::path& file)
    {
        std::error_code error;
        const auto written = fs::last_write_time(file, error);
        return !error && fs::file_time_type::clock::now() - written >= still_for;
    }

    /// False when the daemon is stopping.
    bool take(const fs::path& file)
    {
        std::string bytes;
        {
            std::ifstream in{file, std::ios::binary};
            std::string most(frame_max + 1, '\0');
            in.read(most.data(), static_cast<std::streamsize>(most.size()));
            bytes = most.substr(0, static_cast<std::size_t>(in.gcount()));
        }
        const std::string name = file.filename().string();
        Frame frame;
        frame.link = context_.name;
        frame.origin = name;
        frame.bytes = bytes;
        frame.received_at = context_.now();
        if (!context_.inbox->append(frame)) return false;
        std::string why;
        if (bytes.size() > frame_max)
            why = fmt::format("longer than {} bytes", frame_max);
        else if (const auto forecasts = parse(name, bytes, frame.received_at, context_.offset); !forecasts)
            why = forecasts.error().detail;
        put_away(file, why);
        return true;
    }

    /// Moved, so that it is not taken again; a second one of a name stands beside the first.
    void put_away(const fs::path& file, const std::string& why)
    {
        std::error_code error;
        const fs::path folder = fs::path{settings_.path} / (why.empty() ? "taken" : "refused");
        fs::create_directories(folder, error);
        fs::path to = folder / file.filename();
        for (int n = 2; fs::exists(to, error); ++n)
            to = folder / fmt::format("{}.{}{}", file.stem().string(), n, file.extension().string());
        fs::rename(file, to, error);
        if (error)
            return say(LinkState::down,
                       fmt::format("{} was taken and cannot be moved: {}", file.string(), error.message()));
        ++taken_;
        if (why.empty()) return;
        std::ofstream{to.string() + ".why"} << why << '\n';
        say(LinkState::up, fmt::format("{} refused: {}", file.filename().string(), why));
    }

    void say(LinkState state, std::string detail)
    {
        if (state == said_.state && detail == said_.detail) return;
        said_ = {state, detail};
        asio::post(context_.executor, [self = shared_from_this(), state, detail = std::move(detail)] {
            {
                const std::lock_guard lock{self->mutex_};
                if (self->stopping_) return;
            }
            self->context_.report({state, detail});
        });
    }

    const FolderSettings settings_;
    const LinkContext context_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::promise<void> ended_;
    // On the thread.
    LinkStatus said_;
    std::size_t taken_ = 0;
};

class FolderLink : public Link {
public:
    FolderLink(FolderSettings settings, LinkContext context)
        : watcher_(std::make_shared<Watcher>(std::move(settings), std::move(context)))
    {}
    ~FolderLink() override { stop(); }
    FolderLink(const FolderLink&) = delete;
    FolderLink& operator=(const FolderLink&) = delete;

    void start() override
    {
        ended_ = watcher_->ended();
        thread_ = std::thread{[watcher = watcher_] { watcher->run(); }};
    }

    bool stop() override
    {
        watcher_->stop();
        if (!thread_.joinable()) return whole_;
        if (ended_.wait_for(stop_patience) == std::future_status::ready) {
            thread_.join();
            return whole_;
        }
        thread_.detach(); // held in append() by a disk; the process is about to end
        whole_ = false;
        return whole_;
    }

private:
    std::shared_ptr<Watcher> watcher_;
    std::future<void> ended_;
    std::thread thread_;
    bool whole_ = true;
};

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return std::make_unique<FolderLink>(std::any_cast<const FolderSettings&>(settings), std::move(context));
}

std::vector<std::string> holds(const std::any& settings)
{
    return {fmt::format("folder \"{}\"", std::any_cast<const FolderSettings&>(settings).path)};
}

std::vector<std::string> people(const std::any& settings)
{
    return {std::any_cast<const FolderSettings&>(settings).person};
}

} // namespace

extern const DriverInfo forecast_folder_driver;
const DriverInfo forecast_folder_driver = {
    "forecast-folder",
    "a bureau's forecasts as .csv or .json files dropped into a folder",
    R"(# Forecasts of one bureau as files: .json as over MQTT, or .csv with the columns area, issued_at, date, aqi (180-220) and perhaps
# primary, weather, dust, pm2_5_ug_m3 and the like. Taken files move to taken/, others to refused/ with the reason beside them.
[[link]]
name = "met-folder"
driver = "forecast-folder"
path = "/var/lib/aqid/forecasts"
person = "qxj-li"                  # whose forecasts they are; needs may = ["forecast"]
# look_every_s = 5
)",
    read_settings,
    decode,
    open,
    nullptr,
    holds,
    people,
};

} // namespace aqi::drivers
