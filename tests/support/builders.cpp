#include "tests/support/builders.hpp"

#include "schemas/embedded.hpp"

#include <stdexcept>

namespace aqi::tests {

const RuleBook& shipped_rules()
{
    static const RuleBook book = [] {
        std::vector<RuleText> texts;
        for (const auto& file : schemas::rule_packs())
            texts.push_back({std::string{file.name}, std::string{file.text}});
        return load_rules(texts);
    }();
    return book;
}

const RulePack& pack(std::string_view id)
{
    const RulePack* found = shipped_rules().pack_named(id);
    if (found == nullptr) throw std::runtime_error("no pack " + std::string{id});
    return *found;
}

Rules small_town(int stations)
{
    Rules rules;
    rules.book = shipped_rules();
    Area city{"city", "城", AreaKind::city, {}};
    for (int s = 0; s < stations; ++s) {
        const std::string id{static_cast<char>('A' + s)};
        rules.network.stations.push_back({id, id, {}});
        city.members.push_back(Membership{StationIndex{static_cast<std::uint32_t>(s)}});
    }
    rules.network.areas.push_back(city);
    rules.network.organisations = {{"hbj", "环保局", Bureau::environment},
                                   {"qxj", "气象局", Bureau::meteorology},
                                   {"zf", "政府", Bureau::government}};
    const auto person = [&](const char* id, const char* organisation) -> Person& {
        Person p;
        p.id = p.name = id;
        p.organisation = organisation;
        return rules.network.persons.emplace_back(std::move(p));
    };
    for (const auto& [id, organisation] : {std::pair{"env", "hbj"}, std::pair{"met", "qxj"}}) {
        Person& p = person(id, organisation);
        p.may_forecast = p.may_sign = true;
    }
    person("deputy", "zf").may_approve_up_to = WarningLevel::orange;
    person("mayor", "zf").may_approve_up_to = WarningLevel::red;
    Person& office = person("office", "zf");
    office.may_issue = office.may_order = office.may_emergency = true;
    return rules;
}

Concentration conc(std::string_view text, Pollutant p)
{
    const auto value = parse_concentration(text, display_unit_ng(p));
    if (!value) throw std::runtime_error(value.error().detail);
    return *value;
}

Instant closing(HourEnding h) { return Instant{h.instant(UtcOffset{}).ms + 20 * 60'000}; }

} // namespace aqi::tests
