#include "daemon/web/read_commands.hpp"

#include "daemon/commands.hpp"
#include "daemon/web/read.hpp"
#include "daemon/web/refusal_words.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

enum class As { text, whole, flag };
struct Parameter {
    std::string_view name;
    As as = As::text;
};

/// The query as a request of the control socket; whoever asks is told nothing by who he is, so nobody stands behind it.
Reply pass_on(std::string_view command, std::initializer_list<Parameter> parameters, const Query& query,
              const ReadSources& sources)
{
    json::object request{{"command", command}};
    for (const auto& [name, value] : query.all()) {
        const auto* known = std::find_if(parameters.begin(), parameters.end(),
                                         [&asked = name](const auto& p) { return p.name == asked; });
        if (known == parameters.end())
            throw Refusal(400, fmt::format("没有参数“{}”", name), fmt::format("there is no parameter \"{}\"", name));
        switch (known->as) {
        case As::text: request[name] = value; break;
        case As::whole: request[name] = *query.whole(name); break;
        case As::flag: request[name] = query.flag(name); break;
        }
    }
    Peer nobody;
    nobody.uid = static_cast<unsigned>(-1); // not root
    nobody.account = "http";
    std::string answer = answer_command(json::serialize(request), nobody, sources.commands());
    const json::value read = json::parse(answer);
    const auto* ok = read.is_object() ? read.as_object().if_contains("ok") : nullptr;
    const bool is_refused = ok != nullptr && ok->is_bool() && !ok->as_bool();
    if (is_refused) {
        const auto why = json::value_to<std::string>(read.at("error"));
        throw Refusal(422, fmt::format("查询未被接受：{}", in_chinese(why)), why);
    }
    return json_reply(std::move(answer));
}

} // namespace

Reply read_dispatch(const Query& query, const ReadSources& sources)
{
    return pass_on("dispatch", {{"most", As::whole}}, query, sources);
}

Reply read_deliveries(const Query& query, const ReadSources& sources)
{
    return pass_on("deliveries", {{"row", As::whole}, {"most", As::whole}}, query, sources);
}

Reply read_route_test(const Query& query, const ReadSources& sources)
{
    return pass_on("route-test", {{"warning"}, {"area"}, {"level"}, {"transition"}, {"drill", As::flag}}, query,
                   sources);
}

Reply read_measures(const Query& query, const ReadSources& sources) { return pass_on("measures", {}, query, sources); }
Reply read_review(const Query& query, const ReadSources& sources) { return pass_on("review", {}, query, sources); }
Reply read_counts(const Query& query, const ReadSources& sources) { return pass_on("counts", {}, query, sources); }

} // namespace aqi::daemon::web
