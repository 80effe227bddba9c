#include "daemon/inbox.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aqi::daemon {
namespace {

constexpr std::size_t head_size = 8; // length and CRC
constexpr int flag_retained = 1;
constexpr int flag_cut = 2;
constexpr int flag_refused = 4;
constexpr std::size_t text_most = 2048; ///< of an origin, or of the reason for a refusal
constexpr std::size_t entry_max = drivers::frame_max + 8192;
constexpr auto retry_least = std::chrono::milliseconds{50};
constexpr auto retry_most = std::chrono::milliseconds{2'000};

std::string error_text(std::string_view what, const std::filesystem::path& path)
{
    return fmt::format("{} {}: {}", what, path.string(), std::strerror(errno));
}

template <class T>
void put(std::string& out, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i)
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
}

/// Reads little-endian numbers and counted bytes off the front of an entry.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}
    template <class T>
    T number()
    {
        AQI_CHECK(rest_.size() >= sizeof(T)); // the CRC says that we wrote it
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
        rest_.remove_prefix(sizeof(T));
        return static_cast<T>(value);
    }
    template <class Length>
    std::string text()
    {
        const auto length = static_cast<std::size_t>(number<Length>());
        AQI_CHECK(rest_.size() >= length);
        std::string out{rest_.substr(0, length)};
        rest_.remove_prefix(length);
        return out;
    }

private:
    std::string_view rest_;
};

std::uint32_t crc(std::string_view bytes)
{
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string encode(const drivers::Frame& frame)
{
    const auto bytes = frame.bytes.substr(0, drivers::frame_max);
    std::string entry;
    entry.reserve(head_size + 17 + frame.link.size() + frame.origin.size() + bytes.size());
    entry.append(head_size, '\0');
    put<std::int64_t>(entry, frame.received_at.ms);
    put<std::uint8_t>(entry, static_cast<std::uint8_t>((frame.retained ? flag_retained : 0) |
                                                       (frame.bytes.size() > bytes.size() ? flag_cut : 0) |
                                                       (frame.refused.empty() ? 0 : flag_refused)));
    put<std::uint16_t>(entry, static_cast<std::uint16_t>(std::min<std::size_t>(frame.link.size(), 0xffff)));
    entry += frame.link.substr(0, 0xffff);
    const auto origin = frame.origin.substr(0, text_most);
    put<std::uint16_t>(entry, static_cast<std::uint16_t>(origin.size()));
    entry += origin;
    put<std::uint32_t>(entry, static_cast<std::uint32_t>(bytes.size()));
    entry += bytes;
    if (const auto refused = frame.refused.substr(0, text_most); !refused.empty()) {
        put<std::uint16_t>(entry, static_cast<std::uint16_t>(refused.size()));
        entry += refused;
    }
    std::string head;
    put<std::uint32_t>(head, static_cast<std::uint32_t>(entry.size() - head_size));
    put<std::uint32_t>(head, crc(std::string_view{entry}.substr(head_size)));
    entry.replace(0, head_size, head);
    return entry;
}

/// The size of the whole entry at the front of `bytes`, 0 when it is cut off, or nothing when it is no entry.
std::optional<std::size_t> whole_entry(std::string_view bytes)
{
    if (bytes.size() < head_size) return 0;
    Reader head{bytes};
    const auto length = head.number<std::uint32_t>();
    const auto sum = head.number<std::uint32_t>();
    if (length < 17 || length > entry_max) return std::nullopt;
    if (bytes.size() < head_size + length) return 0;
    if (crc(bytes.substr(head_size, length)) != sum) return std::nullopt;
    return head_size + length;
}

/// Where the next whole entry begins after damage: where the damaged one says it ends, else looking byte by byte; the size
/// if there is none.
std::size_t find_entry(std::string_view bytes)
{
    if (bytes.size() >= head_size) {
        const std::uint64_t stated = head_size + Reader{bytes}.number<std::uint32_t>();
        if (stated < bytes.size() && whole_entry(bytes.substr(stated)).value_or(0) > 0) return stated;
    }
    for (std::size_t at = 1; at + head_size < bytes.size(); ++at)
        if (whole_entry(bytes.substr(at)).value_or(0) > 0) return at;
    return bytes.size();
}

/// Where the last whole entry ends, stepping over damage in between.
std::size_t last_whole_end(std::string_view bytes)
{
    std::size_t end = 0, at = 0;
    while (at < bytes.size()) {
        if (const auto size = whole_entry(bytes.substr(at)).value_or(0); size > 0)
            end = at += size;
        else
            at += find_entry(bytes.substr(at));
    }
    return end;
}

InboxEntry decode(std::string_view entry, InboxPosition end)
{
    Reader reader{entry.substr(head_size)};
    InboxEntry out;
    out.received_at.ms = reader.number<std::int64_t>();
    const auto flags = reader.number<std::uint8_t>();
    out.retained = (flags & flag_retained) != 0;
    out.cut = (flags & flag_cut) != 0;
    out.link = reader.text<std::uint16_t>();
    out.origin = reader.text<std::uint16_t>();
    out.bytes = reader.text<std::uint32_t>();
    if ((flags & flag_refused) != 0) out.refused = reader.text<std::uint16_t>();
    out.end = end;
    return out;
}

/// Never 0.
std::int64_t steady_ms()
{
    return 1 +
           std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
               .count();
}

/// Up to `most` bytes of a file from `offset`, into `out`.
Outcome<void> read_file(const std::filesystem::path& path, std::uint64_t offset, std::size_t most, std::string& out)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Trouble{error_text("cannot open", path)};
    out.assign(most, '\0');
    std::size_t got = 0;
    while (got < most) {
        const ssize_t n = ::pread(file, out.data() + got, most - got, static_cast<off_t>(offset + got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const Trouble trouble{error_text("cannot read", path)};
            ::close(file);
            return trouble;
        }
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
    }
    ::close(file);
    out.resize(got);
    return {};
}

std::filesystem::path segment_path(const std::filesystem::path& folder, InboxPosition begin)
{
    return folder / fmt::format("{:020}.inbox", begin);
}

} // namespace

