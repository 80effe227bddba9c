// libaqi/response: what an issued warning asks of whom, and what became of it.
//
// A level calls for measures; each has a unit that answers for it. Notified, acknowledged, started, ended: each once, in this
// order, by somebody of the unit or by who keeps the ledger for it. A higher level adds measures and repeats none; with a lower
// level or a lift those that are no longer asked for wait to be ended. What was called for stands as it was called, whatever the
// configuration says later.
//
// Knows: measures, cut-back lists with their filing reference, the ledger. Does not know: how a unit is told (daemon/dispatch).
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/warning.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

enum class ResponseStage : std::uint8_t { called, notified, acknowledged, started, ended };
std::string_view response_stage_name(ResponseStage stage);
std::string_view response_stage_zh(ResponseStage stage);
std::optional<ResponseStage> response_stage_named(std::string_view name);

struct ResponseEntry {
    std::string warning;
    int revision = 0; ///< that called for it
    std::string measure;
    std::string unit;    ///< Organisation::id
    std::string text_zh; ///< as it was called
    WarningLevel level = WarningLevel::none;
    std::string cutback;   ///< "LIST version (filing)" in force for the area, empty: none
    int share_percent = 0; ///< of the edition: the cut of the whole area's emissions; 0: it has none
    Instant called_at;
    std::optional<int> no_longer_asked{}; ///< since this revision
    struct Step {
        ResponseStage stage = ResponseStage::notified;
        Act act;
        std::string note;
        bool operator==(const Step&) const = default;
    };
    std::vector<Step> steps{};

    ResponseStage stage() const { return steps.empty() ? ResponseStage::called : steps.back().stage; }
    bool operator==(const ResponseEntry&) const = default;
};

/// An issued revision calls for measures, and lets others go.
struct ResponseCalled {
    std::vector<ResponseEntry> entries;
    std::string warning;
    int revision = 0;
    std::vector<std::string> no_longer_asked; ///< Measure::id of this warning
    bool operator==(const ResponseCalled&) const = default;
};

struct ResponseActed {
    std::string warning;
    std::string measure;
    ResponseEntry::Step step;
    bool operator==(const ResponseActed&) const = default;
};

class State;

/// What follows from a revision just issued, for its warning; absent: nothing is asked and nothing was.
std::optional<ResponseCalled> response_to(const State& state, const Warning& warning, const Revision& revision,
                                          const Rules& rules);

/// Faults: refused, in the words an operator is shown.
Result<ResponseActed> admit_response(const State& state, std::string_view warning, std::string_view measure,
                                     ResponseStage stage, std::string_view note, std::string_view person, Instant at,
                                     const Rules& rules);

} // namespace aqi
