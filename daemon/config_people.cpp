#include "daemon/config_people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace aqi::daemon {

std::string read_id(const Settings& table, std::string_view key)
{
    const std::string id = table.text(key);
    const bool plain = std::none_of(id.begin(), id.end(), [](unsigned char c) {
        return c <= ' ' || c == 0x7f || std::strchr("\"'\\/+#$,;", c) != nullptr;
    });
    if (id.empty() || id.size() > 64 || !plain)
        table.fail(key,
                   fmt::format("\"{}\" cannot be an id: 1 to 64 bytes, no blanks and none of \" ' \\ / + # $ , ;", id));
    return id;
}

namespace {

constexpr std::pair<std::string_view, WarningLevel> levels[] = {{"blue", WarningLevel::blue},
                                                                {"yellow", WarningLevel::yellow},
                                                                {"orange", WarningLevel::orange},
                                                                {"red", WarningLevel::red}};

WarningLevel read_level(const Settings& table, std::string_view key)
{
    return table.choice<WarningLevel>(key, {levels[0], levels[1], levels[2], levels[3]});
}

template <class T>
std::vector<std::string> ids_of(const std::vector<T>& rows)
{
    std::vector<std::string> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
}

struct Right {
    std::string_view name;
    bool Person::*may;
};
constexpr Right rights[] = {{"forecast", &Person::may_forecast},
                            {"sign", &Person::may_sign},
                            {"issue", &Person::may_issue},
                            {"order", &Person::may_order},
                            {"emergency", &Person::may_emergency},
                            {"respond", &Person::may_respond},
                            {"validate", &Person::may_validate},
                            {"ratify", &Person::may_ratify},
                            {"declare-dust", &Person::may_declare_dust},
                            {"administer", &Person::may_administer}};

} // namespace

std::vector<std::string_view> rights_of(const Person& person)
{
    std::vector<std::string_view> out;
    for (const auto& right : rights)
        if (person.*right.may) out.push_back(right.name);
    return out;
}

namespace {

class PeopleReader {
public:
    PeopleReader(const Settings& root, Mode mode, Rules& rules, std::map<std::string, std::string>& accounts,
                 std::map<std::string, std::string>& token_files)
        : root_(root),
          mode_(mode),
          rules_(rules),
          network_(rules.network),
          accounts_(accounts),
          token_files_(token_files)
    {}

    void read()
    {
        for (const auto& table : root_.tables("organisation")) read_organisation(table);
        for (const auto& table : root_.tables("person")) read_person(table);
        for (const auto& table : root_.tables("delegation")) read_delegation(table);
        for (const auto& table : root_.tables("approval")) read_approval(table);
        if (const auto table = root_.table_if("consultation")) read_limits(*table);
        for (const auto& table : root_.tables("alarm")) read_alarm(table);
        for (const auto& table : root_.tables("measure")) read_measure(table);
        for (const auto& table : root_.tables("cutback")) read_cutback(table);
    }

private:
    void read_organisation(const Settings& table)
    {
        Organisation organisation;
        organisation.id = read_id(table, "id");
        organisation.name = table.text("name");
        organisation.bureau = table.choice<Bureau>("bureau", {{"environment", Bureau::environment},
                                                              {"meteorology", Bureau::meteorology},
                                                              {"government", Bureau::government},
                                                              {"unit", Bureau::unit}});
        organisation.areas = table.texts_or_none("areas");
        for (const auto& area : organisation.areas)
            if (!network_.area_named(area)) table.fail_unknown("areas", area, ids_of(network_.areas));
        if (network_.organisation_named(organisation.id) != nullptr)
            table.fail("id", fmt::format("organisation \"{}\" is there twice", organisation.id));
        network_.organisations.push_back(std::move(organisation));
        table.done();
    }

    void read_person(const Settings& table)
    {
        Person person;
        person.id = read_id(table, "id");
        person.name = table.text("name");
        person.organisation = table.text("organisation");
        if (network_.organisation_named(person.organisation) == nullptr)
            table.fail_unknown("organisation", person.organisation, ids_of(network_.organisations));
        if (network_.person_named(person.id) != nullptr)
            table.fail("id", fmt::format("person \"{}\" is there twice", person.id));
        for (const auto& name : table.texts_or_none("may")) {
            const auto* right =
                std::find_if(std::begin(rights), std::end(rights), [&](const Right& r) { return r.name == name; });
            if (right == std::end(rights)) {
                std::vector<std::string> known;
                for (const auto& r : rights) known.emplace_back(r.name);
                table.fail_unknown("may", name, known);
            }
            person.*right->may = true;
        }
        if (table.has("may_approve_up_to")) person.may_approve_up_to = read_level(table, "may_approve_up_to");
        person.roles = table.texts_or_none("roles");
        const std::string account = table.text("account");
        // Two people behind one account could sign for each other. Only a drill, where one person plays all, may do so.
        for (const auto& [other, theirs] : accounts_)
            if (theirs == account && mode_ == Mode::real)
                table.fail("account",
                           fmt::format("account \"{}\" already belongs to {}; two signatures would be one person's",
                                       account, other));
        accounts_[person.id] = account;
        if (const std::string file = table.text_or("http_token_file", ""); !file.empty())
            token_files_[person.id] = file;
        network_.persons.push_back(std::move(person));
        table.done();
    }

    const Person& person_named(const Settings& table, std::string_view key, const std::string& id) const
    {
        const Person* person = network_.person_named(id);
        if (person == nullptr) table.fail_unknown(key, id, ids_of(network_.persons));
        return *person;
    }

