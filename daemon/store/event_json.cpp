#include "daemon/store/event_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::daemon {
namespace {

namespace json = boost::json;

// Enumerators are written by name: a number would tie the journal to an order in a header.
template <class T, std::size_t n>
T named(std::string_view name, const T (&all)[n], std::string_view (*name_of)(T))
{
    for (const T value : all)
        if (name_of(value) == name) return value;
    throw std::runtime_error(fmt::format("the journal says \"{}\", which this version does not know", name));
}

constexpr RevisionKind kinds[] = {RevisionKind::raise, RevisionKind::upgrade, RevisionKind::lift};
constexpr RevisionState states[] = {RevisionState::proposed, RevisionState::consulting, RevisionState::agreed,
                                    RevisionState::approved, RevisionState::issued,     RevisionState::effective,
                                    RevisionState::withdrawn};
constexpr Verb verbs[] = {Verb::sign, Verb::approve, Verb::issue, Verb::lift};
constexpr DayBasis bases[] = {DayBasis::unknown, DayBasis::observed, DayBasis::forecast};
constexpr Bureau bureaus[] = {Bureau::environment, Bureau::meteorology, Bureau::government};
constexpr WarningLevel levels[] = {WarningLevel::none, WarningLevel::blue, WarningLevel::yellow, WarningLevel::orange,
                                   WarningLevel::red};

constexpr CorrectionKind correction_kinds[] = {CorrectionKind::invalidate, CorrectionKind::replace,
                                               CorrectionKind::accept, CorrectionKind::restore};
constexpr ReviewLevel review_levels[] = {ReviewLevel::preliminary, ReviewLevel::validated, ReviewLevel::ratified};
constexpr Change::What changes[] = {Change::What::day_value, Change::What::day_aqi, Change::What::day_verdict,
                                    Change::What::annual_mean, Change::What::good_days};
constexpr StationNote::Kind note_kinds[] = {StationNote::Kind::maintenance, StationNote::Kind::quarantine};
constexpr Notice::Cause causes[] = {Notice::Cause::late_value, Notice::Cause::correction, Notice::Cause::rules};

std::string_view bureau_name(Bureau bureau)
{
    switch (bureau) {
    case Bureau::environment: return "environment";
    case Bureau::meteorology: return "meteorology";
    case Bureau::government: return "government";
    }
    return "";
}

std::string text(const json::object& o, std::string_view key) { return std::string{o.at(key).as_string()}; }
int whole(const json::object& o, std::string_view key) { return static_cast<int>(o.at(key).as_int64()); }
Instant instant(const json::object& o, std::string_view key) { return Instant{o.at(key).as_int64()}; }
LocalDay day(const json::object& o, std::string_view key) { return LocalDay{whole(o, key)}; }

void put(json::object& o, const Act& act)
{
    o["person"] = act.person;
    o["at"] = act.at.ms;
}
Act act(const json::object& o) { return {text(o, "person"), instant(o, "at")}; }

Pollutant pollutant(const json::object& o)
{
    const auto found = pollutant_named(text(o, "pollutant"));
    if (!found) throw std::runtime_error("the journal names a pollutant that this version does not know");
    return *found;
}

json::object of(const Judgement& j)
{
    json::object out{{"level", warning_level_name(j.level)},
                     {"first", j.first.since_epoch},
                     {"last", j.last.since_epoch},
                     {"heavy_days", j.heavy_days},
                     {"severe_days", j.severe_days},
                     {"highest_aqi", j.highest_aqi},
                     {"clause", j.clause}};
    json::array inputs;
    for (const auto& in : j.inputs)
        inputs.push_back(
            json::object{{"day", in.day.since_epoch}, {"aqi", in.aqi}, {"basis", day_basis_name(in.basis)}});
    out["inputs"] = std::move(inputs);
    return out;
}

Judgement judgement(const json::object& o)
{
    Judgement j;
    j.level = named(text(o, "level"), levels, warning_level_name);
    j.first = day(o, "first");
    j.last = day(o, "last");
    j.heavy_days = whole(o, "heavy_days");
    j.severe_days = whole(o, "severe_days");
    j.highest_aqi = whole(o, "highest_aqi");
    j.clause = text(o, "clause");
    for (const auto& v : o.at("inputs").as_array()) {
        const auto& in = v.as_object();
        j.inputs.push_back({day(in, "day"), whole(in, "aqi"), named(text(in, "basis"), bases, day_basis_name)});
    }
    return j;
}

struct Writer {
    json::object operator()(const Observed&) const { throw std::logic_error("observations have a table of their own"); }
    json::object operator()(const ObservedDay&) const
    {
        throw std::logic_error("observations have a table of their own");
    }
    json::object operator()(const HourClosed& e) const
    {
        return {{"hour", e.hour.since_epoch}, {"at", e.at.ms}, {"catching_up", e.catching_up}};
    }
    json::object operator()(const ForecastIssued& e) const
    {
        json::array days;
        for (const auto& d : e.forecast.days)
            days.push_back(json::object{
                {"day", d.day.since_epoch}, {"low", d.aqi_low}, {"high", d.aqi_high}, {"primary", d.primary}});
        return {{"area", e.forecast.area},
                {"organisation", e.forecast.organisation},
                {"person", e.forecast.person},
                {"issued_at", e.forecast.issued_at.ms},
                {"at", e.at.ms},
                {"days", std::move(days)}};
    }
    json::object operator()(const Proposed& e) const
    {
        const Revision& r = e.revision;
        return {{"warning", e.warning},
                {"area", e.area},
                {"revision", r.number},
                {"kind", revision_kind_name(r.kind)},
                {"level", warning_level_name(r.level)},
                {"previous", warning_level_name(r.previous)},
                {"effective", r.effective.since_epoch},
                {"rules", r.rules},
                {"proposed_at", r.proposed_at.ms},
                {"judgement", of(r.judgement)}};
    }
    json::object operator()(const Withdrawn& e) const
    {
        return {{"warning", e.warning}, {"revision", e.revision}, {"at", e.at.ms}, {"why", e.why}};
    }
    json::object operator()(const PersonActed& e) const
    {
        return {{"warning", e.warning}, {"revision", e.revision},          {"verb", verb_name(e.verb)},
                {"person", e.person},   {"bureau", bureau_name(e.bureau)}, {"to", revision_state_name(e.to)},
                {"at", e.at.ms}};
    }
    json::object operator()(const CorrectionMade& e) const
    {
        const Correction& c = e.correction;
        json::object out{{"correction", c.id},
                         {"station", c.station},
                         {"pollutant", pollutant_name(c.pollutant)},
                         {"first", c.first.since_epoch},
                         {"last", c.last.since_epoch},
                         {"kind", correction_kind_name(c.kind)},
                         {"why", c.why},
                         {"document", c.document}};
        if (c.value) out["value_ng"] = c.value->ng_per_m3();
        put(out, c.validated);
        return out;
    }
    json::object operator()(const CorrectionDecided& e) const
    {
        json::object out{{"correction", e.correction}, {"ratified", e.ratified}, {"why", e.why}};
        put(out, e.act);
        return out;
    }
    json::object operator()(const SignedOff& e) const
    {
        json::object out{{"place", e.place},
                         {"first", e.sign_off.first.since_epoch},
                         {"last", e.sign_off.last.since_epoch},
                         {"level", review_level_name(e.sign_off.level)},
                         {"note", e.sign_off.note}};
        put(out, e.sign_off.act);
        return out;
    }
    json::object operator()(const DustDeclared& e) const
    {
        json::object out{{"area", e.area},
                         {"day", e.day.since_epoch},
                         {"is_dust", e.is_dust},
                         {"document", e.dust.document},
                         {"why", e.dust.why}};
        put(out, e.dust.act);
        return out;
    }
    json::object operator()(const StationDeclared& e) const
    {
        json::object out{{"station", e.station},
                         {"note", station_note_name(e.note.kind)},
                         {"first", e.note.first.since_epoch},
                         {"ends", e.ends},
                         {"why", e.note.why}};
        if (e.note.last) out["last"] = e.note.last->since_epoch;
        put(out, e.note.act);
        return out;
    }
    json::object operator()(const Noticed& e) const
    {
        const Notice& n = e.notice;
        json::array rows;
        for (const auto& c : n.changes) {
            json::object row{{"place", c.place},
                             {"what", change_name(c.what)},
                             {"day", c.day.since_epoch},
                             {"before", c.before},
                             {"after", c.after}};
            if (c.pollutant) row["pollutant"] = pollutant_name(*c.pollutant);
            rows.push_back(std::move(row));
        }
        return {{"number", n.number}, {"at", n.at.ms},        {"cause", notice_cause_name(n.cause)}, {"who", n.who},
                {"why", n.why},       {"further", n.further}, {"changes", std::move(rows)}};
    }
};

CorrectionMade correction_made(const json::object& o)
{
    Correction c;
    c.id = text(o, "correction");
    c.station = text(o, "station");
    c.pollutant = pollutant(o);
    c.first = HourEnding{whole(o, "first")};
    c.last = HourEnding{whole(o, "last")};
    c.kind = named(text(o, "kind"), correction_kinds, correction_kind_name);
    c.why = text(o, "why");
    c.document = text(o, "document");
    if (const auto* value = o.if_contains("value_ng")) c.value = Concentration::from_ng_per_m3(value->as_int64());
    c.validated = act(o);
    return {std::move(c)};
}

Noticed noticed(const json::object& o)
{
    Notice n{text(o, "number"),  instant(o, "at"), named(text(o, "cause"), causes, notice_cause_name),
             text(o, "who"),     text(o, "why"),   {},
             whole(o, "further")};
    for (const auto& v : o.at("changes").as_array()) {
        const auto& row = v.as_object();
        Change c{text(row, "place"),  named(text(row, "what"), changes, change_name),
                 day(row, "day"),     {},
                 text(row, "before"), text(row, "after")};
        if (row.contains("pollutant")) c.pollutant = pollutant(row);
        n.changes.push_back(std::move(c));
    }
    return {std::move(n)};
}

} // namespace

