#include "daemon/web/rates.hpp"

#include <algorithm>

namespace aqi::daemon::web {

void Rates::forget_full(Instant now)
{
    std::erase_if(buckets_, [&](const auto& each) {
        const auto& bucket = each.second;
        return bucket.left + static_cast<double>(now.ms - bucket.at.ms) / 1000 * per_second_ >= burst_;
    });
}

bool Rates::allow(std::string_view key, Instant now)
{
    auto found = buckets_.find(std::string{key});
    if (found == buckets_.end()) {
        if (buckets_.size() >= keys_most) forget_full(now);
        if (buckets_.size() >= keys_most) return false;
        found = buckets_.emplace(std::string{key}, Bucket{burst_, now}).first;
    }
    Bucket& bucket = found->second;
    // A clock that was set back fills nothing.
    const double seconds = static_cast<double>(std::max<std::int64_t>(0, now.ms - bucket.at.ms)) / 1000;
    bucket.left = std::min(burst_, bucket.left + seconds * per_second_);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
}

std::chrono::milliseconds Backoff::pause_after(int failures)
{
    if (failures < free_tries) return {};
    const int doubled = std::min(failures - free_tries, 20);
    return std::min(longest, std::chrono::milliseconds{1000} * (1 << doubled));
}

std::chrono::milliseconds Backoff::wait(std::string_view key, Instant now) const
{
    const auto found = failures_.find(std::string{key});
    if (found == failures_.end()) return {};
    const auto pause = pause_after(found->second.count);
    // A clock that was set back locks nobody for longer than the pause itself.
    const std::chrono::milliseconds since{std::max<std::int64_t>(0, now.ms - found->second.last.ms)};
    return since >= pause ? std::chrono::milliseconds{} : pause - since;
}

void Backoff::begin(std::string_view key, Instant now)
{
    const auto is_quiet = [&](const Failures& f) { return now.ms - f.last.ms >= forgotten_after.count(); };
    if (failures_.size() >= keys_most)
        std::erase_if(failures_, [&](const auto& each) { return is_quiet(each.second); });
    // A flood of names: the ones with the fewest failures make room, the locked ones stay.
    if (failures_.size() >= keys_most)
        std::erase_if(failures_, [](const auto& each) { return each.second.count < free_tries; });
    Failures& failures = failures_[std::string{key}];
    if (is_quiet(failures)) failures.count = 0;
    failures.last = now;
    ++failures.count;
}

void Backoff::forgive(std::string_view key)
{
    const auto found = failures_.find(std::string{key});
    if (found != failures_.end() && --found->second.count <= 0) failures_.erase(found);
}

} // namespace aqi::daemon::web
