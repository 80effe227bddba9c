// daemon/notify/webhook: a warning as an HTTPS POST: the document, the form of a group robot, or a body written by the county.
//
// 2xx accepted; 408, 425, 429 and 5xx try again later; anything else refused. No answer: try again when the request
// certainly never left, else in doubt, unless the other side is said to drop repeats of one Idempotency-Key.
//
// WeCom and DingTalk answer 200 to everything and say in the body whether they took it; so there the body decides, and a 200 without
// their word in it proves nothing.
#include "daemon/notify/channel.hpp"
#include "daemon/notify/digest.hpp"
#include "daemon/notify/endpoint.hpp"
#include "daemon/notify/http_client.hpp"
#include "daemon/notify/template.hpp"
#include "libaqi/utf8.hpp"

#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::notify {
namespace {

namespace json = boost::json;
using daemon::SendState;

enum class Form { plain, wecom, dingtalk, custom };

/// What a robot takes, in bytes of UTF-8 (WeCom: group robots; DingTalk: the whole request).
constexpr std::size_t wecom_text_most = 2048, wecom_markdown_most = 4096, dingtalk_most = 20'000;
/// -1: the system is busy; too often: 45009 and 45033 of WeCom, 130101 and 410100 of DingTalk.
constexpr std::array<std::int64_t, 5> later_codes{-1, 45009, 45033, 130101, 410100};

struct WebhookSettings {
    HttpRequest request;
    bool drops_repeats = false;
    Form form = Form::plain;
    bool markdown = false;
    Template body;
    std::string error_key; ///< member of the answer that is 0 when the message was taken; empty: the status says it
    std::string query_file, sign_file, hmac_file, bearer_file;
};

void read_form(const Settings& table, WebhookSettings& out)
{
    out.form = table.choice_or<Form>(
        "template", Form::plain,
        {{"plain", Form::plain}, {"wecom", Form::wecom}, {"dingtalk", Form::dingtalk}, {"custom", Form::custom}});
    const bool robot = out.form == Form::wecom || out.form == Form::dingtalk;
    const auto only = [&](std::string_view key, bool here, std::string_view where) {
        if (table.has(key) && !here) table.fail(key, fmt::format("\"{}\" belongs to {}", key, where));
    };
    only("markdown", robot, "template = \"wecom\" or \"dingtalk\"");
    only("sign_file", out.form == Form::dingtalk, "template = \"dingtalk\"");
    only("hmac_file", !robot, "template = \"plain\" or \"custom\"");
    only("body", out.form == Form::custom, "template = \"custom\"");
    only("error_key", out.form == Form::custom, "template = \"custom\"; of \"wecom\" and \"dingtalk\" it is known");
    out.markdown = table.flag_or("markdown", false);
    out.query_file = table.text_or("query_file", "");
    out.sign_file = table.text_or("sign_file", "");
    out.hmac_file = table.text_or("hmac_file", "");
    out.bearer_file = table.text_or("bearer_file", "");
    out.error_key = robot ? "errcode" : table.text_or("error_key", "");
    if (out.form != Form::custom) return;
    if (!table.has("body")) table.fail("body", "template = \"custom\" needs a body");
    out.body = Template::read(table, "body", "", letter_fields());
    // Tried with something in every field: a comma too many is found today and not in the night of the warning.
    Fields filled;
    for (const auto& field : letter_fields()) filled[std::string{field}] = "1";
    boost::system::error_code bad;
    json::parse(out.body.fill(filled, Escape::json), bad);
    if (bad) table.fail("body", fmt::format("this is not JSON ({}); braces are written {{{{ and }}}}", bad.message()));
}

std::any read_settings(const Settings& table, Mode mode)
{
    WebhookSettings out;
    out.request.url = table.text("url");
    const std::string_view host = host_of(out.request.url);
    const bool secure = out.request.url.starts_with("https://");
    if (host.empty() || (!secure && !out.request.url.starts_with("http://")))
        table.fail("url", fmt::format("\"{}\" must begin with https:// and name a host", out.request.url));
    if (mode == Mode::drill && !is_loopback(host))
        table.fail(
            "url",
            fmt::format("a drill does not leave this machine; \"{}\" is not 127.0.0.1, [::1] or localhost", host));
    if (!secure && !is_loopback(host)) table.fail("url", "outside this machine it must be https://");
    for (const auto& header : table.texts_or_none("headers")) {
        if (header.find(':') == std::string::npos || header.find_first_of("\r\n") != std::string::npos)
            table.fail("headers", fmt::format("\"{}\" must read Name: value", header));
        out.request.headers.push_back(header);
    }
    out.request.ca_file = table.text_or("ca_file", "");
    out.request.connect_timeout =
        std::chrono::milliseconds{table.integer_or("connect_timeout_ms", 5'000, 100, 120'000)};
    out.request.timeout = std::chrono::milliseconds{table.integer_or("timeout_ms", 15'000, 100, 600'000)};
    out.drops_repeats = table.flag_or("drops_repeats", false);
    read_form(table, out);
    return settings_for(mode, std::move(out));
}

/// A robot's message with this text.
std::string robot_body(const WebhookSettings& settings, std::string_view headline, std::string_view text)
{
    const std::string_view kind = settings.markdown ? "markdown" : "text";
    json::object inner;
    if (settings.markdown) {
        // One line end is a blank in Markdown.
        std::string paragraphs = fmt::format("### {}\n", headline);
        for (const char c : text) paragraphs += c == '\n' ? "\n\n" : std::string(1, c);
        if (settings.form == Form::dingtalk) inner["title"] = headline; // what the telephone shows first
        inner[settings.form == Form::dingtalk ? "text" : "content"] = paragraphs;
    } else {
        inner["content"] = fmt::format("{}\n{}", headline, text);
    }
    return json::serialize(json::object{{"msgtype", kind}, {kind, std::move(inner)}});
}

bool fits(const WebhookSettings& settings, const std::string& body, std::string_view headline, std::string_view text)
{
    if (settings.form == Form::dingtalk) return body.size() <= dingtalk_most;
    const std::size_t most = settings.markdown ? wecom_markdown_most : wecom_text_most;
    const auto line_ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return headline.size() + text.size() + (settings.markdown ? 5 + line_ends : 1) <= most;
}

Result<Content> compose(const std::any& any, const Letter& letter, Language language)
{
    const auto& settings = own_settings<WebhookSettings>(any);
    if (settings.form == Form::plain) return compose_document(any, letter, language);
    if (settings.form == Form::custom) return Content{settings.body.fill(fields_of(letter, language), Escape::json)};
    const std::string& headline = letter.headline(language);
    const std::string advice = fields_of(letter, language).at("advice");
    // The fullest form a robot takes.
    for (const auto& text : {letter.text(language) + (advice.empty() ? "" : "\n" + advice), letter.text(language),
                             letter.short_text(language)}) {
        std::string body = robot_body(settings, headline, text);
        if (fits(settings, body, headline, text)) return Content{std::move(body)};
    }
    return Fault{Reason::too_large, "even its short text is longer than the robot takes"};
}

/// The robot's own word about a request it answered with 2xx.
Receipt judged(const std::string& error_key, const HttpReply& reply, std::string line)
{
    boost::system::error_code bad;
    const json::value answer = json::parse(reply.body, bad);
    const json::value* code = !bad && answer.is_object() ? answer.as_object().if_contains(error_key) : nullptr;
    if (code == nullptr || !code->is_int64())
        return {SendState::in_doubt, fmt::format("answered without {}: {}", error_key, line)};
    if (code->as_int64() == 0) return {SendState::accepted, std::move(line)};
    const bool later = std::find(later_codes.begin(), later_codes.end(), code->as_int64()) != later_codes.end();
    return {later ? SendState::retry : SendState::failed, std::move(line)};
}

template <Mode mode>
class WebhookChannel : public ChannelOf<mode> {
public:
    WebhookChannel(WebhookSettings settings, ChannelContext context)
        : settings_(std::move(settings)), executor_(context.executor), client_(context.executor)
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        HttpRequest request = settings_.request;
        request.body = settings_.form == Form::plain ? message.document : message.content.text;
        request.headers.push_back("Content-Type: application/json; charset=utf-8");
        request.headers.push_back("Idempotency-Key: " + message.key);
        if (const auto ready = add_secrets(request); !ready) {
            boost::asio::post(executor_, [done = std::move(done), why = ready.error().detail] {
                done({SendState::retry, why});
            });
            return;
        }
        client_.post(std::move(request), [done = std::move(done), error_key = settings_.error_key](
                                             const HttpReply& reply) { done(receipt_of(error_key, reply)); });
    }

