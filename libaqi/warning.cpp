#include "libaqi/warning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

Fault refusal(std::string detail) { return Fault{Reason::refused, std::move(detail)}; }

std::string_view bureau_zh(Bureau bureau)
{
    switch (bureau) {
    case Bureau::environment: return "环境部门";
    case Bureau::meteorology: return "气象部门";
    case Bureau::government: return "政府";
    }
    return "";
}

Result<void> may_sign(const Revision& revision, const Person& person, const Organisation& organisation)
{
    if (!person.may_sign) return refusal(fmt::format("{} ({}) has no right to sign", person.id, person.name));
    if (organisation.bureau == Bureau::government)
        return refusal(fmt::format("{} belongs to neither the environment nor the meteorology bureau", person.id));
    for (const auto& signature : revision.signatures)
        if (signature.bureau == organisation.bureau)
            return refusal(fmt::format("{}已由 {} 签署 (the bureau has signed already)", bureau_zh(organisation.bureau),
                                       signature.act.person));
    return {};
}

Result<void> may_approve(const Revision& revision, const Person& person)
{
    const WarningLevel needed = std::max(revision.level, revision.previous);
    if (person.may_approve_up_to < needed)
        return refusal(
            fmt::format("{} ({}) may not approve a {} warning", person.id, person.name, warning_level_name(needed)));
    for (const auto& signature : revision.signatures)
        if (signature.act.person == person.id)
            return refusal(fmt::format("{} signed this revision; somebody else must approve it", person.id));
    return {};
}

Result<void> may_publish(const Revision& revision, Verb verb, const Person& person)
{
    if (!person.may_issue) return refusal(fmt::format("{} ({}) has no right to issue", person.id, person.name));
    if ((verb == Verb::lift) != (revision.kind == RevisionKind::lift))
        return refusal(verb == Verb::lift ? "the pending revision is no lift; use issue"
                                          : "the pending revision is a lift; use lift");
    return {};
}

} // namespace

std::string_view revision_kind_name(RevisionKind kind)
{
    switch (kind) {
    case RevisionKind::raise: return "raise";
    case RevisionKind::upgrade: return "upgrade";
    case RevisionKind::lift: return "lift";
    }
    return "";
}

std::string_view revision_kind_zh(RevisionKind kind)
{
    switch (kind) {
    case RevisionKind::raise: return "发布";
    case RevisionKind::upgrade: return "升级";
    case RevisionKind::lift: return "解除";
    }
    return "";
}

std::string_view revision_state_name(RevisionState state)
{
    switch (state) {
    case RevisionState::proposed: return "proposed";
    case RevisionState::consulting: return "consulting";
    case RevisionState::agreed: return "agreed";
    case RevisionState::approved: return "approved";
    case RevisionState::issued: return "issued";
    case RevisionState::effective: return "effective";
    case RevisionState::withdrawn: return "withdrawn";
    }
    return "";
}

std::string_view revision_state_zh(RevisionState state)
{
    switch (state) {
    case RevisionState::proposed: return "待会商";
    case RevisionState::consulting: return "会商中";
    case RevisionState::agreed: return "已会商，待批准";
    case RevisionState::approved: return "已批准，待发布";
    case RevisionState::issued: return "已发布，未到生效时间";
    case RevisionState::effective: return "生效";
    case RevisionState::withdrawn: return "撤回";
    }
    return "";
}

std::string_view verb_name(Verb verb)
{
    switch (verb) {
    case Verb::sign: return "sign";
    case Verb::approve: return "approve";
    case Verb::issue: return "issue";
    case Verb::lift: return "lift";
    }
    return "";
}

WarningLevel Warning::level() const
{
    WarningLevel level = WarningLevel::none;
    for (const auto& revision : revisions)
        if (revision.state == RevisionState::issued || revision.state == RevisionState::effective)
            level = revision.level;
    return level;
}

const Revision* Warning::pending() const
{
    return !revisions.empty() && revisions.back().pending() ? &revisions.back() : nullptr;
}

bool Warning::closed() const
{
    bool issued = false;
    for (const auto& revision : revisions) {
        if (revision.kind == RevisionKind::lift && revision.issue) return true;
        issued = issued || revision.issue.has_value();
    }
    return !issued && pending() == nullptr;
}

Result<RevisionState> permitted(const Warning& warning, int revision_number, Verb verb, const Person& person,
                                const Network& network)
{
    const Revision* revision = warning.pending();
    if (revision == nullptr) return refusal(fmt::format("{} has nothing pending", warning.id));
    if (revision->number != revision_number)
        return refusal(fmt::format("{}: revision {} is not the pending one; revision {} is", warning.id,
                                   revision_number, revision->number));
    const auto* move = std::find_if(std::begin(moves), std::end(moves),
                                    [&](const Move& m) { return m.from == revision->state && m.verb == verb; });
    if (move == std::end(moves))
        return refusal(fmt::format("{} revision {} is {} ({}); {} does not follow from there", warning.id,
                                   revision->number, revision_state_name(revision->state),
                                   revision_state_zh(revision->state), verb_name(verb)));
    const Organisation* organisation = network.organisation_named(person.organisation);
    AQI_CHECK(organisation != nullptr); // the configuration check refuses a person without one
    Result<void> who;
    switch (verb) {
    case Verb::sign: who = may_sign(*revision, person, *organisation); break;
    case Verb::approve: who = may_approve(*revision, person); break;
    case Verb::issue:
    case Verb::lift: who = may_publish(*revision, verb, person); break;
    }
    if (!who) return who.error();
    return move->to;
}

} // namespace aqi
