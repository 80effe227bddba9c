#include "libaqi/response.hpp"

#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

struct StageRow {
    ResponseStage stage;
    std::string_view name, zh;
};
constexpr StageRow stages[] = {{ResponseStage::called, "called", "待通知"},
                               {ResponseStage::notified, "notified", "已通知"},
                               {ResponseStage::acknowledged, "acknowledged", "已确认"},
                               {ResponseStage::started, "started", "已启动"},
                               {ResponseStage::ended, "ended", "已终止"}};

Fault refusal(std::string detail) { return Fault{Reason::refused, std::move(detail)}; }

/// The version of a list in force for an area on a day, as it is written beside a measure.
std::string cutback_of(const std::string& area, LocalDay day, const Rules& rules)
{
    std::string out;
    for (const auto& list : rules.cutbacks) {
        if (day < list.from) continue;
        if (!list.areas.empty() && std::find(list.areas.begin(), list.areas.end(), area) == list.areas.end()) continue;
        const bool replaced = std::any_of(rules.cutbacks.begin(), rules.cutbacks.end(), [&](const CutbackList& other) {
            return other.id == list.id && list.from < other.from && other.from <= day;
        });
        if (!replaced) out += fmt::format("{}{} {} ({})", out.empty() ? "" : "; ", list.id, list.version, list.filed);
    }
    return out;
}

int share_of(WarningLevel level, const std::string& edition_id, const Rules& rules)
{
    const WarningRules* edition = rules.book.warning_named(edition_id);
    if (edition == nullptr) return 0;
    for (const auto& rule : edition->levels)
        if (rule.level == level) return rule.share_percent;
    return 0;
}

} // namespace

std::string_view response_stage_name(ResponseStage stage) { return stages[static_cast<std::size_t>(stage)].name; }
std::string_view response_stage_zh(ResponseStage stage) { return stages[static_cast<std::size_t>(stage)].zh; }
std::optional<ResponseStage> response_stage_named(std::string_view name)
{
    for (const auto& row : stages)
        if (row.name == name) return row.stage;
    return std::nullopt;
}

bool Measure::asked_at(WarningLevel at, const std::string& area) const
{
    if (at < level || (up_to && *up_to < at)) return false;
    return areas.empty() || std::find(areas.begin(), areas.end(), area) != areas.end();
}

std::optional<ResponseCalled> response_to(const State& state, const Warning& warning, const Revision& revision,
                                          const Rules& rules)
{
    ResponseCalled out;
    out.warning = warning.id;
    out.revision = revision.number;
    const auto running = [&](const std::string& measure) {
        return std::any_of(state.responses().begin(), state.responses().end(), [&](const ResponseEntry& e) {
            return e.warning == warning.id && e.measure == measure && !e.no_longer_asked &&
                   e.stage() != ResponseStage::ended;
        });
    };
    const Instant at = revision.issue ? revision.issue->at : revision.proposed_at;
    for (const auto& measure : rules.measures) {
        const bool asked = revision.level != WarningLevel::none && measure.asked_at(revision.level, warning.area);
        const bool on = running(measure.id);
        if (asked && !on)
            out.entries.push_back({warning.id,
                                   revision.number,
                                   measure.id,
                                   measure.unit,
                                   measure.text_zh,
                                   revision.level,
                                   cutback_of(warning.area, day_at(at, rules.network.offset), rules),
                                   share_of(revision.level, revision.rules, rules),
                                   at,
                                   {},
                                   {}});
    }
    for (const auto& e : state.responses()) {
        if (e.warning != warning.id || e.no_longer_asked || e.stage() == ResponseStage::ended) continue;
        const auto measure = std::find_if(rules.measures.begin(), rules.measures.end(),
                                          [&](const Measure& m) { return m.id == e.measure; });
        const bool asked = revision.level != WarningLevel::none && measure != rules.measures.end() &&
                           measure->asked_at(revision.level, warning.area);
        if (!asked) out.no_longer_asked.push_back(e.measure);
    }
    if (out.entries.empty() && out.no_longer_asked.empty()) return std::nullopt;
    return out;
}

Result<ResponseActed> admit_response(const State& state, std::string_view warning, std::string_view measure,
                                     ResponseStage stage, std::string_view note, std::string_view person_id, Instant at,
                                     const Rules& rules)
{
    const Person* person = rules.network.person_named(person_id);
    if (person == nullptr) return refusal(fmt::format("no person {} in the configuration", person_id));
    const ResponseEntry* entry = nullptr;
    for (const auto& e : state.responses())
        if (e.warning == warning && e.measure == measure) entry = &e; // the last one: it may have been called for twice
    if (entry == nullptr) return refusal(fmt::format("{} calls for no measure {}", warning, measure));
    if (person->organisation != entry->unit && !person->may_respond)
        return refusal(fmt::format("{} ({}) neither belongs to {} nor keeps the ledger: \"respond\" is missing",
                                   person->id, person->name, entry->unit));
    if (stage == ResponseStage::called) return refusal("a measure is called for by a warning, not by hand");
    if (stage <= entry->stage())
        return refusal(fmt::format("{} is {} ({}) already", measure, response_stage_name(entry->stage()),
                                   response_stage_zh(entry->stage())));
    if (stage == ResponseStage::ended && !entry->no_longer_asked)
        return refusal(fmt::format("{} still asks for {}: it ends with a lower level or the lift", warning, measure));
    if (note.size() > 2'000) return refusal("the note is longer than 2000 bytes");
    return ResponseActed{std::string{warning}, std::string{measure}, {stage, {person->id, at}, std::string{note}}};
}

} // namespace aqi
