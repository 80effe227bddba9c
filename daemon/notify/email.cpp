// daemon/notify/email: the full text as a mail, each recipient a mail of their own.
//
// A refusal of the recipient or of the mail itself (5xx) is final; 4xx, a refused login and whatever happens before the mail's end was
// handed over is tried again, for nobody has the mail. No answer after its end: in doubt. A mail server does not drop repeats.
#include "daemon/notify/channel.hpp"
#include "daemon/notify/digest.hpp"
#include "daemon/notify/endpoint.hpp"
#include "daemon/notify/mail_client.hpp"
#include "daemon/notify/mail_text.hpp"
#include "libaqi/utf8.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace aqi::notify {
namespace {

using daemon::SendState;

constexpr std::size_t id_digits = 32; // of the key's SHA-256: enough never to meet another

struct EmailSettings {
    MailServer server;
    std::string password_file;
    std::string from;
    std::string from_name;
    std::string reply_to;
    unsigned connections = 2;
};

std::string read_mailbox(const Settings& table, std::string_view key, std::string address)
{
    if (const auto wrong = wrong_with_mailbox(address); !wrong.empty())
        table.fail(key, fmt::format("\"{}\": {}", address, wrong));
    return address;
}

std::any read_settings(const Settings& table, Mode mode)
{
    EmailSettings out;
    out.server.url = table.text("server");
    const std::string_view host = host_of(out.server.url);
    const bool wrapped = out.server.url.starts_with("smtps://"); // TLS from the first byte
    if (host.empty() || !is_one_line(out.server.url) || (!wrapped && !out.server.url.starts_with("smtp://")))
        table.fail("server", fmt::format("\"{}\" must begin with smtp:// or smtps:// and name a host", out.server.url));
    if (out.server.url.find('@') != std::string::npos)
        table.fail("server", "user and password have keys of their own: user, password_file");
    if (out.server.url.find('/', out.server.url.find("://") + 3) != std::string::npos)
        table.fail("server", "behind the host and port nothing follows");
    if (mode == Mode::drill && !is_loopback(host))
        table.fail("server", fmt::format("a drill does not leave this machine; \"{}\" is not 127.0.0.1, [::1] or "
                                         "localhost",
                                         host));
    out.server.starttls = table.flag_or("starttls", !is_loopback(host));
    if (!wrapped && !out.server.starttls && !is_loopback(host))
        table.fail("starttls", "outside this machine the mail must be encrypted");
    out.server.ca_file = table.text_or("ca_file", "");
    out.server.user = table.text_or("user", "");
    if (!is_one_line(out.server.user)) table.fail("user", "a user has no control characters");
    out.password_file = table.text_or("password_file", "");
    if (out.server.user.empty() != out.password_file.empty())
        table.fail(out.server.user.empty() ? "password_file" : "user", "user and password_file go together");
    out.from = read_mailbox(table, "from", table.text("from"));
    out.from_name = table.text_or("from_name", "");
    if (table.has("reply_to")) out.reply_to = read_mailbox(table, "reply_to", table.text("reply_to"));
    out.server.connect_timeout =
        std::chrono::milliseconds{table.integer_or("connect_timeout_ms", 10'000, 100, 120'000)};
    out.server.timeout = std::chrono::milliseconds{table.integer_or("timeout_ms", 60'000, 100, 600'000)};
    out.connections = static_cast<unsigned>(table.integer_or("connections", out.connections, 1, 16));
    return settings_for(mode, std::move(out));
}

Result<Content> compose(const std::any& settings, const Letter& letter, Language language)
{
    const bool zh = language == Language::zh;
    Content out;
    out.subject = letter.headline(language);
    out.text = letter.text(language) + "\n";
    if (letter.warning) {
        const std::string& advice = zh ? letter.warning->advice_zh : letter.warning->advice_en;
        if (!advice.empty()) out.text += "\n" + advice + "\n";
    }
    const std::string at = format_instant(letter.at, letter.offset);
    out.text +=
        zh ? fmt::format("\n----\n编号：{}，第{}次；发布时间：{}\n本邮件由系统自动发出", letter.id, letter.revision, at)
           : fmt::format("\n----\nNo. {}, revision {}; issued {}\nSent automatically", letter.id, letter.revision, at);
    // Where an answer is read, it is welcome.
    if (own_settings<EmailSettings>(settings).reply_to.empty())
        out.text += zh ? "，请勿直接回复" : "; please do not reply";
    out.text += zh ? "。\n" : ".\n";
    return out;
}

Receipt receipt_of(const MailReply& reply, const std::string& message_id)
{
    const std::string said = as_utf8(reply.words.empty() ? reply.problem : reply.words);
    if (reply.taken) return {SendState::accepted, said, message_id};
    const bool later = reply.status >= 400 && reply.status < 500;
    const bool never = reply.status >= 500 && reply.status < 600;
    switch (reply.at) {
    case MailReply::At::end:
        if (later) return {SendState::retry, said};
        if (never) return {SendState::failed, said};
        return {SendState::in_doubt,
                fmt::format("the whole mail was handed over, and no answer came: {}", reply.problem), message_id};
    case MailReply::At::login: return {SendState::retry, fmt::format("the server refuses user or password: {}", said)};
    case MailReply::At::envelope: {
        // "Log in first" is about our own configuration, not about the recipient.
        const bool ours = reply.status == 530 || reply.status == 534 || reply.status == 535 || reply.status == 538;
        if (ours) return {SendState::retry, fmt::format("the server wants a login: {}", said)};
        return {never ? SendState::failed : SendState::retry, said};
    }
    case MailReply::At::connect: break;
    }
    return {SendState::retry, reply.status >= 400 ? fmt::format("{} ({})", reply.problem, said) : reply.problem};
}

template <Mode mode>
class EmailChannel : public ChannelOf<mode> {
public:
    EmailChannel(EmailSettings settings, ChannelContext context)
        : settings_(std::move(settings)),
          executor_(context.executor),
          now_(std::move(context.now)),
          client_(context.executor, settings_.connections)
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        const auto answer = [&](SendState state, std::string why) {
            boost::asio::post(executor_, [done, receipt = Receipt{state, std::move(why)}] { done(receipt); });
        };
        // It was checked when the audience was read; the door to a header is closed here, too.
        if (const auto wrong = wrong_with_mailbox(message.to.address); !wrong.empty())
            return answer(SendState::failed, wrong);
        std::string password;
        if (!settings_.password_file.empty()) {
            const auto secret = read_secret(settings_.password_file);
            if (!secret) return answer(SendState::retry, secret.error().detail);
            password = *secret;
        }
        MailHeader header;
        header.from = settings_.from;
        header.from_name = settings_.from_name;
        header.reply_to = settings_.reply_to;
        header.to = message.to.address;
        header.to_name = message.to.name;
        header.subject = message.content.subject;
        header.message_id = fmt::format("<{}@{}>", hex(sha256(message.key)).substr(0, id_digits),
                                        std::string_view{settings_.from}.substr(settings_.from.find('@') + 1));
        header.date = std::chrono::system_clock::time_point{std::chrono::milliseconds{now_().ms}};
        header.language = language_name(message.language);
        header.more = {{"X-Aqid-Key", message.key}, {"X-Aqid-Mode", mode == Mode::drill ? "drill" : "real"}};
        client_.send(
            settings_.server, std::move(password),
            {settings_.from, message.to.address, mail_text(header, message.content.text)},
            [done = std::move(done), id = header.message_id](const MailReply& reply) { done(receipt_of(reply, id)); });
    }

private:
    const EmailSettings settings_;
    boost::asio::any_io_executor executor_;
    const std::function<Instant()> now_;
    MailClient client_;
};

} // namespace

