// daemon/lag: how long what arrives waits until it is stored for good.
//
// Counted in classes no wider than a sixteenth of their value, so that a percentile is right to 7 % whatever came before,
// and months fit into four kilobytes.
//
// Knows: whole milliseconds. Does not know: whose they are. Belongs to one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace aqi::daemon {

class LagHistogram {
public:
    /// Below 0 (a clock was set back) counts as 0.
    void add(std::int64_t ms)
    {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0));
        ++classes_[class_of(value)];
        ++count_;
        most_ = std::max(most_, value);
    }
    std::uint64_t count() const { return count_; }
    std::uint64_t most_ms() const { return most_; }
    /// The value that `permille` of 1000 values do not exceed, rounded up to the end of its class; 0 of none.
    std::uint64_t permille_ms(std::uint64_t permille) const
    {
        const std::uint64_t wanted = (count_ * permille + 999) / 1000;
        std::uint64_t seen = 0;
        for (std::size_t c = 0; c < classes_.size(); ++c) {
            seen += classes_[c];
            if (seen >= wanted && seen > 0) return std::min(last_of(c), most_);
        }
        return most_;
    }

private:
    static constexpr unsigned fine_bits = 4; ///< classes in every power of two: 16
    static constexpr std::size_t fine = std::size_t{1} << fine_bits;
    static constexpr std::size_t powers = 28; ///< up to some weeks

    static std::size_t class_of(std::uint64_t value)
    {
        if (value < fine) return static_cast<std::size_t>(value);
        const auto power = static_cast<unsigned>(std::bit_width(value)) - fine_bits - 1;
        const auto at = power * fine + static_cast<std::size_t>(value >> power);
        return std::min(at, fine * powers - 1);
    }
    static std::uint64_t last_of(std::size_t at)
    {
        if (at < 2 * fine) return at;
        const std::size_t power = at / fine - 1;
        return ((std::uint64_t{at - power * fine} + 1) << power) - 1;
    }

    std::array<std::uint64_t, fine * powers> classes_{};
    std::uint64_t count_ = 0;
    std::uint64_t most_ = 0;
};

} // namespace aqi::daemon