    bool drops_repeats() const override { return settings_.drops_repeats; }

private:
    Result<void> add_secrets(HttpRequest& request) const
    {
        // The other side compares it with its own: never the daemon's clock, which may be a drill's.
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto add_to_query = [&](std::string_view more) {
            request.url += request.url.find('?') == std::string::npos ? '?' : '&';
            request.url += more;
        };
        if (!settings_.query_file.empty()) {
            const auto query = read_secret(settings_.query_file);
            if (!query) return query.error();
            add_to_query(*query);
        }
        if (!settings_.sign_file.empty()) {
            const auto secret = read_secret(settings_.sign_file);
            if (!secret) return secret.error();
            const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
            const std::string sign = base64(hmac_sha256(*secret, fmt::format("{}\n{}", ms, *secret)));
            add_to_query(fmt::format("timestamp={}&sign={}", ms, escaped(sign, Escape::url)));
        }
        if (!settings_.bearer_file.empty()) {
            const auto token = read_secret(settings_.bearer_file);
            if (!token) return token.error();
            request.headers.push_back("Authorization: Bearer " + *token);
        }
        if (!settings_.hmac_file.empty()) {
            const auto secret = read_secret(settings_.hmac_file);
            if (!secret) return secret.error();
            request.headers.push_back("X-Aqid-Signature: sha256=" + hex(hmac_sha256(*secret, request.body)));
            request.headers.push_back(
                fmt::format("X-Aqid-Timestamp: {}", std::chrono::duration_cast<std::chrono::seconds>(now).count()));
        }
        return boost::system::in_place_value;
    }

