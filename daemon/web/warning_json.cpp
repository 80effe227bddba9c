#include "daemon/web/warning_json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <tuple>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int forecast_days_shown = 10;

class Writer {
public:
    explicit Writer(const Rules& rules) : rules_(rules), network_(rules.network) {}

    json::object warning(const Warning& w) const
    {
        json::array revisions;
        for (const auto& r : w.revisions) revisions.push_back(revision(r));
        const auto area = network_.area_named(w.area);
        json::object out{{"id", w.id},
                         {"area", w.area},
                         {"area_name", area ? network_.areas[area->value].name : w.area},
                         {"level", warning_level_name(w.level())},
                         {"level_zh", warning_level_zh(w.level())},
                         {"closed", w.closed()},
                         {"revisions", std::move(revisions)}};
        out["pending"] = w.pending() != nullptr ? json::value(w.pending()->number) : json::value(nullptr);
        out["ended"] = w.ended ? json::value(moment(*w.ended)) : json::value(nullptr);
        return out;
    }

    json::object forecast_day(const ForecastDay& day) const
    {
        json::object out{{"date", format_day(day.day)}, {"low", day.aqi_low},     {"high", day.aqi_high},
                         {"primary", day.primary},      {"weather", day.weather}, {"dust", day.dust}};
        json::object values;
        for (const auto p : all_pollutants)
            if (day.values[p])
                values[pollutant_name(p)] = json::array{format_concentration(day.values[p]->low, display_unit_ng(p)),
                                                        format_concentration(day.values[p]->high, display_unit_ng(p))};
        out["values"] = std::move(values);
        return out;
    }

    json::object order(const OrderFromAbove& o, bool in_force) const
    {
        json::array areas;
        for (const auto& area : o.areas) areas.emplace_back(area);
        return {{"id", o.id},
                {"authority", o.authority},
                {"document", o.document},
                {"areas", std::move(areas)},
                {"level", warning_level_name(o.level)},
                {"level_zh", warning_level_zh(o.level)},
                {"effective", moment(o.effective)},
                {"until", moment(o.until)},
                {"text", o.text},
                {"message", o.message},
                {"entered", act(o.entered)},
                {"in_force", in_force}};
    }

    std::string moment(Instant at) const { return format_instant(at, network_.offset); }
    std::string moment(HourEnding hour) const { return moment(hour.instant(network_.offset)); }
    json::value moment(const std::optional<HourEnding>& hour) const
    {
        return hour ? json::value(moment(*hour)) : json::value(nullptr);
    }
    const std::string& organisation_name(const std::string& id) const
    {
        const Organisation* organisation = network_.organisation_named(id);
        return organisation != nullptr && !organisation->name.empty() ? organisation->name : id;
    }

private:
    json::object act(const Act& a) const
    {
        const Person* person = network_.person_named(a.person);
        return {{"person", a.person}, {"name", person != nullptr ? person->name : a.person}, {"at", moment(a.at)}};
    }

    static json::array days(const std::vector<JudgedDay>& judged)
    {
        json::array out;
        for (const auto& in : judged) {
            json::object o{{"date", format_day(in.day)}, {"basis", day_basis_name(in.basis)}};
            o["aqi"] = in.aqi >= 0 ? json::value(in.aqi) : json::value(nullptr);
            if (in.apart != SetApart::no) o["apart"] = set_apart_name(in.apart);
            out.push_back(std::move(o));
        }
        return out;
    }

    json::object consultation(const ConsultationRecord& record) const
    {
        json::array views;
        for (const auto& view : record.views) {
            json::array said;
            for (const auto& s : view.days) {
                json::object day = forecast_day(s.day);
                day["issued_at"] = moment(s.issued_at);
                day["person"] = s.person;
                said.push_back(std::move(day));
            }
            views.push_back(json::object{{"organisation", view.organisation},
                                         {"name", organisation_name(view.organisation)},
                                         {"level", warning_level_name(view.level)},
                                         {"level_zh", warning_level_zh(view.level)},
                                         {"days", std::move(said)}});
        }
        json::object out{{"at", moment(record.at)},
                         {"views", std::move(views)},
                         {"observed", days(record.observed)},
                         {"disagreement", record.disagreement}};
        out["hour"] = record.hour ? json::value(format_hour(*record.hour)) : json::value(nullptr);
        out["hour_aqi"] = record.hour_aqi >= 0 ? json::value(record.hour_aqi) : json::value(nullptr);
        return out;
    }

