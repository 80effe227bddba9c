// Every act has its lines in the audit trail: who asked for it, and what became of it.
#include "daemon/commands_parts.hpp"
#include "daemon/log.hpp"
#include "daemon/store/audit.hpp"
#include "libaqi/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::daemon::commands {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 17> acts = {
    "forecast", "act",    "consult",  "propose", "drill",   "order", "review-emergency", "alarm",    "respond",
    "correct",  "decide", "sign-off", "dust",    "station", "tell",  "resolve",          "recompute"};

constexpr std::size_t about_most = 200;
constexpr std::size_t why_most = 500;

/// No longer than so many bytes, and never half a character.
std::string cut(std::string text, std::size_t most)
{
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    text.resize(most);
    return text + "…";
}

/// What it is about, in the request's own words.
std::string about(const json::object& request)
{
    std::string out;
    for (const auto* key : {"verb",    "verdict", "warning", "revision",  "alarm", "area",       "areas", "level",
                            "station", "order",   "note",    "pollutant", "kind",  "correction", "place", "measure",
                            "stage",   "date",    "first",   "last",      "key",   "now"}) {
        const auto* value = request.if_contains(key);
        // An alarm's note is what somebody wrote; a station's says which kind it is.
        if (value == nullptr || (std::string_view{key} == "note" && !request.contains("station"))) continue;
        out += out.empty() ? "" : " ";
        out += value->is_string() ? std::string{value->as_string()} : json::serialize(*value);
    }
    return cut(std::move(out), about_most);
}

/// The words of a refusal, or nothing.
std::optional<std::string> refusal_in(const std::string& answer)
{
    json::error_code ec;
    const json::value value = json::parse(answer, ec);
    const auto* o = value.if_object();
    if (ec || o == nullptr || flag(*o, "ok")) return std::nullopt;
    return text(*o, "error").value_or("");
}

} // namespace

bool is_act(std::string_view command) { return std::find(acts.begin(), acts.end(), command) != acts.end(); }

std::string on_record(const json::object& request, const Peer& peer, const CommandContext& context,
                      const std::function<std::string()>& answer)
{
    AuditEntry line;
    line.at = context.clock->now();
    if (const auto who = speaker(request, peer, *context.config)) line.person = *who;
    line.via = peer.via.empty() ? fmt::format("socket {}", peer.account) : peer.via;
    line.address = peer.address;
    line.command = text(request, "command").value_or("");
    line.about = about(request);
    line.outcome = "asked";
    line.request = sha256(json::serialize(request));
    const auto asked = context.trail->append(line);
    if (!asked)
        return refuse(
            fmt::format("it could not be written into the audit trail and nothing happened: {}", asked.error().what));
    std::string out;
    try {
        out = answer();
    } catch (...) {
        line.outcome = "failed";
        line.of = *asked;
        (void)context.trail->append(line);
        throw;
    }
    const auto refused = refusal_in(out);
    line.at = context.clock->now();
    line.outcome = refused ? "refused" : "ok";
    line.why = cut(refused.value_or(""), why_most);
    line.of = *asked;
    // It has happened, or not, and the answer says so; the line that asked stands there without its end.
    if (const auto told = context.trail->append(line); !told)
        log(Severity::error, "line {} of the audit trail has no outcome: {}", *asked, told.error().what);
    return out;
}

} // namespace aqi::daemon::commands
