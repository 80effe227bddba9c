#include "daemon/notify/gateway_reply.hpp"

#include "libaqi/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace aqi::notify {
namespace {

namespace json = boost::json;
using daemon::SendState;

constexpr std::size_t line_most = 200;

std::optional<json::value> read_json(std::string_view text)
{
    json::error_code error;
    json::value out = json::parse(json::string_view{text.data(), text.size()}, error);
    if (error) return std::nullopt;
    return out;
}

std::string member_of(const json::value& whole, std::string_view path)
{
    const json::value* at = &whole;
    while (!path.empty()) {
        const std::string_view step = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), step.size() + 1));
        const json::value* next = nullptr;
        if (const auto* object = at->if_object()) {
            next = object->if_contains(json::string_view{step.data(), step.size()});
        } else if (const auto* array = at->if_array()) {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
            if (error == std::errc{} && end == step.data() + step.size()) next = array->if_contains(index);
        }
        if (next == nullptr) return {};
        at = next;
    }
    if (const auto* text = at->if_string()) return {text->data(), text->size()};
    return at->is_structured() ? std::string{} : json::serialize(*at);
}

bool holds_one(std::string_view body, const std::vector<std::string>& texts)
{
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return body.find(text) != std::string_view::npos; });
}

std::string id_of(std::string_view body, const ReplyRules& rules)
{
    if (!rules.id_path.empty()) return json_member(body, rules.id_path);
    const auto at = body.find(rules.id_after);
    if (rules.id_after.empty() || at == std::string_view::npos) return {};
    body.remove_prefix(at + rules.id_after.size());
    body.remove_prefix(std::min(body.size(), body.find_first_not_of(" \t")));
    return as_utf8(body.substr(0, body.find_first_of(" \t\r\n,;&\"<|")));
}

/// Of a body, for people.
std::string first_line(std::string_view body)
{
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    body.remove_prefix(begin);
    return cut_utf8(as_utf8(body.substr(0, body.find_first_of("\r\n"))), line_most);
}

/// Whether a 2xx's body says yes; `why` when it does not.
SendState state_of_body(std::string_view body, const ReplyRules& rules, std::string& why)
{
    if (!rules.json_path.empty()) {
        const auto value = read_json(body);
        if (!value) {
            why = "the answer is not the JSON that was promised: it may have been sent";
            return SendState::in_doubt;
        }
        const std::string found = member_of(*value, rules.json_path);
        if (found != rules.json_value) {
            why =
                fmt::format("{} is \"{}\", not \"{}\"", rules.json_path, cut_utf8(found, line_most), rules.json_value);
            return SendState::failed;
        }
    }
    if (body.find(rules.accepted_if) == std::string_view::npos) {
        why = fmt::format("the answer does not hold \"{}\"", rules.accepted_if);
        return SendState::failed;
    }
    return SendState::accepted;
}

} // namespace

ReplyRules read_reply_rules(const Settings& table)
{
    ReplyRules out;
    out.accepted_if = table.text_or("accepted_if", "");
    if (const std::string rule = table.text_or("reply_json", ""); !rule.empty()) {
        const auto equal = rule.find('=');
        if (equal == std::string::npos || equal == 0)
            table.fail("reply_json",
                       fmt::format("\"{}\" must read member=value, like \"code=0\" or \"data.code=OK\"", rule));
        out.json_path = rule.substr(0, equal);
        out.json_value = rule.substr(equal + 1);
    }
    out.refused_if = table.texts_or_none("refused_if");
    out.retry_if = table.texts_or_none("retry_if");
    for (const auto* key : {"refused_if", "retry_if"})
        for (const auto& text : table.texts_or_none(key))
            if (text.empty()) table.fail(key, "an empty text is in every answer");
    out.id_path = table.text_or("provider_id_json", "");
    out.id_after = table.text_or("provider_id_after", "");
    if (!out.id_path.empty() && !out.id_after.empty())
        table.fail("provider_id_after", "provider_id_json or provider_id_after, not both");
    return out;
}

Receipt receipt_of(const HttpReply& reply, const ReplyRules& rules)
{
    if (reply.status == 0) {
        if (reply.sent) return {SendState::in_doubt, fmt::format("no answer: {}", reply.problem)};
        return {SendState::retry, fmt::format("nothing left: {}", reply.problem)};
    }
    std::string line = fmt::format("HTTP {}", reply.status);
    if (const std::string first = first_line(reply.body); !first.empty()) line += fmt::format(": {}", first);
    if (holds_one(reply.body, rules.refused_if)) return {SendState::failed, line};
    if (holds_one(reply.body, rules.retry_if)) return {SendState::retry, line};
    if (reply.status >= 300 && reply.status < 400)
        return {SendState::failed, fmt::format("{}: the gateway is elsewhere, and redirects are not followed", line)};
    if (reply.status >= 400) {
        const bool later = reply.status == 408 || reply.status == 425 || reply.status == 429 || reply.status >= 500;
        return {later ? SendState::retry : SendState::failed, line};
    }
    if (reply.status < 200) return {SendState::in_doubt, line};
    std::string why;
    const SendState state = state_of_body(reply.body, rules, why);
    if (state != SendState::accepted) return {state, fmt::format("{} ({})", why, line)};
    return {state, line, id_of(reply.body, rules)};
}

std::string json_member(std::string_view text, std::string_view path)
{
    const auto value = read_json(text);
    return value ? member_of(*value, path) : std::string{};
}

std::string query_value(std::string_view query, std::string_view name)
{
    const auto nibble = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equal = pair.find('=');
        if (pair.substr(0, equal) != name) continue;
        const std::string_view raw = equal == std::string_view::npos ? std::string_view{} : pair.substr(equal + 1);
        std::string out;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            if (raw[i] == '%' && i + 2 < raw.size() && nibble(raw[i + 1]) >= 0 && nibble(raw[i + 2]) >= 0) {
                out += static_cast<char>(nibble(raw[i + 1]) * 16 + nibble(raw[i + 2]));
                i += 2;
            } else {
                out += raw[i] == '+' ? ' ' : raw[i];
            }
        }
        return out;
    }
    return {};
}

} // namespace aqi::notify
