// daemon/notify/mail_text: a mail as bytes (RFC 5322, 2045, 2047).
//
// Knows: Chinese in headers and body, lines no server may cut, and that nothing of a letter can end a header or begin another.
// Does not know: letters or servers.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aqi::notify {

/// What is wrong with a mailbox; empty: nothing. ASCII only: mail addresses beyond it need servers that few have.
std::string wrong_with_mailbox(std::string_view address);

/// UTF-8 text as the value of a header whose name and ": " take `used` columns: encoded words, folded between characters. Control
/// characters become blanks. Plain ASCII text that looks like nothing else stays as it is.
std::string header_text(std::string_view text, std::size_t used);

struct MailHeader {
    std::string from; ///< mailboxes, good by wrong_with_mailbox()
    std::string from_name;
    std::string reply_to; ///< empty: none
    std::string to;
    std::string to_name;
    std::string subject;
    std::string message_id; ///< with < >
    std::string language;   ///< of the body: "zh-CN"; empty: not told
    std::chrono::system_clock::time_point date;
    std::vector<std::pair<std::string, std::string>> more; ///< further headers; values of plain ASCII
};

/// The whole mail. Body: UTF-8, lines ended by "\n".
std::string mail_text(const MailHeader& header, std::string_view body);

} // namespace aqi::notify
