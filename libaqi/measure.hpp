// libaqi/measure: what a warning level asks of a unit, and the lists of who cuts back what; the story is in response.hpp.
#pragma once

#include "libaqi/rule_pack.hpp"
#include "libaqi/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aqi {

/// Asked at `level` and above, or from `level` up to `up_to`.
struct Measure {
    std::string id;
    std::string unit; ///< Organisation::id of who answers for it
    WarningLevel level = WarningLevel::yellow;
    std::optional<WarningLevel> up_to{};
    std::vector<std::string> areas{}; ///< empty: all
    std::string text_zh;
    std::string text_en{};

    bool asked_at(WarningLevel at, const std::string& area) const;
};

/// A version of the list of plants that stop or cut back, as it was filed with the authority above.
struct CutbackList {
    std::string id;
    std::string version;
    std::string filed; ///< reference of the filing
    LocalDay from;     ///< until the next version of the same id
    std::vector<std::string> areas{};
    struct Plant {
        std::string name;
        std::string grade{};                   ///< performance grade A, B, C, D
        std::string yellow{}, orange{}, red{}; ///< what it does at the level
    };
    std::vector<Plant> plants;
};

} // namespace aqi
