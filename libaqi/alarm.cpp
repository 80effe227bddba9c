#include "libaqi/alarm.hpp"

#include "libaqi/engine.hpp"
#include "libaqi/warning_dominance.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

constexpr std::size_t kept_when_over = 200;
constexpr std::size_t notes_kept = 50;
constexpr std::int64_t longest_silence_ms = std::int64_t{7} * 24 * 3'600'000;

struct SeverityRow {
    AlarmSeverity severity;
    std::string_view name, zh;
};
constexpr SeverityRow severities[] = {{AlarmSeverity::none, "none", "已恢复"},
                                      {AlarmSeverity::notice, "notice", "提示"},
                                      {AlarmSeverity::serious, "serious", "严重"},
                                      {AlarmSeverity::critical, "critical", "紧急"}};

struct KindRow {
    AlarmKind kind;
    std::string_view name, zh;
};
constexpr KindRow kinds[] = {{AlarmKind::hourly_aqi, "hourly-aqi", "小时AQI超限"},
                             {AlarmKind::target_pace, "target-pace", "年度目标失守"},
                             {AlarmKind::county_weaker, "county-weaker", "县级低于市级"},
                             {AlarmKind::public_warning, "public-warning", "预警流程逾期"},
                             {AlarmKind::station, "station", "站点异常"},
                             {AlarmKind::link, "link", "链路中断"},
                             {AlarmKind::channel, "channel", "发布渠道故障"}};

Fault refusal(std::string detail) { return Fault{Reason::refused, std::move(detail)}; }

} // namespace

std::string_view severity_name(AlarmSeverity severity) { return severities[static_cast<std::size_t>(severity)].name; }
std::string_view severity_zh(AlarmSeverity severity) { return severities[static_cast<std::size_t>(severity)].zh; }
std::optional<AlarmSeverity> severity_named(std::string_view name)
{
    for (const auto& row : severities)
        if (row.name == name) return row.severity;
    return std::nullopt;
}

std::string_view alarm_kind_name(AlarmKind kind) { return kinds[static_cast<std::size_t>(kind)].name; }
std::string_view alarm_kind_zh(AlarmKind kind) { return kinds[static_cast<std::size_t>(kind)].zh; }
std::optional<AlarmKind> alarm_kind_named(std::string_view name)
{
    for (const auto& row : kinds)
        if (row.name == name) return row.kind;
    return std::nullopt;
}

std::string_view alarm_verb_name(AlarmActed::Verb verb)
{
    switch (verb) {
    case AlarmActed::Verb::acknowledge: return "acknowledge";
    case AlarmActed::Verb::silence: return "silence";
    case AlarmActed::Verb::confirm_silence: return "confirm-silence";
    case AlarmActed::Verb::note: return "note";
    case AlarmActed::Verb::own: return "own";
    }
    return "";
}

const Alarm* AlarmBook::named(std::string_view id) const
{
    const auto found = std::find_if(alarms_.begin(), alarms_.end(), [&](const Alarm& a) { return a.id == id; });
    return found == alarms_.end() ? nullptr : &*found;
}

const Alarm* AlarmBook::open(AlarmKind kind, std::string_view subject) const
{
    const auto found = std::find_if(alarms_.begin(), alarms_.end(), [&](const Alarm& a) {
        return !a.over() && a.kind == kind && a.subject == subject;
    });
    return found == alarms_.end() ? nullptr : &*found;
}

std::optional<AlarmChanged> AlarmBook::change(AlarmKind kind, std::string_view subject, AlarmSeverity severity,
                                              Words detail, Instant at, UtcOffset offset) const
{
    const Alarm* alarm = open(kind, subject);
    if ((alarm != nullptr ? alarm->severity : AlarmSeverity::none) == severity) return std::nullopt;
    const int year = day_at(at, offset).year();
    std::string id =
        alarm != nullptr ? alarm->id : fmt::format("alarm-{}-{:04}", year, year == last_year_ ? last_number_ + 1 : 1);
    return AlarmChanged{std::move(id), kind, std::string{subject}, severity, std::move(detail), at};
}

