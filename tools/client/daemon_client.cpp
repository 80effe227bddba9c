#include "tools/client/daemon_client.hpp"

#include "tools/command_error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::tools {

boost::json::value ask_daemon(const std::string& socket, const boost::json::object& request)
{
    namespace asio = boost::asio;
    asio::io_context io;
    asio::local::stream_protocol::socket connection{io};
    boost::system::error_code ec;
    connection.connect(asio::local::stream_protocol::endpoint{socket}, ec);
    if (ec)
        throw CommandError(
            fmt::format("{}: {}; is aqid running, and may this account reach it?", socket, ec.message()));
    asio::write(connection, asio::buffer(boost::json::serialize(request) + "\n"), ec);
    asio::streambuf answer;
    if (!ec) asio::read_until(connection, answer, '\n', ec);
    if (ec) throw CommandError(fmt::format("{}: no answer: {}", socket, ec.message()));
    const std::string line{asio::buffers_begin(answer.data()), asio::buffers_end(answer.data())};
    boost::json::value value = boost::json::parse(line);
    const auto* object = value.if_object();
    const auto* good = object != nullptr ? object->if_contains("ok") : nullptr;
    if (good != nullptr && good->is_bool() && !good->as_bool())
        throw CommandError(std::string{object->at("error").as_string()});
    return value;
}

} // namespace aqi::tools