std::string event_body(const Event& event) { return json::serialize(std::visit(Writer{}, event)); }

Event event_of(std::string_view kind, std::string_view body)
{
    const json::value value = json::parse({body.data(), body.size()});
    const auto& o = value.as_object();
    if (kind == "hour_closed")
        return HourClosed{HourEnding{whole(o, "hour")}, instant(o, "at"), o.at("catching_up").as_bool()};
    if (kind == "forecast") {
        ForecastIssued e{{text(o, "area"), text(o, "organisation"), text(o, "person"), instant(o, "issued_at"), {}},
                         instant(o, "at")};
        for (const auto& v : o.at("days").as_array()) {
            const auto& d = v.as_object();
            e.forecast.days.push_back({day(d, "day"), whole(d, "low"), whole(d, "high"), text(d, "primary")});
        }
        return e;
    }
    if (kind == "proposed") {
        Proposed e;
        e.warning = text(o, "warning");
        e.area = text(o, "area");
        e.revision.number = whole(o, "revision");
        e.revision.kind = named(text(o, "kind"), kinds, revision_kind_name);
        e.revision.level = named(text(o, "level"), levels, warning_level_name);
        e.revision.previous = named(text(o, "previous"), levels, warning_level_name);
        e.revision.effective = HourEnding{whole(o, "effective")};
        e.revision.rules = text(o, "rules");
        e.revision.proposed_at = instant(o, "proposed_at");
        e.revision.judgement = judgement(o.at("judgement").as_object());
        return e;
    }
    if (kind == "withdrawn")
        return Withdrawn{text(o, "warning"), whole(o, "revision"), instant(o, "at"), text(o, "why")};
    if (kind == "acted")
        return PersonActed{text(o, "warning"),
                           whole(o, "revision"),
                           named(text(o, "verb"), verbs, verb_name),
                           text(o, "person"),
                           named(text(o, "bureau"), bureaus, bureau_name),
                           named(text(o, "to"), states, revision_state_name),
                           instant(o, "at")};
    if (kind == "correction") return correction_made(o);
    if (kind == "correction_decided")
        return CorrectionDecided{text(o, "correction"), o.at("ratified").as_bool(), act(o), text(o, "why")};
    if (kind == "signed_off")
        return SignedOff{text(o, "place"),
                         {day(o, "first"), day(o, "last"), named(text(o, "level"), review_levels, review_level_name),
                          act(o), text(o, "note")}};
    if (kind == "dust")
        return DustDeclared{
            text(o, "area"), day(o, "day"), o.at("is_dust").as_bool(), {text(o, "document"), text(o, "why"), act(o)}};
    if (kind == "notice") return noticed(o);
    if (kind == "station_declared") {
        StationNote note{named(text(o, "note"), note_kinds, station_note_name),
                         HourEnding{whole(o, "first")},
                         {},
                         text(o, "why"),
                         act(o)};
        if (o.contains("last")) note.last = HourEnding{whole(o, "last")};
        return StationDeclared{text(o, "station"), std::move(note), o.at("ends").as_bool()};
    }
    throw std::runtime_error(
        fmt::format("the journal holds an event of kind \"{}\", which this version does not know", kind));
}

} // namespace aqi::daemon
