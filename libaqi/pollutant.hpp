// libaqi/pollutant: the six basic pollutants of GB 3095 and the names the field gives them.
//
// Knows: names, and the unit a person reads each one in.
// Does not know: breakpoints, limits, or how a payload spells a name (drivers, tools).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aqi {

/// In the order in which primary pollutants are listed. Stored as numbers: do not change the values.
enum class Pollutant : std::uint8_t { so2 = 0, no2 = 1, pm10 = 2, co = 3, o3 = 4, pm2_5 = 5 };

inline constexpr std::size_t pollutant_count = 6;
inline constexpr std::array<Pollutant, pollutant_count> all_pollutants = {
    Pollutant::so2, Pollutant::no2, Pollutant::pm10, Pollutant::co, Pollutant::o3, Pollutant::pm2_5};

constexpr std::size_t index_of(Pollutant pollutant) { return static_cast<std::size_t>(pollutant); }

/// One T per pollutant, indexed by Pollutant and by nothing else.
template <class T>
class PerPollutant {
public:
    constexpr T& operator[](Pollutant p) { return values_[index_of(p)]; }
    constexpr const T& operator[](Pollutant p) const { return values_[index_of(p)]; }
    bool operator==(const PerPollutant&) const = default;

private:
    std::array<T, pollutant_count> values_{};
};

/// A set of pollutants, in the order of Pollutant.
class PollutantSet {
public:
    constexpr void insert(Pollutant p) { bits_ = static_cast<std::uint8_t>(bits_ | 1U << index_of(p)); }
    constexpr bool contains(Pollutant p) const { return (bits_ >> index_of(p) & 1U) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr std::uint8_t bits() const { return bits_; }
    static constexpr PollutantSet from_bits(std::uint8_t bits)
    {
        PollutantSet set;
        set.bits_ = bits;
        return set;
    }
    bool operator==(const PollutantSet&) const = default;

private:
    std::uint8_t bits_ = 0;
};

/// "pm2_5": in configuration, JSON and SQL.
std::string_view pollutant_name(Pollutant pollutant);
/// "PM2.5": what people read, and the token of a primary pollutant.
std::string_view pollutant_label(Pollutant pollutant);
/// The inverse of pollutant_name. Exact: "pm1" is not "pm10".
std::optional<Pollutant> pollutant_named(std::string_view name);

/// CO is read in mg/m3, everything else in ug/m3 (GB 3095 table 1). In ng/m3.
constexpr std::int64_t display_unit_ng(Pollutant pollutant) { return pollutant == Pollutant::co ? 1'000'000 : 1'000; }
/// "mg/m3" or "ug/m3".
std::string_view display_unit(Pollutant pollutant);
/// What one of a source's units is in ng/m3: "ng/m3", "ug/m3", "mg/m3", and for gases "ppb" and "ppm" at 298.15 K and
/// 1013.25 hPa, the state GB 3095 (2018 amendment) reports gases in. Absent: no such unit, or none of this pollutant.
std::optional<std::int64_t> unit_in_ng(std::string_view unit, Pollutant pollutant);

} // namespace aqi
