#include "daemon/web/take_in.hpp"

#include <boost/json.hpp>

#include <fstream>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr auto json_type = "application/json; charset=utf-8";

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

Reply take_in(const Server::Request& request, const CommandContext& context)
{
    if (request.path != "/api/v1/forecasts")
        return {405, "text/plain; charset=utf-8", "only GET: this page changes nothing\n"};
    const std::string* person = holder_of(request.bearer, *context.config);
    if (person == nullptr)
        return {401, json_type,
                refuse_command("a forecast needs the token of a person of the configuration (http_token_file)")};
    json::error_code ec;
    json::value value = json::parse({request.body.data(), request.body.size()}, ec);
    auto* forecast = value.if_object();
    if (ec || forecast == nullptr) return {422, json_type, refuse_command("a forecast is one JSON object")};
    (*forecast)["command"] = "forecast";
    (*forecast)["person"] = *person;
    const std::string out =
        answer_command(json::serialize(value), Peer{0, context.config->accounts.at(*person)}, context);
    return {out.starts_with(R"({"ok":true)") ? 200 : 422, json_type, out};
}

} // namespace aqi::daemon::web
