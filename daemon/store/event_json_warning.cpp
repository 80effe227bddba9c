// Forecasts and the life of a warning in the journal; the story is in event_json.hpp.
#include "daemon/store/event_json_parts.hpp"

namespace aqi::daemon::event_json {
namespace {

constexpr RevisionKind kinds[] = {RevisionKind::raise, RevisionKind::upgrade, RevisionKind::downgrade,
                                  RevisionKind::lift, RevisionKind::cancel};
constexpr Origin origins[] = {Origin::forecast, Origin::measured, Origin::order, Origin::people};
constexpr RevisionState states[] = {RevisionState::proposed,  RevisionState::consulting, RevisionState::agreed,
                                    RevisionState::approved,  RevisionState::issued,     RevisionState::effective,
                                    RevisionState::withdrawn, RevisionState::dismissed};
constexpr Verb verbs[] = {Verb::consult,   Verb::sign,  Verb::object, Verb::approve,
                          Verb::send_back, Verb::issue, Verb::lift,   Verb::emergency};
constexpr DayBasis bases[] = {DayBasis::unknown, DayBasis::observed, DayBasis::forecast};
constexpr SetApart set_apart[] = {SetApart::no, SetApart::dust, SetApart::ozone};
constexpr Bureau bureaus[] = {Bureau::environment, Bureau::meteorology, Bureau::government, Bureau::unit};
constexpr ResponseStage stages[] = {ResponseStage::called, ResponseStage::notified, ResponseStage::acknowledged,
                                    ResponseStage::started, ResponseStage::ended};
constexpr AlarmSeverity severities[] = {AlarmSeverity::none, AlarmSeverity::notice, AlarmSeverity::serious,
                                        AlarmSeverity::critical};
constexpr AlarmKind alarm_kinds[] = {AlarmKind::hourly_aqi,     AlarmKind::target_pace, AlarmKind::county_weaker,
                                     AlarmKind::public_warning, AlarmKind::station,     AlarmKind::link,
                                     AlarmKind::channel};
constexpr AlarmActed::Verb alarm_verbs[] = {AlarmActed::Verb::acknowledge, AlarmActed::Verb::silence,
                                            AlarmActed::Verb::confirm_silence, AlarmActed::Verb::note,
                                            AlarmActed::Verb::own};
constexpr WarningLevel levels[] = {WarningLevel::none, WarningLevel::blue, WarningLevel::yellow, WarningLevel::orange,
                                   WarningLevel::red};

std::string_view bureau_name(Bureau bureau)
{
    switch (bureau) {
    case Bureau::environment: return "environment";
    case Bureau::meteorology: return "meteorology";
    case Bureau::government: return "government";
    case Bureau::unit: return "unit";
    }
    return "";
}

WarningLevel level(const json::object& o, std::string_view key)
{
    return named(text(o, key), levels, warning_level_name);
}

json::array of(const std::vector<JudgedDay>& days)
{
    json::array out;
    for (const auto& in : days) {
        json::object day{{"day", in.day.since_epoch}, {"aqi", in.aqi}, {"basis", day_basis_name(in.basis)}};
        if (in.apart != SetApart::no) day["apart"] = set_apart_name(in.apart);
        json::array runs;
        for (const auto& [above, hours] : in.hours_above) runs.push_back(json::array{above, hours});
        if (!runs.empty()) day["hours_above"] = std::move(runs);
        out.push_back(std::move(day));
    }
    return out;
}

std::vector<JudgedDay> judged_days(const json::value& v)
{
    std::vector<JudgedDay> out;
    for (const auto& item : v.as_array()) {
        const auto& in = item.as_object();
        JudgedDay judged{day(in, "day"), whole(in, "aqi"), named(text(in, "basis"), bases, day_basis_name),
                         SetApart::no};
        if (in.contains("apart")) judged.apart = named(text(in, "apart"), set_apart, set_apart_name);
        if (const auto* runs = in.if_contains("hours_above"))
            for (const auto& run : runs->as_array())
                judged.hours_above.emplace_back(static_cast<int>(run.as_array().at(0).as_int64()),
                                                static_cast<int>(run.as_array().at(1).as_int64()));
        out.push_back(std::move(judged));
    }
    return out;
}

json::object of(const Judgement& j)
{
    json::object out{{"level", warning_level_name(j.level)},
                     {"first", j.first.since_epoch},
                     {"last", j.last.since_epoch},
                     {"heavy_days", j.heavy_days},
                     {"severe_days", j.severe_days},
                     {"highest_aqi", j.highest_aqi},
                     {"clause", j.clause},
                     {"inputs", of(j.inputs)}};
    if (j.begins_after != 0) out["begins_after"] = j.begins_after; // rules of calendar days have none
    put_if(out, "note", j.note);
    return out;
}

Judgement judgement(const json::object& o)
{
    Judgement j;
    j.level = level(o, "level");
    j.first = day(o, "first");
    j.last = day(o, "last");
    j.heavy_days = whole(o, "heavy_days");
    j.severe_days = whole(o, "severe_days");
    j.highest_aqi = whole(o, "highest_aqi");
    j.clause = text(o, "clause");
    if (o.contains("begins_after")) j.begins_after = whole(o, "begins_after");
    j.note = text_or_none(o, "note");
    j.inputs = judged_days(o.at("inputs"));
    return j;
}

json::object of(const ForecastDay& d)
{
    json::object out{{"day", d.day.since_epoch}, {"low", d.aqi_low}, {"high", d.aqi_high}, {"primary", d.primary}};
    put_if(out, "weather", d.weather);
    if (d.dust) out["dust"] = true;
    json::object values;
    for (const auto p : all_pollutants)
        if (d.values[p])
            values[pollutant_name(p)] = json::array{d.values[p]->low.ng_per_m3(), d.values[p]->high.ng_per_m3()};
    if (!values.empty()) out["values_ng"] = std::move(values);
    return out;
}

ForecastDay forecast_day(const json::object& o)
{
    ForecastDay d{day(o, "day"), whole(o, "low"), whole(o, "high"), text(o, "primary"), text_or_none(o, "weather"), {},
                  false};
    d.dust = o.contains("dust") && o.at("dust").as_bool();
    if (const auto* values = o.if_contains("values_ng"))
        for (const auto& [name, range] : values->as_object()) {
            const auto p = pollutant_named(name);
            if (!p) throw std::runtime_error("the journal names a pollutant that this version does not know");
            d.values[*p] = {Concentration::from_ng_per_m3(range.as_array().at(0).as_int64()),
                            Concentration::from_ng_per_m3(range.as_array().at(1).as_int64())};
        }
    return d;
}

json::object of(const ConsultationRecord& r)
{
    json::object out{{"at", r.at.ms}, {"observed", of(r.observed)}, {"hour_aqi", r.hour_aqi}};
    put_if(out, "hour", r.hour);
    put_if(out, "disagreement", r.disagreement);
    json::array views;
    for (const auto& view : r.views) {
        json::array days;
        for (const auto& said : view.days) {
            json::object d = of(said.day);
            d["issued_at"] = said.issued_at.ms;
            d["received_at"] = said.received_at.ms;
            d["person"] = said.person;
            days.push_back(std::move(d));
        }
        views.push_back(json::object{
            {"organisation", view.organisation}, {"level", warning_level_name(view.level)}, {"days", std::move(days)}});
    }
    out["views"] = std::move(views);
    return out;
}

ConsultationRecord record(const json::object& o)
{
    ConsultationRecord r;
    r.at = instant(o, "at");
    r.observed = judged_days(o.at("observed"));
    r.hour_aqi = whole(o, "hour_aqi");
    r.hour = hour_if(o, "hour");
    r.disagreement = text_or_none(o, "disagreement");
    for (const auto& v : o.at("views").as_array()) {
        const auto& view = v.as_object();
        auto& out = r.views.emplace_back();
        out.organisation = text(view, "organisation");
        out.level = level(view, "level");
        for (const auto& d : view.at("days").as_array()) {
            const auto& said = d.as_object();
            out.days.push_back(
                {forecast_day(said), instant(said, "issued_at"), instant(said, "received_at"), text(said, "person")});
        }
    }
    return r;
}

void put(json::object& o, const Proposal& p)
{
    o["level"] = warning_level_name(p.level);
    o["effective"] = p.effective.since_epoch;
    put_if(o, "until", p.until);
    put_if(o, "wording", p.wording);
}

json::array of(const std::vector<Act>& acts)
{
    json::array out;
    for (const auto& a : acts) {
        json::object o;
        event_json::put(o, a);
        out.push_back(std::move(o));
    }
    return out;
}

ForecastIssued forecast(const json::object& o)
{
    ForecastIssued e{{text(o, "area"), text(o, "organisation"), text(o, "person"), instant(o, "issued_at"), {}, {}},
                     instant(o, "at")};
    for (const auto& v : o.at("days").as_array()) e.forecast.days.push_back(forecast_day(v.as_object()));
    if (const auto* hours = o.if_contains("hours"))
        for (const auto& v : hours->as_array()) {
            const auto& h = v.as_object();
            e.forecast.hours.push_back({hour(h, "hour"), whole(h, "low"), whole(h, "high")});
        }
    return e;
}

Proposed proposed(const json::object& o)
{
    Proposed e;
    e.warning = text(o, "warning");
    e.area = text(o, "area");
    Revision& r = e.revision;
    r.number = whole(o, "revision");
    r.kind = named(text(o, "kind"), kinds, revision_kind_name);
    r.level = level(o, "level");
    r.previous = level(o, "previous");
    r.effective = hour(o, "effective");
    r.rules = text(o, "rules");
    r.proposed_at = r.moved_at = instant(o, "proposed_at");
    r.judgement = judgement(o.at("judgement").as_object());
    if (o.contains("origin")) r.origin = named(text(o, "origin"), origins, origin_name);
    r.order = text_or_none(o, "order");
    r.why = text_or_none(o, "why");
    r.until = hour_if(o, "until");
    r.wording = text_or_none(o, "wording");
    r.closes = instant_if(o, "closes");
    if (const auto* authors = o.if_contains("authors"))
        for (const auto& v : authors->as_array()) r.authors.push_back(act(v.as_object()));
    if (const auto* had = o.if_contains("record")) r.record = record(had->as_object());
    return e;
}

} // namespace

json::object body_of(const ForecastIssued& e)
{
    json::array days;
    for (const auto& d : e.forecast.days) days.push_back(of(d));
    json::object out{{"area", e.forecast.area},
                     {"organisation", e.forecast.organisation},
                     {"person", e.forecast.person},
                     {"issued_at", e.forecast.issued_at.ms},
                     {"at", e.at.ms},
                     {"days", std::move(days)}};
    json::array hours;
    for (const auto& h : e.forecast.hours)
        hours.push_back(json::object{{"hour", h.hour.since_epoch}, {"low", h.aqi_low}, {"high", h.aqi_high}});
    if (!hours.empty()) out["hours"] = std::move(hours);
    return out;
}

json::object body_of(const Proposed& e)
{
    const Revision& r = e.revision;
    json::object out{{"warning", e.warning},
                     {"area", e.area},
                     {"revision", r.number},
                     {"kind", revision_kind_name(r.kind)},
                     {"level", warning_level_name(r.level)},
                     {"previous", warning_level_name(r.previous)},
                     {"effective", r.effective.since_epoch},
                     {"rules", r.rules},
                     {"proposed_at", r.proposed_at.ms},
                     {"judgement", of(r.judgement)},
                     {"origin", origin_name(r.origin)},
                     {"record", of(r.record)}};
    put_if(out, "order", r.order);
    put_if(out, "why", r.why);
    put_if(out, "until", r.until);
    put_if(out, "wording", r.wording);
    put_if(out, "closes", r.closes);
    if (!r.authors.empty()) out["authors"] = of(r.authors);
    return out;
}

json::object body_of(const DrillProposed& e) { return body_of(e.proposed); }

json::object body_of(const Withdrawn& e)
{
    return {{"warning", e.warning}, {"revision", e.revision}, {"at", e.at.ms}, {"why", e.why}};
}

json::object body_of(const PersonActed& e)
{
    json::object out{{"warning", e.warning}, {"revision", e.revision},          {"verb", verb_name(e.verb)},
                     {"person", e.person},   {"bureau", bureau_name(e.bureau)}, {"to", revision_state_name(e.to)},
                     {"at", e.at.ms}};
    put_if(out, "in_place_of", e.in_place_of);
    put_if(out, "why", e.why);
    put_if(out, "late_why", e.late_why);
    return out;
}

json::object body_of(const Consulted& e)
{
    json::object out{{"warning", e.warning},
                     {"revision", e.revision},
                     {"kind", revision_kind_name(e.kind)},
                     {"record", of(e.record)}};
    put(out, e.proposal);
    event_json::put(out, e.act);
    put_if(out, "why", e.why);
    put_if(out, "closes", e.closes);
    return out;
}

json::object body_of(const Ordered& e)
{
    json::array areas;
    for (const auto& area : e.order.areas) areas.emplace_back(area);
    json::object out{{"order", e.order.id},
                     {"authority", e.order.authority},
                     {"document", e.order.document},
                     {"areas", std::move(areas)},
                     {"level", warning_level_name(e.order.level)},
                     {"effective", e.order.effective.since_epoch}};
    put_if(out, "until", e.order.until);
    put_if(out, "text", e.order.text);
    put_if(out, "message", e.order.message);
    event_json::put(out, e.order.entered);
    return out;
}

json::object body_of(const Overdue& e)
{
    return {
        {"warning", e.warning}, {"revision", e.revision}, {"version", e.version}, {"stage", e.stage}, {"at", e.at.ms}};
}

json::object body_of(const EmergencyReviewed& e)
{
    json::object out{
        {"warning", e.warning}, {"revision", e.revision}, {"confirmed", e.review.confirmed}, {"why", e.review.why}};
    event_json::put(out, e.review.act);
    return out;
}

json::object body_of(const Ended& e) { return {{"warning", e.warning}, {"at", e.at.ms}}; }

json::object body_of(const ActRefused& e)
{
    json::object out{{"what", e.what}, {"why", e.why}};
    event_json::put(out, e.act);
    return out;
}

json::object body_of(const AlarmChanged& e)
{
    json::object out{{"alarm", e.id},         {"kind", alarm_kind_name(e.kind)},
                     {"subject", e.subject},  {"severity", severity_name(e.severity)},
                     {"detail", e.detail.zh}, {"at", e.at.ms}};
    if (e.detail.en != e.detail.zh) out["detail_en"] = e.detail.en;
    return out;
}

json::object body_of(const AlarmActed& e)
{
    json::array roles;
    for (const auto& role : e.act.roles) roles.emplace_back(role);
    json::object out{{"alarm", e.id},
                     {"verb", alarm_verb_name(e.verb)},
                     {"person", e.act.person},
                     {"organisation", e.act.organisation},
                     {"roles", std::move(roles)},
                     {"at", e.act.at.ms}};
    put_if(out, "note", e.act.note);
    put_if(out, "until", e.until);
    return out;
}

json::object body_of(const ResponseCalled& e)
{
    json::array entries, let_go;
    for (const auto& entry : e.entries)
        entries.push_back(json::object{{"measure", entry.measure},
                                       {"unit", entry.unit},
                                       {"text_zh", entry.text_zh},
                                       {"level", warning_level_name(entry.level)},
                                       {"cutback", entry.cutback},
                                       {"share_percent", entry.share_percent},
                                       {"at", entry.called_at.ms}});
    for (const auto& measure : e.no_longer_asked) let_go.emplace_back(measure);
    return {{"warning", e.warning},
            {"revision", e.revision},
            {"entries", std::move(entries)},
            {"no_longer_asked", std::move(let_go)}};
}

json::object body_of(const ResponseActed& e)
{
    json::object out{{"warning", e.warning}, {"measure", e.measure}, {"stage", response_stage_name(e.step.stage)}};
    event_json::put(out, e.step.act);
    put_if(out, "note", e.step.note);
    return out;
}

std::optional<Event> warning_event_of(std::string_view kind, const json::object& o)
{
    if (kind == "forecast") return forecast(o);
    if (kind == "proposed") return proposed(o);
    if (kind == "drill") return DrillProposed{proposed(o)};
    if (kind == "withdrawn")
        return Withdrawn{text(o, "warning"), whole(o, "revision"), instant(o, "at"), text(o, "why")};
    if (kind == "acted")
        return PersonActed{text(o, "warning"),
                           whole(o, "revision"),
                           named(text(o, "verb"), verbs, verb_name),
                           text(o, "person"),
                           named(text(o, "bureau"), bureaus, bureau_name),
                           named(text(o, "to"), states, revision_state_name),
                           instant(o, "at"),
                           text_or_none(o, "in_place_of"),
                           text_or_none(o, "why"),
                           text_or_none(o, "late_why")};
    if (kind == "consulted")
        return Consulted{text(o, "warning"),
                         whole(o, "revision"),
                         named(text(o, "kind"), kinds, revision_kind_name),
                         {level(o, "level"), hour(o, "effective"), hour_if(o, "until"), text_or_none(o, "wording")},
                         act(o),
                         text_or_none(o, "why"),
                         instant_if(o, "closes"),
                         record(o.at("record").as_object())};
    if (kind == "ordered") {
        OrderFromAbove order{
            text(o, "order"),     text(o, "authority"), text(o, "document"),     {},     level(o, "level"),
            hour(o, "effective"), hour_if(o, "until"),  text_or_none(o, "text"), act(o), text_or_none(o, "message")};
        for (const auto& area : o.at("areas").as_array()) order.areas.emplace_back(area.as_string());
        return Ordered{std::move(order)};
    }
    if (kind == "overdue")
        return Overdue{text(o, "warning"), whole(o, "revision"), whole(o, "version"), text(o, "stage"),
                       instant(o, "at")};
    if (kind == "emergency_review")
        return EmergencyReviewed{
            text(o, "warning"), whole(o, "revision"), {act(o), o.at("confirmed").as_bool(), text(o, "why")}};
    if (kind == "ended") return Ended{text(o, "warning"), instant(o, "at")};
    if (kind == "alarm") {
        // What was written before details were in English, too, is said as it was.
        const std::string detail = text(o, "detail");
        return AlarmChanged{text(o, "alarm"),
                            named(text(o, "kind"), alarm_kinds, alarm_kind_name),
                            text(o, "subject"),
                            named(text(o, "severity"), severities, severity_name),
                            {detail, o.contains("detail_en") ? text(o, "detail_en") : detail},
                            instant(o, "at")};
    }
    if (kind == "alarm_act") {
        AlarmActed e{
            text(o, "alarm"), named(text(o, "verb"), alarm_verbs, alarm_verb_name), {}, instant_if(o, "until")};
        e.act = {text(o, "person"), text(o, "organisation"), {}, instant(o, "at"), text_or_none(o, "note")};
        for (const auto& role : o.at("roles").as_array()) e.act.roles.emplace_back(role.as_string());
        return e;
    }
    if (kind == "response") {
        ResponseCalled e{{}, text(o, "warning"), whole(o, "revision"), {}};
        for (const auto& v : o.at("entries").as_array()) {
            const auto& entry = v.as_object();
            e.entries.push_back({e.warning,
                                 e.revision,
                                 text(entry, "measure"),
                                 text(entry, "unit"),
                                 text(entry, "text_zh"),
                                 level(entry, "level"),
                                 text(entry, "cutback"),
                                 whole(entry, "share_percent"),
                                 instant(entry, "at"),
                                 {},
                                 {}});
        }
        for (const auto& v : o.at("no_longer_asked").as_array()) e.no_longer_asked.emplace_back(v.as_string());
        return e;
    }
    if (kind == "response_act")
        return ResponseActed{text(o, "warning"),
                             text(o, "measure"),
                             {named(text(o, "stage"), stages, response_stage_name), act(o), text_or_none(o, "note")}};
    if (kind == "refused") return ActRefused{act(o), text(o, "what"), text(o, "why")};
    return std::nullopt;
}

} // namespace aqi::daemon::event_json
