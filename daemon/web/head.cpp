#include "daemon/web/head.hpp"

#include "daemon/notify/digest.hpp"
#include "daemon/web/refusal_words.hpp"
#include "libaqi/utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/chrono.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace aqi::daemon::web {
namespace {

constexpr std::size_t parameters_most = 64;

/// One hexadecimal digit, or -1.
int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Percent signs decoded, or nothing; `plus`: whether "+" is a space, as forms write it.
std::optional<std::string> decode(std::string_view text, bool plus)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += plus && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    const bool is_control = std::any_of(out.begin(), out.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
    if (is_control || !is_utf8(out)) return std::nullopt;
    return out;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool same_but_case(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    });
}

/// Calls take(piece) for each piece between separators, trimmed, empty ones left out.
template <class Take>
void each_piece(std::string_view text, char separator, const Take& take)
{
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        if (const auto piece = trimmed(text.substr(0, end)); !piece.empty()) take(piece);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// "0.8" in thousandths; what cannot be read weighs nothing.
int weight(std::string_view text)
{
    int out = 0, unit = 1000;
    bool after_point = false;
    for (const char c : text) {
        if (c == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (c < '0' || c > '9') return 0;
        if (after_point) unit /= 10;
        out += (c - '0') * unit;
        if (out > 1000) return 1000;
    }
    return out;
}

/// Calls take(name, weight) for each element of "a;q=0.8, b".
template <class Take>
void each_weighed(std::string_view header, const Take& take)
{
    each_piece(header, ',', [&](std::string_view element) {
        const auto mark = element.find(';');
        int q = 1000;
        if (mark != std::string_view::npos)
            each_piece(element.substr(mark + 1), ';', [&](std::string_view parameter) {
                if (parameter.starts_with("q=") || parameter.starts_with("Q=")) q = weight(parameter.substr(2));
            });
        take(trimmed(element.substr(0, mark)), q);
    });
}

std::string_view reason_of(int status)
{
    switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Answer"; // nobody reads it
    }
}

/// What must not stand in a header would begin another one.
std::string header_line(std::string_view name, std::string_view value)
{
    std::string out = fmt::format("{}: ", name);
    for (const char c : value)
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
    return out += "\r\n";
}

Refusal not_whole(std::string_view name)
{
    return Refusal{400, fmt::format("参数 {} 须为整数", name), fmt::format("{} must be a whole number", name)};
}

} // namespace

std::string_view Query::text(std::string_view name) const
{
    for (const auto& [key, value] : all_)
        if (key == name) return value;
    return {};
}

bool Query::has(std::string_view name) const
{
    return std::any_of(all_.begin(), all_.end(), [&](const auto& row) { return row.first == name; });
}

std::optional<std::int64_t> Query::whole(std::string_view name) const
{
    if (!has(name)) return std::nullopt;
    const auto written = text(name);
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), out);
    if (error != std::errc{} || end != written.data() + written.size()) throw not_whole(name);
    return out;
}

int Query::whole_or(std::string_view name, int otherwise, int least, int most) const
{
    const auto written = whole(name);
    if (!written) return otherwise;
    if (*written < least || *written > most)
        throw Refusal{400, fmt::format("参数 {} 须在 {} 至 {} 之间", name, least, most),
                      fmt::format("{} must be from {} to {}", name, least, most)};
    return static_cast<int>(*written);
}

bool Query::flag(std::string_view name) const
{
    const auto written = text(name);
    if (written == "1" || written == "true") return true;
    if (written.empty() || written == "0" || written == "false") return false;
    throw Refusal{400, fmt::format("参数 {} 须为 1 或 0", name), fmt::format("{} must be 1 or 0", name)};
}

void Query::only(std::initializer_list<std::string_view> names) const
{
    for (const auto& [key, value] : all_)
        if (std::find(names.begin(), names.end(), key) == names.end())
            throw Refusal{400, fmt::format("此处没有参数 {}", key), fmt::format("there is no parameter {} here", key)};
}

Query parse_query(std::string_view text)
{
    Query out;
    each_piece(text, '&', [&](std::string_view pair) {
        const auto mark = pair.find('=');
        auto key = decode(pair.substr(0, mark), true);
        auto value = decode(mark == std::string_view::npos ? std::string_view{} : pair.substr(mark + 1), true);
        if (!key || !value || key->empty())
            throw Refusal{400, "网址中的参数不可读", "the parameters of the address cannot be read"};
        if (out.has(*key))
            throw Refusal{400, fmt::format("参数 {} 重复", *key), fmt::format("{} is there twice", *key)};
        if (out.all_.size() == parameters_most) throw Refusal{400, "参数过多", "there are too many parameters"};
        out.all_.emplace_back(std::move(*key), std::move(*value));
    });
    return out;
}

