// daemon/web/head: the small grammar around a request: queries, paths, languages, cookies, refusals, the headers of answers.
//
// Knows: percent signs, Accept-Language, ETags, what a browser is told to forbid. Does not know: sockets, or what is asked for.
#pragma once

#include "daemon/web/server.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aqi::daemon::web {

inline constexpr std::string_view json_type = "application/json; charset=utf-8";

/// What is wrong with a request, in both languages. Whoever reads a request may throw it; page answers it.
class Refusal : public std::runtime_error {
public:
    Refusal(int status, std::string zh, std::string en)
        : std::runtime_error(en), status_(status), zh_(std::move(zh)), en_(std::move(en))
    {}
    int status() const { return status_; }
    const std::string& words(bool chinese) const { return chinese ? zh_ : en_; }

private:
    int status_;
    std::string zh_, en_;
};

/// Decoded parameters, in order. Whatever cannot be read as text is refused (Refusal, 400).
class Query {
public:
    /// Absent: empty.
    std::string_view text(std::string_view name) const;
    bool has(std::string_view name) const;
    /// Absent: nothing. Refused (400) if it is no whole number.
    std::optional<std::int64_t> whole(std::string_view name) const;
    /// Absent: `otherwise`. Refused (400) outside of the limits.
    int whole_or(std::string_view name, int otherwise, int least, int most) const;
    /// "1" or "true". Absent: false; refused (400) if it is something else but "0" or "false".
    bool flag(std::string_view name) const;
    /// Refused (400) if there is another parameter than these.
    void only(std::initializer_list<std::string_view> names) const;
    const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

private:
    friend Query parse_query(std::string_view text);
    std::vector<std::pair<std::string, std::string>> all_;
};

/// "a=%E9%B9%A4&b=1". Throws Refusal (400) for bad percent signs, bad UTF-8, NUL and other control characters, a parameter that is
/// there twice, more than 64 of them.
Query parse_query(std::string_view text);

/// A path as it was sent, decoded; nothing if there is a trick in it: "..", "//", "\", "%2F", control characters, bad UTF-8.
std::optional<std::string> decode_path(std::string_view path);

/// zh unless Accept-Language ranks en above it.
bool prefers_chinese(std::string_view accept_language);

/// Of "Cookie: a=1; aqid=xyz"; empty if it is absent, or there twice with different values.
std::string_view cookie_value(std::string_view header, std::string_view name);

/// Whether Accept-Encoding allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// Whether If-None-Match names this entity (weakly compared, "*" too).
bool matches(std::string_view if_none_match, std::string_view etag);

/// A strong ETag, quotes and all: a digest of the text.
std::string etag_of(std::string_view text);

Reply json_reply(std::string body, int status = 200);
/// {"ok": false, "error": why}
Reply refusal(int status, std::string_view why);
/// The same in the language of the request.
Reply refusal(const Request& request, int status, std::string_view zh, std::string_view en);

/// What a command answered (daemon/commands), as 200 or 422. Commands give their reasons in English; whoever reads Chinese is told in
/// Chinese that nothing happened, and the reason by the catalogue (refusal_words).
Reply command_reply(const Request& request, std::string answer);

/// What a browser is told with every answer: nothing from elsewhere, no script in the page, no frame around it.
std::vector<std::pair<std::string, std::string>> security_headers(bool secure);

/// The head of an answer, to the empty line. `length`: absent where the end of the connection is the end of the answer.
std::string head_of(const Reply& reply, std::optional<std::size_t> length, bool secure, bool keep_alive);

} // namespace aqi::daemon::web
