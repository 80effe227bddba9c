#include "libaqi/warning.hpp"

#include <algorithm>

namespace aqi {

std::string_view revision_kind_name(RevisionKind kind)
{
    switch (kind) {
    case RevisionKind::raise: return "raise";
    case RevisionKind::upgrade: return "upgrade";
    case RevisionKind::downgrade: return "downgrade";
    case RevisionKind::lift: return "lift";
    case RevisionKind::cancel: return "cancel";
    }
    return "";
}

std::string_view revision_kind_zh(RevisionKind kind)
{
    switch (kind) {
    case RevisionKind::raise: return "发布";
    case RevisionKind::upgrade: return "升级";
    case RevisionKind::downgrade: return "降级";
    case RevisionKind::lift: return "解除";
    case RevisionKind::cancel: return "取消";
    }
    return "";
}

std::string_view origin_name(Origin origin)
{
    switch (origin) {
    case Origin::forecast: return "forecast";
    case Origin::measured: return "measured";
    case Origin::order: return "order";
    case Origin::people: return "people";
    }
    return "";
}

std::string_view origin_zh(Origin origin)
{
    switch (origin) {
    case Origin::forecast: return "预报";
    case Origin::measured: return "实测";
    case Origin::order: return "上级指令";
    case Origin::people: return "人工提出";
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
    case RevisionState::dismissed: return "dismissed";
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
    case RevisionState::dismissed: return "会商不启动";
    }
    return "";
}

std::string_view verb_name(Verb verb)
{
    switch (verb) {
    case Verb::consult: return "consult";
    case Verb::sign: return "sign";
    case Verb::object: return "object";
    case Verb::approve: return "approve";
    case Verb::send_back: return "send-back";
    case Verb::issue: return "issue";
    case Verb::lift: return "lift";
    case Verb::emergency: return "emergency";
    }
    return "";
}

std::optional<Verb> verb_named(std::string_view name)
{
    for (const auto verb : {Verb::consult, Verb::sign, Verb::object, Verb::approve, Verb::send_back, Verb::issue,
                            Verb::lift, Verb::emergency})
        if (verb_name(verb) == name) return verb;
    return std::nullopt;
}

const Move* move_of(RevisionState from, Verb verb)
{
    const auto* found = std::find_if(std::begin(moves), std::end(moves),
                                     [&](const Move& m) { return m.from == from && m.verb == verb; });
    return found == std::end(moves) ? nullptr : found;
}

const Revision* Warning::issued() const
{
    for (auto revision = revisions.rbegin(); revision != revisions.rend(); ++revision)
        if (revision->issue) return &*revision;
    return nullptr;
}

WarningLevel Warning::level() const
{
    const Revision* last = issued();
    return last == nullptr || ended ? WarningLevel::none : last->level;
}

const Revision* Warning::pending() const
{
    return !revisions.empty() && revisions.back().pending() ? &revisions.back() : nullptr;
}

bool Warning::closed() const
{
    if (pending() != nullptr) return false;
    const Revision* last = issued();
    return last == nullptr || ends_warning(last->kind) || ended.has_value();
}

bool OrderFromAbove::names(std::string_view area) const
{
    return std::find(areas.begin(), areas.end(), area) != areas.end();
}

} // namespace aqi