std::optional<std::string> decode_path(std::string_view path)
{
    if (path.empty() || path.front() != '/') return std::nullopt;
    auto out = decode(path, false);
    if (!out || out->find('\\') != std::string::npos) return std::nullopt;
    // A "/" that was written "%2F" is no separator to some, and one to others.
    if (std::count(out->begin(), out->end(), '/') != std::count(path.begin(), path.end(), '/')) return std::nullopt;
    std::string_view rest{*out};
    while (!rest.empty()) {
        rest.remove_prefix(1); // the "/"
        const auto end = std::min(rest.find('/'), rest.size());
        const auto segment = rest.substr(0, end);
        if (segment == "." || segment == "..") return std::nullopt;
        if (segment.empty() && end < rest.size()) return std::nullopt;
        rest.remove_prefix(end);
    }
    return out;
}

bool prefers_chinese(std::string_view accept_language)
{
    int zh = -1, en = -1;
    each_weighed(accept_language, [&](std::string_view name, int q) {
        const auto main = name.substr(0, name.find('-'));
        if (same_but_case(main, "zh")) zh = std::max(zh, q);
        if (same_but_case(main, "en")) en = std::max(en, q);
    });
    return en <= 0 || zh >= en;
}

std::string_view cookie_value(std::string_view header, std::string_view name)
{
    std::string_view out;
    bool is_doubtful = false;
    each_piece(header, ';', [&](std::string_view pair) {
        const auto mark = pair.find('=');
        if (mark == std::string_view::npos || pair.substr(0, mark) != name) return;
        const auto value = pair.substr(mark + 1);
        is_doubtful = is_doubtful || (!out.empty() && out != value);
        out = value;
    });
    return is_doubtful ? std::string_view{} : out;
}

bool accepts_gzip(std::string_view accept_encoding)
{
    int gzip = -1, any = -1;
    each_weighed(accept_encoding, [&](std::string_view name, int q) {
        if (same_but_case(name, "gzip")) gzip = q;
        if (name == "*") any = q;
    });
    return gzip > 0 || (gzip < 0 && any > 0);
}

bool matches(std::string_view if_none_match, std::string_view etag)
{
    bool out = false;
    each_piece(if_none_match, ',', [&](std::string_view one) {
        if (one.starts_with("W/")) one.remove_prefix(2);
        out = out || one == etag || one == "*";
    });
    return out;
}

std::string etag_of(std::string_view text)
{
    return fmt::format("\"{}\"", notify::hex(notify::sha256(text)).substr(0, 32));
}

Reply json_reply(std::string body, int status) { return {status, std::string{json_type}, std::move(body)}; }

Reply refusal(int status, std::string_view why)
{
    return json_reply(boost::json::serialize(boost::json::object{{"ok", false}, {"error", why}}), status);
}

Reply refusal(const Request& request, int status, std::string_view zh, std::string_view en)
{
    return refusal(status, request.chinese() ? zh : en);
}

Reply command_reply(const Request& request, std::string answer)
{
    if (answer.starts_with(R"({"ok":true)")) return json_reply(std::move(answer));
    const boost::json::value read = boost::json::parse(answer);
    const std::string why = boost::json::value_to<std::string>(read.at("error"));
    return refusal(request, 422, fmt::format("未被接受，未作任何更改：{}", in_chinese(why)), why);
}

bool Request::chinese() const { return prefers_chinese(accept_language); }

std::string_view cookie_name(const HttpConfig& config) { return config.is_secure() ? "__Host-aqid" : "aqid"; }

std::vector<std::pair<std::string, std::string>> security_headers(bool secure)
{
    std::vector<std::pair<std::string, std::string>> out{
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
         "media-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
         "frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy",
         "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()"},
    };
    if (secure) out.emplace_back("Strict-Transport-Security", "max-age=31536000");
    return out;
}

std::string head_of(const Reply& reply, std::optional<std::size_t> length, bool secure, bool keep_alive)
{
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::string out = fmt::format("HTTP/1.1 {} {}\r\nServer: aqid\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                                  reply.status, reason_of(reply.status), fmt::gmtime(now));
    auto defaults = security_headers(secure);
    if (reply.status != 304 && !reply.type.empty()) defaults.emplace_back("Content-Type", reply.type);
    defaults.emplace_back("Cache-Control", "no-store");
    if (reply.status == 401) defaults.emplace_back("WWW-Authenticate", "Bearer");
    for (const auto& [name, value] : defaults) {
        const bool replaced = std::any_of(reply.headers.begin(), reply.headers.end(),
                                          [&, &ours = name](const auto& h) { return same_but_case(h.first, ours); });
        if (!replaced) out += header_line(name, value);
    }
    for (const auto& [name, value] : reply.headers) out += header_line(name, value);
    if (length) out += fmt::format("Content-Length: {}\r\n", *length);
    return out += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
}

} // namespace aqi::daemon::web
