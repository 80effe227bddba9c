#include "daemon/notify/gammu_spool.hpp"

#include "daemon/notify/digest.hpp"
#include "daemon/notify/drop_folder.hpp"
#include "daemon/notify/sms.hpp"
#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>

namespace aqi::notify {
namespace {

namespace fs = std::filesystem;
using daemon::SendState;

constexpr std::size_t file_most = 64 * 1024;
constexpr std::int64_t parts_apart_most_ms = 600'000; // gammu-smsd waits for the parts of a message so long
constexpr std::int64_t report_wait_s = 48 * 3'600;    // a delivery report later than this is not waited for
constexpr std::string_view handed_over = "handed to the network by the modem";
constexpr std::string_view waits = "waits in the spool of gammu-smsd";
constexpr std::string_view in_error =
    "gammu-smsd could not send it and moved it to its error folder; part of a long one may have left";

/// 16 letters that stand for a key in a file name: keys have slashes, and gammu-smsd takes names below 100 bytes only.
constexpr std::size_t note_size = 16;
std::string note_of(const std::string& key) { return hex(sha256(key)).substr(0, note_size); }

/// "..._<note>.txt", with or without flags.
std::string note_in(std::string_view name)
{
    const auto end = name.rfind(".txt");
    const auto begin = name.substr(0, end).rfind('_');
    if (!name.starts_with("OUT") || end == std::string_view::npos || begin == std::string_view::npos) return {};
    return std::string{name.substr(begin + 1, end - begin - 1)};
}

/// The fourth field of a name of ours.
std::string recipient_in(std::string_view name)
{
    const auto end = name.rfind('_');
    const auto begin = name.substr(0, end).rfind('_');
    if (end == std::string_view::npos || begin == std::string_view::npos) return {};
    return std::string{name.substr(begin + 1, end - begin - 1)};
}

bool there(const fs::path& file)
{
    std::error_code ignored;
    return fs::exists(fs::symlink_status(file, ignored));
}

std::string utf16_file(std::string_view text)
{
    std::string out{"\xFE\xFF"};
    for (const char16_t unit : utf16_of(text)) {
        out += static_cast<char>(unit >> 8U);
        out += static_cast<char>(unit & 0xFFU);
    }
    return out;
}

/// "20161229_150000" in Beijing time: whoever looks into the folder reads it so.
std::string moment(Instant at)
{
    const std::string text = format_instant(at, UtcOffset{}); // 2016-12-29T15:00:00+08:00
    std::string out;
    for (const char c : text.substr(0, 19))
        if (c == 'T')
            out += '_';
        else if (c != '-' && c != ':')
            out += c;
    return out;
}

/// Of the machine: how long gammu-smsd takes is no matter of the daemon's clock, which may be a drill's.
std::int64_t now_s() { return system_now().ms / 1'000; }

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \t\r") - first + 1)};
}

/// "section/key" in lower case, and the value.
std::map<std::string, std::string> read_ini(const std::string& text)
{
    std::map<std::string, std::string> out;
    std::istringstream in{text};
    std::string section;
    for (std::string line; std::getline(in, line);) {
        line = trimmed(line);
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        if (line[0] == '[') {
            section = lower(line.substr(1, line.find(']') - 1));
        } else if (const auto equal = line.find('='); equal != std::string::npos) {
            out[section + "/" + lower(trimmed(line.substr(0, equal)))] = trimmed(line.substr(equal + 1));
        }
    }
    return out;
}

/// IN<date>_<time>_<serial>_<sender>_<part>.txt. The files of one long message have one serial and one sender, and parts from 00
/// on; the moment is each part's own, as the network wrote it.
struct InboxName {
    std::string file, moment, serial, sender;
    std::optional<Instant> at; ///< the moment, if it is one
    int part = 0;
};
std::optional<InboxName> inbox_name(const std::string& file)
{
    if (!file.starts_with("IN") || !file.ends_with(".txt")) return std::nullopt;
    const auto date = file.find('_');
    const auto time = date == std::string::npos ? date : file.find('_', date + 1);
    const auto serial = time == std::string::npos ? time : file.find('_', time + 1);
    const auto sender = file.rfind('_');
    if (serial == std::string::npos || sender <= serial) return std::nullopt;
    InboxName out{file,
                  file.substr(0, time),
                  file.substr(time + 1, serial - time - 1),
                  file.substr(serial + 1, sender - serial - 1),
                  {},
                  0};
    if (date == 10 && time == 17) // IN20161229_151700: in whose zone does not matter, it is compared only
        if (const auto at =
                parse_instant(fmt::format("{}-{}-{}T{}:{}:{}Z", file.substr(2, 4), file.substr(6, 2), file.substr(8, 2),
                                          file.substr(11, 2), file.substr(13, 2), file.substr(15, 2))))
            out.at = *at;
    const char* digits = file.data() + sender + 1;
    if (std::from_chars(digits, file.data() + file.size(), out.part).ec != std::errc{}) out.part = 0;
    return out;
}

/// Nothing: too long for parts of one message.
std::optional<std::int64_t> apart_ms(const InboxName& a, const InboxName& b)
{
    if (a.moment == b.moment) return 0;
    if (!a.at || !b.at) return std::nullopt;
    const std::int64_t out = std::abs(a.at->ms - b.at->ms);
    return out <= parts_apart_most_ms ? std::optional{out} : std::nullopt;
}

/// Which files are one message, each in the order of its parts. A part whose beginning is not there is a message of its own.
std::vector<std::vector<InboxName>> messages_of(std::vector<InboxName> files)
{
    std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.part < b.part; });
    std::vector<std::vector<InboxName>> out;
    for (auto& file : files) {
        std::vector<InboxName>* home = nullptr;
        std::int64_t nearest = 0;
        for (auto& message : out) {
            const InboxName& first = message.front();
            const bool fits = first.part == 0 && message.back().part < file.part && first.serial == file.serial &&
                              first.sender == file.sender;
            const auto apart = fits ? apart_ms(first, file) : std::nullopt;
            if (!apart || (home != nullptr && *apart >= nearest)) continue;
            home = &message;
            nearest = *apart;
        }
        if (home != nullptr)
            home->push_back(std::move(file));
        else
            out.push_back({std::move(file)});
    }
    return out;
}

