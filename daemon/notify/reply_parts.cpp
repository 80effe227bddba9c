#include "daemon/notify/reply_parts.hpp"

#include "daemon/notify/digest.hpp"
#include "daemon/notify/drop_folder.hpp"
#include "daemon/notify/sms.hpp"
#include "libaqi/utf8.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace aqi::notify {
namespace {

constexpr std::size_t file_most = 64 * 1024;
constexpr std::size_t name_size = 16; // of a digest: enough never to meet another
constexpr std::string_view gap = "[…]";

std::string one_line(std::string_view text)
{
    std::string out = as_utf8(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return out;
}

std::string name_of(const ReplyPart& of)
{
    return hex(sha256(fmt::format("{}\n{}\n{}", of.from, of.reference, of.parts))).substr(0, name_size);
}
std::string file_of(const ReplyPart& of) { return fmt::format("{}-{}.part", name_of(of), of.part); }

std::string written(const ReplyPart& of, Instant since)
{
    return fmt::format("{}\n{}\n{}\n{}\n{} {} {}\n{}", of.from, of.reference, of.charset, of.provider_id, of.part,
                       of.parts, since.ms, of.text);
}

std::optional<std::pair<ReplyPart, Instant>> read(const std::string& text)
{
    std::istringstream in{text};
    ReplyPart out;
    Instant since;
    if (!std::getline(in, out.from) || !std::getline(in, out.reference) || !std::getline(in, out.charset) ||
        !std::getline(in, out.provider_id) || !(in >> out.part >> out.parts >> since.ms) || in.get() != '\n')
        return std::nullopt;
    out.text = text.substr(static_cast<std::size_t>(in.tellg()));
    return std::pair{std::move(out), since};
}

bool is_utf16(const ReplyPart& of) { return of.charset.starts_with("UTF-16") || of.charset.starts_with("UCS-2"); }

/// What a repetition of this part is known by.
std::string mark_of(const ReplyPart& of) { return file_of(of) + hex(sha256(of.provider_id + "\n" + of.text)); }

} // namespace

bool read_user_data_header(std::string_view header, ReplyPart& out)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(header[i])); };
    if (header.empty() || header.size() < byte(0) + 1) return false;
    const std::size_t end = byte(0) + 1;
    for (std::size_t i = 1; i + 1 < end;) {
        const unsigned kind = byte(i), size = byte(i + 1);
        const std::size_t data = i + 2;
        if (data + size > end) return false;
        if ((kind == 0x00 && size == 3) || (kind == 0x08 && size == 4)) { // a reference of one byte, of two
            out.reference = hex(header.substr(data, size - 2));
            out.parts = static_cast<int>(byte(data + size - 2));
            out.part = static_cast<int>(byte(data + size - 1));
            return true;
        }
        i = data + size;
    }
    return false;
}

std::string text_of_parts(const std::map<int, ReplyPart>& parts, int number)
{
    std::string out, units;
    const auto flush = [&] {
        if (!units.empty()) out += utf8_of_utf16_bytes("\xFE\xFF" + std::exchange(units, {}));
    };
    bool missing = false;
    for (int i = 1; i <= number; ++i) {
        const auto part = parts.find(i);
        if (part == parts.end()) {
            flush();
            if (!std::exchange(missing, true)) out += gap;
            continue;
        }
        missing = false;
        std::string_view text = part->second.text;
        if (!is_utf16(part->second)) {
            flush();
            out += as_utf8(text);
            continue;
        }
        const bool little = text.starts_with("\xFF\xFE") || part->second.charset.ends_with("LE");
        if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) text.remove_prefix(2);
        for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
            units += text[little ? at + 1 : at];
            units += text[little ? at : at + 1];
        }
    }
    flush();
    return out;
}

