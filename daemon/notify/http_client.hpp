// daemon/notify/http_client: requests to the outside on the loop, through libcurl's multi interface.
//
// Knows: when a request has certainly not left (it may be repeated) and when nobody can tell. libcurl stops in the .cpp.
// Does not know: what is sent, or what a status means to a channel.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace aqi::notify {

struct HttpRequest {
    std::string url; ///< http:// or https://
    std::vector<std::string> headers;
    std::string body;
    std::string ca_file; ///< PEM; empty: the system's authorities
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{15'000};
    bool get = false; ///< a GET, without a body
};

struct HttpReply {
    long status = 0;     ///< 0: no reply
    std::string body;    ///< its first kilobytes
    std::string problem; ///< libcurl's words when there was no reply
    bool sent = false;   ///< bytes of the request may have reached the other side
};

class HttpClient {
public:
    explicit HttpClient(boost::asio::any_io_executor executor);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// A POST, or the GET the request asks for. `done` is called once, on the loop. Redirects are not followed.
    void post(HttpRequest request, std::function<void(HttpReply)> done);

private:
    class Multi;
    std::shared_ptr<Multi> multi_;
};

} // namespace aqi::notify