/// Adds a file's text to what came before it: UTF-16 as it is, for a pair may be cut in two by the end of a part. gammu-smsd in
/// a UTF-8 locale fills what it writes up with zeros.
class PartsOfText {
public:
    void add(std::string_view bytes)
    {
        const bool little = bytes.starts_with("\xFF\xFE");
        if (!little && !bytes.starts_with("\xFE\xFF")) {
            flush();
            text_ += as_utf8(bytes.substr(0, bytes.find('\0')));
            return;
        }
        for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
            const char high = bytes[little ? i + 1 : i], low = bytes[little ? i : i + 1];
            if (high == 0 && low == 0) break;
            units_ += high;
            units_ += low;
        }
    }
    std::string text()
    {
        flush();
        return text_;
    }

private:
    void flush() { text_ += utf8_of_utf16_bytes("\xFE\xFF" + std::exchange(units_, {})); }
    std::string text_, units_;
};

} // namespace

std::string check_smsdrc(const std::string& text, const GammuFolders& folders, bool dummy)
{
    const auto values = read_ini(text);
    const auto value = [&](const std::string& key) {
        const auto found = values.find(key);
        return found == values.end() ? std::string{} : found->second;
    };
    if (lower(value("smsd/service")) != "files")
        return fmt::format("service = {}: only the files backend has a spool folder", value("smsd/service"));
    const std::string format = lower(value("smsd/transmitformat"));
    if (format.empty())
        return "TransmitFormat is not set, and gammu-smsd then sends Chinese as 7-bit nonsense: set TransmitFormat = "
               "auto";
    if (format != "auto" && format != "unicode")
        return fmt::format("TransmitFormat = {} makes nonsense of Chinese: set TransmitFormat = auto", format);
    if (!folders.inbox.empty() && lower(value("smsd/inboxformat")) == "detail")
        return "InboxFormat = detail is not understood here: set InboxFormat = unicode";
    if (folders.delivery_reports && lower(value("smsd/deliveryreport")) != "sms")
        return "delivery_reports needs DeliveryReport = sms, so that reports come into the inbox";
    const std::pair<const char*, const fs::path&> paths[] = {{"outboxpath", folders.outbox},
                                                             {"sentsmspath", folders.sent},
                                                             {"errorsmspath", folders.error},
                                                             {"inboxpath", folders.inbox}};
    for (const auto& [key, ours] : paths) {
        if (ours.empty()) continue;
        const std::string theirs = value(std::string{"smsd/"} + key);
        if (!theirs.ends_with('/'))
            return fmt::format("{} = {} must end with a slash, or gammu-smsd never looks there", key, theirs);
        if (fs::path{theirs}.lexically_normal() != (ours / "").lexically_normal())
            return fmt::format("{} = {} is not the folder of this channel, {}", key, theirs, ours.string());
    }
    const bool is_dummy = lower(value("gammu/model")) == "dummy" || lower(value("gammu/connection")) == "none";
    if (dummy && !is_dummy) return "dummy = true, but its model is a modem";
    if (!dummy && is_dummy) return "its model is dummy: it has no modem, and nothing would be sent";
    return {};
}

