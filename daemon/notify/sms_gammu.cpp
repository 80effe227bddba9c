// daemon/notify/sms_gammu: short messages through a modem of our own, by the spool folder of gammu-smsd.
//
// A message left in the spool is accepted; what gammu-smsd makes of it is reported when the file has moved. The same message is
// the same file, so an attempt may be repeated, and one in doubt is looked for. Folders are looked at on a thread of their own.
#include "daemon/notify/drop_folder.hpp"
#include "daemon/notify/gammu_spool.hpp"
#include "daemon/notify/sms.hpp"

#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace aqi::notify {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

struct GammuSettings {
    SmsSettings sms;
    GammuFolders folders;
    std::chrono::seconds poll{2};
};

fs::path read_folder(const Settings& table, std::string_view key, bool needed)
{
    const std::string out = needed ? table.text(key) : table.text_or(key, "");
    if (!out.empty() && !out.starts_with('/')) table.fail(key, fmt::format("\"{}\" must be an absolute path", out));
    if (needed && out.empty()) table.fail(key, "must name a folder");
    return out;
}

std::any read_settings(const Settings& table, Mode mode)
{
    GammuSettings out;
    out.sms = read_sms_settings(table, true);
    GammuFolders& folders = out.folders;
    folders.outbox = read_folder(table, "outbox", true);
    folders.sent = read_folder(table, "sent", true);
    folders.error = read_folder(table, "error", true);
    folders.inbox = read_folder(table, "inbox", false);
    if (folders.outbox == folders.sent || folders.outbox == folders.error || folders.sent == folders.error)
        table.fail("outbox",
                   "outbox, sent and error must be three folders, or nobody can tell what became of a message");
    const std::string priority = table.text_or("priority", "C");
    if (priority.size() != 1 || priority[0] < 'A' || priority[0] > 'Z')
        table.fail("priority", fmt::format("\"{}\" must be one letter from A, sent first, to Z", priority));
    folders.priority = priority[0];
    folders.delivery_reports = table.flag_or("delivery_reports", false);
    if (folders.delivery_reports && folders.inbox.empty())
        table.fail("delivery_reports", "reports come into the inbox, and \"inbox\" is not set");
    folders.spool_most = static_cast<std::size_t>(table.integer_or("spool_most", 2'000, 1, 100'000));
    folders.slow = std::chrono::seconds{table.integer_or("slow_after_s", 600, 1, 86'400)};
    out.poll = std::chrono::seconds{table.integer_or("poll_s", 2, 1, 3'600)};
    const bool dummy = table.flag_or("dummy", false);
    if (mode == Mode::drill && !dummy)
        table.fail("dummy",
                   "a drill does not leave this machine: it needs a spool of its own whose gammu-smsd has model = "
                   "dummy, and dummy = true here to say so");
    if (mode == Mode::real && dummy)
        table.fail("dummy", "a spool without a modem is for drills; a real warning would be lost in it");
    if (const std::string file = table.text_or("smsdrc", ""); !file.empty()) {
        errno = 0;
        const auto text = read_whole(file, 1024 * 1024);
        if (!text)
            table.fail("smsdrc", fmt::format("{} cannot be read{}: its TransmitFormat is not known, and Chinese may be "
                                             "sent as nonsense; let aqid read it, or leave the key out and see to it",
                                             file, errno != 0 ? fmt::format(" ({})", std::strerror(errno)) : ""));
        if (const std::string why = check_smsdrc(*text, folders, dummy); !why.empty())
            table.fail("smsdrc", fmt::format("{}: {}", file, why));
    }
    return settings_for(mode, std::move(out));
}

/// The moment it was issued, which is the same for every attempt, out of the document.
Instant issued_at(const std::string& document)
{
    boost::system::error_code error;
    const auto value = boost::json::parse(document, error);
    if (error || !value.is_object()) return {};
    for (const char* name : {"issued_at", "at"})
        if (const auto* at = value.as_object().if_contains(name); at != nullptr && at->is_string())
            if (const auto instant = parse_instant({at->as_string().data(), at->as_string().size()})) return *instant;
    return {};
}

template <Mode mode>
class GammuChannel : public ChannelOf<mode> {
public:
    GammuChannel(GammuSettings settings, ChannelContext context)
        : settings_(std::move(settings)),
          executor_(context.executor),
          spool_(std::make_shared<GammuSpool>(settings_.folders, context.folder)),
          disk_(context.executor)
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        GammuMessage out{message.key, message.to.address, message.content.text, message.content.parts,
                         issued_at(message.document)};
        if (const std::string why = check_number(out.to); !why.empty()) {
            asio::post(executor_, [done = std::move(done), why] { done({daemon::SendState::failed, why}); });
            return;
        }
        disk_.run([spool = spool_, out = std::move(out)] { return spool->leave(out); }, std::move(done));
    }

    bool drops_repeats() const override { return true; }
    bool can_ask() const override { return true; }
    void ask(const std::string& key, const std::string&, std::function<void(Receipt)> done) override
    {
        disk_.run([spool = spool_, key] { return spool->look_for(key); }, std::move(done));
    }

    void listen(Inbound inbound) override
    {
        inbound_ = std::make_shared<Inbound>(std::move(inbound));
        disk_.repeat(settings_.poll, [spool = spool_, executor = executor_, weak = std::weak_ptr{inbound_}] {
            GammuNews news = spool->look();
            if (news.reports.empty() && news.replies.empty()) return;
            // Nothing past this line runs on the disk's thread. It is the loop's to say whether we are still there.
            asio::post(executor, [news = std::move(news), weak] {
                const auto alive = weak.lock();
                if (!alive) return;
                for (const auto& report : news.reports) alive->report(report);
                for (const auto& reply : news.replies) alive->reply(reply);
            });
        });
    }

private:
    const GammuSettings settings_;
    const asio::any_io_executor executor_;
    const std::shared_ptr<GammuSpool> spool_; // the disk thread's alone
    std::shared_ptr<Inbound> inbound_;
    DiskThread disk_; // last: its end waits for what was begun
};

Result<Content> compose(const std::any& settings, const Letter& letter, Language language)
{
    return compose_sms(own_settings<GammuSettings>(settings).sms, letter, language, false); // gammu keeps pairs whole
}

bool serves(const std::any& settings, std::string_view address)
{
    return serves_number(own_settings<GammuSettings>(settings).sms, address);
}

} // namespace

extern const ChannelInfo sms_gammu_channel;
const ChannelInfo sms_gammu_channel = {
    "sms-gammu",
    "SMS through a modem on this machine, by gammu-smsd's spool folder",
    "sms",
    R"([[channel]]
name = "modem"
kind = "sms-gammu"
outbox = "/var/spool/gammu/outbox"    # gammu-smsd's folders (service = files); aqid must be able to write there, and
sent = "/var/spool/gammu/sent"        # gammu-smsd to read
error = "/var/spool/gammu/error"
# inbox = ""                  # replies are read there, once each, a long one out of all its files, and moved to its folder
                              # seen; default: no replies
# smsdrc = ""                 # "/etc/gammu-smsdrc": checked when aqid starts: TransmitFormat auto or unicode, the same
                              # folders, a slash at the end of each; without it, see to that yourself: gammu-smsd sends
                              # Chinese as nonsense when TransmitFormat is not set, and reports success
# signature = ""              # "鹤壁环保" puts 【鹤壁环保】 before every text; it counts
# text = "{short}"            # or of other fields: "{headline} {advice}"
# parts_at_most = 3           # a text that takes more short messages than this is refused before anything is sent
# cost_per_part = "0"         # "0.045": what is shown and added up
# gsm7 = true                 # texts of only GSM-7 characters are counted 160/153; false: 70/67, for TransmitFormat = unicode
# prefixes = []               # ["134", "135"]: only numbers that begin so; default: every number
# priority = "C"              # A is sent first, Z last
# delivery_reports = false    # true: asks for them; gammu-smsd needs DeliveryReport = sms and the inbox
# spool_most = 2000           # with so many waiting nothing more is left there: it is tried again later
# slow_after_s = 600          # a message that waits longer is reported
# poll_s = 2                  # how often the folders are looked at
# expires_after_h = 12        # not sent any more when this old
# drill = false               # true: opened for drills only, and then with a spool of its own whose gammu-smsd has
# dummy = false               # model = dummy; dummy = true says so
)",
    read_settings,
    open_channel<GammuChannel, GammuSettings, Mode::real>,
    open_channel<GammuChannel, GammuSettings, Mode::drill>,
    compose,
    check_number,
    serves,
};

} // namespace aqi::notify
