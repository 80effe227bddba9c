// bench_consumer MODE PORT FOLDER: counts messages until killed, and writes the count to FOLDER/count now and then.
//
// count          Paho C++ with a callback that only counts: the floor under every Paho consumer.
// inbox-process  our link up to the inbox: a message is durable against SIGKILL before its PUBACK.
// inbox-power    the same against a power cut.
#include "daemon/inbox.hpp"
#include "drivers/mqtt_link.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <mqtt/async_client.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace aqi;

namespace {

std::atomic<long> received{0};

/// Passes frames on and counts what became durable.
class CountingInbox : public drivers::Inbox {
public:
    explicit CountingInbox(daemon::InboxLog& log) : log_(log) {}
    bool append(std::span<const drivers::Frame> frames) override
    {
        const bool kept = log_.append(frames);
        received.fetch_add(kept ? static_cast<long>(frames.size()) : 0, std::memory_order_relaxed);
        return kept;
    }
    bool flowing() const override { return log_.flowing(); }

private:
    daemon::InboxLog& log_;
};

void report(boost::asio::steady_timer& timer, const std::string& file)
{
    timer.expires_after(std::chrono::milliseconds{20});
    timer.async_wait([&timer, file](boost::system::error_code) {
        std::ofstream{file + ".new"} << received.load() << "\n";
        std::filesystem::rename(file + ".new", file);
        report(timer, file);
    });
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) return 2;
    const std::string mode = argv[1], uri = fmt::format("tcp://127.0.0.1:{}", argv[2]), folder = argv[3];
    boost::asio::io_context io;
    boost::asio::steady_timer timer{io};
    std::unique_ptr<mqtt::async_client> client;
    std::unique_ptr<daemon::InboxLog> log;
    std::unique_ptr<CountingInbox> inbox;
    std::unique_ptr<drivers::Link> link;
    const auto ready = [&] { std::ofstream{folder + "/ready"} << "subscribed\n"; };
    if (mode == "count") {
        client = std::make_unique<mqtt::async_client>(uri, "bench-count", mqtt::create_options{MQTTVERSION_5});
        client->set_message_callback([](mqtt::const_message_ptr) { received.fetch_add(1, std::memory_order_relaxed); });
        client->connect(mqtt::connect_options_builder().mqtt_version(MQTTVERSION_5).clean_start(false).finalize())
            ->wait();
        client->subscribe("aqid/v1/+/hourly", 1)->wait();
        ready();
    } else {
        log = std::make_unique<daemon::InboxLog>(
            folder + "/inbox", mode == "inbox-power" ? daemon::Durability::power : daemon::Durability::process, 0);
        inbox = std::make_unique<CountingInbox>(*log);
        drivers::MqttSettings settings;
        settings.uri = uri;
        settings.client_id = "bench-inbox";
        settings.topics = {"aqid/v1/+/hourly"};
        drivers::LinkContext context;
        context.name = "bench";
        context.executor = io.get_executor();
        context.inbox = inbox.get();
        context.now = [] { return Instant{0}; };
        context.report = [&](const drivers::LinkStatus& status) {
            if (status.state == drivers::LinkState::up) ready();
        };
        link = drivers::open_mqtt_link(settings, std::move(context));
        link->start();
    }
    report(timer, folder + "/count");
    io.run();
}