InboxLog::InboxLog(std::filesystem::path folder, Durability durability, InboxPosition consumed,
                   std::uint64_t segment_size)
    : folder_(std::move(folder)), durability_(durability), segment_size_(segment_size)
{
    std::filesystem::create_directories(folder_);
    for (const auto& file : std::filesystem::directory_iterator{folder_}) {
        const std::string stem = file.path().stem().string();
        if (file.path().extension() != ".inbox" || stem.size() != 20 ||
            stem.find_first_not_of("0123456789") != std::string::npos)
            continue;
        segments_.push_back({std::stoull(stem), file.path()});
    }
    std::sort(segments_.begin(), segments_.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });

    // The end is after the last whole entry of the last segment. What follows was cut off by a crash before anybody was
    // told about it.
    InboxPosition end = consumed;
    if (!segments_.empty()) {
        const Segment& last = segments_.back();
        const auto size = std::filesystem::file_size(last.path);
        std::string bytes;
        if (const auto done = read_file(last.path, 0, size, bytes); !done) throw std::runtime_error(done.error().what);
        const std::size_t whole = last_whole_end(bytes);
        torn_bytes_ = bytes.size() - whole;
        end = std::max(consumed, last.begin + whole);
    }
    end_.store(end, std::memory_order_release);
    // Always a fresh segment: nothing is ever written behind a tail somebody else left.
    if (const auto opened = open_segment(end); !opened) throw std::runtime_error(opened.error().what);
}

InboxLog::~InboxLog() { close_segment(); }

void InboxLog::close_segment()
{
    if (file_ >= 0) ::close(file_);
    file_ = -1;
}

Outcome<void> InboxLog::open_segment(InboxPosition begin)
{
    close_segment();
    const auto path = segment_path(folder_, begin);
    file_ = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (file_ < 0) return Trouble{error_text("cannot create", path)};
    if (durability_ == Durability::power) { // the file's name must survive too
        const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const bool synced = folder >= 0 && ::fsync(folder) == 0;
        if (folder >= 0) ::close(folder);
        if (!synced) {
            const Trouble trouble{error_text("cannot sync", folder_)};
            close_segment();
            return trouble;
        }
    }
    const std::lock_guard lock{mutex_};
    if (segments_.empty() || segments_.back().begin != begin) segments_.push_back({begin, path});
    current_ = segments_.back();
    broken_ = false;
    return {};
}

Outcome<void> InboxLog::try_append(const std::string& entries)
{
    const InboxPosition end = end_.load(std::memory_order_relaxed);
    if (broken_ || file_ < 0 || end - current_.begin >= segment_size_)
        if (const auto opened = open_segment(end); !opened) return opened.error();
    const auto offset = static_cast<off_t>(end - current_.begin);
    std::size_t written = 0;
    while (written < entries.size()) {
        const ssize_t n =
            ::pwrite(file_, entries.data() + written, entries.size() - written, offset + static_cast<off_t>(written));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            broken_ = written > 0; // half an entry: its bytes are overwritten or left behind the next segment's name
            const Trouble trouble{error_text("cannot write", current_.path)};
            return trouble;
        }
        written += static_cast<std::size_t>(n);
    }
    // After a failed sync the kernel may have dropped the page and call the next one good; so the entry is written
    // again, into another file.
    if (durability_ == Durability::power && ::fdatasync(file_) != 0) {
        broken_ = true;
        return Trouble{error_text("cannot sync", current_.path)};
    }
    end_.store(end + entries.size(), std::memory_order_release);
    return {};
}

