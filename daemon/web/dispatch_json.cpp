#include "daemon/web/dispatch_json.hpp"

#include <array>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

/// What asks for a person comes first, what is on its way next, what is well last.
constexpr std::array by_urgency{SendState::in_doubt,  SendState::failed,    SendState::expired,  SendState::repeat,
                                SendState::retry,     SendState::sending,   SendState::prepared, SendState::accepted,
                                SendState::delivered, SendState::superseded};

json::object content_json(const Content& content)
{
    return {{"subject", content.subject},
            {"text", content.text},
            {"units", content.units},
            {"parts", content.parts},
            {"cost_thousandth", content.cost_thousandth}};
}

} // namespace

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
                                   {"detail", of.detail},
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

json::array replies_json(const std::vector<OutboxTables::ReplyRow>& replies, UtcOffset offset)
{
    json::array out;
    for (const auto& of : replies)
        out.push_back(json::object{{"at", format_instant(of.at, offset)},
                                   {"channel", of.channel},
                                   {"from", of.sender},
                                   {"name", of.name},
                                   {"text", of.text},
                                   {"answers", of.warning}});
    return out;
}

json::array planned_json(const std::vector<PreparedRow>& rows)
{
    json::array out;
    for (const auto& of : rows) {
        json::object row{{"channel", of.row.channel},          {"provider", of.row.provider},
                         {"audience", of.row.audience},        {"audience_version", of.row.version},
                         {"recipients", of.recipients.size()}, {"refused", of.refused},
                         {"zh", content_json(of.row.zh)}};
        row["en"] = of.row.en ? json::value(content_json(*of.row.en)) : json::value(nullptr);
        out.push_back(std::move(row));
    }
    return out;
}

} // namespace aqi::daemon::web
