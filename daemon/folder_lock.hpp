// daemon/folder_lock: one daemon a data folder. Two would acknowledge into the same inbox and lose each other's readings.
#pragma once

#include <filesystem>

namespace aqi::daemon {

class FolderLock {
public:
    /// Creates the folder if need be. Throws std::runtime_error with its path if another process holds it: a bad start.
    /// The kernel gives the lock back when the process ends, however it ends.
    explicit FolderLock(const std::filesystem::path& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_ = -1;
};

} // namespace aqi::daemon
