#include "daemon/folder_lock.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace aqi::daemon {

FolderLock::FolderLock(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    const auto path = folder / "lock";
    file_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file_ < 0) throw std::runtime_error(fmt::format("{}: cannot open: {}", path.string(), std::strerror(errno)));
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    const int error = errno;
    ::close(file_);
    if (error == EWOULDBLOCK)
        throw std::runtime_error(fmt::format("{}: another aqid is at work in this folder", folder.string()));
    throw std::runtime_error(fmt::format("{}: cannot lock: {}", path.string(), std::strerror(error)));
}

FolderLock::~FolderLock() { ::close(file_); }

} // namespace aqi::daemon
