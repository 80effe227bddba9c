// What has run out: consultations nobody moves, emergencies nobody reviews, ends that were announced; see warning_acts.hpp.
#include "libaqi/engine.hpp"
#include "libaqi/warning_acts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aqi {
namespace {

/// What somebody should have done with a revision by now, if anything: "sign", "approve", "issue", "review".
std::string_view owed(const Revision& r, Instant now, const ConsultationLimits& limits)
{
    if (r.emergency && !r.review && r.issue &&
        now.ms >= r.issue->at.ms + std::int64_t{limits.review_emergency_hours} * 3'600'000)
        return "review";
    if (!r.pending()) return {};
    const Instant moved = std::max(r.moved_at, r.proposed_at);
    if (now.ms < moved.ms + std::int64_t{limits.escalate_after_minutes} * 60'000) return {};
    switch (r.state) {
    case RevisionState::proposed:
    case RevisionState::consulting: return "sign";
    case RevisionState::agreed: return "approve";
    default: return "issue";
    }
}

Words owed_words(std::string_view stage)
{
    if (stage == "sign") return {"等待会商签字", "waits for the consultation's signatures"};
    if (stage == "approve") return {"等待批准", "waits for approval"};
    if (stage == "issue") return {"等待发布", "waits to be issued"};
    return {"紧急发布等待复核", "was issued in an emergency and waits for its review"};
}

/// An alarm for each revision somebody should have moved by now, and its end when somebody has.
std::vector<AlarmChanged> process_alarms(const State& state, Instant now, const Rules& rules)
{
    std::vector<AlarmChanged> out;
    std::set<std::string> late;
    for (const auto& warning : state.warnings())
        for (const auto& r : warning.revisions) {
            const auto stage = owed(r, now, rules.consultation);
            if (stage.empty()) continue;
            const std::string subject = fmt::format("{}/{}", warning.id, r.number);
            late.insert(subject);
            const Words owes = owed_words(stage);
            Words detail{fmt::format("{}{}：{}", revision_kind_zh(r.kind), warning_level_zh(r.level), owes.zh),
                         fmt::format("{} {}: {}", revision_kind_name(r.kind), warning_level_name(r.level), owes.en)};
            for (const auto& id : rules.consultation.escalate_to) {
                const Person* person = rules.network.person_named(id);
                const bool first = id == rules.consultation.escalate_to.front();
                const std::string& name = person != nullptr ? person->name : id;
                detail.zh += fmt::format("{}{}", first ? "；报 " : "、", name);
                detail.en += fmt::format("{}{}", first ? "; call " : ", ", name);
            }
            if (auto change = state.alarms().change(AlarmKind::public_warning, subject, AlarmSeverity::critical,
                                                    std::move(detail), now, rules.network.offset))
                out.push_back(std::move(*change));
        }
    for (const auto& alarm : state.alarms().all())
        if (alarm.active() && alarm.kind == AlarmKind::public_warning && !late.contains(alarm.subject))
            if (auto change = state.alarms().change(alarm.kind, alarm.subject, AlarmSeverity::none,
                                                    Words{"已处理", "dealt with"}, now, rules.network.offset))
                out.push_back(std::move(*change));
    number_apart(out, state.alarms());
    return out;
}

} // namespace

std::vector<Event> due(const State& state, Instant now, const Rules& rules)
{
    std::vector<Event> out;
    for (const auto& warning : state.warnings()) {
        for (const auto& r : warning.revisions) {
            const auto note = [&](std::string_view stage) {
                const bool noted = std::any_of(r.overdue.begin(), r.overdue.end(), [&](const Overdue& o) {
                    return o.version == r.version && o.stage == stage;
                });
                if (!noted) out.push_back(Overdue{warning.id, r.number, r.version, std::string{stage}, now});
            };
            if (const auto stage = owed(r, now, rules.consultation); !stage.empty()) note(stage);
            if (r.pending() && r.closes && r.state < RevisionState::agreed && *r.closes < now) note("close");
        }
        const Revision* last = warning.issued();
        if (last != nullptr && !warning.closed() && warning.pending() == nullptr && last->until &&
            last->until->instant(rules.network.offset) <= now)
            out.push_back(Ended{warning.id, now});
    }
    for (auto& alarm : process_alarms(state, now, rules)) out.emplace_back(std::move(alarm));
    return out;
}

} // namespace aqi