void AlarmBook::take(const AlarmChanged& e)
{
    auto found = std::find_if(alarms_.begin(), alarms_.end(), [&](const Alarm& a) { return a.id == e.id; });
    if (found == alarms_.end()) {
        if (e.severity == AlarmSeverity::none) return;
        Alarm fresh;
        fresh.id = e.id;
        fresh.kind = e.kind;
        fresh.subject = e.subject;
        fresh.raised_at = e.at;
        alarms_.push_back(std::move(fresh));
        found = std::prev(alarms_.end());
        // "alarm-2016-0001": the number goes on within the year.
        last_year_ = std::stoi(e.id.substr(6, 4));
        last_number_ = std::stoi(e.id.substr(11));
    }
    // Worse than anybody has seen: what was acknowledged and silenced was less.
    if (e.severity > found->worst) {
        found->worst = e.severity;
        found->acknowledged.reset();
        found->silence.reset();
    }
    found->severity = e.severity;
    found->detail = e.detail;
    found->changed_at = e.at;
    const auto over = static_cast<std::size_t>(
        std::count_if(alarms_.begin(), alarms_.end(), [](const Alarm& a) { return a.over(); }));
    if (over <= kept_when_over) return;
    alarms_.erase(std::find_if(alarms_.begin(), alarms_.end(), [](const Alarm& a) { return a.over(); }));
}

void AlarmBook::take(const AlarmActed& e)
{
    const auto found = std::find_if(alarms_.begin(), alarms_.end(), [&](const Alarm& a) { return a.id == e.id; });
    if (found == alarms_.end()) return;
    switch (e.verb) {
    case AlarmActed::Verb::acknowledge: found->acknowledged = e.act; break;
    case AlarmActed::Verb::silence: found->silence = Alarm::Silence{e.act, e.until.value_or(e.act.at), {}}; break;
    case AlarmActed::Verb::confirm_silence:
        if (found->silence) found->silence->confirmed = e.act;
        break;
    case AlarmActed::Verb::note:
        found->notes.push_back(e.act);
        if (found->notes.size() > notes_kept) found->notes.erase(found->notes.begin());
        break;
    case AlarmActed::Verb::own: found->owner = e.act; break;
    }
}

void number_apart(std::vector<AlarmChanged>& changes, const AlarmBook& book)
{
    int further = 0;
    for (auto& change : changes) {
        if (book.named(change.id) != nullptr) continue;
        if (further > 0)
            change.id = fmt::format("{}{:04}", change.id.substr(0, 11), std::stoi(change.id.substr(11)) + further);
        ++further;
    }
}

namespace {

/// The alarms on one area's hours: several rules, one alarm at the worst of them.
class HourlyRules {
public:
    HourlyRules(const State& state, AreaIndex area, HourEnding hour, const Rules& rules)
        : state_(state), area_(area), hour_(hour), rules_(rules)
    {}