    void read_delegation(const Settings& table)
    {
        Delegation out{table.text("from"), table.text("to"), table.day("first"), table.day("last"),
                       table.text("document")};
        const Person& from = person_named(table, "from", out.from);
        (void)person_named(table, "to", out.to);
        if (out.from == out.to) table.fail("to", fmt::format("{} cannot stand in for {}", out.to, out.from));
        if (out.last < out.first) table.fail("last", "ends before it begins");
        if (from.may_approve_up_to == WarningLevel::none && from.roles.empty())
            table.fail("from", fmt::format("{} may approve nothing that could be delegated", out.from));
        network_.delegations.push_back(std::move(out));
        table.done();
    }

    void read_approval(const Settings& table)
    {
        const WarningLevel level = read_level(table, "level");
        ApprovalRule rule;
        rule.roles = table.texts_or_none("roles");
        rule.number = static_cast<int>(table.integer_or("number", 1, 1, 9));
        const auto able = std::count_if(network_.persons.begin(), network_.persons.end(), [&](const Person& p) {
            return rule.roles.empty() ? p.may_approve_up_to >= level : p.has_role_of(rule.roles);
        });
        if (able < rule.number)
            table.fail(rule.roles.empty() ? "number" : "roles",
                       fmt::format("{} needs {} people to approve it, and {} could", warning_level_name(level),
                                   rule.number, able));
        if (!rules_.approvals.emplace(level, std::move(rule)).second)
            table.fail("level", fmt::format("there are two rules for {}", warning_level_name(level)));
        table.done();
    }

    void read_limits(const Settings& table)
    {
        ConsultationLimits& limits = rules_.consultation;
        limits.escalate_after_minutes =
            static_cast<int>(table.integer_or("escalate_after_minutes", limits.escalate_after_minutes, 1, 10'000));
        limits.closes_after_minutes =
            static_cast<int>(table.integer_or("closes_after_minutes", limits.closes_after_minutes, 1, 10'000));
        limits.review_emergency_hours =
            static_cast<int>(table.integer_or("review_emergency_hours", limits.review_emergency_hours, 1, 720));
        limits.escalate_to = table.texts_or_none("escalate_to");
        for (const auto& id : limits.escalate_to) (void)person_named(table, "escalate_to", id);
        table.done();
    }

    /// On the real-time AQI of areas.
    void read_alarm(const Settings& table)
    {
        AlarmRule rule;
        rule.severity = table.choice<AlarmSeverity>("severity", {{"notice", AlarmSeverity::notice},
                                                                 {"serious", AlarmSeverity::serious},
                                                                 {"critical", AlarmSeverity::critical}});
        rule.areas = read_areas(table);
        rule.raise_above = static_cast<int>(table.integer("raise_above", 1, 500));
        rule.raise_hours = static_cast<int>(table.integer_or("raise_hours", 1, 1, 24));
        rule.clear_at_most = static_cast<int>(table.integer("clear_at_most", 0, 500));
        rule.clear_hours = static_cast<int>(table.integer_or("clear_hours", 2, 1, 24));
        if (rule.clear_at_most >= rule.raise_above)
            table.fail("clear_at_most", "must lie below raise_above, or the alarm would come and go with every hour");
        rules_.alarms.push_back(std::move(rule));
        table.done();
    }

    std::vector<std::string> read_areas(const Settings& table) const
    {
        auto areas = table.texts_or_none("areas");
        for (const auto& area : areas)
            if (!network_.area_named(area)) table.fail_unknown("areas", area, ids_of(network_.areas));
        return areas;
    }

    void read_measure(const Settings& table)
    {
        Measure out;
        out.id = read_id(table, "id");
        out.unit = table.text("unit");
        if (network_.organisation_named(out.unit) == nullptr)
            table.fail_unknown("unit", out.unit, ids_of(network_.organisations));
        out.level = read_level(table, "level");
        if (table.has("up_to")) out.up_to = read_level(table, "up_to");
        if (out.up_to && *out.up_to < out.level) table.fail("up_to", "lies below the level");
        out.areas = read_areas(table);
        out.text_zh = table.text("text_zh");
        out.text_en = table.text_or("text_en", "");
        for (const auto& other : rules_.measures)
            if (other.id == out.id) table.fail("id", fmt::format("measure \"{}\" is there twice", out.id));
        rules_.measures.push_back(std::move(out));
        table.done();
    }

    void read_cutback(const Settings& table)
    {
        CutbackList out;
        out.id = read_id(table, "id");
        out.version = table.text("version");
        out.filed = table.text("filed");
        out.from = table.day("from");
        out.areas = read_areas(table);
        for (const auto& other : rules_.cutbacks)
            if (other.id == out.id && (other.version == out.version || other.from == out.from))
                table.fail("version",
                           fmt::format("list \"{}\" has this version, or one from this day, already", out.id));
        for (const auto& row : table.tables("plant")) {
            out.plants.push_back({row.text("name"), row.text_or("grade", ""), row.text_or("yellow", ""),
                                  row.text_or("orange", ""), row.text_or("red", "")});
            row.done();
        }
        rules_.cutbacks.push_back(std::move(out));
        table.done();
    }

    const Settings& root_;
    Mode mode_;
    Rules& rules_;
    Network& network_;
    std::map<std::string, std::string>& accounts_;
    std::map<std::string, std::string>& token_files_;
};

} // namespace

void read_people(const Settings& root, Mode mode, Rules& rules, std::map<std::string, std::string>& accounts,
                 std::map<std::string, std::string>& token_files)
{
    PeopleReader{root, mode, rules, accounts, token_files}.read();
}

} // namespace aqi::daemon
