// libaqi/units: a mass concentration as a type with named doors.
//
// Knows: that one count is one nanogram per cubic metre, and how decimal text becomes a count without a double.
// Does not know: which unit a station uses (drivers) or to how many digits a standard rounds (rule_pack).
#pragma once

#include "libaqi/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace aqi {

/// A mass concentration, held exactly as whole nanograms per cubic metre.
///
/// Integers make a sum independent of its order, so an incremental mean and a recomputed mean are the same number, and
/// rounding happens in one place. There is no `+` between concentrations: adding two is never meant; averaging is, and
/// `Mean` (mean.hpp) does that. Range: what fits in 31 bits, up to 2.1 g/m3, forty times a pure CO alarm.
class Concentration {
public:
    static constexpr std::int64_t max_ng = 2'147'483'647;

    constexpr Concentration() = default;
    static constexpr Concentration from_ng_per_m3(std::int64_t ng) { return Concentration{ng}; }
    static constexpr Concentration from_ug_per_m3(std::int64_t ug) { return Concentration{ug * 1'000}; }
    static constexpr Concentration from_mg_per_m3(std::int64_t mg) { return Concentration{mg * 1'000'000}; }

    constexpr std::int64_t ng_per_m3() const { return ng_; }
    auto operator<=>(const Concentration&) const = default;

private:
    explicit constexpr Concentration(std::int64_t ng) : ng_(ng) {}
    std::int64_t ng_ = 0;
};

/// "35.2" with unit_ng 1000 (ug/m3) -> 35 200 ng/m3. The text never passes through a double. Digits finer than a
/// nanogram (a logger that prints 35.29999924) cost at most one nanogram: they are cut and leave an odd count, so that
/// no later rounding to a coarser digit can take them for a tie that was not there. An exponent is understood ("1e2",
/// as JSON writers may print), a sign is read: what a negative value means is the caller's decision.
Result<Concentration> parse_concentration(std::string_view text, std::int64_t unit_ng);

/// The shortest decimal text of a concentration in the given unit, e.g. 35 200 with unit_ng 1000 -> "35.2".
std::string format_concentration(Concentration value, std::int64_t unit_ng);

} // namespace aqi
