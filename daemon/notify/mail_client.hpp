// daemon/notify/mail_client: one mail to one mailbox through an SMTP server, by libcurl.
//
// Knows: at which point of the conversation a mail may be with the other side: from the moment its last bytes are handed over until
// the answer to them. Does not know: what a mail says, or what an answer means to the outbox.
//
// Threads: libcurl waits for the answer to a mail, and for the one to QUIT, without giving its multi interface back; a server that
// thinks for a minute would stop the loop for a minute. So each mail has a thread of a small pool for its time; `done` is called on
// the loop. libcurl stops in the .cpp.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace aqi::notify {

struct MailServer {
    std::string url;      ///< smtp:// or smtps://
    bool starttls = true; ///< on smtp://: without it nothing is said
    std::string ca_file;  ///< PEM; empty: the system's authorities
    std::string user;     ///< empty: no login
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{60'000};
};

struct Mail {
    std::string from; ///< addresses, without < >
    std::string to;
    std::string text; ///< header and body, lines ended by CR LF
};

struct MailReply {
    /// Where the conversation ended.
    enum class At {
        connect,  ///< no connection, no greeting, or no TLS
        login,    ///< user and password were refused
        envelope, ///< sender, recipient or DATA were refused, or it broke off before the mail's end was handed over
        end,      ///< the mail's end was handed over
    };
    bool taken = false; ///< the server answered that it has the mail
    At at = At::connect;
    long status = 0;     ///< of the server's last word there, e.g. 451; 0: it said nothing
    std::string words;   ///< the server's last line
    std::string problem; ///< libcurl's words
};

class MailClient {
public:
    MailClient(boost::asio::any_io_executor executor, unsigned connections);
    ~MailClient(); ///< breaks off what is on its way; takes up to a second for each
    MailClient(const MailClient&) = delete;
    MailClient& operator=(const MailClient&) = delete;

    /// `done` is called once, on the loop.
    void send(MailServer server, std::string password, Mail mail, std::function<void(MailReply)> done);

private:
    class Pool;
    std::unique_ptr<Pool> pool_;
};

} // namespace aqi::notify