GammuSpool::GammuSpool(GammuFolders folders, fs::path own) : folders_(std::move(folders)), own_(std::move(own)) {}

std::string GammuSpool::name_of(const GammuMessage& message) const
{
    return fmt::format("OUT{}{}_00_{}_{}.txt{}", folders_.priority, moment(message.issued), message.to,
                       note_of(message.key), folders_.delivery_reports ? "d" : "");
}

/// Of a file that is in one of the folders now; empty: none is.
std::string GammuSpool::known_name(const std::string& note)
{
    const auto present = [&](const std::string& name) {
        return there(folders_.outbox / name) || there(folders_.sent / name) || there(folders_.error / name);
    };
    const auto found = names_.find(note);
    return found != names_.end() && present(found->second) ? found->second : std::string{};
}

std::string GammuSpool::why_unfit() const
{
    for (const auto* folder : {&folders_.outbox, &folders_.sent, &folders_.error}) {
        std::error_code error;
        if (!fs::is_directory(*folder, error))
            return fmt::format(
                "the folder {} is not there{}", folder->string(),
                error && error != std::errc::no_such_file_or_directory ? fmt::format(": {}", error.message()) : "");
    }
    return {};
}

Receipt GammuSpool::leave(const GammuMessage& message)
{
    if (std::string why = why_unfit(); !why.empty()) return {SendState::retry, std::move(why)};
    load();
    if (!known_name(note_of(message.key)).empty()) return look_for(message.key);
    std::error_code error;
    std::size_t waiting = 0;
    for (fs::directory_iterator at{folders_.outbox, error}, end; !error && at != end; at.increment(error))
        if (at->path().filename().native().starts_with("OUT")) ++waiting;
    if (error) return {SendState::retry, fmt::format("cannot read {}: {}", folders_.outbox.string(), error.message())};
    if (waiting >= folders_.spool_most)
        return {SendState::retry, fmt::format("the spool is full, {} messages wait in {}: is gammu-smsd running?",
                                              waiting, folders_.outbox.string())};
    const std::string name = name_of(message);
    // What fails halfway may be left, or not: another attempt looks first.
    if (std::string why = put_file(folders_.outbox, name, utf16_file(message.text)); !why.empty())
        return {SendState::retry, std::move(why)};
    keep(name, {message.key, message.to, message.parts, false, 0, now_s(), false, false});
    names_[note_of(message.key)] = name;
    return {SendState::accepted, std::string{waits}, name};
}

