// libaqi/network: which stations and areas there are, and the people who sign for them.
//
// Knows: the registry the configuration was read into; indices into it are types of their own.
// Does not know: the configuration's text (daemon/config) or anybody's account on a machine.
#pragma once

#include "libaqi/alarm_rule.hpp"
#include "libaqi/measure.hpp"
#include "libaqi/rule_pack.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// Position in Network::stations.
struct StationIndex {
    std::uint32_t value = 0;
    auto operator<=>(const StationIndex&) const = default;
};

/// Position in Network::areas.
struct AreaIndex {
    std::uint32_t value = 0;
    auto operator<=>(const AreaIndex&) const = default;
};

/// Something that has figures: a station, or an area. Stations come first.
struct PlaceIndex {
    std::uint32_t value = 0;
    auto operator<=>(const PlaceIndex&) const = default;
};

enum class AreaKind : std::uint8_t { county, city };

/// What a site stands for. Only evaluation sites (城市点, 评价点) make an area's figures (HJ 663 table A.2); the others are
/// listed and shown.
enum class SiteRole : std::uint8_t { evaluation, background, traffic, other };
std::string_view site_role_name(SiteRole role); ///< "evaluation"
std::string_view site_role_zh(SiteRole role);   ///< "评价点"

/// A station belongs to an area from a day to a day. Two rows of one station in one area never overlap.
struct Membership {
    StationIndex station;
    SiteRole role = SiteRole::evaluation;
    std::optional<LocalDay> from{};  ///< absent: always
    std::optional<LocalDay> until{}; ///< last day; absent: still

    bool covers(LocalDay day) const { return (!from || *from <= day) && (!until || day <= *until); }
    bool operator==(const Membership&) const = default;
};

/// What a place does not monitor by its plan. HJ 633-2026 5.3.2 lets such a pollutant not stand in the way of an index when
/// it was no primary pollutant of a polluted day in the three years before; the operator records that and answers for it.
struct MonitoringPlan {
    PollutantSet without;
    std::optional<LocalDay> from;
    std::optional<LocalDay> until;
    std::string document;
    /// Since this day none of `without` was primary on a polluted day. Absent: no history is on record.
    std::optional<LocalDay> never_primary_since;

    bool covers(LocalDay day) const { return (!from || *from <= day) && (!until || day <= *until); }
    /// Whether three years of history stand behind it on this day.
    bool history_suffices(LocalDay day) const;
};

/// What measures some pollutants at a station, from a day to a day. Two instruments of one pollutant never overlap.
struct Instrument {
    PollutantSet measures;
    std::string model;
    std::string serial;
    std::optional<LocalDay> from{};
    std::optional<LocalDay> until{};

    bool covers(LocalDay day) const { return (!from || *from <= day) && (!until || day <= *until); }
};

struct Station {
    std::string id; ///< the operator's own code, never a row number
    std::string name;
    std::vector<MonitoringPlan> plans{};
    std::vector<Instrument> instruments{};
    struct FormerName {
        std::string name;
        LocalDay until; ///< the last day it bore the name
    };
    std::vector<FormerName> former_names{}; ///< oldest first
    std::string position{};                 ///< "35.7460,114.2970": degrees north and east, WGS 84; empty: not told

    const std::string& name_on(LocalDay day) const;
    const Instrument* instrument(Pollutant pollutant, LocalDay day) const;
};

/// An area's figures are made from its sites' concentrations, index last (HJ 663 table A.2).
/// Six digits (county), nine (town) or twelve (village).
bool is_division_code(std::string_view text);

struct Area {
    std::string id;
    std::string name;
    AreaKind kind = AreaKind::county;
    std::vector<Membership> members;
    std::vector<MonitoringPlan> plans{};
    std::string warning_rules{}; ///< its own, as in Rules; empty: those of the network
    std::string code{};          ///< administrative division (GB/T 2260), 6 to 12 digits; empty: the id, if that is one

    /// The division code; empty when there is none.
    std::string_view division() const;
    /// The evaluation sites of a day, in the order of the configuration.
    std::vector<StationIndex> sites(LocalDay day) const;
    /// Every station that ever was an evaluation site.
    std::vector<StationIndex> sites_ever() const;
};

/// A season or event with statistics of its own: every year between two dates (heating), or once (the 2016-11-01 to
/// 2017-03-31 of a plan). May cross a year end.
struct SpecialPeriod {
    struct MonthDay {
        unsigned month = 1;
        unsigned day = 1;
        auto operator<=>(const MonthDay&) const = default;
    };
    struct Span {
        LocalDay first;
        LocalDay last;
        bool operator==(const Span&) const = default;
    };
    std::string id;
    std::string name;
    std::optional<Span> once;
    std::optional<std::pair<MonthDay, MonthDay>> yearly; ///< the first day's and the last day's

    /// The spans that begin in `year`: none or one. 29 February counts as 28 in other years.
    std::optional<Span> span(int year) const;
};