bool InboxLog::append(std::span<const drivers::Frame> frames)
{
    const std::int64_t began_ms = steady_ms();
    Waiting own;
    for (const auto& frame : frames) own.bytes += encode(frame);
    std::unique_lock lock{queue_mutex_};
    queue_.push_back(&own);
    queue_changed_.wait(lock, [&] { return own.done || !writing_; });
    if (own.done) {
        durable_after_.add(steady_ms() - began_ms);
        return own.kept;
    }
    // Nobody writes: this thread does, for all that wait.
    writing_ = true;
    std::vector<Waiting*> together = std::exchange(queue_, {});
    lock.unlock();
    const bool alone = together.size() == 1;
    std::string entries;
    if (!alone)
        for (const auto* waiting : together) entries += waiting->bytes;
    const bool kept = write_through(alone ? own.bytes : entries);
    lock.lock();
    for (auto* waiting : together) {
        waiting->done = true;
        waiting->kept = kept;
    }
    writing_ = false;
    durable_after_.add(steady_ms() - began_ms);
    queue_changed_.notify_all();
    lock.unlock();
    if (kept && notify_) notify_();
    return kept;
}

/// Until it is done, or the daemon stops.
bool InboxLog::write_through(const std::string& entries)
{
    auto pause = retry_least;
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        lock.unlock();
        append_began_ms_.store(steady_ms(), std::memory_order_release);
        const auto done = try_append(entries);
        append_began_ms_.store(0, std::memory_order_release);
        if (done) {
            const bool was_held = !flowing_.exchange(true, std::memory_order_acq_rel);
            if (was_held && trouble_) trouble_({});
            return true;
        }
        // No acknowledgement without the bytes on disk: this thread waits, the sender keeps its copy.
        if (flowing_.exchange(false, std::memory_order_acq_rel) && trouble_) trouble_(done.error().what);
        lock.lock();
        stopped_.wait_for(lock, pause, [this] { return stopping_; });
        pause = std::min<std::chrono::milliseconds>(pause * 2, retry_most);
    }
    return false;
}

LagHistogram InboxLog::durable_after() const
{
    const std::lock_guard lock{queue_mutex_};
    return durable_after_;
}

std::chrono::milliseconds InboxLog::held_for() const
{
    const std::int64_t began = append_began_ms_.load(std::memory_order_acquire);
    return std::chrono::milliseconds{began == 0 ? 0 : steady_ms() - began};
}

void InboxLog::stop()
{
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    stopped_.notify_all();
}

Outcome<InboxBatch> InboxLog::read(InboxPosition position, std::size_t bytes_most) const
{
    InboxBatch out;
    const InboxPosition end = this->end();
    if (position >= end) return out;
    Segment segment;
    InboxPosition segment_end = end;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& s : segments_) {
            if (s.begin > position) {
                segment_end = std::min(end, s.begin);
                break;
            }
            segment = s;
        }
    }
    if (segment.path.empty()) {
        out.damaged_until = segment_end;
        out.damage = fmt::format("the inbox has no file for position {}", position);
        return out;
    }
    const auto most = std::min<std::uint64_t>(segment_end - position, std::max(bytes_most, entry_max + head_size));
    std::string bytes;
    if (const auto done = read_file(segment.path, position - segment.begin, most, bytes); !done) return done.error();
    std::string_view rest = bytes;
    while (position < segment_end) {
        const auto size = whole_entry(rest);
        if (size && *size == 0 && !out.entries.empty()) break; // the next read begins here
        if (!size || *size == 0) {
            if (const auto done = read_file(segment.path, position - segment.begin, segment_end - position, bytes);
                !done)
                return done.error();
            const auto next = find_entry(bytes);
            out.damaged_until = next < bytes.size() ? position + next : segment_end;
            out.damage = fmt::format("{} is damaged at byte {}", segment.path.string(), position - segment.begin);
            break;
        }
        position += *size;
        out.entries.push_back(decode(rest.substr(0, *size), position));
        rest.remove_prefix(*size);
    }
    return out;
}

void InboxLog::forget_before(InboxPosition consumed)
{
    const std::lock_guard lock{mutex_};
    while (segments_.size() > 1 && segments_[1].begin <= consumed) {
        std::error_code ignored; // a file that cannot be deleted now is found and deleted at the next start
        std::filesystem::remove(segments_.front().path, ignored);
        segments_.erase(segments_.begin());
    }
}

} // namespace aqi::daemon
