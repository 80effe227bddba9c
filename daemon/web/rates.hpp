// daemon/web/rates: how often somebody may ask, and how long somebody who guesses must wait.
//
// Knows: buckets and back-off, by any key. Does not know: what a key stands for, or what time it is. On the loop.
#pragma once

#include "libaqi/time.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace aqi::daemon::web {

/// A bucket for each key: `burst` at once, then so many a second. Keys beyond `keys_most` share the fate of the oldest: a full
/// bucket is forgotten first, and when none is full, a new key is refused.
class Rates {
public:
    static constexpr std::size_t keys_most = 20'000;

    Rates(double per_second, double burst) : per_second_(per_second), burst_(burst) {}
    bool allow(std::string_view key, Instant now);

private:
    struct Bucket {
        double left = 0;
        Instant at;
    };
    void forget_full(Instant now);

    double per_second_, burst_;
    std::unordered_map<std::string, Bucket> buckets_;
};

/// Five tries are free; each further failure doubles the wait, up to a quarter of an hour. What was quiet for an hour is forgotten.
class Backoff {
public:
    static constexpr int free_tries = 5;
    static constexpr std::chrono::milliseconds longest{15 * 60 * 1000};
    static constexpr std::chrono::milliseconds forgotten_after{60 * 60 * 1000};
    static constexpr std::size_t keys_most = 20'000;

    /// How long the key must wait yet; zero: it may try.
    std::chrono::milliseconds wait(std::string_view key, Instant now) const;
    /// A try counts as a failure when it begins, so that many at once are counted.
    void begin(std::string_view key, Instant now);
    /// This try was none. The others stay.
    void forgive(std::string_view key);
    /// Whoever stands behind the key has proved it.
    void succeeded(std::string_view key) { failures_.erase(std::string{key}); }

private:
    struct Failures {
        int count = 0;
        Instant last;
    };
    static std::chrono::milliseconds pause_after(int failures);
    std::unordered_map<std::string, Failures> failures_;
};

} // namespace aqi::daemon::web
