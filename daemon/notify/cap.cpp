// daemon/notify/cap: every revision as a CAP 1.2 file in a folder, and an Atom feed of them beside it.
//
// The folder is what a web server gives out; nothing in it is ever removed, what leaves is the entry of the feed. The channel's own
// page serves it too, of real warnings only. A drill's documents say Exercise and lie in a folder of their own.
#include "daemon/notify/cap_document.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::notify {
namespace {

using daemon::SendState;

constexpr std::chrono::seconds feed_every{3'600}; // ended warnings leave the feed without a letter
constexpr std::string_view level_words[] = {"none", "blue", "yellow", "orange", "red"};

bool is_address(std::string_view url)
{
    return (url.starts_with("https://") || url.starts_with("http://")) &&
           url.find_first_of(" <>\"\\^`|\t\r\n") == std::string_view::npos;
}

/// Refuses what could not stand in an identifier.
std::string read_name(const Settings& table, std::string_view key, std::string text)
{
    for (const char c : text)
        if (c != '{' && c != '}' && !is_plain_name(std::string{"x"} + c))
            table.fail(key, fmt::format("\"{}\" must be letters, digits, '.', '-' and '_': it names a file", text));
    return text;
}

void read_profile(const Settings& table, CapSettings& out)
{
    const auto word = [&](const Settings& from, std::string_view key, std::string_view otherwise) {
        std::string text = from.text_or(key, otherwise);
        if (text.empty() || text.find_first_of(" \t\r\n") != std::string::npos)
            from.fail(key, fmt::format("\"{}\" must be one word", text));
        return text;
    };
    read_name(table, "identifier", table.text("identifier"));
    out.identifier = Template::read(table, "identifier", "", cap_identifier_fields());
    if (!out.identifier.names("time") && !(out.identifier.names("id") && out.identifier.names("revision")))
        table.fail("identifier", "must name {time}, or {id} and {revision}: no two messages have one identifier");
    out.event_code = {table.text("event_code_name"), table.text("event_code")};
    if (out.event_code.name.empty()) table.fail("event_code_name", "must not be empty");
    if (out.event_code.value.empty()) table.fail("event_code", "must not be empty");
    out.geocode_name = table.text_or("geocode_name", out.geocode_name);
    out.domestic_times = table.choice_or("times", true, {{"domestic", true}, {"iso", false}});
    out.severity = {"UNKNOWN", "BLUE", "YELLOW", "ORANGE", "RED"};
    if (const auto words = table.table_if("severity")) {
        for (std::size_t i = 0; i < out.severity.size(); ++i)
            out.severity[i] = word(*words, level_words[i], out.severity[i]);
        words->done();
    }
    table.done();
}

void read_polygons(const Settings& table, CapSettings& out)
{
    for (const auto& area : table.keys()) {
        auto shapes = table.holds_text(area) ? std::vector<std::string>{table.text(area)} : table.texts_or_none(area);
        cap::Alert probe;
        probe.identifier = probe.sender = "x";
        probe.sent = "2016-12-29T15:00:00+08:00";
        probe.infos.emplace_back().areas.emplace_back().polygons = shapes;
        const auto read = cap::read(cap::write(probe));
        for (const auto& fault : read ? read->faults : std::vector{read.error().detail})
            if (fault.find("polygon") != std::string::npos) table.fail(area, fault);
        out.polygons.emplace(area, std::move(shapes));
    }
}

std::any read_settings(const Settings& table, Mode mode)
{
    CapSettings out;
    out.folder = read_drop_folder(table, mode);
    out.sender = table.text("sender");
    if (out.sender.empty() || !is_utf8(out.sender) || out.sender.find_first_of(" ,<&\t\r\n") != std::string::npos)
        table.fail("sender", fmt::format("\"{}\" must have no blank, comma, < or &", out.sender));
    out.severity = standard_severities();
    const bool national = table.choice_or("profile", false, {{"cap", false}, {"12379", true}});
    if (national) {
        if (table.has("identifier_prefix")) table.fail("identifier_prefix", "the profile has an \"identifier\"");
        if (table.has("geocode_name")) table.fail("geocode_name", "stands in [channel.profile]");
        const auto profile = table.table_if("profile_12379");
        if (!profile) table.fail("profile", "needs the table [channel.profile_12379]");
        read_profile(*profile, out);
    } else {
        if (table.has("profile_12379"))
            table.fail("profile_12379", "is read with profile = \"12379\" only; remove one or set the other");
        const std::string prefix = read_name(table, "identifier_prefix", table.text_or("identifier_prefix", ""));
        if (prefix.find_first_of("{}") != std::string::npos) table.fail("identifier_prefix", "takes no fields");
        out.identifier = *Template::parse(prefix + "{id}-{revision}", cap_identifier_fields());
        out.geocode_name = table.text_or("geocode_name", out.geocode_name);
    }
    if (out.geocode_name.empty()) table.fail("geocode_name", "must not be empty");
    if (const std::string web = table.text_or("web", ""); !web.empty()) {
        out.has_web = true;
        out.web = Template::read(table, "web", "", letter_fields());
        if (!is_address(web)) table.fail("web", fmt::format("\"{}\" must be an address, https://...", web));
    }
    out.contact = table.text_or("contact", "");
    out.expires_h = table.integer_or("expires_h", out.expires_h, 1, 8'760);
    out.all_clear_h = table.integer_or("all_clear_h", out.all_clear_h, 1, 48);
    out.keep_h = table.integer_or("keep_h", out.keep_h, 0, 8'760);
    out.feed_title = table.text_or("feed_title", "重污染天气预警");
    out.base_url = table.text_or("base_url", "");
    if (!out.base_url.empty() && (!is_address(out.base_url) || !out.base_url.ends_with('/')))
        table.fail("base_url", fmt::format("\"{}\" must be an address that ends with /", out.base_url));
    if (mode == Mode::drill) out.base_url.clear(); // what lies in its folder has no address
    if (const auto polygons = table.table_if("polygons")) read_polygons(*polygons, out);
    return settings_for(mode, std::move(out));
}

Result<Content> compose(const std::any& settings, const Letter& letter, Language)
{
    auto document = cap_document(own_settings<CapSettings>(settings), letter);
    if (!document) return document.error();
    return Content{std::move(*document)};
}

/// Writes the file, then the feed. Again is never wrong: the same name gets the same bytes.
Receipt leave(const CapSettings& settings, Mode mode, LetterKind kind, const std::string& document, Instant now)
{
    const auto read = cap::read(document);
    if (!read) return {SendState::failed, read.error().detail};
    const cap::Alert& alert = read->alert;
    const std::string_view status = kind == LetterKind::canary ? "Test" : mode == Mode::drill ? "Exercise" : "Actual";
    if (alert.status != status || !is_plain_name(alert.identifier))
        return {SendState::failed, fmt::format("{} of status {} does not belong here", alert.identifier, alert.status)};
    const std::string file =
        kind == LetterKind::canary ? std::string{canary_file} : fmt::format("{}.xml", alert.identifier);
    if (auto why = put_file(settings.folder, file, document); !why.empty()) return {SendState::retry, std::move(why)};
    if (kind != LetterKind::canary)
        if (const auto why = put_file(settings.folder, std::string{feed_file}, cap_feed(settings, mode, now));
            !why.empty())
            return {SendState::retry, fmt::format("{} is there, not yet in the feed: {}", file, why)};
    return {SendState::accepted, (settings.folder / file).string(), alert.identifier};
}

template <Mode mode>
class CapChannel : public ChannelOf<mode> {
public:
    CapChannel(CapSettings settings, ChannelContext context)
        : settings_(std::move(settings)), now_(std::move(context.now)), disk_(std::move(context.executor))
    {}

    void listen(Inbound) override
    {
        // A crash may have come between a document and the feed. Trouble is told by the next letter, or its canary.
        disk_.repeat(feed_every, [this] {
            static_cast<void>(put_file(settings_.folder, std::string{feed_file}, cap_feed(settings_, mode, now_())));
        });
    }

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        disk_.run([this, kind = message.kind,
                   document = message.content.text] { return leave(settings_, mode, kind, document, now_()); },
                  std::move(done));
    }

    bool drops_repeats() const override { return true; }

    std::optional<WebAnswer> get(std::string_view path, std::string_view) override
    {
        if (mode == Mode::drill || !is_plain_name(path) || !path.ends_with(".xml")) return std::nullopt;
        auto body = read_whole(settings_.folder / path, served_most);
        if (!body) return std::nullopt;
        return WebAnswer{
            200, path == feed_file ? "application/atom+xml; charset=utf-8" : "application/cap+xml; charset=utf-8",
            std::move(*body)};
    }

private:
    static constexpr std::size_t served_most = 4 * 1024 * 1024;
    const CapSettings settings_;
    const std::function<Instant()> now_;
    DiskThread disk_;
};

} // namespace

extern const ChannelInfo cap_channel;
const ChannelInfo cap_channel = {
    "cap",
    "CAP 1.2 files and an Atom feed in a folder",
    "",
    R"([[channel]]
name = "cap"
kind = "cap"
folder = "/srv/aqid/cap"            # must be there, and in ReadWritePaths= of the service; <identifier>.xml and feed.xml
                                    # are written into it
sender = "hp-warning@example.invalid" # never changes: with the identifier it names a message for ever
# identifier_prefix = ""            # before "<warning>-<revision>"; letters, digits, '.', '-', '_'
# base_url = ""                     # the folder's address, "https://.../cap/"; empty: the feed's links are file names
# feed_title = "重污染天气预警"
# keep_h = 48                       # so long after its end a warning stays in the feed; its files stay
# expires_h = 240                   # a warning without an end expires so long after its onset: consumers forget it then
# all_clear_h = 2                   # a lift or a cancellation expires so long after it takes effect
# geocode_name = "CPEAS Geographic Code"  # how consumers call the 12 digits of the division
# web = ""                          # "https://.../warning/{id}": a page about the warning; fields as of a template
# contact = ""                      # who to ask
# profile = "cap"                   # "12379": the words of the national system, from [channel.profile_12379]
# drill_folder = ""                 # of drill = true, which must name it, apart from `folder`
# expires_after_h = 12              # not sent any more when this old
# drill = false                     # true: opened for drills only; status Exercise, never served
# [channel.polygons]                # an area's shape, "lat,lon lat,lon ...", or several; last point = first
# 410600 = ["35.5,113.9 36.1,113.9 36.1,114.8 35.5,113.9"]
# [channel.profile_12379]           # all but identifier and the event code have these defaults
# identifier = "{area_code}41600000_{time}"  # of {id}, {revision}, {area_code}, {time}; ask the issuing centre
# event_code_name = "12379"         # required, as the centre has it
# event_code = "11B29"              # required, as the centre has it
# geocode_name = "CPEAS Geographic Code"
# times = "domestic"                # "2016-12-30 00:00:00+08:00"; "iso": with T, as CAP asks
# severity = { none = "UNKNOWN", blue = "BLUE", yellow = "YELLOW", orange = "ORANGE", red = "RED" }
)",
    read_settings,
    open_channel<CapChannel, CapSettings, Mode::real>,
    open_channel<CapChannel, CapSettings, Mode::drill>,
    compose,
};

} // namespace aqi::notify
