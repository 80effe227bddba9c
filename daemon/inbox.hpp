// daemon/inbox: the bytes as they came, durable before anybody is told we have them.
//
// An append-only log in segments of some megabytes, apart from the store; see DECISIONS 7 for why not a second database.
// A position is a count of bytes since the inbox's beginning; the store keeps the position up to which entries were
// consumed, in the same transaction as what became of them. After a crash reading goes on from there.
//
// Entry: length (u32), CRC-32 of the rest (u32), arrival in ms (i64), flags (u8), then link, origin and bytes, each with
// its length (u16, u16, u32), then, if the flags say so, why it was refused (u16). Little-endian. A torn tail fails its CRC and was never acknowledged to anybody: a write ends
// before the next begins, so only the last entries, of one write, can be torn. Anything else that is no entry is damage: it is reported and
// stepped over.
//
// While one thread waits for the disk, others queue up; the next write takes all of theirs at once, so that a burst costs
// a few waits and not one a frame.
//
// Knows: files, durability, what to do when the disk is full. Does not know: what the bytes mean.
// Threads: append(), flowing() and durable_after() from any thread; everything else on the loop.
#pragma once

#include "daemon/lag.hpp"
#include "daemon/ports.hpp"
#include "drivers/driver.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace aqi::daemon {

/// What survives what. process: a killed daemon loses nothing, a power cut may. power: neither does.
enum class Durability : std::uint8_t { process, power };

struct InboxEntry {
    std::string link;
    std::string origin;
    std::string bytes;
    Instant received_at;
    bool retained = false;
    bool cut = false;      ///< longer than frame_max; the first bytes are here
    InboxPosition end = 0; ///< consumed up to here once this entry is
    std::string refused{}; ///< by the link, and why; empty: it was not
};

/// What one read() brought.
struct InboxBatch {
    std::vector<InboxEntry> entries;
    /// Bytes that are no entry (a damaged file) reach up to here: the next entry, or the end of the segment.
    std::optional<InboxPosition> damaged_until;
    std::string damage;
};

class InboxLog : public drivers::Inbox {
public:
    static constexpr std::uint64_t segment_bytes = 16 * 1024 * 1024;

    /// Opens or creates the folder. `consumed` is where the store stands: entries before it are gone or will go.
    /// Throws std::runtime_error with the path: a bad start.
    InboxLog(std::filesystem::path folder, Durability durability, InboxPosition consumed,
             std::uint64_t segment_size = segment_bytes);
    ~InboxLog() override;
    InboxLog(const InboxLog&) = delete;
    InboxLog& operator=(const InboxLog&) = delete;

    /// Called after every append, on the appending thread; it may only post.
    void on_append(std::function<void()> notify) { notify_ = std::move(notify); }
    /// Called when appends begin to fail (with the words) and when they go through again (empty), on the appending thread.
    void on_trouble(std::function<void(std::string)> trouble) { trouble_ = std::move(trouble); }

    using drivers::Inbox::append;
    bool append(std::span<const drivers::Frame> frames) override;
    bool flowing() const override { return flowing_.load(std::memory_order_acquire); }
    /// From the call of append() to its end: what a sender waits for its acknowledgement.
    LagHistogram durable_after() const;
    /// How long the append that is on its way now has been on its way: a disk that hangs fails nothing and says nothing.
    std::chrono::milliseconds held_for() const;
    /// Releases threads held in append(); their frames were not kept.
    void stop();

    /// Entries from `position` on, of at most about `bytes_most` bytes; an empty batch at the end.
    Outcome<InboxBatch> read(InboxPosition position, std::size_t bytes_most) const;
    InboxPosition end() const { return end_.load(std::memory_order_acquire); }
    /// Deletes segments that lie wholly before `consumed`.
    void forget_before(InboxPosition consumed);
    /// Bytes at the end of the log that were no whole entry when it was opened: an append that a crash cut off.
    std::uint64_t torn_bytes() const { return torn_bytes_; }

private:
    struct Segment {
        InboxPosition begin = 0;
        std::filesystem::path path;
    };
    /// Entries of one append() that is waiting; on its caller's stack.
    struct Waiting {
        std::string bytes;
        bool done = false;
        bool kept = false;
    };
    bool write_through(const std::string& entries);
    Outcome<void> try_append(const std::string& entries);
    Outcome<void> open_segment(InboxPosition begin);
    void close_segment();

    const std::filesystem::path folder_;
    const Durability durability_;
    const std::uint64_t segment_size_;
    std::function<void()> notify_;
    std::function<void(std::string)> trouble_;

    mutable std::mutex queue_mutex_; // the next four
    LagHistogram durable_after_;
    std::condition_variable queue_changed_;
    std::vector<Waiting*> queue_;
    bool writing_ = false; ///< some thread writes, for all that waited when it began

    int file_ = -1; // of the thread that writes, from here on
    Segment current_;
    bool broken_ = false; ///< the current segment may hold half an entry, or a sync of it failed: begin another
    std::atomic<std::int64_t> append_began_ms_{0}; ///< by the steady clock; 0: none on its way

    mutable std::mutex mutex_; // what is below; held for moments, never while the disk works
    std::condition_variable stopped_;
    std::vector<Segment> segments_;
    bool stopping_ = false;
    std::atomic<InboxPosition> end_{0};
    std::atomic<bool> flowing_{true};
    std::uint64_t torn_bytes_ = 0;
};

} // namespace aqi::daemon
