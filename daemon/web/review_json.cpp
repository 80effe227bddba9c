#include "daemon/web/review_json.hpp"

#include "daemon/web/api.hpp"

#include <boost/json.hpp>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int notices_listed = 50;
constexpr int marks_listed = 200;

json::object act_json(const Act& act, const Network& network)
{
    const Person* person = network.person_named(act.person);
    return {{"person", act.person},
            {"name", person != nullptr ? person->name : act.person},
            {"at", format_instant(act.at, network.offset)}};
}

json::object correction_json(const Correction& c, const Network& network)
{
    json::object out{{"id", c.id},
                     {"station", c.station},
                     {"pollutant", pollutant_name(c.pollutant)},
                     {"first", format_hour(c.first)},
                     {"last", format_hour(c.last)},
                     {"kind", correction_kind_name(c.kind)},
                     {"kind_zh", correction_kind_zh(c.kind)},
                     {"state", correction_state_name(c.state)},
                     {"state_zh", correction_state_zh(c.state)},
                     {"why", c.why},
                     {"document", c.document},
                     {"validated", act_json(c.validated, network)},
                     {"decided_why", c.decided_why}};
    out["value"] =
        c.value ? json::value(format_concentration(*c.value, display_unit_ng(c.pollutant))) : json::value(nullptr);
    out["decided"] = c.decided ? json::value(act_json(*c.decided, network)) : json::value(nullptr);
    return out;
}

} // namespace

json::object notice_json(const Notice& n, const Network& network)
{
    json::array changes;
    for (const auto& c : n.changes) {
        json::object row{{"place", c.place},         {"what", change_name(c.what)}, {"what_zh", change_zh(c.what)},
                         {"day", format_day(c.day)}, {"before", c.before},          {"after", c.after}};
        row["pollutant"] = c.pollutant ? json::value(pollutant_label(*c.pollutant)) : json::value(nullptr);
        changes.push_back(std::move(row));
    }
    return {{"number", n.number},
            {"at", format_instant(n.at, network.offset)},
            {"cause", notice_cause_name(n.cause)},
            {"cause_zh", notice_cause_zh(n.cause)},
            {"who", n.who},
            {"why", n.why},
            {"further", n.further},
            {"changes", std::move(changes)}};
}

std::string review_json(const State& state, SqliteStore& store, const Config& config)
{
    const Network& network = config.rules.network;
    json::array corrections, sign_offs, dust, notices, marks;
    for (auto c = state.corrections().rbegin(); c != state.corrections().rend(); ++c)
        corrections.push_back(correction_json(*c, network));
    for (std::uint32_t p = 0; p < network.places(); ++p)
        for (const auto& s : state.sign_offs(PlaceIndex{p})) {
            json::object row = act_json(s.act, network);
            row["place"] = network.place_id(PlaceIndex{p});
            row["first"] = format_day(s.first);
            row["last"] = format_day(s.last);
            row["level"] = review_level_name(s.level);
            row["note"] = s.note;
            sign_offs.push_back(std::move(row));
        }
    for (std::uint32_t a = 0; a < network.areas.size(); ++a)
        for (const auto& [day, d] : state.dust_days(AreaIndex{a})) {
            json::object row = act_json(d.act, network);
            row["area"] = network.areas[a].id;
            row["date"] = format_day(day);
            row["document"] = d.document;
            row["why"] = d.why;
            dust.push_back(std::move(row));
        }
    for (const auto& n : store.newest_notices(notices_listed)) notices.push_back(notice_json(n, network));
    for (const auto& m : store.newest_marks(marks_listed)) {
        const auto mark = qc_mark_named(m.mark);
        marks.push_back(json::object{{"hour", format_hour(m.hour)},
                                     {"station", m.station},
                                     {"pollutant", m.pollutant},
                                     {"mark", m.mark},
                                     {"mark_zh", mark ? qc_mark_zh(*mark) : std::string_view{m.mark}},
                                     {"detail", m.detail}});
    }
    return json::serialize(json::object{{"ok", true},
                                        {"corrections", std::move(corrections)},
                                        {"sign_offs", std::move(sign_offs)},
                                        {"dust_days", std::move(dust)},
                                        {"notices", std::move(notices)},
                                        {"marks", std::move(marks)}});
}

std::string audit_json(SqliteStore& store, int most, const Config& config)
{
    json::array out;
    for (const auto& act : store.newest_acts(most)) {
        json::object o{{"when", format_instant(act.at, config.rules.network.offset)}, {"event", act.kind}};
        o["says"] = json::parse(act.body);
        out.push_back(std::move(o));
    }
    return json::serialize(json::object{{"ok", true}, {"acts", std::move(out)}});
}

} // namespace aqi::daemon::web