    /// Absent: no rule speaks of the area.
    std::optional<AlarmSeverity> severity(AlarmSeverity now, Words& detail)
    {
        const std::string& id = rules_.network.areas[area_.value].id;
        AlarmSeverity out = AlarmSeverity::none;
        bool any = false;
        for (const auto& rule : rules_.alarms) {
            if (!rule.areas.empty() && std::find(rule.areas.begin(), rule.areas.end(), id) == rule.areas.end())
                continue;
            any = true;
            const bool raised = all_of(rule.raise_hours, [&](int aqi) { return aqi > rule.raise_above; });
            const bool cleared = all_of(rule.clear_hours, [&](int aqi) { return aqi <= rule.clear_at_most; });
            const bool holds = now >= rule.severity && !cleared; // unknown hours never clear
            if (!raised && !holds) continue;
            if (rule.severity > out) {
                out = rule.severity;
                const int now_aqi = aqi(0).value_or(-1);
                const std::string hour = format_hour(hour_);
                detail = {
                    fmt::format("AQI {}（{}），阈值 {}，连续{}小时", now_aqi, hour, rule.raise_above, rule.raise_hours),
                    fmt::format("AQI {} ({}), above {} for {} h", now_aqi, hour, rule.raise_above, rule.raise_hours)};
            }
        }
        if (!any) return std::nullopt;
        if (out == AlarmSeverity::none)
            detail = {fmt::format("AQI {}（{}）", aqi(0).value_or(-1), format_hour(hour_)),
                      fmt::format("AQI {} ({})", aqi(0).value_or(-1), format_hour(hour_))};
        return out;
    }

private:
    std::optional<int> aqi(int back)
    {
        while (static_cast<int>(known_.size()) <= back) {
            const HourEnding hour = hour_.plus(-static_cast<int>(known_.size()));
            known_.push_back(hour_figure(state_, rules_.network.place(area_), hour, rules_).index.of_present);
        }
        return known_[static_cast<std::size_t>(back)];
    }
    template <class Test>
    bool all_of(int hours, const Test& test)
    {
        for (int back = 0; back < hours; ++back)
            if (const auto value = aqi(back); !value || !test(*value)) return false;
        return true;
    }

    const State& state_;
    AreaIndex area_;
    HourEnding hour_;
    const Rules& rules_;
    std::vector<std::optional<int>> known_;
};

void add(std::vector<AlarmChanged>& out, std::optional<AlarmChanged> change)
{
    if (change) out.push_back(std::move(*change));
}

/// A target that cannot be met any more.
void targets_of(const State& state, AreaIndex area, LocalDay day, Instant at, const Rules& rules,
                std::vector<AlarmChanged>& out)
{
    Figures figures;
    year_figures(state, rules.network.place(area), day.year(), rules, figures);
    const std::string &id = rules.network.areas[area.value].id, &name = rules.network.areas[area.value].name;
    const auto lost = [&](const std::string& what, const std::optional<LocalDay>& on, const Words& words) {
        if (!on) return;
        const std::string subject = fmt::format("{} {} {}", id, day.year(), what);
        if (state.alarms().open(AlarmKind::target_pace, subject) != nullptr) return;
        // Once a year and target: what was acknowledged does not come back every day.
        for (const auto& alarm : state.alarms().all())
            if (alarm.kind == AlarmKind::target_pace && alarm.subject == subject) return;
        add(out, state.alarms().change(AlarmKind::target_pace, subject, AlarmSeverity::serious, words, at,
                                       rules.network.offset));
    };
    for (const auto& f : figures.annual)
        if (f.window == Window::year_to_date && f.target)
            lost(std::string{pollutant_name(f.pollutant)}, f.lost_on,
                 {fmt::format("{}：{}年{}年均目标已无法实现", name, f.year, pollutant_label(f.pollutant)),
                  fmt::format("{}: the {} target of {} cannot be met any more", name, pollutant_label(f.pollutant),
                              f.year)});
    for (const auto& f : figures.good_days)
        if (f.target)
            lost("good-days", f.lost_on,
                 {fmt::format("{}：{}年优良天数目标{}天已无法实现", name, f.year, *f.target),
                  fmt::format("{}: the target of {} good days in {} cannot be met any more", name, *f.target, f.year)});
}

/// The live half of "not lower than the city's": a county's rules on its own days call for as much as the city's would.
void county_of(const State& state, AreaIndex area, Instant at, const Rules& rules, std::vector<AlarmChanged>& out)
{
    const Area& county = rules.network.areas[area.value];
    if (county.kind != AreaKind::county || county.warning_rules.empty()) return;
    const LocalDay today = day_at(at, rules.network.offset);
    const WarningRules* own = rules.warning(county, today);
    for (const auto& city : rules.network.areas) {
        if (city.kind != AreaKind::city) continue;
        const WarningRules* of_city = rules.warning(city, today);
        if (own == nullptr || of_city == nullptr || own == of_city) continue;
        const auto level = [&](const WarningRules& edition) {
            const auto called = called_for(state, area, today, edition, rules);
            return called ? called->level : WarningLevel::none;
        };
        const WarningLevel by_own = level(*own), by_city = level(*of_city);
        const Words detail{fmt::format("{}：{} {}，{} {}", county.name, own->id, warning_level_name(by_own),
                                       of_city->id, warning_level_name(by_city)),
                           fmt::format("{}: {} {}, {} {}", county.name, own->id, warning_level_name(by_own),
                                       of_city->id, warning_level_name(by_city))};
        add(out, state.alarms().change(AlarmKind::county_weaker, county.id,
                                       by_own < by_city ? AlarmSeverity::critical : AlarmSeverity::none, detail, at,
                                       rules.network.offset));
        return;
    }
}

} // namespace

