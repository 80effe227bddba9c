// The feed (RFC 4287), made anew from the folder each time: after a restart nothing is missing in it.
#include "daemon/notify/cap_document.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::notify {
namespace {

struct Entry {
    std::string file;
    cap::Alert alert;
    Instant sent;
};

std::string in_xml(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string time_of(Instant at) { return format_instant(at, UtcOffset{}); }

/// Newest first; of one second the one that refers to more.
std::vector<Entry> entries_of(const std::filesystem::path& folder)
{
    std::vector<Entry> out;
    for (const auto& file : files_ending(folder, ".xml")) {
        if (file == feed_file || file == canary_file) continue;
        const auto text = read_whole(folder / file, cap::alert_most);
        if (!text) continue;
        auto read = cap::read(*text);
        if (!read || read->alert.infos.empty() || read->alert.status == "Test") continue;
        const auto sent = cap::instant_of(read->alert.sent);
        if (sent) out.push_back({file, std::move(read->alert), *sent});
    }
    std::stable_sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) {
        if (a.sent != b.sent) return a.sent > b.sent;
        return a.alert.references.size() > b.alert.references.size();
    });
    return out;
}

bool refers_to(const Entry& entry, const Entry& earlier)
{
    for (const auto& reference : cap::references_of(entry.alert.references))
        if (reference.identifier == earlier.alert.identifier && reference.sender == earlier.alert.sender) return true;
    return false;
}

/// When a warning of which this is the last word is over.
Instant end_of(const Entry& last)
{
    const cap::Info& info = last.alert.infos.front();
    if (last.alert.msg_type == "Cancel") return last.sent;
    const bool clear =
        std::find(info.response_types.begin(), info.response_types.end(), "AllClear") != info.response_types.end();
    const auto named = cap::instant_of(clear ? info.onset : info.expires);
    return std::max(last.sent, named.value_or(last.sent));
}

} // namespace

std::string cap_feed(const CapSettings& settings, Mode mode, Instant now)
{
    const auto entries = entries_of(settings.folder);
    const std::string_view mark = mode == Mode::drill ? drill_mark : "";
    // Without an address of its own the feed is still always the same feed.
    const std::string name = settings.base_url.empty()
                                 ? fmt::format("urn:x-aqid-cap:{}", escaped(settings.sender, Escape::url))
                                 : settings.base_url + std::string{feed_file};
    std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                  "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n"
                                  "  <id>{}</id>\n  <title>{}{}</title>\n  <updated>{}</updated>\n"
                                  "  <author><name>{}</name></author>\n"
                                  "  <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n",
                                  in_xml(name), mark, in_xml(settings.feed_title),
                                  time_of(entries.empty() ? now : entries.front().sent), in_xml(settings.sender),
                                  in_xml(settings.base_url + std::string{feed_file}));
    for (const auto& entry : entries) {
        // The first that refers to it is the newest: every revision refers to all before it.
        const auto later =
            std::find_if(entries.begin(), entries.end(), [&](const Entry& other) { return refers_to(other, entry); });
        const Instant end = end_of(later == entries.end() ? entry : *later);
        if (now.ms - end.ms > settings.keep_h * 3'600'000) continue;
        const cap::Info& info = entry.alert.infos.front();
        out += fmt::format("  <entry>\n    <id>urn:x-aqid-cap:{}:{}</id>\n    <title>{}</title>\n"
                           "    <updated>{}</updated>\n"
                           "    <link rel=\"alternate\" type=\"application/cap+xml\" href=\"{}\"/>\n"
                           "    <summary>{}</summary>\n  </entry>\n",
                           in_xml(escaped(entry.alert.sender, Escape::url)),
                           in_xml(escaped(entry.alert.identifier, Escape::url)), in_xml(info.headline),
                           time_of(entry.sent), in_xml(settings.base_url + entry.file), in_xml(info.description));
    }
    return out + "</feed>\n";
}

} // namespace aqi::notify
