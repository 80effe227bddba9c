// daemon/notify/sms_http: short messages through a gateway with an HTTP interface: an aggregator's, a carrier's, kannel.
//
// No two gateways want the same request, so the operator writes it as templates, and says what of an answer is a yes. Receipts and
// replies come back as GETs of /channels/<name>/dlr and /channels/<name>/mo, written as kannel calls them, with a secret token.
//
// Secrets stand in files, are read for every message, and are cut out of everything that is kept or shown.
#include "daemon/notify/endpoint.hpp"
#include "daemon/notify/gateway_reply.hpp"
#include "daemon/notify/reply_parts.hpp"
#include "daemon/notify/sms.hpp"
#include "libaqi/utf8.hpp"

#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace aqi::notify {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using daemon::SendState;

/// Of the request itself, beside a letter's.
constexpr std::string_view own_fields[] = {"to", "text", "key", "sender", "user", "password", "coding", "callback"};

enum class BodyFormat { form, json, text };

struct HttpSmsSettings {
    SmsSettings sms;
    HttpRequest request; ///< what does not change: authorities, times, GET or POST
    Template url, body;
    std::vector<Template> headers;
    BodyFormat body_format = BodyFormat::form;
    std::string sender, user, password_file, callback_url, callback_token_file;
    ReplyRules rules;
    std::chrono::seconds reply_wait{600};
    bool drops_repeats = false;
};

const std::vector<std::string_view>& request_fields()
{
    static const std::vector<std::string_view> out = [] {
        std::vector<std::string_view> all(std::begin(own_fields), std::end(own_fields));
        for (const auto& field : letter_fields())
            if (std::find(all.begin(), all.end(), field) == all.end()) all.push_back(field);
        return all;
    }();
    return out;
}

std::string secret_or_fail(const Settings& table, std::string_view key)
{
    std::string file = table.text_or(key, "");
    if (!file.empty())
        if (const auto secret = read_secret(file); !secret) table.fail(key, secret.error().detail);
    return file;
}

