#include "daemon/frame_book.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace aqi::daemon {
namespace {

constexpr std::string_view stars = "******";

/// Keys whose value proves who somebody is. "pw" is HJ 212's; "mn" is not among them: it is a name, everybody may know it.
constexpr std::array<std::string_view, 17> secret_keys = {
    "pw",       "pwd",     "passwd", "password",     "passphrase",    "pass", "secret",     "client_secret",
    "token",    "api_key", "apikey", "access_token", "authorization", "auth", "access_key", "private_key",
    "signature"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

bool is_secret(std::string_view key)
{
    std::string lower;
    for (const char c : key) lower += c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return std::find(secret_keys.begin(), secret_keys.end(), lower) != secret_keys.end();
}

std::size_t skip_blanks(std::string_view bytes, std::size_t at)
{
    while (at < bytes.size() && (bytes[at] == ' ' || bytes[at] == '\t')) ++at;
    return at;
}

/// The end of a JSON string whose first character stands at `at`: the closing quote, or the end of a text that was cut.
std::size_t end_of_string(std::string_view bytes, std::size_t at, char quote)
{
    while (at < bytes.size() && bytes[at] != quote) at += bytes[at] == '\\' ? 2U : 1U;
    return std::min(at, bytes.size());
}

struct Span {
    std::size_t begin = 0, end = 0;
};

/// The value of a key that ends at `at`: after "=" or ":", with or without quotes. Nothing: there is no value.
Span value_after(std::string_view bytes, std::size_t at)
{
    if (at < bytes.size() && (bytes[at] == '"' || bytes[at] == '\'')) ++at; // the key's own quote
    at = skip_blanks(bytes, at);
    if (at >= bytes.size() || (bytes[at] != '=' && bytes[at] != ':')) return {};
    const bool is_line = bytes[at] == ':';
    at = skip_blanks(bytes, at + 1);
    if (at >= bytes.size()) return {};
    if (bytes[at] == '"' || bytes[at] == '\'') return {at + 1, end_of_string(bytes, at + 1, bytes[at])};
    // "Authorization: Bearer abc" is one value to the line's end; elsewhere a value ends where the next thing begins.
    std::size_t end = at;
    if (is_line)
        while (end < bytes.size() && std::string_view{"\r\n,}]"}.find(bytes[end]) == std::string_view::npos) ++end;
    else
        while (end < bytes.size() && std::string_view{";&, \t\r\n\"'<>}"}.find(bytes[end]) == std::string_view::npos)
            ++end;
    return {at, end};
}

/// How many bytes of well-formed UTF-8 stand at `at` as one character; 0: none.
std::size_t character_at(std::string_view bytes, std::size_t at)
{
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (length == 0 || at + length > bytes.size()) return 0;
    return is_utf8(bytes.substr(at, length)) ? length : 0;
}

} // namespace

void FrameBook::note(const InboxEntry& entry)
{
    Shelf& shelf = shelves_[entry.link];
    KeptFrame& kept = shelf.frames.emplace_back();
    kept.link = entry.link;
    kept.origin = entry.origin;
    kept.bytes = entry.bytes.substr(0, frame_bytes_most);
    kept.refused = entry.refused;
    kept.received_at = entry.received_at;
    // The inbox cut it before us: how long it was nobody knows, only that it was longer.
    kept.size = entry.bytes.size() + (entry.cut ? 1 : 0);
    kept.retained = entry.retained;
    shelf.bytes += kept.bytes.size();
    while (shelf.frames.size() > frames_most || shelf.bytes > bytes_most) {
        shelf.bytes -= shelf.frames.front().bytes.size();
        shelf.frames.pop_front();
    }
}

std::vector<const KeptFrame*> FrameBook::newest(std::string_view link) const
{
    std::vector<const KeptFrame*> out;
    for (const auto& [name, shelf] : shelves_) {
        if (!link.empty() && name != link) continue;
        for (auto frame = shelf.frames.rbegin(); frame != shelf.frames.rend(); ++frame) out.push_back(&*frame);
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const KeptFrame* a, const KeptFrame* b) { return a->received_at > b->received_at; });
    return out;
}

Masked masked(std::string_view bytes)
{
    Masked out;
    std::size_t copied = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        if (!is_word(bytes[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < bytes.size() && is_word(bytes[end])) ++end;
        const bool secret = is_secret(bytes.substr(at, end - at));
        at = end;
        if (!secret) continue;
        const Span value = value_after(bytes, end);
        if (value.end <= value.begin) continue;
        out.bytes += bytes.substr(copied, value.begin - copied);
        out.bytes += stars;
        out.any = true;
        copied = at = value.end;
    }
    out.bytes += bytes.substr(copied);
    return out;
}

std::string shown_text(std::string_view bytes)
{
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const char c = bytes[at];
        const std::size_t length = character_at(bytes, at);
        if (c == '\r' || c == '\n' || c == '\t' || c == '\\') {
            out += c == '\r' ? "\\r" : c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\\\";
        } else if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
        } else {
            out += bytes.substr(at, length);
            at += length;
            continue;
        }
        ++at;
    }
    return out;
}

std::string shown_hex(std::string_view bytes, std::size_t most)
{
    std::string out;
    for (const char c : bytes.substr(0, most))
        out += fmt::format("{}{:02X}", out.empty() ? "" : " ", static_cast<unsigned char>(c));
    return out;
}

} // namespace aqi::daemon
