#include "daemon/notify/mail_text.hpp"

#include "daemon/notify/digest.hpp"
#include "daemon/notify/endpoint.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace aqi::notify {
namespace {

constexpr std::size_t line_most = 76;     // RFC 2045, and RFC 2047 for a line with an encoded word
constexpr std::size_t mailbox_most = 254; // RFC 5321, erratum 1690
constexpr std::size_t local_most = 64;
constexpr std::size_t label_most = 63;
constexpr std::string_view word_begin = "=?UTF-8?B?", word_end = "?=";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// The bytes of the character that begins here; of broken text one.
std::size_t character_at(std::string_view text)
{
    std::size_t size = 1;
    while (size < text.size() && size < 4 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    return size;
}

std::string without_controls(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        if (!is_one_line({&c, 1})) c = ' ';
    return out;
}

std::string encoded_words(std::string_view text, std::size_t used)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t room = (line_most - used - word_begin.size() - word_end.size()) / 4 * 3;
        std::size_t size = 0;
        while (size < text.size() && size + character_at(text.substr(size)) <= room)
            size += character_at(text.substr(size));
        if (!out.empty()) out += "\r\n ";
        out += fmt::format("{}{}{}", word_begin, base64(text.substr(0, size)), word_end);
        text.remove_prefix(size);
        used = 1; // the blank that continues a header
    }
    return out;
}

/// "name <mailbox>"; always as encoded words, so that no quoting is ever needed.
std::string named_mailbox(std::string_view header, std::string_view name, std::string_view mailbox)
{
    if (name.empty()) return fmt::format("{}: <{}>\r\n", header, mailbox);
    return fmt::format("{}: {}\r\n <{}>\r\n", header, encoded_words(without_controls(name), header.size() + 2),
                       mailbox);
}

/// RFC 5322, 3.3; its names are English in every locale.
std::string date_text(std::chrono::system_clock::time_point at)
{
    constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::tm t = fmt::gmtime(std::chrono::system_clock::to_time_t(at));
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
                       t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

} // namespace

std::string wrong_with_mailbox(std::string_view address)
{
    if (address.empty()) return "a mail address is missing";
    for (const char c : address) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7f) return "a mail address has no blanks, line ends or control characters";
    }
    if (address.size() > mailbox_most) return fmt::format("a mail address has at most {} characters", mailbox_most);
    if (address.find_first_of(",;<>()[]\\\":") != std::string_view::npos)
        return "one plain address like duty@example.org: no commas, semicolons, brackets, quotes or names";
    const auto at = address.find('@');
    if (at == std::string_view::npos || address.find('@', at + 1) != std::string_view::npos)
        return "a mail address has one @";
    const std::string_view local = address.substr(0, at);
    std::string_view domain = address.substr(at + 1);
    if (local.empty() || local.size() > local_most)
        return fmt::format("before the @ there are 1 to {} characters", local_most);
    if (std::any_of(local.begin(), local.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7f; }))
        return "before the @ only ASCII: few servers know other addresses (SMTPUTF8)";
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
        return "before the @ a dot stands between two characters";
    if (std::any_of(domain.begin(), domain.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7f; }))
        return "after the @ only ASCII: write the domain in its xn-- form";
    if (domain.empty()) return "after the @ there is no domain";
    while (true) {
        const std::string_view label = domain.substr(0, domain.find('.'));
        const bool good =
            !label.empty() && label.size() <= label_most && label.front() != '-' && label.back() != '-' &&
            std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
        if (!good) return fmt::format("\"{}\" is no part of a domain", label);
        if (label.size() == domain.size()) return {};
        domain.remove_prefix(label.size() + 1);
    }
}

std::string header_text(std::string_view text, std::size_t used)
{
    const std::string clean = without_controls(text);
    const bool plain =
        used + clean.size() <= line_most && clean.find("=?") == std::string::npos && !clean.starts_with(' ') &&
        !clean.ends_with(' ') &&
        std::all_of(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x7f; });
    return plain ? clean : encoded_words(clean, used);
}

std::string mail_text(const MailHeader& header, std::string_view body)
{
    std::string out = fmt::format("Date: {}\r\n", date_text(header.date));
    out += named_mailbox("From", header.from_name, header.from);
    if (!header.reply_to.empty()) out += fmt::format("Reply-To: <{}>\r\n", header.reply_to);
    out += named_mailbox("To", header.to_name, header.to);
    constexpr std::string_view subject = "Subject: ";
    out += fmt::format("{}{}\r\n", subject, header_text(header.subject, subject.size()));
    out += fmt::format("Message-ID: {}\r\n", header.message_id);
    // No "I am on holiday" comes back (RFC 3834).
    out += "Auto-Submitted: auto-generated\r\n";
    for (const auto& [name, value] : header.more) out += fmt::format("{}: {}\r\n", name, without_controls(value));
    // Who reads it aloud must know in which language (RFC 3282).
    if (!header.language.empty()) out += fmt::format("Content-Language: {}\r\n", header.language);
    out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    std::string lines;
    for (const char c : body) {
        if (c == '\n') lines += '\r';
        lines += c;
    }
    const std::string coded = base64(lines);
    for (std::size_t at = 0; at < coded.size(); at += line_most)
        out += fmt::format("{}\r\n", std::string_view{coded}.substr(at, line_most));
    return out;
}

} // namespace aqi::notify
