#include "daemon/store/event_json.hpp"

#include "daemon/store/event_json_parts.hpp"

namespace aqi::daemon {
namespace {

using namespace event_json;

constexpr CorrectionKind correction_kinds[] = {CorrectionKind::invalidate, CorrectionKind::replace,
                                               CorrectionKind::accept, CorrectionKind::restore};
constexpr ReviewLevel review_levels[] = {ReviewLevel::preliminary, ReviewLevel::validated, ReviewLevel::ratified};
constexpr Change::What changes[] = {Change::What::day_value, Change::What::day_aqi, Change::What::day_verdict,
                                    Change::What::annual_mean, Change::What::good_days};
constexpr StationNote::Kind note_kinds[] = {StationNote::Kind::maintenance, StationNote::Kind::quarantine};
constexpr Notice::Cause causes[] = {Notice::Cause::late_value, Notice::Cause::correction, Notice::Cause::rules};

Pollutant pollutant(const json::object& o)
{
    const auto found = pollutant_named(text(o, "pollutant"));
    if (!found) throw std::runtime_error("the journal names a pollutant that this version does not know");
    return *found;
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
    template <class Warned>
    json::object operator()(const Warned& e) const
    {
        return body_of(e);
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
    if (auto warned = warning_event_of(kind, o)) return std::move(*warned);
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