    static Receipt receipt_of(const std::string& error_key, const HttpReply& reply)
    {
        if (reply.status == 0) return {reply.sent ? SendState::in_doubt : SendState::retry, reply.problem};
        std::string line = fmt::format("HTTP {}", reply.status);
        const std::string first = cut_utf8(as_utf8(std::string_view{reply.body}.substr(0, reply.body.find('\n'))), 200);
        if (!first.empty()) line += fmt::format(": {}", first);
        if (reply.status >= 200 && reply.status < 300)
            return error_key.empty() ? Receipt{SendState::accepted, line} : judged(error_key, reply, line);
        const bool later = reply.status == 408 || reply.status == 425 || reply.status == 429 || reply.status >= 500;
        return {later ? SendState::retry : SendState::failed, line};
    }

    const WebhookSettings settings_;
    boost::asio::any_io_executor executor_;
    HttpClient client_;
};

} // namespace

extern const ChannelInfo webhook_channel;
const ChannelInfo webhook_channel = {
    "webhook",
    "an HTTPS POST with an Idempotency-Key: the JSON document, a WeCom or DingTalk robot, or a body of one's own",
    "",
    R"([[channel]]
name = "portal"
kind = "webhook"
url = "https://portal.example.invalid/warnings"  # https, except to this machine itself
# template = "plain"        # "plain": the JSON document; "wecom", "dingtalk": a group robot's message, taken only when the
                            # answer says errcode 0; "custom": `body`
# body = '{{"msg_type": "text", "content": {{"text": "{headline} {text}"}}}}'
                            # of "custom": JSON with {fields} of the message, escaped where they stand; other braces are
                            # doubled. A field nobody knows is refused
# error_key = ""            # of "custom": the member of the answer that is 0 when it was taken; default: 2xx is enough
# markdown = false          # of "wecom" and "dingtalk": with a heading, as Markdown
# query_file = ""           # its first line is added to the query: "key=..." of WeCom, "access_token=..." of DingTalk
# sign_file = ""            # of "dingtalk": the robot's secret; the request is signed with it
# hmac_file = ""            # of "plain" and "custom": a secret; X-Aqid-Signature: sha256=<HMAC-SHA256 of the body, hex>
                            # and X-Aqid-Timestamp (seconds, not signed) let the other side know us
# bearer_file = ""          # a token for Authorization: Bearer
# headers = ["X-County: 410600"]  # further headers, each "Name: value"; secrets belong into the files above
# ca_file = ""              # PEM; default: the system's authorities
# connect_timeout_ms = 5000
# timeout_ms = 15000        # no answer by then: the message is in doubt
# drops_repeats = false     # true when the other side drops a repeated Idempotency-Key: a message in doubt is then sent
                            # again by itself
# expires_after_h = 12      # not sent any more when this old
# drill = false             # true: opened for drills only, and then it must stay on this machine
)",
    read_settings,
    open_channel<WebhookChannel, WebhookSettings, Mode::real>,
    open_channel<WebhookChannel, WebhookSettings, Mode::drill>,
    compose,
};

} // namespace aqi::notify