/// unit: somebody a measure is asked of.
enum class Bureau : std::uint8_t { environment, meteorology, government, unit };

struct Organisation {
    std::string id;
    std::string name;
    Bureau bureau = Bureau::environment;
    std::vector<std::string> areas{}; ///< the areas it speaks for; empty: all

    bool speaks_for(std::string_view area) const;
};

struct Person {
    std::string id;
    std::string name;
    std::string organisation; ///< Organisation::id
    bool may_forecast = false;
    bool may_sign = false; ///< for the bureau: in a consultation, and to put something on its table
    bool may_issue = false;
    bool may_order = false;     ///< enter an order from above
    bool may_emergency = false; ///< issue without the signatures; a review follows
    bool may_respond = false;   ///< keep the ledger of measures for units
    bool may_validate = false;  ///< first level of a review: propose a correction
    bool may_ratify = false;    ///< second level: put it in force, by another person than the first
    bool may_declare_dust = false;
    bool may_administer = false;                         ///< others' passwords and sessions, and the machine's own acts
    WarningLevel may_approve_up_to = WarningLevel::none; ///< the rank
    std::vector<std::string> roles{};

    bool has_role_of(const std::vector<std::string>& wanted) const;
};

/// From a day to a day one person approves in the place of another, with that one's rank and roles.
struct Delegation {
    std::string from; ///< Person::id
    std::string to;
    LocalDay first;
    LocalDay last;
    std::string document;

    bool covers(LocalDay day) const { return first <= day && day <= last; }
};

/// Who approves a level. Without a rule for a level one person of its rank does.
struct ApprovalRule {
    std::vector<std::string> roles; ///< one of them; empty: the rank decides
    int number = 1;                 ///< so many people
};

/// How long people may take. A time that is over is called for (escalated) and recorded.
struct ConsultationLimits {
    int escalate_after_minutes = 60;    ///< in one state without an act
    int closes_after_minutes = 24 * 60; ///< then nobody can sign what is on the table until it is put there anew
    int review_emergency_hours = 24;
    std::vector<std::string> escalate_to; ///< Person::id, in the order of the calls
};

class Network {
public:
    std::vector<Station> stations;
    std::vector<Area> areas;
    std::vector<Organisation> organisations;
    std::vector<Person> persons;
    std::vector<Delegation> delegations;
    std::vector<SpecialPeriod> periods;
    UtcOffset offset;

    std::size_t places() const { return stations.size() + areas.size(); }
    PlaceIndex place(StationIndex station) const { return PlaceIndex{station.value}; }
    PlaceIndex place(AreaIndex area) const
    {
        return PlaceIndex{static_cast<std::uint32_t>(stations.size()) + area.value};
    }
    std::optional<AreaIndex> area_of(PlaceIndex place) const;
    const std::string& place_id(PlaceIndex place) const;
    const std::string& place_name(PlaceIndex place) const;
    /// Pollutants outside the place's monitoring plan on a day, with the history the standard asks for.
    PollutantSet exempt(PlaceIndex place, LocalDay day) const;
    /// The plan of a day, with or without that history; null where everything is monitored.
    const MonitoringPlan* plan(PlaceIndex place, LocalDay day) const;

    std::optional<StationIndex> station_named(std::string_view id) const;
    std::optional<AreaIndex> area_named(std::string_view id) const;
    std::optional<PlaceIndex> place_named(std::string_view id) const; ///< an area wins over a station of the same id
    const Person* person_named(std::string_view id) const;
    const Organisation* organisation_named(std::string_view id) const;
};

/// Whether what we do is real. A drill is known to every text, row and channel; nothing turns one into the other.
enum class Mode : std::uint8_t { real, drill };

/// Everything the engine is told from outside, fixed for the life of a State.
struct Rules {
    RuleBook book;
    Network network;
    /// The id of warning rules that hold on every day, or "dated": on each day the edition in force.
    static constexpr std::string_view dated = "dated";
    std::string warning_rules = "2016-225";
    std::map<WarningLevel, ApprovalRule> approvals;
    ConsultationLimits consultation;
    std::vector<AlarmRule> alarms;
    std::vector<Measure> measures;
    std::vector<CutbackList> cutbacks;
    /// A warning is proposed on measurement when the air is heavy now and no forecast says that it will be better within so many
    /// hours; 0: on forecasts alone.
    int measured_start_hours = 0;
    std::string edition; ///< empty: by the day observed; else this pack for every day (replay)
    /// Hours stay in memory, open for late and corrected values, for so many days. Older ones are kept aside.
    int open_days = 400;
    /// Daily values stay in memory for so many days: two years for comparisons and a quarter for late corrections.
    int ledger_days = 800;

    /// The pack for a day; null where no pack is in force.
    const RulePack* pack(LocalDay day) const;
    /// The warning rules for a decision of this day about an area; null before the first edition.
    const WarningRules* warning(const Area& area, LocalDay day) const;
    const ApprovalRule& approval(WarningLevel level) const;
};

} // namespace aqi