Receipt GammuSpool::look_for(const std::string& key)
{
    if (std::string why = why_unfit(); !why.empty()) return {SendState::in_doubt, std::move(why)};
    load();
    const std::string name = known_name(note_of(key));
    // In the order it moves, so that it is met wherever it goes meanwhile.
    if (name.empty()) return {SendState::retry, "it is in none of gammu-smsd's folders: it was never left there"};
    if (there(folders_.outbox / name)) return {SendState::accepted, std::string{waits}, name};
    if (there(folders_.sent / name)) return {SendState::accepted, std::string{handed_over}, name};
    return {SendState::failed, std::string{in_error}, name};
}

/// Once: what was left by us before we were started.
void GammuSpool::load()
{
    if (loaded_) return;
    loaded_ = true;
    std::error_code ignored;
    for (fs::directory_iterator at{own_ / "open", ignored}, end; !ignored && at != end; at.increment(ignored)) {
        const std::string name = at->path().filename().string();
        const auto text = read_whole(at->path(), file_most);
        if (!name.starts_with("OUT") || !text || open_.contains(name)) continue;
        Open open;
        int handed = 0;
        std::istringstream in{*text};
        if (std::getline(in, open.key) && std::getline(in, open.to) &&
            in >> open.parts >> handed >> open.reports >> open.since_s) {
            open.handed = handed != 0;
            open_[name] = open;
        } else {
            remove_file(own_ / "open", name);
        }
    }
    for (const auto* folder : {&folders_.outbox, &folders_.sent, &folders_.error}) {
        std::error_code error;
        for (fs::directory_iterator at{*folder, error}, end; !error && at != end; at.increment(error)) {
            const std::string name = at->path().filename().string();
            const std::string note = note_in(name);
            if (note.size() != note_size) continue;
            names_[note] = name;
            // We were killed before we had written down that it was left. Its key is known to whoever asks for it.
            if (folder == &folders_.outbox && !open_.contains(name))
                open_[name] = {{}, recipient_in(name), 1, false, 0, now_s(), false, false};
        }
        if (error) loaded_ = false; // not all was seen: again at the next call
    }
}

void GammuSpool::keep(const std::string& name, const Open& open)
{
    open_[name] = open;
    std::error_code error;
    fs::create_directories(own_ / "open", error);
    // If it cannot be kept, only what is said after a restart is lost.
    (void)put_file(own_ / "open", name,
                   fmt::format("{}\n{}\n{} {} {} {}\n", open.key, open.to, open.parts, open.handed ? 1 : 0,
                               open.reports, open.since_s));
}

void GammuSpool::forget(const std::string& name)
{
    open_.erase(name);
    remove_file(own_ / "open", name);
}

GammuNews GammuSpool::look()
{
    GammuNews news;
    if (!why_unfit().empty()) return news; // a share that is away tells nothing
    load();
    look_at_files(news);
    if (!folders_.inbox.empty()) look_at_inbox(news);
    return news;
}

void GammuSpool::look_at_files(GammuNews& news)
{
    const auto report = [&](const std::string& name, const Open& open, SendState state, std::string detail) {
        news.reports.push_back({name, open.key, state, std::move(detail)});
    };
    std::vector<std::string> names;
    for (const auto& row : open_) names.push_back(row.first);
    for (const auto& name : names) {
        Open& open = open_[name];
        const bool old = now_s() - open.since_s > report_wait_s;
        if (there(folders_.outbox / name)) {
            open.missed = false;
            const std::int64_t waited = now_s() - open.since_s;
            if (waited >= folders_.slow.count() && !open.called_slow) {
                open.called_slow = true;
                report(name, open, SendState::accepted,
                       fmt::format("{} for {} s now: is gammu-smsd running, has the modem a network?", waits, waited));
            }
        } else if (there(folders_.sent / name)) {
            const bool news_of_it = !open.handed;
            if (news_of_it) report(name, open, SendState::accepted, std::string{handed_over});
            if (!folders_.delivery_reports || old) {
                forget(name);
            } else if (news_of_it) {
                open.handed = true;
                keep(name, Open{open});
            }
        } else if (there(folders_.error / name)) {
            report(name, open, SendState::failed, std::string{in_error});
            forget(name);
        } else if (open.handed) {
            if (old) forget(name); // the sent folder was tidied
        } else if (!std::exchange(open.missed, true)) {
            // Perhaps just being moved.
        } else {
            report(name, open, SendState::accepted,
                   "it is in none of gammu-smsd's folders any more: somebody took it away, sent or not");
            forget(name);
        }
    }
}

