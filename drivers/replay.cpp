// drivers/replay: plays what was recorded, or a published archive, as if it came now. One row of the driver table.
//
// The frames go through the inbox like any link's, and are decoded by the driver that would have decoded them then
// ([link.as]), or as rows of an archive. What happened at a station a year ago can be watched again, with the real rules,
// the real page and no station.
//
// Knows: files, pace, and which of an archive's columns are a reading.
// Does not know: what a frame of another driver says.
// Threads: one thread of its own reads, waits and appends; nothing else touches the files.
#include "drivers/archive.hpp"
#include "drivers/driver.hpp"
#include "drivers/replay_text.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

namespace aqi::drivers {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::string_view own_name = "replay";
constexpr std::uintmax_t file_max = 256U * 1024 * 1024; ///< a file is read whole
constexpr auto stop_patience = std::chrono::seconds{3};
constexpr std::int64_t speed_most = 1'000'000;

struct ReplaySettings {
    std::string path;
    std::int64_t speed = 0; ///< so many times as fast as it happened; 0: without waiting
    const DriverInfo* as = nullptr;
    std::any as_settings;
    // Of archives.
    Report of = Report::hour;
    std::string station;
    std::map<std::string, std::string> stations;
    bool zero_is_missing = false;
    std::optional<std::int64_t> co_unit_ng;
};

void read_as(const Settings& table, ReplaySettings& out)
{
    const std::string name = table.text("driver");
    out.as = driver_named(name);
    if (out.as == nullptr || name == own_name) {
        std::vector<std::string> known;
        for (const auto& driver : all_drivers())
            if (driver.name != own_name) known.emplace_back(driver.name);
        table.fail_unknown("driver", name, known);
    }
    out.as_settings = out.as->settings(table);
    table.done();
}

std::any read_settings(const Settings& table)
{
    ReplaySettings out;
    out.path = table.text("path");
    if (table.holds_text("speed") || !table.has("speed"))
        out.speed = table.choice_or<std::int64_t>("speed", 0, {{"fast", 0}, {"real", 1}});
    else
        out.speed = table.integer("speed", 1, speed_most);
    if (const auto as = table.table_if("as")) {
        read_as(*as, out);
        return out; // the keys of archives are then nobody's, and done() says so
    }
    out.of = table.choice_or<Report>("period", Report::hour, {{"hour", Report::hour}, {"day", Report::day}});
    out.station = table.text_or("station", "");
    if (const auto stations = table.table_if("stations"))
        for (const auto& place : stations->keys()) out.stations.emplace(place, stations->text(place));
    if (!out.station.empty() && !out.stations.empty())
        table.fail("station", "either \"station\" for every row or [link.stations] by the row's place");
    out.zero_is_missing = table.flag_or("zero_is_missing", false);
    if (table.has("co_unit"))
        out.co_unit_ng = table.choice<std::int64_t>("co_unit", {{"mg/m3", 1'000'000}, {"ug/m3", 1'000}});
    return out;
}

/// Absent: a place that [link.stations] leaves out.
Result<std::optional<std::string>> station_of(const std::string& place, const ReplaySettings& own)
{
    if (!own.station.empty()) return std::optional{own.station};
    if (place.empty())
        return Fault{Reason::malformed, "the row names no place, and the link no \"station\" for all rows"};
    if (own.stations.empty()) return std::optional{place};
    const auto found = own.stations.find(place);
    if (found == own.stations.end()) return std::optional<std::string>{};
    return std::optional{found->second};
}

Decoded decode_row(std::string_view bytes, const ReplaySettings& own, UtcOffset offset)
{
    Decoded out;
    const auto refuse = [&](const Fault& fault) {
        out.faults.push_back(fault);
        return std::move(out);
    };
    const auto file = parse_csv(bytes);
    if (!file) return refuse(file.error());
    if (file->rows.size() != 1)
        return refuse({Reason::malformed, fmt::format("a header and {} rows; one was expected", file->rows.size())});
    const CsvRow& row = file->rows.front();
    const auto columns = ArchiveColumns::find(file->header, {own.of, own.zero_is_missing, own.co_unit_ng, offset});
    if (!columns) return refuse(columns.error());
    const auto period = columns->period(row);
    if (!period) return refuse(period.error());
    const auto station = station_of(columns->place(row), own);
    if (!station) return refuse(station.error());
    if (!station->has_value()) {
        out.counted.emplace_back("replay_other_places");
        return out;
    }
    const auto values = columns->values(row);
    if (!values) return refuse(values.error());
    Reading reading;
    reading.station = **station;
    reading.period = own.of == Report::hour ? Period::hour : Period::day;
    reading.hour = *period;
    constexpr Item hours[] = {Item::so2_1h, Item::no2_1h, Item::pm10_1h, Item::co_1h, Item::o3_1h, Item::pm2_5_1h};
    constexpr Item days[] = {Item::so2_24h, Item::no2_24h, Item::pm10_24h, Item::co_24h, Item::o3_8h, Item::pm2_5_24h};
    bool any = false;
    for (const Item item : own.of == Report::hour ? hours : days) {
        if (!columns->has(item)) continue;
        any = true;
        const auto& value = (*values)[index_of(item)];
        reading.values[pollutant_of(item)] = {true, value, value ? Flag::normal : Flag::communication};
    }
    if (!any)
        return refuse(
            {Reason::malformed, own.of == Report::hour ? "no column is an hourly mean" : "no column is a daily value"});
    out.readings.push_back(std::move(reading));
    return out;
}

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    const auto& own = std::any_cast<const ReplaySettings&>(settings);
    return own.as != nullptr ? own.as->decode(frame, own.as_settings, offset) : decode_row(frame.bytes, own, offset);
}

/// The files of a path, by name: itself, or those of a folder that can be played.
std::vector<fs::path> files_of(const fs::path& path, bool archives)
{
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator{path})
        if (entry.path().extension() == (archives ? ".csv" : ".frames")) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

std::string text_of(const fs::path& file)
{
    if (fs::file_size(file) > file_max)
        throw std::runtime_error(fmt::format("{}: longer than {} bytes", file.string(), file_max));
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    if (!in || !text) throw std::runtime_error(fmt::format("{}: it cannot be read", file.string()));
    return std::move(text).str();
}

/// What the thread works with. It is shared with the thread: where stop() could not end it, it outlives the link.
class Player : public std::enable_shared_from_this<Player> {
public:
    Player(ReplaySettings settings, LinkContext context) : settings_(std::move(settings)), context_(std::move(context))
    {}

    void run()
    {
        try {
            play();
        } catch (const std::exception& error) { // a file that is not there, or no more memory
            say(LinkState::down, error.what());
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
    void play()
    {
        const bool archives = settings_.as == nullptr;
        const auto files = files_of(settings_.path, archives);
        if (files.empty())
            return say(LinkState::down,
                       fmt::format("{}: there is no {} file in it", settings_.path, archives ? ".csv" : ".frames"));
        for (const auto& file : files) {
            const std::string text = text_of(file);
            const std::string name = file.filename().string();
            auto recorded = archives ? read_rows(text, name, context_.offset) : Result<Recorded>{read_frames(text)};
            if (!recorded) return say(LinkState::down, fmt::format("{}: {}", name, recorded.error().detail));
            left_out_ += recorded->left_out;
            if (trouble_.empty() && !recorded->faults.empty())
                trouble_ = fmt::format("{}, {}", name, recorded->faults.front().detail);
            say(LinkState::up, fmt::format("playing {} frames of {}", recorded->frames.size(), name));
            if (!play(recorded->frames)) return;
        }
        say(LinkState::up,
            fmt::format("played {} frames of {} files to the end{}", played_, files.size(),
                        left_out_ == 0 ? std::string{}
                                       : fmt::format("; {} lines left out, the first: {}", left_out_, trouble_)));
    }

    /// False when it was stopped.
    bool play(const std::vector<PlayedFrame>& frames)
    {
        const auto began = std::chrono::steady_clock::now();
        for (const auto& recorded : frames) {
            if (!wait_until(began, recorded.offset_ms)) return false;
            Frame frame;
            frame.link = context_.name;
            frame.origin = recorded.origin;
            frame.bytes = recorded.bytes;
            frame.received_at = context_.now();
            if (!context_.inbox->append(frame)) return false;
            ++played_;
        }
        return true;
    }

    bool wait_until(std::chrono::steady_clock::time_point began, std::int64_t offset_ms)
    {
        std::unique_lock lock{mutex_};
        if (settings_.speed == 0) return !stopping_;
        // In microseconds: at a thousand times the speed, a millisecond is a second.
        const auto due = began + std::chrono::microseconds{offset_ms * 1'000 / settings_.speed};
        wake_.wait_until(lock, due, [this] { return stopping_; });
        return !stopping_;
    }

    void say(LinkState state, std::string detail)
    {
        asio::post(context_.executor, [self = shared_from_this(), state, detail = std::move(detail)] {
            {
                const std::lock_guard lock{self->mutex_};
                if (self->stopping_) return;
            }
            self->context_.report({state, detail});
        });
    }

    const ReplaySettings settings_;
    const LinkContext context_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::promise<void> ended_;
    // On the thread.
    std::size_t played_ = 0;
    std::size_t left_out_ = 0;
    std::string trouble_;
};

class ReplayLink : public Link {
public:
    ReplayLink(ReplaySettings settings, LinkContext context)
        : player_(std::make_shared<Player>(std::move(settings), std::move(context)))
    {}
    ~ReplayLink() override { stop(); }
    ReplayLink(const ReplayLink&) = delete;
    ReplayLink& operator=(const ReplayLink&) = delete;

    void start() override
    {
        ended_ = player_->ended();
        thread_ = std::thread{[player = player_] { player->run(); }};
    }

    bool stop() override
    {
        player_->stop();
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
    std::shared_ptr<Player> player_;
    std::future<void> ended_;
    std::thread thread_;
    bool whole_ = true;
};

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return std::make_unique<ReplayLink>(std::any_cast<const ReplaySettings&>(settings), std::move(context));
}

std::vector<std::string> stations(const std::any& settings)
{
    const auto& own = std::any_cast<const ReplaySettings&>(settings);
    if (own.as != nullptr && own.as->stations != nullptr) return own.as->stations(own.as_settings);
    std::set<std::string> out;
    if (!own.station.empty()) out.insert(own.station);
    for (const auto& row : own.stations) out.insert(row.second);
    return {out.begin(), out.end()};
}

} // namespace

extern const DriverInfo replay_driver;
const DriverInfo replay_driver = {
    own_name,
    "plays recorded frames of another driver, or a published archive, from files",
    R"(# Files in place of stations: a published archive (CSV), or frames that were recorded. For trying rules and showing the
# page; played again after every start, which changes nothing where the values are the same.
[[link]]
name = "replay"
driver = "replay"
path = "/var/lib/aqid/replay"      # a file, or a folder: its .csv files (with [link.as] its .frames), one after another
# speed = "fast"                   # without waiting; "real": as it happened; a number: so many times as fast, 3600 is an
                                   # hour a second
# period = "hour"                  # what the rows of the archive are: "hour" or "day"
# station = ""                     # of every row, where the archive names no place; default: the row's place
# zero_is_missing = false          # true for archives that write 0 for nothing
# co_unit = "mg/m3"                # or "ug/m3", where the column does not say
# [link.stations]                  # place of the archive = station of ours; other places are then left out
# "市监测站" = "A001"
# [link.as]                        # in place of an archive: frames of another driver, with every key it must have
# driver = "mqtt-json"             # a line of a .frames file is offset_ms, origin, bytes, with tabs between;
# uri = "tcp://127.0.0.1:1883"     # \t \n \r \\ \x1f are escaped. Nothing is connected to
# client_id = "aqid"
# topics = ["aqid/v1/+/hourly"]
)",
    read_settings,
    decode,
    open,
    stations,
};

} // namespace aqi::drivers
