// tests/notify/kannel: a real kannel, bearerbox and smsbox, with fakesmsc as the network behind it.
#pragma once

#include "daemon/notify/gateway_reply.hpp"
#include "daemon/notify/sms.hpp"
#include "tests/e2e/harness.hpp"

#include <array>
#include <sstream>

namespace aqi::notify::tests {

class Kannel {
public:
    /// `replies_to`: where kannel GETs what phones write, "http://127.0.0.1:1/channels/test/mo?token=t".
    /// `joins`: whether it keeps the parts of a long reply until all are there, which it does unless told otherwise.
    explicit Kannel(const std::string& replies_to, bool joins = true)
    {
        std::string text = fmt::format(
            "group = core\nsms-combine-concatenated-mo = {}\nadmin-port = {}\nadmin-password = a\nstatus-password = "
            "a\nsmsbox-port = {}\n"
            "box-deny-ip = \"*.*.*.*\"\nbox-allow-ip = \"127.0.0.1\"\n\n"
            "group = smsc\nsmsc = fake\nsmsc-id = FAKE\nhost = 127.0.0.1\nport = {}\nconnect-allow-ip = 127.0.0.1\n\n"
            "group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {}\n\n"
            "group = sendsms-user\nusername = aqid\npassword = \"o&k %41\"\nuser-allow-ip = "
            "\"127.0.0.1\"\nmax-messages = 10\n"
            "concatenation = true\n\n"
            "group = sms-service\nkeyword = default\nget-url = \"{}&from=%p&text=%a&id=%I&charset=%C&udh=%u\"\n"
            "max-messages = 0\naccepted-smsc = FAKE\n",
            joins, ports_[0], ports_[1], ports_[2], ports_[3], replies_to);
        e2e::write_file(folder_ / "kannel.conf", text);
        e2e::write_file(folder_ / "password", "o&k %41\n");
        bearer_ = start({"/usr/sbin/bearerbox", "-v", "1", conf()}, "bearerbox");
        until("bearerbox", "bearerbox", "Start-up done");
        smsbox_ = start({"/usr/sbin/smsbox", "-v", "0", conf()}, "smsbox");
        e2e::wait_until(20s, "smsbox", [&] { return e2e::listens(ports_[3]); });
        network_ = phone("network", 0, "1 2 text nothing");
        until("bearerbox", "the network", "Fakesmsc client connected");
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}/cgi-bin/sendsms", ports_[3]); }
    std::string password_file() const { return (folder_ / "password").string(); }
    e2e::fs::path operator/(std::string_view name) const { return folder_ / name; }

    /// A phone writes one message: "<from> <to> <type> <data>" as fakesmsc has it. bearerbox speaks to one fakesmsc at a time, so
    /// this one takes the place of the network; wait for the message before the next.
    void write(const std::string& message) { network_ = phone("phone", 1, message); }

    struct Aired {
        std::string from, to, text;
        std::vector<std::size_t> units;
        std::vector<std::string> parts; ///< UTF-16BE bytes
    };
    /// What the network was handed, by recipient.
    std::map<std::string, Aired> aired() const
    {
        std::map<std::string, Aired> out;
        std::istringstream log{e2e::read_file(folder_ / "network.log")};
        for (std::string line; std::getline(log, line);) {
            const auto begin = line.find('<', line.find("Got message ")), end = line.rfind('>');
            if (line.find("Got message ") == std::string::npos || end == std::string::npos) continue;
            std::istringstream words{line.substr(begin + 1, end - begin - 1)};
            std::string from, to, type, header, data;
            words >> from >> to >> type;
            if (type == "udh") words >> header >> type;
            words >> data;
            Aired& message = out[to];
            message.from = from;
            message.to = to;
            const std::string bytes = query_value("x=" + data, "x");
            message.parts.push_back(bytes);
            message.units.push_back(bytes.size() / 2);
        }
        for (auto& [to, message] : out) {
            std::string whole{"\xFE\xFF"};
            for (const auto& part : message.parts) whole += part;
            message.text = utf8_of_utf16_bytes(whole);
        }
        return out;
    }

private:
    std::string conf() const { return (folder_ / "kannel.conf").string(); }
    std::unique_ptr<e2e::Child> start(std::vector<std::string> command, const std::string& name)
    {
        return std::make_unique<e2e::Child>(e2e::Start{std::move(command), folder_ / (name + ".log"), {}, {}});
    }
    std::unique_ptr<e2e::Child> phone(const std::string& name, int messages, const std::string& message)
    {
        return start({"/usr/lib/kannel/test/fakesmsc", "-H", "127.0.0.1", "-r", std::to_string(ports_[2]), "-i", "0.1",
                      "-m", std::to_string(messages), message},
                     name);
    }
    void until(const std::string& log, const std::string& what, std::string_view text) const
    {
        e2e::wait_until(20s, what, [&] {
            return e2e::fs::exists(folder_ / (log + ".log")) &&
                   e2e::read_file(folder_ / (log + ".log")).find(text) != std::string::npos;
        });
    }

    const e2e::Folder folder_;
    const std::array<std::uint16_t, 4> ports_{e2e::free_port(), e2e::free_port(), e2e::free_port(), e2e::free_port()};
    std::unique_ptr<e2e::Child> bearer_, smsbox_, network_;
};

} // namespace aqi::notify::tests
