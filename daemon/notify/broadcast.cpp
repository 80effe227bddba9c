// daemon/notify/broadcast: a text in a folder that a television's crawler or a radio desk watches.
//
// Two files a revision, and only the newest of a warning: <warning>-<revision>.txt with the words and nothing else, then
// <warning>-<revision>.json, always UTF-8, which says what to do with them:
//
//   state           "on": say it, again every repeat_minutes; "stop": say it once, and nothing of the warning any more
//   id, revision    of the warning; area, area_name, level ("none" of a stop), mode, form, encoding, text_file, characters
//   valid_from      issued; of no use before. effective: when the level applies
//   valid_until     not said after it; null: until a stop comes
//   stops           the names of the revisions whose files it takes the place of
//
// A file that is there is whole. The .json comes last, so what it names is there; the older revision goes after that. When a
// warning ends at the hour it named, no stop comes: its files are taken away. A canary leaves canary.json with the state "test"
// and no text: nothing to say.
#include "daemon/notify/broadcast_text.hpp"
#include "daemon/notify/drop_folder.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::notify {
namespace {

namespace json = boost::json;
using daemon::SendState;

constexpr std::chrono::seconds sweep_every{600};
constexpr std::size_t sidecar_most = 64 * 1024;
constexpr std::string_view canary_name = "canary";

struct BroadcastSettings {
    std::filesystem::path folder;
    BroadcastForm form = BroadcastForm::crawler;
    Encoding encoding = Encoding::utf8;
    std::string encoding_name = "utf-8";
    std::size_t characters = 0;
    std::array<std::int64_t, 5> repeat_h{0, 8, 8, 4, 4}; ///< by level (warnings study A2: Chongqing)
    std::int64_t stop_h = 4;
    std::int64_t keep_h = 48;
};

std::any read_settings(const Settings& table, Mode mode)
{
    BroadcastSettings out;
    out.folder = read_drop_folder(table, mode);
    out.form = table.choice_or("form", BroadcastForm::crawler,
                               {{"crawler", BroadcastForm::crawler}, {"radio", BroadcastForm::radio}});
    out.encoding = table.choice_or("encoding", Encoding::utf8,
                                   {{"utf-8", Encoding::utf8}, {"gb18030", Encoding::gb18030}, {"gbk", Encoding::gbk}});
    out.encoding_name = table.text_or("encoding", "utf-8");
    if (const auto works = encoded("重污染", out.encoding); !works) table.fail("encoding", works.error().detail);
    out.characters = static_cast<std::size_t>(
        table.integer_or("characters_at_most", out.form == BroadcastForm::radio ? 600 : 200, 20, 5'000));
    out.stop_h = table.integer_or("stop_h", out.stop_h, 1, 72);
    out.keep_h = table.integer_or("keep_h", out.keep_h, 1, 720);
    if (const auto repeat = table.table_if("repeat_h")) {
        for (const auto level : {WarningLevel::blue, WarningLevel::yellow, WarningLevel::orange, WarningLevel::red}) {
            auto& hours = out.repeat_h[static_cast<std::size_t>(level)];
            hours = repeat->integer_or(warning_level_name(level), hours, 1, 24);
        }
        repeat->done();
    }
    return settings_for(mode, std::move(out));
}

std::string name_of(std::string_view warning, std::int64_t revision) { return fmt::format("{}-{}", warning, revision); }

std::string sidecar_of(const BroadcastSettings& settings, const Letter& letter, const std::string& text)
{
    const Announcement& a = *letter.warning;
    const bool on = letter.stands();
    const Instant effective = a.effective.instant(letter.offset);
    const auto written = [&](Instant at) { return json::value(format_instant(at, letter.offset)); };
    json::value until = nullptr;
    if (!on)
        until = written({std::max(effective, a.issued_at).ms + settings.stop_h * 3'600'000});
    else if (a.until)
        until = written(a.until->instant(letter.offset));
    json::array stops;
    for (const auto& earlier : a.earlier) stops.emplace_back(name_of(a.warning, earlier.revision));
    return json::serialize(json::object{
        {"schema", "aqid/broadcast/1"},
        {"state", on ? "on" : "stop"},
        {"mode", letter.mode == Mode::drill ? "drill" : "real"},
        {"id", a.warning},
        {"revision", a.revision},
        {"level", warning_level_name(a.level)},
        {"area", a.area},
        {"area_name", a.area_name},
        {"valid_from", written(a.issued_at)},
        {"effective", written(effective)},
        {"valid_until", std::move(until)},
        {"repeat_minutes", on ? settings.repeat_h[static_cast<std::size_t>(a.level)] * 60 : 0},
        {"stops", std::move(stops)},
        {"form", settings.form == BroadcastForm::radio ? "radio" : "crawler"},
        {"encoding", settings.encoding_name},
        {"characters", characters_of(text)},
        {"text_file", name_of(a.warning, a.revision) + ".txt"},
    });
}

/// The words are the text, the sidecar is the subject: both are kept as they were composed.
Result<Content> compose(const std::any& any, const Letter& letter, Language language)
{
    const auto& settings = own_settings<BroadcastSettings>(any);
    Content out;
    if (letter.kind == LetterKind::canary) {
        out.subject = json::serialize(json::object{{"schema", "aqid/broadcast/1"},
                                                   {"state", "test"},
                                                   {"id", letter.id},
                                                   {"at", format_instant(letter.at, letter.offset)}});
        return out;
    }
    if (!letter.warning) return Fault{Reason::refused, "broadcast carries warnings only"};
    if (!is_plain_name(letter.warning->warning))
        return Fault{Reason::malformed, fmt::format("\"{}\" cannot name a file", letter.warning->warning)};
    auto text = broadcast_text(letter, language, settings.form, settings.characters);
    if (!text) return text.error();
    if (const auto bytes = encoded(*text, settings.encoding); !bytes) return bytes.error();
    out.text = std::move(*text);
    out.subject = sidecar_of(settings, letter, out.text);
    return out;
}

/// What a sidecar says of its revision.
struct Said {
    std::string warning;
    std::int64_t revision = 0;
    bool stop = false;
    std::optional<Instant> until;
};

std::optional<Said> said_in(std::string_view sidecar)
{
    json::error_code error;
    const json::value read = json::parse(sidecar, error);
    const json::object* of = error ? nullptr : read.if_object();
    if (of == nullptr) return std::nullopt;
    const auto text = [&](std::string_view key) {
        const json::value* value = of->if_contains(key);
        const json::string* held = value == nullptr ? nullptr : value->if_string();
        return held == nullptr ? std::string{} : std::string{held->data(), held->size()};
    };
    const json::value* revision = of->if_contains("revision");
    if (revision == nullptr || !revision->is_int64() || text("id").empty()) return std::nullopt;
    Said out{text("id"), revision->get_int64(), text("state") == "stop", std::nullopt};
    if (const auto until = parse_instant(text("valid_until"))) out.until = *until;
    return out;
}

std::string name_of(const Said& said) { return name_of(said.warning, said.revision); }

/// Every revision that lies there.
std::vector<Said> lying_in(const std::filesystem::path& folder)
{
    std::vector<Said> out;
    for (const auto& file : files_ending(folder, ".json")) {
        const auto text = read_whole(folder / file, sidecar_most);
        auto said = text ? said_in(*text) : std::nullopt;
        // Only what bears the name we would give it is ours to remove.
        if (said && file == name_of(*said) + ".json") out.push_back(std::move(*said));
    }
    return out;
}

/// The sidecar goes first: nobody is told to say what is not there.
std::string take_away(const std::filesystem::path& folder, const std::string& name)
{
    if (auto why = remove_file(folder, name + ".json"); !why.empty()) return why;
    return remove_file(folder, name + ".txt");
}

/// Takes away what has come to its named end, and what stopped long ago.
void sweep(const BroadcastSettings& settings, Instant now)
{
    for (const auto& said : lying_in(settings.folder)) {
        if (!said.until) continue;
        const std::int64_t kept_ms = said.stop ? settings.keep_h * 3'600'000 : 0;
        if (now.ms >= said.until->ms + kept_ms) static_cast<void>(take_away(settings.folder, name_of(said)));
    }
}

Receipt leave(const BroadcastSettings& settings, const std::string& text, const std::string& sidecar)
{
    const auto said = said_in(sidecar);
    if (!said || !is_plain_name(said->warning)) return {SendState::failed, "not a sidecar of a broadcast"};
    const std::string name = name_of(*said);
    const auto lying = lying_in(settings.folder);
    for (const auto& there : lying)
        if (there.warning == said->warning && there.revision > said->revision)
            return {SendState::accepted, fmt::format("{} is there already and takes its place", name_of(there))};
    const auto bytes = encoded(text, settings.encoding);
    if (!bytes) return {SendState::failed, bytes.error().detail};
    if (auto why = put_file(settings.folder, name + ".txt", *bytes); !why.empty())
        return {SendState::retry, std::move(why)};
    if (auto why = put_file(settings.folder, name + ".json", sidecar); !why.empty())
        return {SendState::retry, std::move(why)};
    for (const auto& there : lying)
        if (there.warning == said->warning && there.revision < said->revision)
            if (auto why = take_away(settings.folder, name_of(there)); !why.empty())
                return {SendState::retry, fmt::format("{} is there, and so is the older one: {}", name, why)};
    return {SendState::accepted, (settings.folder / (name + ".txt")).string(), name};
}

Receipt leave_canary(const BroadcastSettings& settings, const std::string& sidecar)
{
    const std::string name = std::string{canary_name} + ".json";
    if (auto why = put_file(settings.folder, name, sidecar); !why.empty()) return {SendState::retry, std::move(why)};
    return {SendState::accepted, (settings.folder / name).string()};
}

template <Mode mode>
class BroadcastChannel : public ChannelOf<mode> {
public:
    BroadcastChannel(BroadcastSettings settings, ChannelContext context)
        : settings_(std::move(settings)), now_(std::move(context.now)), disk_(std::move(context.executor))
    {}

    void listen(Inbound) override
    {
        disk_.repeat(sweep_every, [this] { sweep(settings_, now_()); });
    }

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        disk_.run(
            [this, kind = message.kind, content = message.content] {
                return kind == LetterKind::canary ? leave_canary(settings_, content.subject)
                                                  : leave(settings_, content.text, content.subject);
            },
            std::move(done));
    }

    bool drops_repeats() const override { return true; }

private:
    const BroadcastSettings settings_;
    const std::function<Instant()> now_;
    DiskThread disk_;
};

} // namespace

extern const ChannelInfo broadcast_channel;
const ChannelInfo broadcast_channel = {
    "broadcast",
    "texts in a folder that a television's crawler or a radio desk watches",
    "",
    R"([[channel]]
name = "county-tv"
kind = "broadcast"
folder = "/srv/aqid/tv"    # must be there, and in ReadWritePaths= of the service; the newest revision of each warning as
                           # <warning>-<revision>.txt and .json
# form = "crawler"         # "radio": the form to be read aloud, numbers and formulas as words
# characters_at_most = 200 # radio: 600. What does not fit is left away from the end; area, level and hour never: then
                           # the text is not composed, and the duty room is told
# encoding = "utf-8"       # of the .txt; "gb18030", "gbk": a character it lacks is refused
# stop_h = 4               # so long after a lift its stop message may be said
# keep_h = 48              # so long after that the stop stays in the folder
# drill_folder = ""        # of drill = true, which must name it, apart from `folder`
# expires_after_h = 12     # not sent any more when this old
# drill = false            # true: opened for drills only
# [channel.repeat_h]       # said again so often while the level stands
# blue = 8
# yellow = 8
# orange = 4
# red = 4
)",
    read_settings,
    open_channel<BroadcastChannel, BroadcastSettings, Mode::real>,
    open_channel<BroadcastChannel, BroadcastSettings, Mode::drill>,
    compose,
};

} // namespace aqi::notify