extern const ChannelInfo email_channel;
const ChannelInfo email_channel = {
    "email",
    "the full text as a mail, over SMTP with TLS",
    "email",
    R"([[channel]]
name = "mail"
kind = "email"
server = "smtp://smtp.example.invalid:587"  # smtp:// begins in clear and goes on with STARTTLS; smtps:// is TLS from the
                                            # first byte (port 465)
from = "aqid@example.invalid"    # the sender, also of the envelope: what cannot be delivered comes back there
# from_name = "鹤壁市生态环境局"  # shown beside it
# reply_to = "duty@example.invalid"         # where an answer goes; default: from
# user = "aqid@example.invalid"             # default: no login
# password_file = "/etc/aqid/mail.password" # its first line; read for every mail, so that it can be changed
# starttls = true           # the server must offer it, with a certificate for its name; false only on this machine itself,
                            # where it is the default
# ca_file = ""              # PEM; default: the system's authorities
# connections = 2           # mails on their way at once; each has a connection of its own
# connect_timeout_ms = 10000
# timeout_ms = 60000        # for one mail; no answer after its end by then: it is in doubt
# expires_after_h = 12      # not sent any more when this old
# drill = false             # true: opened for drills only, and then the server must be on this machine
)",
    read_settings,
    open_channel<EmailChannel, EmailSettings, Mode::real>,
    open_channel<EmailChannel, EmailSettings, Mode::drill>,
    compose,
    wrong_with_mailbox,
};

} // namespace aqi::notify
