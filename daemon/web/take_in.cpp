#include "daemon/web/take_in.hpp"

#include "daemon/web/head.hpp"

#include <boost/json.hpp>

#include <fstream>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

/// Compared to the end, so that the time it takes says nothing.
bool same(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    int difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];
    return difference == 0;
}

/// Shorter ones could be guessed; they open nothing.
constexpr std::size_t shortest_token = 32;

/// Read anew each time, so that a token can be changed, or taken away, while we run.
const std::string* holder_of(std::string_view token, const Config& config)
{
    const std::string* out = nullptr;
    for (const auto& [person, file] : config.token_files) {
        std::ifstream in{file};
        std::string secret;
        if (std::getline(in, secret) && secret.size() >= shortest_token && same(token, secret)) out = &person;
    }
    return out;
}

} // namespace

Reply take_in(const Request& request, const CommandContext& context)
{
    const std::string* person = holder_of(request.bearer, *context.config);
    if (person == nullptr)
        return refusal(request, 401, "报送预报须带配置中人员的令牌 (http_token_file)",
                       "a forecast needs the token of a person of the configuration (http_token_file)");
    json::error_code ec;
    json::value value = json::parse({request.body.data(), request.body.size()}, ec);
    auto* forecast = value.if_object();
    if (ec || forecast == nullptr)
        return refusal(request, 422, "预报须为一个 JSON 对象", "a forecast is one JSON object");
    (*forecast)["command"] = "forecast";
    (*forecast)["person"] = *person;
    Peer peer;
    peer.person = *person;
    peer.account = context.config->accounts.at(*person);
    peer.via = "token";
    peer.address = request.peer;
    return command_reply(request, answer_command(json::serialize(value), peer, context));
}

} // namespace aqi::daemon::web