ReplyParts::ReplyParts(std::filesystem::path folder, boost::asio::any_io_executor loop, std::chrono::seconds wait,
                       std::function<void(Inbound::Reply)> whole)
    : folder_(std::move(folder)), wait_(wait), whole_(std::move(whole)), timer_(std::move(loop))
{}

void ReplyParts::load()
{
    for (const auto& file : files_ending(folder_, ".part")) {
        const auto text = read_whole(folder_ / file, file_most);
        auto part = text ? read(*text) : std::nullopt;
        if (!part || file_of(part->first) != file) continue;
        Open& open = open_[name_of(part->first)];
        open.since = open.parts.empty() ? part->second : std::min(open.since, part->second);
        open.parts.emplace(part->first.part, std::move(part->first));
    }
    // What is all there was perhaps passed on, and not taken away any more.
    boost::asio::post(timer_.get_executor(), [this, alive = std::weak_ptr{alive_}] {
        if (alive.expired()) return;
        std::vector<std::string> names;
        for (const auto& of : open_) names.push_back(of.first);
        for (const auto& name : names) look(name);
        schedule();
    });
}

std::string ReplyParts::add(ReplyPart part)
{
    for (auto* line : {&part.from, &part.reference, &part.charset, &part.provider_id}) *line = one_line(*line);
    const Instant now = system_now();
    std::erase_if(said_, [&](const auto& of) { return of.second.ms <= now.ms - wait_ms(); });
    if (said_.contains(mark_of(part))) return {};
    const std::string name = name_of(part), file = file_of(part);
    if (const auto open = open_.find(name); open != open_.end()) {
        const auto same = open->second.parts.find(part.part);
        // A telephone begins its references anew: what was there is another reply, which did not become whole.
        if (same != open->second.parts.end() && mark_of(same->second) != mark_of(part)) pass_on(name);
    }
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    std::string why = put_file(folder_, file, written(part, now));
    Open& open = open_[name];
    if (open.parts.empty()) open.since = now;
    open.parts.insert_or_assign(part.part, std::move(part));
    look(name);
    schedule();
    return why;
}

/// Passes it on if it is whole.
void ReplyParts::look(const std::string& name)
{
    const Open& open = open_.at(name);
    if (static_cast<int>(open.parts.size()) == open.parts.begin()->second.parts) pass_on(name);
}

void ReplyParts::pass_on(const std::string& name)
{
    const Open open = std::move(open_.at(name));
    open_.erase(name);
    const ReplyPart& first = open.parts.begin()->second;
    Inbound::Reply reply{first.from, text_of_parts(open.parts, first.parts), first.provider_id};
    std::string all;
    for (const auto& [number, part] : open.parts) {
        said_[mark_of(part)] = system_now();
        all += mark_of(part);
    }
    if (reply.provider_id.empty()) reply.provider_id = "parts-" + hex(sha256(all)).substr(0, name_size);
    whole_(std::move(reply));
    // After it was passed on: who is killed in between passes it on again, and its id tells that it is no news.
    for (const auto& [number, part] : open.parts) static_cast<void>(remove_file(folder_, file_of(part)));
}

void ReplyParts::schedule()
{
    timer_.cancel();
    if (open_.empty()) return;
    const auto oldest = std::min_element(open_.begin(), open_.end(),
                                         [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
    const std::int64_t age = system_now().ms - oldest->second.since.ms;
    timer_.expires_after(std::chrono::milliseconds{std::clamp<std::int64_t>(wait_ms() - age, 0, wait_ms())});
    timer_.async_wait([this, alive = std::weak_ptr{alive_}](boost::system::error_code ec) {
        if (!ec && !alive.expired()) late();
    });
}

/// What has waited long enough goes as it is.
void ReplyParts::late()
{
    const std::int64_t before = system_now().ms - wait_ms();
    std::vector<std::string> names;
    for (const auto& [name, open] : open_)
        if (open.since.ms <= before) names.push_back(name);
    for (const auto& name : names) pass_on(name);
    schedule();
}

} // namespace aqi::notify