void GammuSpool::look_at_inbox(GammuNews& news)
{
    std::map<std::string, Arrival> seen;
    std::vector<InboxName> files;
    std::error_code error;
    for (fs::directory_iterator at{folders_.inbox, error}, end; !error && at != end; at.increment(error)) {
        std::error_code gone;
        const Arrival now{at->file_size(gone), at->last_write_time(gone)};
        const std::string name = at->path().filename().string();
        auto file = inbox_name(name);
        if (gone || !at->is_regular_file(gone) || !file || taken_.contains(name)) continue;
        seen[name] = now;
        files.push_back(std::move(*file));
    }
    const auto before = std::exchange(arriving_, seen);
    // Written in place, one part after the other: whole when nothing of it has changed from one look to the next.
    const auto whole = [&](const InboxName& file) {
        const auto found = before.find(file.file);
        return found != before.end() && found->second == seen.at(file.file);
    };
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
    for (const auto& message : messages_of(std::move(files))) {
        if (!std::all_of(message.begin(), message.end(), whole)) continue;
        std::vector<std::string> names;
        for (const auto& file : message) names.push_back(file.file);
        take(names, as_utf8(message.front().sender), news);
    }
}

/// `names`: the files of one message, in order.
void GammuSpool::take(const std::vector<std::string>& names, const std::string& from, GammuNews& news)
{
    PartsOfText parts;
    std::string all;
    for (const auto& name : names) {
        const auto bytes = read_whole(folders_.inbox / name, file_most);
        if (!bytes) return;
        parts.add(*bytes);
        all += *bytes;
    }
    std::string text = parts.text();
    if (names.size() > 1 || !folders_.delivery_reports || !take_delivery(from, text, news)) {
        // Two texts of one sender and second have one name, once the first was moved away.
        news.replies.push_back({from, std::move(text), fmt::format("{}#{}", names.front(), note_of(all))});
    }
    const fs::path away = folders_.inbox / "seen";
    std::error_code error;
    fs::create_directory(away, error);
    // The beginning last: an end without it would be taken for a reply of its own.
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        fs::rename(folders_.inbox / *name, away / *name, error);
        if (error) taken_.insert(*name); // after a restart it is read again; its id tells that it is no news
    }
}

/// The FILES backend says "Delivered" as if the recipient had written it, and not to what. It is believed where only one message
/// to that number is waited for, when every part has its own.
bool GammuSpool::take_delivery(const std::string& from, const std::string& text, GammuNews& news)
{
    if (text != "Delivered" && text != "Failed" && text != "Pending" && text != "Unknown") return false;
    std::vector<std::string> candidates;
    for (const auto& [name, open] : open_)
        if (national_number(open.to) == national_number(from)) candidates.push_back(name);
    if (candidates.size() != 1 || text == "Pending" || text == "Unknown") return true;
    const std::string& name = candidates.front();
    Open open = open_[name];
    if (text == "Failed") {
        news.reports.push_back({name, open.key, SendState::failed, "the network could not deliver it"});
        forget(name);
    } else if (++open.reports < open.parts) {
        keep(name, open);
    } else {
        news.reports.push_back({name, open.key, SendState::delivered, "the network has delivered it"});
        forget(name);
    }
    return true;
}

} // namespace aqi::notify
