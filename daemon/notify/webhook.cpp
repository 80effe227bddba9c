// daemon/notify/webhook: the document as an HTTPS POST.
//
// 2xx accepted; 408, 425, 429 and 5xx try again later; anything else refused. No answer: try again when the request
// certainly never left, else in doubt, unless the other side is said to drop repeats of one Idempotency-Key.
#include "daemon/notify/channel.hpp"
#include "daemon/notify/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::notify {
namespace {

using daemon::SendState;

struct WebhookSettings {
    HttpRequest request;
    bool drops_repeats = false;
};

/// The host of a URL, without port; empty when there is none.
std::string_view host_of(std::string_view url)
{
    const auto begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    std::string_view rest = url.substr(begin + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
    if (rest.starts_with('[')) return rest.substr(0, rest.find(']') + 1);
    return rest.substr(0, rest.find(':'));
}

bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]" || host == "localhost"; }

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
    return settings_for(mode, std::move(out));
}

template <Mode mode>
class WebhookChannel : public ChannelOf<mode> {
public:
    WebhookChannel(WebhookSettings settings, ChannelContext context)
        : settings_(std::move(settings)), client_(context.executor)
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        HttpRequest request = settings_.request;
        request.body = message.document;
        request.headers.push_back("Content-Type: application/json; charset=utf-8");
        request.headers.push_back("Idempotency-Key: " + message.key);
        client_.post(std::move(request), [done = std::move(done)](const HttpReply& reply) { done(receipt_of(reply)); });
    }

    bool drops_repeats() const override { return settings_.drops_repeats; }

private:
    static Receipt receipt_of(const HttpReply& reply)
    {
        if (reply.status == 0) return {reply.sent ? SendState::in_doubt : SendState::retry, reply.problem};
        std::string line = fmt::format("HTTP {}", reply.status);
        const std::string_view first =
            std::string_view{reply.body}.substr(0, std::min(reply.body.find('\n'), std::size_t{200}));
        if (!first.empty()) line += fmt::format(": {}", first);
        if (reply.status >= 200 && reply.status < 300) return {SendState::accepted, line};
        const bool later = reply.status == 408 || reply.status == 425 || reply.status == 429 || reply.status >= 500;
        return {later ? SendState::retry : SendState::failed, line};
    }

    const WebhookSettings settings_;
    HttpClient client_;
};

} // namespace

extern const ChannelInfo webhook_channel;
const ChannelInfo webhook_channel = {
    "webhook",
    "the JSON document as an HTTPS POST with an Idempotency-Key",
    "",
    R"([[channel]]
name = "city-portal"
kind = "webhook"
url = "https://portal.example.invalid/warnings"  # https, except to this machine itself
# headers = ["Authorization: Bearer ..."]        # further headers, each "Name: value"
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
    compose_document,
};

} // namespace aqi::notify
