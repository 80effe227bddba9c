#include "daemon/notify/http_client.hpp"

#include "libaqi/result.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include <map>

namespace aqi::notify {
namespace {

namespace asio = boost::asio;

constexpr std::size_t reply_most = 8 * 1024;

/// One request on its way, owned by the Multi until it is answered.
struct Transfer {
    Transfer(HttpRequest r, std::function<void(HttpReply)> d) : request(std::move(r)), done(std::move(d)) {}
    ~Transfer()
    {
        curl_slist_free_all(headers);
        curl_easy_cleanup(easy);
    }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    HttpRequest request;
    std::function<void(HttpReply)> done;
    HttpReply reply;
    CURL* easy = curl_easy_init();
    curl_slist* headers = nullptr;
    char problem[CURL_ERROR_SIZE] = {};
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user)
{
    auto& reply = static_cast<Transfer*>(user)->reply;
    if (reply.body.size() < reply_most) reply.body.append(data, std::min(size * count, reply_most - reply.body.size()));
    return size * count;
}

/// Whether this failure proves that the other side has seen nothing of the request.
bool nothing_left(CURLcode code, CURL* easy)
{
    // An answer that is no HTTP has the same code as an URL that is none.
    long request_bytes = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    if (request_bytes > 0) return false;
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return true;
    default: break;
    }
    // A time-out before the connection (and TLS) stood.
    curl_off_t pretransfer = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
    return code == CURLE_OPERATION_TIMEDOUT && pretransfer == 0;
}

} // namespace

/// libcurl's multi interface with Asio's reactor: curl says which sockets and what deadline it waits for.
class HttpClient::Multi : public std::enable_shared_from_this<Multi> {
public:
    explicit Multi(asio::any_io_executor executor) : executor_(executor), timer_(executor), multi_(curl_multi_init())
    {
        AQI_CHECK(multi_ != nullptr);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    }

    ~Multi()
    {
        for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
        transfers_.clear();
        curl_multi_cleanup(multi_);
    }

    void post(HttpRequest request, std::function<void(HttpReply)> done)
    {
        auto transfer = std::make_unique<Transfer>(std::move(request), std::move(done));
        CURL* easy = transfer->easy;
        AQI_CHECK(easy != nullptr);
        for (const auto& header : transfer->request.headers)
            transfer->headers = curl_slist_append(transfer->headers, header.c_str());
        transfer->headers =
            curl_slist_append(transfer->headers, "Expect:"); // no 100-continue round trip for a small body
        curl_easy_setopt(easy, CURLOPT_URL, transfer->request.url.c_str());
        // No proxy of the environment: a drill stays on this machine, and a warning goes where the configuration says.
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
        if (transfer->request.get) {
            curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        } else {
            curl_easy_setopt(easy, CURLOPT_POST, 1L);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->request.body.data());
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->request.body.size()));
        }
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(transfer->request.connect_timeout.count()));
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer->request.timeout.count()));
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "aqid");
        if (!transfer->request.ca_file.empty())
            curl_easy_setopt(easy, CURLOPT_CAINFO, transfer->request.ca_file.c_str());
        transfers_.emplace(easy, std::move(transfer));
        curl_multi_add_handle(multi_, easy);
    }

private:
    /// A socket curl waits for. The descriptor is curl's: it is released, never closed here.
    struct Watch {
        explicit Watch(asio::any_io_executor executor, curl_socket_t s) : descriptor(executor, s) {}
        ~Watch() { let_go(); }
        /// While curl still has the descriptor open: later its number may belong to another socket.
        void let_go()
        {
            if (descriptor.is_open()) descriptor.release();
        }
        asio::posix::stream_descriptor descriptor;
        bool read = false;
        bool write = false;
        bool reading = false;
        bool writing = false;
    };

    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*)
    {
        static_cast<Multi*>(self)->watch(socket, what);
        return 0;
    }

    static int on_timer(CURLM*, long ms, void* self)
    {
        auto& multi = *static_cast<Multi*>(self);
        multi.timer_.cancel();
        if (ms < 0) return 0;
        multi.timer_.expires_after(std::chrono::milliseconds{ms});
        multi.timer_.async_wait([weak = multi.weak_from_this()](boost::system::error_code ec) {
            if (auto alive = weak.lock(); alive && !ec) alive->act(CURL_SOCKET_TIMEOUT, 0);
        });
        return 0;
    }

    void watch(curl_socket_t socket, int what)
    {
        if (what == CURL_POLL_REMOVE) {
            if (const auto found = watches_.find(socket); found != watches_.end()) {
                found->second->let_go();
                watches_.erase(found);
            }
            return;
        }
        auto& watch = watches_[socket];
        if (!watch) watch = std::make_shared<Watch>(executor_, socket);
        watch->read = (what & CURL_POLL_IN) != 0;
        watch->write = (what & CURL_POLL_OUT) != 0;
        wait(watch, socket);
    }

    void wait(const std::shared_ptr<Watch>& watch, curl_socket_t socket)
    {
        const auto arm = [&](bool wanted, bool Watch::*armed, asio::posix::descriptor_base::wait_type type, int ready) {
            if (!wanted || watch.get()->*armed) return;
            watch.get()->*armed = true;
            watch->descriptor.async_wait(
                type, [weak = weak_from_this(), watch, socket, armed, ready](boost::system::error_code ec) {
                    watch.get()->*armed = false;
                    auto self = weak.lock();
                    if (!self || ec == asio::error::operation_aborted) return;
                    self->act(socket, ec ? CURL_CSELECT_ERR : ready);
                    const auto still =
                        self->watches_.find(socket); // curl may have let it go meanwhile, or reused its number
                    if (still != self->watches_.end() && still->second == watch) self->wait(watch, socket);
                });
        };
        arm(watch->read, &Watch::reading, asio::posix::descriptor_base::wait_read, CURL_CSELECT_IN);
        arm(watch->write, &Watch::writing, asio::posix::descriptor_base::wait_write, CURL_CSELECT_OUT);
    }

    void act(curl_socket_t socket, int ready)
    {
        int running = 0;
        curl_multi_socket_action(multi_, socket, ready, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
            if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    }

    void finish(CURL* easy, CURLcode code)
    {
        curl_multi_remove_handle(multi_, easy);
        auto node = transfers_.extract(easy);
        AQI_CHECK(!node.empty());
        Transfer& transfer = *node.mapped();
        if (code == CURLE_OK) {
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &transfer.reply.status);
            transfer.reply.sent = true;
        } else {
            transfer.reply.problem = transfer.problem[0] != '\0' ? transfer.problem : curl_easy_strerror(code);
            transfer.reply.sent = !nothing_left(code, easy);
        }
        transfer.done(std::move(transfer.reply));
    }

    asio::any_io_executor executor_;
    asio::steady_timer timer_;
    CURLM* multi_;
    std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
    std::map<curl_socket_t, std::shared_ptr<Watch>> watches_;
};

HttpClient::HttpClient(asio::any_io_executor executor)
{
    static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    AQI_CHECK(once == CURLE_OK);
    multi_ = std::make_shared<Multi>(std::move(executor));
}

HttpClient::~HttpClient() = default;

void HttpClient::post(HttpRequest request, std::function<void(HttpReply)> done)
{
    multi_->post(std::move(request), std::move(done));
}

} // namespace aqi::notify
