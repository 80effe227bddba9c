#include "libaqi/what_if.hpp"

#include "daemon/web/read_parts.hpp"
#include "daemon/web/read_year.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int draws_most = 2'000;
constexpr std::size_t lists_most = 12;

Pollutant pollutant_asked(const Query& query)
{
    const std::string_view name = query.text("pollutant");
    if (name.empty()) return Pollutant::pm2_5;
    if (const auto p = pollutant_named(name)) return *p;
    throw Refusal(400, fmt::format("没有污染物“{}”；可用 so2 no2 pm10 co o3 pm2_5", name),
                  fmt::format("pollutant \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5", name));
}

std::vector<int> months_asked(const Query& query)
{
    std::vector<int> out;
    for (const auto& text : ids_asked(query, "need")) {
        int month = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), month);
        if (error != std::errc{} || end != text.data() + text.size() || month < 1 || month > 12)
            throw Refusal(400, fmt::format("need 的“{}”不是月份", text), fmt::format("need: \"{}\" is no month", text));
        out.push_back(month);
    }
    return out;
}

Language language_asked(const Query& query)
{
    const std::string_view lang = query.text("lang");
    if (lang.empty() || lang == "zh") return Language::zh;
    if (lang == "en") return Language::en;
    throw Refusal(400, "lang 应为 zh 或 en", "lang must be zh or en");
}

} // namespace

Reply read_what_if(const Query& query, const ReadSources& sources)
{
    query.only({"area", "year", "pollutant", "assume", "need", "good_rate", "draws", "seed", "lang"});
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    const AreaIndex area = area_asked(query, "area", rules.network);
    const int year = year_asked(query, std::nullopt);
    const Pollutant p = pollutant_asked(query);
    const Language language = language_asked(query);
    const auto assume = ids_asked(query, "assume");
    if (assume.size() > lists_most)
        refuse_size("个月的假设", "months of assumptions", static_cast<std::int64_t>(assume.size()),
                    static_cast<std::int64_t>(lists_most));
    auto question = read_what_if(rules.network.place(area), year, p, assume, months_asked(query),
                                 std::string{query.text("good_rate")});
    if (!question) throw Refusal(400, "假设无法识别：" + question.error().detail, question.error().detail);
    question->draws = query.whole_or("draws", 0, 0, draws_most);
    question->seed = static_cast<std::uint64_t>(query.whole_or("seed", 1, 0, 1'000'000'000));
    const auto paper = what_if(state, *question, rules);
    if (!paper)
        throw Refusal(422, fmt::format("{} 年没有已结算的日子", year), fmt::format("no day of {} is closed", year));

    const json::object head{{"ok", true},
                            {"area", rules.network.areas[area.value].id},
                            {"name", rules.network.areas[area.value].name},
                            {"year", year},
                            {"pollutant", pollutant_name(p)},
                            {"label", pollutant_label(p)},
                            {"unit", display_unit(p)},
                            {"text", paper_text(*paper, language)}};
    // The paper goes in as it is: its decimals are exact, and a parser would make doubles of them.
    std::string body = json::serialize(head);
    body.pop_back();
    return json_reply(fmt::format("{},\"paper\":{}}}", body, paper_json(*paper)));
}

} // namespace aqi::daemon::web