    json::object revision(const Revision& r) const
    {
        json::object out{{"number", r.number},
                         {"kind", revision_kind_name(r.kind)},
                         {"kind_zh", revision_kind_zh(r.kind)},
                         {"level", warning_level_name(r.level)},
                         {"level_zh", warning_level_zh(r.level)},
                         {"previous", warning_level_name(r.previous)},
                         {"state", revision_state_name(r.state)},
                         {"state_zh", revision_state_zh(r.state)},
                         {"origin", origin_name(r.origin)},
                         {"origin_zh", origin_zh(r.origin)},
                         {"order", r.order},
                         {"why", r.why},
                         {"wording", r.wording},
                         {"version", r.version},
                         {"dismissal", r.is_dismissal()},
                         {"effective", moment(r.effective)},
                         {"until", moment(r.until)},
                         {"proposed_at", moment(r.proposed_at)},
                         {"clause", r.judgement.clause},
                         {"note", r.judgement.note},
                         {"first_day", format_day(r.judgement.first)},
                         {"last_day", format_day(r.judgement.last)},
                         {"heavy_days", r.judgement.heavy_days},
                         {"severe_days", r.judgement.severe_days},
                         {"highest_aqi", r.judgement.highest_aqi},
                         {"called_level", warning_level_name(r.judgement.level)},
                         {"rules", r.rules},
                         {"emergency", r.emergency},
                         {"emergency_why", r.emergency_why},
                         {"late_why", r.late_why},
                         {"inputs", days(r.judgement.inputs)},
                         {"consultation", consultation(r.record)}};
        json::array signatures, approvals, authors, remarks, overdue;
        for (const auto& s : r.signatures) signatures.push_back(act(s.act));
        for (const auto& a : r.approvals) {
            json::object o = act(a.act);
            o["in_place_of"] = a.in_place_of;
            approvals.push_back(std::move(o));
        }
        for (const auto& a : r.authors) authors.push_back(act(a));
        for (const auto& m : r.remarks) {
            json::object o = act(m.act);
            o["verb"] = m.verb;
            o["why"] = m.why;
            remarks.push_back(std::move(o));
        }
        for (const auto& o : r.overdue)
            overdue.push_back(json::object{{"stage", o.stage}, {"version", o.version}, {"at", moment(o.at)}});
        out["signatures"] = std::move(signatures);
        out["approvals"] = std::move(approvals);
        out["authors"] = std::move(authors);
        out["remarks"] = std::move(remarks);
        out["overdue"] = std::move(overdue);
        out["closes"] = r.closes ? json::value(moment(*r.closes)) : json::value(nullptr);
        // How long before its effect the edition wants it issued; nothing for what goes down or ends.
        const WarningRules* edition = rules_.book.warning_named(r.rules);
        out["lead_hours"] = edition != nullptr && r.level > r.previous ? json::value(edition->lead_hours(r.level))
                                                                       : json::value(nullptr);
        out["review_by"] = nullptr;
        if (r.emergency && r.issue)
            out["review_by"] =
                moment(Instant{r.issue->at.ms + std::int64_t{rules_.consultation.review_emergency_hours} * 3'600'000});
        out["issue"] = r.issue ? json::value(act(*r.issue)) : json::value(nullptr);
        out["review"] = nullptr;
        if (r.review) {
            json::object o = act(r.review->act);
            o["confirmed"] = r.review->confirmed;
            o["why"] = r.review->why;
            out["review"] = std::move(o);
        }
        return out;
    }

    const Rules& rules_;
    const Network& network_;
};

} // namespace

