#include "daemon/notify/mail_client.hpp"

#include "libaqi/result.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>

namespace aqi::notify {
namespace {

namespace asio = boost::asio;

constexpr auto quit_patience = std::chrono::seconds{1};

/// One conversation, on a thread of the pool.
class Conversation {
public:
    Conversation(MailServer server, std::string password, Mail mail, const std::atomic<bool>& ending)
        : server_(std::move(server)), password_(std::move(password)), mail_(std::move(mail)), ending_(ending)
    {}
    ~Conversation()
    {
        // libcurl says QUIT and would wait up to two minutes for the answer, whatever its time-outs are: there is nothing
        // more to be heard.
        curl_socket_t socket = CURL_SOCKET_BAD;
        curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &socket);
        if (socket != CURL_SOCKET_BAD) ::shutdown(socket, SHUT_RD);
        curl_slist_free_all(to_);
        curl_easy_cleanup(easy_);
    }
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    MailReply hold()
    {
        AQI_CHECK(easy_ != nullptr);
        prepare();
        const CURLcode code = curl_easy_perform(easy_);
        MailReply reply;
        reply.taken = code == CURLE_OK;
        if (!reply.taken) reply.problem = problem_[0] != '\0' ? problem_ : curl_easy_strerror(code);
        reply.at = reply.taken || handed_over() ? MailReply::At::end : place_of(code);
        // After the mail's end only what was said since counts: a 354 before it is no answer to it.
        reply.words = handed_over() ? answer_ : last_;
        reply.status = std::strtol(answer_.c_str(), nullptr, 10);
        if (!handed_over()) curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &reply.status);
        return reply;
    }

private:
    void prepare()
    {
        const std::string from = "<" + mail_.from + ">", to = "<" + mail_.to + ">";
        to_ = curl_slist_append(nullptr, to.c_str());
        curl_easy_setopt(easy_, CURLOPT_URL, server_.url.c_str());
        curl_easy_setopt(easy_, CURLOPT_PROXY, ""); // no proxy of the environment, as in http_client
        curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(easy_, CURLOPT_USE_SSL,
                         static_cast<long>(server_.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
        if (!server_.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, server_.ca_file.c_str());
        if (!server_.user.empty()) {
            curl_easy_setopt(easy_, CURLOPT_USERNAME, server_.user.c_str());
            curl_easy_setopt(easy_, CURLOPT_PASSWORD, password_.c_str());
        }
        curl_easy_setopt(easy_, CURLOPT_MAIL_FROM, from.c_str());
        curl_easy_setopt(easy_, CURLOPT_MAIL_RCPT, to_);
        curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.text.size()));
        curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Conversation::give);
        curl_easy_setopt(easy_, CURLOPT_READDATA, this);
        curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Conversation::hear);
        curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
        curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Conversation::ignore);
        curl_easy_setopt(easy_, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(easy_, CURLOPT_XFERINFOFUNCTION, &Conversation::go_on);
        curl_easy_setopt(easy_, CURLOPT_XFERINFODATA, this);
        curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, problem_);
        curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(server_.connect_timeout.count()));
        curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(server_.timeout.count()));
        curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    }

    bool handed_over() const { return given_ == mail_.text.size(); }

    static MailReply::At place_of(CURLcode code)
    {
        switch (code) {
        case CURLE_LOGIN_DENIED: return MailReply::At::login;
        case CURLE_SEND_ERROR: return MailReply::At::envelope; // libcurl's name for a refused MAIL, RCPT or DATA, too
        default: return MailReply::At::connect;
        }
    }

    static std::size_t give(char* to, std::size_t size, std::size_t count, void* self)
    {
        auto& me = *static_cast<Conversation*>(self);
        const std::size_t n = std::min(size * count, me.mail_.text.size() - me.given_);
        std::memcpy(to, me.mail_.text.data() + me.given_, n);
        me.given_ += n;
        return n;
    }

    /// The server's lines.
    static std::size_t hear(char* line, std::size_t size, std::size_t count, void* self)
    {
        auto& me = *static_cast<Conversation*>(self);
        std::string_view text{line, size * count};
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
        text = text.substr(0, 300);
        const bool to_quit = text.starts_with("221"); // libcurl says QUIT even to a server that refused
        if (!to_quit) me.last_ = text;
        const bool goes_on = me.answer_.size() > 3 && me.answer_[3] == '-';
        if (me.handed_over() && (me.answer_.empty() || goes_on)) me.answer_ = text;
        return size * count;
    }

    static std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

    static int go_on(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
    {
        const auto& me = *static_cast<Conversation*>(self);
        // Its own time-out it forgets when it says QUIT to a server that refused.
        const bool over = std::chrono::steady_clock::now() - me.began_ > me.server_.timeout + quit_patience;
        return me.ending_ || over ? 1 : 0;
    }

    const MailServer server_;
    const std::string password_;
    const Mail mail_;
    const std::atomic<bool>& ending_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    CURL* easy_ = curl_easy_init();
    curl_slist* to_ = nullptr;
    char problem_[CURL_ERROR_SIZE] = {};
    std::size_t given_ = 0;
    std::string last_;   ///< what the server said last
    std::string answer_; ///< what it said to the mail's end
};

} // namespace

class MailClient::Pool {
public:
    Pool(asio::any_io_executor loop, unsigned connections) : loop_(std::move(loop)), threads_(connections) {}
    ~Pool()
    {
        ending_ = true;
        threads_.stop();
        threads_.join();
    }

    void send(MailServer server, std::string password, Mail mail, std::function<void(MailReply)> done)
    {
        // The loop has something to wait for while a mail is on its way.
        auto loop = asio::prefer(loop_, asio::execution::outstanding_work.tracked);
        asio::post(threads_, [this, loop = std::move(loop), server = std::move(server), password = std::move(password),
                              mail = std::move(mail), done = std::move(done)]() mutable {
            // OpenSSL writes without MSG_NOSIGNAL.
            sigset_t pipe;
            sigemptyset(&pipe);
            sigaddset(&pipe, SIGPIPE);
            pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
            Conversation conversation{std::move(server), std::move(password), std::move(mail), ending_};
            MailReply reply = conversation.hold();
            // Nothing past this line runs on the thread.
            asio::post(loop, [done = std::move(done), reply = std::move(reply)] { done(reply); });
        });
    }

private:
    asio::any_io_executor loop_;
    std::atomic<bool> ending_{false};
    asio::thread_pool threads_;
};

MailClient::MailClient(asio::any_io_executor executor, unsigned connections)
{
    static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    AQI_CHECK(once == CURLE_OK);
    pool_ = std::make_unique<Pool>(std::move(executor), connections);
}

MailClient::~MailClient() = default;

void MailClient::send(MailServer server, std::string password, Mail mail, std::function<void(MailReply)> done)
{
    pool_->send(std::move(server), std::move(password), std::move(mail), std::move(done));
}

} // namespace aqi::notify
