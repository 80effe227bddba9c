// libaqi/iaqi: concentrations into sub-indices, the index, its level and its primary pollutants.
//
// Knows: HJ 633's equation (1), which is US EPA's too, in exact integers, ties among primary pollutants, what a pack says
// of rounding, of values above a table and of missing pollutants.
// Does not know: how the concentrations were averaged (rollup), or any breakpoint (rule packs).
#pragma once

#include "libaqi/mean.hpp"
#include "libaqi/rule_pack.hpp"

#include <array>
#include <optional>
#include <string>

namespace aqi {

/// The values an index is made from, each already the mean its item names, not yet rounded for the index.
class IndexInputs {
public:
    std::optional<Concentration>& operator[](Item item) { return values_[index_of(item)]; }
    const std::optional<Concentration>& operator[](Item item) const { return values_[index_of(item)]; }

private:
    std::array<std::optional<Concentration>, item_count> values_{};
};

/// A set of items, in the order of Item.
class ItemSet {
public:
    void insert(Item item) { bits_ = static_cast<std::uint16_t>(bits_ | 1U << index_of(item)); }
    bool contains(Item item) const { return (bits_ >> index_of(item) & 1U) != 0; }
    bool empty() const { return bits_ == 0; }
    std::uint16_t bits() const { return bits_; }
    static ItemSet from_bits(std::uint16_t bits)
    {
        ItemSet set;
        set.bits_ = bits;
        return set;
    }
    bool operator==(const ItemSet&) const = default;

private:
    std::uint16_t bits_ = 0;
};

/// Why there is no index, or what stands beside one.
enum class IndexNote : std::uint8_t {
    none,
    no_valid_pollutant, ///< nothing to make an index from
    incomplete,         ///< a pollutant is missing and the rest does not exceed good_at_most (above_100_only)
    above_table, ///< a value lies above a table that says "see the other averaging time", and that one is missing
};
/// "no_valid_pollutant": the words scripts see.
std::string_view index_note_name(IndexNote note);

struct IndexResult {
    std::optional<int> aqi;                      ///< what is published; absent: see note
    std::optional<int> of_present;               ///< the maximum of what is there, published or not
    int level = 0;                               ///< 1..6 of `aqi`; 0 without one
    ItemSet primary;                             ///< all items tied at the maximum when aqi > 50
    std::array<std::int16_t, item_count> iaqi{}; ///< -1: none
    bool complete = false;                       ///< every pollutant asked for had a sub-index
    PollutantSet absent;                         ///< pollutants of the report without a sub-index, exempt or not
    PollutantSet exempt;                         ///< of these, the ones outside the monitoring plan: "/" instead of NA
    IndexNote note = IndexNote::none;

    bool operator==(const IndexResult&) const = default;
};

/// Where the line of a table without a top stops: indices are stored in 16 bits. No instrument comes near; the 10 000
/// ug/m3 of PM2.5 that one may report are index 19 772.
inline constexpr int index_max = 32'767;

/// The sub-index of a rounded concentration on one table; absent above a table that refers elsewhere.
std::optional<int> sub_index(Concentration rounded, const IndexTable& table, IndexRounding rounding);

/// To the pack's decimals for the pollutant, as the pack rounds.
Concentration round_for_index(Concentration value, Pollutant pollutant, const RulePack& pack);
/// From the exact fraction, once.
Concentration round_for_index(const Mean& mean, Pollutant pollutant, const RulePack& pack);

/// The index of one report. `rule` is the pack's own, or a stricter one the caller asks for. `not_in_plan`: pollutants the
/// place does not monitor by plan; they are exempt where the pack says so (plan_exempts) and have no value.
IndexResult make_index(const IndexInputs& inputs, const RulePack& pack, Report report, MissingRule rule,
                       PollutantSet not_in_plan = {});

/// 1..6.
int level_of(int aqi, const LevelTable& levels);

/// "PM10+PM2.5": tokens SO2 NO2 PM10 CO O3 O3_8h PM2.5 in this order; empty when there is none.
std::string primary_text(ItemSet primary);
/// "PM10、PM2.5", for people; 8-hour ozone reads O3-8h.
std::string primary_zh(ItemSet primary);

} // namespace aqi