std::any read_settings(const Settings& table, Mode mode)
{
    HttpSmsSettings out;
    out.sms = read_sms_settings(table, false);
    const std::string url = table.text("url");
    out.url = Template::read(table, "url", "", request_fields());
    const std::string_view host = host_of(url);
    const bool secure = url.starts_with("https://");
    if (host.empty() || host.find('{') != std::string_view::npos || (!secure && !url.starts_with("http://")))
        table.fail("url", "must begin with https:// and name a host, which may not be a field");
    if (mode == Mode::drill && !is_loopback(host))
        table.fail(
            "url",
            fmt::format("a drill does not leave this machine; \"{}\" is not 127.0.0.1, [::1] or localhost", host));
    if (!table.flag_or("plain_http", false) && !secure && !is_loopback(host))
        table.fail("url",
                   "outside this machine it must be https://, or plain_http = true must say that anybody on the way "
                   "may read numbers and password");
    out.request.get = table.choice_or("method", false, {{"POST", false}, {"GET", true}});
    if (out.request.get && (table.has("body") || table.has("body_format")))
        table.fail("body", "a GET has no body: put the fields into the url");
    out.body = Template::read(table, "body", "", request_fields());
    out.body_format =
        table.choice_or("body_format", BodyFormat::form,
                        {{"form", BodyFormat::form}, {"json", BodyFormat::json}, {"text", BodyFormat::text}});
    for (const auto& header : table.texts_or_none("headers")) {
        auto read = Template::parse(header, request_fields());
        if (!read) table.fail("headers", read.error().detail);
        if (header.find(':') == std::string::npos || !is_one_line(header))
            table.fail("headers", fmt::format("\"{}\" must read Name: value", header));
        out.headers.push_back(*read);
    }
    out.sender = table.text_or("sender", "");
    out.user = table.text_or("user", "");
    out.password_file = secret_or_fail(table, "password_file");
    out.callback_token_file = secret_or_fail(table, "callback_token_file");
    out.callback_url = table.text_or("callback_url", "");
    if (!out.callback_url.empty() && out.callback_token_file.empty())
        table.fail("callback_url", "needs a callback_token_file: else anybody could say what was delivered");
    const auto names = [&](std::string_view field) {
        return out.url.names(field) || out.body.names(field) ||
               std::any_of(out.headers.begin(), out.headers.end(), [&](const Template& t) { return t.names(field); });
    };
    for (const auto* field : {"to", "text"})
        if (!names(field)) table.fail("url", fmt::format("neither url, body nor headers name {{{}}}", field));
    if (names("password") && out.password_file.empty())
        table.fail("password_file", "{password} is named, and this is not set");
    if (names("callback") && out.callback_url.empty())
        table.fail("callback_url", "{callback} is named, and this is not set");
    out.rules = read_reply_rules(table);
    out.request.ca_file = table.text_or("ca_file", "");
    out.request.connect_timeout =
        std::chrono::milliseconds{table.integer_or("connect_timeout_ms", 5'000, 100, 120'000)};
    out.request.timeout = std::chrono::milliseconds{table.integer_or("timeout_ms", 15'000, 100, 600'000)};
    out.drops_repeats = table.flag_or("drops_repeats", false);
    out.reply_wait = std::chrono::seconds{table.integer_or("reply_wait_s", 600, 1, 86'400)};
    return settings_for(mode, std::move(out));
}

/// Not told by how long it takes.
bool same_secret(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    unsigned differs = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        differs |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    return differs == 0;
}

void cut_out(std::string& text, std::string_view secret)
{
    if (secret.empty()) return;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
        text.replace(at, secret.size(), "***");
}

struct Secrets {
    std::string password, token;
    void cut_from(std::string& text) const
    {
        for (const auto& secret : {password, token}) {
            cut_out(text, secret);
            cut_out(text, escaped(secret, Escape::url));
            cut_out(text, escaped(secret, Escape::json));
        }
    }
};

template <Mode mode>
class HttpSmsChannel : public ChannelOf<mode> {
public:
    HttpSmsChannel(HttpSmsSettings settings, ChannelContext context)
        : settings_(std::move(settings)),
          executor_(context.executor),
          client_(context.executor),
          parts_(context.folder / "parts", context.executor, settings_.reply_wait,
                 [this](Inbound::Reply reply) { inbound_.reply(std::move(reply)); })
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        const auto now = [&](Receipt receipt) {
            asio::post(executor_, [done, receipt = std::move(receipt)] { done(receipt); });
        };
        if (const std::string why = check_number(message.to.address); !why.empty())
            return now({SendState::failed, why});
        Secrets secrets;
        for (const auto& [file, out] : {std::pair{&settings_.password_file, &secrets.password},
                                        std::pair{&settings_.callback_token_file, &secrets.token}}) {
            if (file->empty()) continue;
            auto secret = read_secret(*file);
            if (!secret) return now({SendState::retry, secret.error().detail}); // it may come back
            *out = *secret;
        }
        client_.post(request_of(message, secrets), [done, secrets, rules = settings_.rules](const HttpReply& reply) {
            Receipt receipt = receipt_of(reply, rules);
            secrets.cut_from(receipt.detail);
            done(std::move(receipt));
        });
    }

    bool drops_repeats() const override { return settings_.drops_repeats; }
    void listen(Inbound inbound) override
    {
        inbound_ = std::move(inbound);
        parts_.load();
    }

    std::optional<WebAnswer> get(std::string_view path, std::string_view query) override
    {
        const bool receipt = path == "dlr", reply = path == "mo";
        if (settings_.callback_token_file.empty() || (!receipt && !reply)) return std::nullopt;
        const auto token = read_secret(settings_.callback_token_file);
        if (!token || !same_secret(query_value(query, "token"), *token)) return answer(403, "this is not the token\n");
        return receipt ? take_receipt(query) : take_reply(query);
    }

private:
    static WebAnswer answer(int status, std::string body)
    {
        WebAnswer out;
        out.status = status;
        out.body = std::move(body);
        return out;
    }

    HttpRequest request_of(const MessageOf<mode>& message, const Secrets& secrets) const
    {
        HttpRequest out = settings_.request;
        Fields fields = fields_in(message.document, message.language);
        fields["to"] = message.to.address;
        fields["text"] = message.content.text;
        fields["key"] = message.key;
        fields["sender"] = settings_.sender;
        fields["user"] = settings_.user;
        fields["password"] = secrets.password;
        fields["coding"] = sms_size(message.content.text, settings_.sms.gsm7).gsm7 ? "0" : "2";
        // kannel writes what it knows where it reads %d and %A.
        if (!settings_.callback_url.empty())
            fields["callback"] = fmt::format("{}?token={}&key={}&type=%d&answer=%A", settings_.callback_url,
                                             escaped(secrets.token, Escape::url), escaped(message.key, Escape::url));
        out.url = settings_.url.fill(fields, Escape::url);
        for (const auto& header : settings_.headers) {
            std::string line = header.fill(fields, Escape::none);
            for (char& c : line)
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                    c = ' '; // it must not end here and begin another
            out.headers.push_back(std::move(line));
        }
        if (out.get) return out;
        switch (settings_.body_format) {
        case BodyFormat::form:
            out.headers.push_back("Content-Type: application/x-www-form-urlencoded");
            out.body = settings_.body.fill(fields, Escape::url);
            break;
        case BodyFormat::json:
            out.headers.push_back("Content-Type: application/json; charset=utf-8");
            out.body = settings_.body.fill(fields, Escape::json);
            break;
        case BodyFormat::text:
            out.headers.push_back("Content-Type: text/plain; charset=utf-8");
            out.body = settings_.body.fill(fields, Escape::none);
            break;
        }
        return out;
    }

    /// kannel's types of a delivery report.
    WebAnswer take_receipt(std::string_view query) const
    {
        const std::string type = query_value(query, "type");
        Inbound::Report report;
        report.key = query_value(query, "key");
        report.provider_id = query_value(query, "id");
        if (report.key.empty() && report.provider_id.empty()) return answer(400, "key or id is missing\n");
        if (!report.key.empty()) report.provider_id.clear(); // the key is ours; the id may be one we never heard
        if (type == "1") {
            report.state = SendState::delivered;
            report.detail = "delivered to the phone";
        } else if (type == "2") {
            report.state = SendState::failed;
            report.detail = "the network could not deliver it";
        } else if (type == "4") {
            report.state = SendState::accepted;
            report.detail = "queued by the message centre";
        } else if (type == "8") {
            report.state = SendState::accepted;
            report.detail = "accepted by the message centre";
        } else if (type == "16") {
            report.state = SendState::failed;
            report.detail = "refused by the message centre";
        } else {
            return answer(400, "type must be 1, 2, 4, 8 or 16\n");
        }
        std::string said = as_utf8(query_value(query, "answer"));
        std::replace_if(
            said.begin(), said.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
        if (!said.empty()) report.detail += fmt::format(": {}", cut_utf8(said, 100));
        inbound_.report(std::move(report));
        return answer(200, "");
    }

    WebAnswer take_reply(std::string_view query)
    {
        Inbound::Reply reply;
        reply.from = as_utf8(query_value(query, "from"));
        if (reply.from.empty()) return answer(400, "from is missing\n");
        const std::string text = query_value(query, "text"), charset = query_value(query, "charset");
        reply.provider_id = as_utf8(query_value(query, "id"));
        if (auto part = part_of(query)) {
            part->from = reply.from;
            part->text = text;
            part->charset = charset;
            part->provider_id = reply.provider_id;
            const std::string why = parts_.add(std::move(*part));
            return why.empty() ? answer(200, "") : answer(503, "it cannot be kept\n");
        }
        // kannel passes an answer in Chinese on as the network had it, unless its sms-service says otherwise.
        reply.text =
            charset.starts_with("UTF-16") || charset.starts_with("UCS-2") ? utf8_of_utf16_bytes(text) : as_utf8(text);
        inbound_.reply(std::move(reply));
        return answer(200, "");
    }

    /// Which part of a longer reply it is, where the gateway says so; numbers that make no sense are no numbers.
    static std::optional<ReplyPart> part_of(std::string_view query)
    {
        ReplyPart out;
        if (!read_user_data_header(query_value(query, "udh"), out)) {
            out.reference = query_value(query, "ref");
            for (const auto& [name, number] : {std::pair{"part", &out.part}, std::pair{"parts", &out.parts}}) {
                const std::string written = query_value(query, name);
                std::from_chars(written.data(), written.data() + written.size(), *number);
            }
        }
        const bool several = out.parts > 1 && out.parts <= ReplyParts::parts_most;
        return several && out.part >= 1 && out.part <= out.parts ? std::optional{std::move(out)} : std::nullopt;
    }

    const HttpSmsSettings settings_;
    const asio::any_io_executor executor_;
    HttpClient client_;
    Inbound inbound_;
    ReplyParts parts_;
};

Result<Content> compose(const std::any& settings, const Letter& letter, Language language)
{
    return compose_sms(own_settings<HttpSmsSettings>(settings).sms, letter, language, true);
}

bool serves(const std::any& settings, std::string_view address)
{
    return serves_number(own_settings<HttpSmsSettings>(settings).sms, address);
}

} // namespace

extern const ChannelInfo sms_http_channel;
const ChannelInfo sms_http_channel = {
    "sms-http",
    "SMS through a gateway's HTTP interface, its request written as templates",
    "sms",
    R"([[channel]]
name = "gateway"
kind = "sms-http"
# url, body and headers are templates: {to} {text} {key} {sender} {user} {password} {coding} (0 GSM-7, 2 UCS-2) {callback}, and
# the fields of a letter ({area_name} {level_name} {language} ..., in the language of the text; {level} is "red" in both;
# {text} is the short message itself). A brace is written {{ or }}.
url = "https://sms.example.invalid/send"   # https, except to this machine itself; fields are written as in a query
method = "POST"             # or "GET", without body
body_format = "json"        # "form" (default), "json" or "text": how fields are escaped, and the Content-Type
body = '{{"account": "{user}", "mobile": "{to}", "content": "{text}", "uid": "{key}"}}'
# headers = []                # each "Name: value"
# user = ""
# password_file = ""          # its first line; read again for every message
# sender = ""                 # the number shown, where it may be chosen
# What of an answer with status 2xx is a yes; without any, every one is.
reply_json = "code=0"         # a member of the answer and its value; "data.0.code=OK" looks further in
# accepted_if = ""            # the answer must hold this: "Accepted for delivery"
# refused_if = []             # an answer that holds one of these will never work, whatever its status
# retry_if = []               # one that holds one of these is tried again
# provider_id_json = ""       # "data.id": what the gateway calls the message; or
# provider_id_after = ""      # "id=": what follows this text in the answer
# drops_repeats = false       # true when the gateway drops a repeated {key}: a message in doubt is then sent again by itself
# callback_url = ""           # "http://127.0.0.1:8080/channels/gateway/dlr": {callback} is this with token, key and what
                              # kannel fills in; receipts: ?token=&key=&type= (1 delivered, 2 failed, 4 queued, 8 accepted,
                              # 16 refused), replies: /channels/gateway/mo?token=&from=&text=&id=&charset=; the parts of
                              # a long reply become one where they come with ref=&part=&parts= or udh= (kannel's %u)
# reply_wait_s = 600          # a part of a reply waits so long for the others, then it goes without them
# callback_token_file = ""    # its first line; callbacks without it are refused; default: none are taken
# kannel: method = "GET", accepted_if = "delivery" and
#   url = "http://127.0.0.1:13013/cgi-bin/sendsms?username={user}&password={password}&from={sender}&to={to}&coding=2&charset=utf-8&text={text}&dlr-mask=31&dlr-url={callback}"
# signature = ""              # "鹤壁环保" puts 【鹤壁环保】 before every text; it counts; carriers want the registered one
# text = "{short}"            # or of other fields: "{headline} {advice}"
# parts_at_most = 3           # a text that takes more short messages than this is refused before anything is sent
# cost_per_part = "0"         # "0.045": what is shown and added up
# gsm7 = false                # true: texts of only GSM-7 characters are counted 160/153, for gateways that send them so
# prefixes = []               # ["134", "135"]: only numbers that begin so; default: every number
# ca_file = ""                # PEM; default: the system's authorities
# plain_http = false          # true: a gateway elsewhere without https; anybody on the way may read numbers and password
# connect_timeout_ms = 5000
# timeout_ms = 15000          # no answer by then: the message is in doubt
# expires_after_h = 12        # not sent any more when this old
# drill = false               # true: opened for drills only, and then it must stay on this machine
)",
    read_settings,
    open_channel<HttpSmsChannel, HttpSmsSettings, Mode::real>,
    open_channel<HttpSmsChannel, HttpSmsSettings, Mode::drill>,
    compose,
    check_number,
    serves,
};

} // namespace aqi::notify
