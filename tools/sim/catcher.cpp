#include "tools/sim/catcher.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace aqi::sim {
namespace {

namespace json = boost::json;
namespace http = boost::beast::http;
using Tcp = boost::asio::ip::tcp;

/// One line a message: {"via": ..., "key": ..., "document": {...}}. Returns whether it is a document of ours.
bool keep(const std::string& file, std::string_view via, std::string_view key, std::string_view body)
{
    json::error_code ec;
    json::value document = json::parse({body.data(), body.size()}, ec);
    if (ec || !document.is_object()) return false;
    std::ofstream out{file, std::ios::app};
    out << json::serialize(json::object{{"via", via}, {"key", key}, {"document", std::move(document)}}) << "\n";
    return static_cast<bool>(out.flush());
}

} // namespace

int catch_http(std::uint16_t port, const std::string& port_file, const std::string& file)
{
    boost::asio::io_context io;
    Tcp::acceptor acceptor{io, {boost::asio::ip::make_address("127.0.0.1"), port}};
    {
        std::ofstream out{port_file + ".new"};
        out << acceptor.local_endpoint().port() << "\n";
    }
    std::filesystem::rename(port_file + ".new", port_file); // a reader never sees half of it
    while (true) {
        Tcp::socket socket = acceptor.accept();
        boost::beast::flat_buffer buffer;
        boost::system::error_code ec;
        http::request<http::string_body> request;
        http::read(socket, buffer, request, ec);
        if (ec) continue;
        const std::string_view key{request["Idempotency-Key"].data(), request["Idempotency-Key"].size()};
        const bool taken = request.method() == http::verb::post && keep(file, "webhook", key, request.body());
        http::response<http::string_body> response{taken ? http::status::ok : http::status::bad_request,
                                                   request.version()};
        response.body() = taken ? "taken\n" : "not a warning\n";
        response.keep_alive(false);
        response.prepare_payload();
        http::write(socket, response, ec);
        socket.shutdown(Tcp::socket::shutdown_both, ec);
    }
}

int catch_command(const std::string& file)
{
    const std::string body{std::istreambuf_iterator<char>{std::cin}, {}};
    const char* key = std::getenv("AQID_KEY");
    const bool taken = keep(file, "command", key != nullptr ? key : "", body);
    fmt::print("{}\n", taken ? "read out at the desk" : "not a warning");
    return taken ? 0 : 1;
}

} // namespace aqi::sim