std::vector<AlarmChanged> alarms_of_hour(const State& state, HourEnding hour, Instant at, const Rules& rules)
{
    std::vector<AlarmChanged> out;
    for (std::uint32_t a = 0; a < rules.network.areas.size(); ++a) {
        const AreaIndex area{a};
        const std::string& id = rules.network.areas[a].id;
        if (!rules.alarms.empty()) {
            const Alarm* open = state.alarms().open(AlarmKind::hourly_aqi, id);
            Words detail;
            const auto severity = HourlyRules{state, area, hour, rules}.severity(
                open != nullptr ? open->severity : AlarmSeverity::none, detail);
            if (severity)
                if (auto change = state.alarms().change(AlarmKind::hourly_aqi, id, *severity, std::move(detail), at,
                                                        rules.network.offset))
                    out.push_back(std::move(*change));
        }
        if (hour.hour_of_day() != 24) continue;
        targets_of(state, area, hour.day(), at, rules, out);
        county_of(state, area, at, rules, out);
    }
    number_apart(out, state.alarms());
    return out;
}

Result<AlarmActed> admit_alarm_act(const State& state, std::string_view id, AlarmActed::Verb verb,
                                   std::string_view note, std::optional<Instant> until, std::string_view person_id,
                                   Instant at, const Rules& rules)
{
    const Person* person = rules.network.person_named(person_id);
    if (person == nullptr) return refusal(fmt::format("no person {} in the configuration", person_id));
    const Alarm* alarm = state.alarms().named(id);
    if (alarm == nullptr) return refusal(fmt::format("there is no alarm {}", id));
    if (note.size() > 2'000) return refusal("the note is longer than 2000 bytes");
    AlarmActed out{
        std::string{id}, verb, {person->id, person->organisation, person->roles, at, std::string{note}}, until};
    switch (verb) {
    case AlarmActed::Verb::acknowledge:
        if (alarm->acknowledged)
            return refusal(fmt::format("{} acknowledged it at {}", alarm->acknowledged->person,
                                       format_instant(alarm->acknowledged->at, rules.network.offset)));
        break;
    case AlarmActed::Verb::silence:
        if (!until) return refusal("a silence has an end");
        if (*until <= at) return refusal("the silence would be over before it begins");
        if (until->ms - at.ms > longest_silence_ms) return refusal("a silence lasts at most 7 days");
        if (note.empty()) return refusal("a silence needs a reason (静音须说明理由)");
        break;
    case AlarmActed::Verb::confirm_silence:
        if (!alarm->silence || alarm->silence->until <= at) return refusal("nobody has asked to silence it");
        if (alarm->silence->confirmed) return refusal("it is confirmed already");
        if (alarm->silence->asked.person == person->id)
            return refusal(fmt::format("{} asked for it; somebody else must confirm it", person->id));
        break;
    case AlarmActed::Verb::note:
        if (note.empty()) return refusal("a note says something (备注不能为空)");
        break;
    case AlarmActed::Verb::own:
        if (alarm->over()) return refusal("it is over; there is nothing left to do (报警已结束)");
        if (alarm->owner && alarm->owner->person == person->id)
            return refusal(fmt::format("{} has it already (已由本人负责)", person->id));
        break;
    }
    return out;
}

} // namespace aqi
