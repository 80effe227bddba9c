#include "daemon/web/dispatch_json.hpp"

#include <array>
#include <set>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

/// What asks for a person comes first, what is on its way next, what is well last.
constexpr std::array by_urgency{SendState::in_doubt, SendState::failed,    SendState::expired,   SendState::repeat,
                                SendState::retry,    SendState::sending,   SendState::prepared,  SendState::held,
                                SendState::accepted, SendState::delivered, SendState::superseded};

constexpr std::size_t names_most = 10; // of a plan: who they are, not all of them

json::object content_json(const Content& content)
{
    return {{"subject", content.subject},
            {"text", content.text},
            {"units", content.units},
            {"parts", content.parts},
            {"cost_thousandth", content.cost_thousandth}};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What may stand before the "@" of an address.
bool is_of_address(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-' ||
           c == '+';
}

constexpr std::size_t number_least = 7; // digits; shorter ones are counts, codes and years

} // namespace

std::string without_numbers(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_of_address(text[end])) ++end;
        const auto word = text.substr(i, end - i);
        if (end < text.size() && text[end] == '@' && !word.empty()) {
            out.append(word.substr(0, 1)).append("***");
            i = end;
            continue;
        }
        // Not an address: digits of it, run by run.
        for (std::size_t at = 0; at < word.size();) {
            std::size_t stop = at;
            while (stop < word.size() && is_digit(word[stop])) ++stop;
            const auto run = word.substr(at, stop - at);
            if (run.size() >= number_least)
                out.append(run.substr(0, 3)).append("****").append(run.substr(run.size() - (run.size() >= 11 ? 4 : 2)));
            else
                out.append(run);
            if (stop < word.size()) out += word[stop++];
            at = stop;
        }
        if (end < text.size()) out += text[end++];
        i = end;
    }
    return out;
}

json::array outbox_json(const std::vector<OutboxTables::RowState>& rows, UtcOffset offset)
{
    json::array out;
    for (const auto& of : rows) {
        json::object states;
        std::int64_t recipients = 0;
        SendState worst = SendState::superseded;
        for (auto state = by_urgency.rbegin(); state != by_urgency.rend(); ++state) {
            const auto count = of.counts.find(*state);
            if (count == of.counts.end()) continue;
            worst = *state;
            recipients += count->second;
            states[send_state_name(*state)] = count->second;
        }
        out.push_back(json::object{{"row", of.id},
                                   {"warning", of.row->warning},
                                   {"revision", of.row->revision},
                                   {"kind", of.row->kind},
                                   {"channel", of.row->channel},
                                   {"provider", of.row->provider},
                                   {"audience", of.row->audience},
                                   {"audience_version", of.row->version},
                                   {"recipients", recipients},
                                   {"states", std::move(states)},
                                   {"state", send_state_name(worst)},
                                   {"attempts", of.attempts},
                                   {"detail", without_numbers(of.detail)},
                                   {"parts", of.row->zh.parts},
                                   {"created_at", format_instant(of.row->created_at, offset)}});
    }
    return out;
}

json::array deliveries_json(const std::vector<OutboxEntry>& deliveries, UtcOffset offset)
{
    json::array out;
    for (const auto& of : deliveries)
        out.push_back(json::object{{"key", key_of(*of.row, of.recipient)},
                                   {"row", of.id},
                                   {"recipient", of.recipient},
                                   {"name", of.to.name},
                                   {"address", of.to.address},
                                   {"state", send_state_name(of.state)},
                                   {"attempts", of.attempts},
                                   {"provider_id", of.provider_id},
                                   {"detail", of.detail},
                                   {"next_at", format_instant(of.next_at, offset)}});
    return out;
}

json::array replies_json(const std::vector<OutboxTables::ReplyRow>& replies, UtcOffset offset, bool masked)
{
    json::array out;
    for (const auto& of : replies)
        out.push_back(json::object{{"at", format_instant(of.at, offset)},
                                   {"channel", of.channel},
                                   {"from", masked ? without_numbers(of.sender) : of.sender},
                                   {"name", of.name},
                                   {"text", masked ? without_numbers(of.text) : of.text},
                                   {"answers", of.warning}});
    return out;
}

json::array planned_json(const std::vector<PreparedRow>& rows)
{
    json::array out;
    for (const auto& of : rows) {
        const std::set<std::uint32_t> numbers{of.recipients.begin(), of.recipients.end()};
        std::int64_t english = 0;
        json::array names;
        if (of.people != nullptr)
            for (const auto& member : of.people->members) {
                if (!numbers.contains(member.number)) continue;
                english += of.row.en && member.language.starts_with("en") ? 1 : 0;
                if (names.size() < names_most) names.emplace_back(member.name);
            }
        const auto all = static_cast<std::int64_t>(of.recipients.size());
        const auto sum = [&](auto what) {
            return (all - english) * what(of.row.zh) + (of.row.en ? english * what(*of.row.en) : 0);
        };
        const bool sent = of.refused.empty();
        json::object row{{"channel", of.row.channel},
                         {"provider", of.row.provider},
                         {"audience", of.row.audience},
                         {"audience_version", of.row.version},
                         {"recipients", all},
                         {"recipients_en", english},
                         {"names", std::move(names)},
                         {"messages", sent ? sum([](const Content& c) { return std::int64_t{c.parts}; }) : 0},
                         {"cost_thousandth", sent ? sum([](const Content& c) { return c.cost_thousandth; }) : 0},
                         {"refused", of.refused},
                         {"zh", content_json(of.row.zh)}};
        row["en"] = of.row.en ? json::value(content_json(*of.row.en)) : json::value(nullptr);
        out.push_back(std::move(row));
    }
    return out;
}

} // namespace aqi::daemon::web