json::array warnings_json(const std::vector<Warning>& all, const Rules& rules, std::size_t most)
{
    const Writer writer{rules};
    json::array out;
    for (const bool closed : {false, true})
        for (auto w = all.rbegin(); w != all.rend(); ++w)
            if (w->closed() == closed && (!closed || out.size() < most)) out.push_back(writer.warning(*w));
    return out;
}

json::array forecasts_json(const State& state, AreaIndex area, Instant now, const Rules& rules)
{
    const Writer writer{rules};
    json::array out;
    const LocalDay today = day_at(now, rules.network.offset);
    const ForecastBook& book = state.forecasts(area);
    for (int ahead = 0; ahead <= forecast_days_shown; ++ahead)
        for (const auto& organisation : book.organisations(today.plus(ahead))) {
            const auto* said = book.said(today.plus(ahead), organisation);
            json::object day = writer.forecast_day(said->day);
            day["organisation"] = writer.organisation_name(organisation);
            day["issued_at"] = writer.moment(said->issued_at);
            day["person"] = said->person;
            day["revision"] = book.revisions(today.plus(ahead), organisation).size();
            out.push_back(std::move(day));
        }
    return out;
}

json::array alarms_json(const State& state, Instant now, const Rules& rules, std::size_t most)
{
    const Writer writer{rules};
    std::vector<const Alarm*> all;
    for (const auto& alarm : state.alarms().all()) all.push_back(&alarm);
    std::stable_sort(all.begin(), all.end(), [](const Alarm* a, const Alarm* b) {
        const auto rank = [](const Alarm* x) {
            return std::tuple{!x->over(), x->over() ? AlarmSeverity::none : x->worst, x->raised_at};
        };
        return rank(b) < rank(a);
    });
    json::array out;
    for (const auto* a : all) {
        if (out.size() >= most) break;
        json::object o{{"id", a->id},
                       {"kind", alarm_kind_name(a->kind)},
                       {"kind_zh", alarm_kind_zh(a->kind)},
                       {"subject", a->subject},
                       {"severity", severity_name(a->severity)},
                       {"worst", severity_name(a->worst)},
                       {"worst_zh", severity_zh(a->worst)},
                       {"detail", a->detail.zh},
                       {"detail_en", a->detail.en},
                       {"raised_at", writer.moment(a->raised_at)},
                       {"changed_at", writer.moment(a->changed_at)},
                       {"active", a->active()},
                       {"over", a->over()},
                       {"silent", a->silent_at(now)}};
        const auto act = [&](const std::optional<AlarmAct>& done) -> json::value {
            if (!done) return nullptr;
            return json::object{{"person", done->person},
                                {"organisation", done->organisation},
                                {"at", writer.moment(done->at)},
                                {"note", done->note}};
        };
        o["acknowledged"] = act(a->acknowledged);
        o["silence"] = nullptr;
        if (a->silence)
            o["silence"] = json::object{{"asked", act(a->silence->asked)},
                                        {"until", writer.moment(a->silence->until)},
                                        {"confirmed", act(a->silence->confirmed)}};
        const auto name_of = [&](const std::string& id) {
            const Person* person = rules.network.person_named(id);
            return person != nullptr ? person->name : id;
        };
        o["owner"] = a->owner ? json::value(a->owner->person) : json::value(nullptr);
        o["owner_name"] = a->owner ? json::value(name_of(a->owner->person)) : json::value(nullptr);
        o["owned_since"] = a->owner ? json::value(writer.moment(a->owner->at)) : json::value(nullptr);
        json::array notes;
        for (const auto& note : a->notes)
            notes.push_back(json::object{{"person", note.person},
                                         {"name", name_of(note.person)},
                                         {"at", writer.moment(note.at)},
                                         {"text", note.note}});
        o["notes"] = std::move(notes);
        out.push_back(std::move(o));
    }
    return out;
}

json::array orders_json(const State& state, Instant now, const Rules& rules)
{
    const Writer writer{rules};
    json::array out;
    for (auto o = state.orders().rbegin(); o != state.orders().rend(); ++o) {
        const bool over = o->until && o->until->instant(rules.network.offset) <= now;
        out.push_back(writer.order(*o, o->level != WarningLevel::none && !over));
    }
    return out;
}

} // namespace aqi::daemon::web
