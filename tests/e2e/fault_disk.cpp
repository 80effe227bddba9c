// tests/e2e/fault_disk: preloaded into a daemon, it makes the disk slow or broken for some files when a test says so.
//
// The file named by AQID_FAULT_FILE holds one rule a line: CALL PART ERRNO DELAY_MS, e.g. "fdatasync .inbox 5 2500":
// fdatasync of a file whose path contains ".inbox" takes 2.5 s and then fails with EIO; ERRNO 0 only delays. A test
// replaces the file by rename, and the next call sees it. Calls: pwrite, pread, fdatasync, fsync.
//
// This is what a full, a dying and a hung disk look like, without root and without luck.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

struct Rule {
    std::array<char, 16> call{};
    std::array<char, 64> part{};
    int error = 0;
    int delay_ms = 0;
};

std::mutex guard;
std::array<Rule, 8> rules;
std::size_t count = 0;
ino_t seen = 0;
timespec seen_at{};

void read_rules()
{
    const char* file = std::getenv("AQID_FAULT_FILE");
    struct stat now {};
    if (file == nullptr || ::stat(file, &now) != 0) {
        count = 0;
        seen = 0;
        return;
    }
    if (now.st_ino == seen && now.st_mtim.tv_sec == seen_at.tv_sec && now.st_mtim.tv_nsec == seen_at.tv_nsec) return;
    seen = now.st_ino;
    seen_at = now.st_mtim;
    count = 0;
    std::FILE* in = std::fopen(file, "re");
    if (in == nullptr) return;
    Rule rule;
    while (count < rules.size() &&
           std::fscanf(in, "%15s %63s %d %d", rule.call.data(), rule.part.data(), &rule.error, &rule.delay_ms) == 4)
        rules[count++] = rule;
    std::fclose(in);
}

/// The errno this call must fail with, or 0 to let it through; the delay is over when it returns.
int fault(const char* call, int file)
{
    Rule found;
    {
        const std::lock_guard lock{guard};
        read_rules();
        if (count == 0) return 0;
        std::array<char, 64> link{};
        std::array<char, 4096> path{};
        std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", file);
        if (::readlink(link.data(), path.data(), path.size() - 1) < 0) return 0;
        bool any = false;
        for (std::size_t i = 0; i < count && !any; ++i) {
            if (std::strcmp(rules[i].call.data(), call) != 0 ||
                std::strstr(path.data(), rules[i].part.data()) == nullptr)
                continue;
            found = rules[i];
            any = true;
        }
        if (!any) return 0;
    }
    if (found.delay_ms > 0) {
        const timespec pause{found.delay_ms / 1000, (found.delay_ms % 1000) * 1'000'000L};
        ::nanosleep(&pause, nullptr);
    }
    return found.error;
}

template <class Function>
Function* real(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

ssize_t pwrite(int file, const void* data, size_t size, off_t offset)
{
    static auto* const next = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    if (const int error = fault("pwrite", file); error != 0) return errno = error, -1;
    return next(file, data, size, offset);
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset)
{
    static auto* const next = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    if (const int error = fault("pwrite", file); error != 0) return errno = error, -1;
    return next(file, data, size, offset);
}

ssize_t pread(int file, void* data, size_t size, off_t offset)
{
    static auto* const next = real<ssize_t(int, void*, size_t, off_t)>("pread");
    if (const int error = fault("pread", file); error != 0) return errno = error, -1;
    return next(file, data, size, offset);
}

ssize_t pread64(int file, void* data, size_t size, off64_t offset)
{
    static auto* const next = real<ssize_t(int, void*, size_t, off64_t)>("pread64");
    if (const int error = fault("pread", file); error != 0) return errno = error, -1;
    return next(file, data, size, offset);
}

int fdatasync(int file)
{
    static auto* const next = real<int(int)>("fdatasync");
    if (const int error = fault("fdatasync", file); error != 0) return errno = error, -1;
    return next(file);
}

int fsync(int file)
{
    static auto* const next = real<int(int)>("fsync");
    if (const int error = fault("fsync", file); error != 0) return errno = error, -1;
    return next(file);
}

} // extern "C"
