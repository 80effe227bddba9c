// daemon/notify/drop_folder: files left in a folder for a program of another house to fetch: a web server, a TV crawler.
//
// Whoever looks sees a whole file or none: it is written beside its name, synced, and renamed. The folder must be there: aqid makes
// none, so that a share that is not mounted is noticed and not written under.
//
// Knows: files. Does not know: what is in them.
#pragma once

#include "daemon/notify/channel.hpp"

#include <vector>

namespace aqi::notify {

/// Letters, digits, '.', '-' and '_', not beginning with '.': a name that stays within its folder and needs no escape in a link.
bool is_plain_name(std::string_view name);

/// The folder of a stanza. A real channel reads `folder`. A drill's reads both: `folder`, which the public sees, and
/// `drill_folder`, where it writes; that must be named, and may not be or lie in the other. Throws SettingError.
std::filesystem::path read_drop_folder(const Settings& table, Mode mode);

/// Replaces or makes the file, durably; one that holds these bytes already is left alone, its time with it. Readable to all.
/// Why it could not be, in words; empty: done.
std::string put_file(const std::filesystem::path& folder, const std::string& name, std::string_view bytes);
/// Empty also when it was not there.
std::string remove_file(const std::filesystem::path& folder, const std::string& name);
/// Nothing when it is no ordinary file, cannot be read or is longer.
std::optional<std::string> read_whole(const std::filesystem::path& file, std::size_t most_bytes);

/// Names of the ordinary files that end so, in their order; none when the folder cannot be read.
std::vector<std::string> files_ending(const std::filesystem::path& folder, std::string_view ending);

/// One thread for the disk: a share that hangs must not hold the loop. Owned by the loop; declared last in its owner, for its end
/// waits for what was begun.
class DiskThread {
public:
    explicit DiskThread(boost::asio::any_io_executor loop);
    ~DiskThread();
    DiskThread(const DiskThread&) = delete;
    DiskThread& operator=(const DiskThread&) = delete;
    /// `work` on the thread, one after the other; then `done` on the loop.
    void run(std::function<Receipt()> work, std::function<void(Receipt)> done);
    /// `work` on the thread, now and again after each `every`. Once.
    void repeat(std::chrono::seconds every, std::function<void()> work);

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

} // namespace aqi::notify
