// tests/notify/desk: a channel opened as the daemon opens it, on a loop of the test's own.
#pragma once

#include "daemon/notify/channel.hpp"
#include "tests/e2e/harness.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace aqi::notify::tests {

using namespace std::chrono_literals;

/// A letter about a real warning: 鹤壁市 (410600), red from 2016-12-30 00:00, issued 2016-12-29 15:00, revision 2 after an orange one;
/// in the drill's mode it is a drill.
Letter warning_letter(Mode mode = Mode::real);
/// The same warning lifted, as revision 3.
Letter lift_letter(Mode mode = Mode::real);
Letter canary_letter(Mode mode = Mode::real);

class Desk {
public:
    /// `stanza`: the keys of a [[channel]] below name and kind, one a line. Throws SettingError. Its clock stands at `now`; the
    /// moment of warning_letter() if left out.
    Desk(std::string_view kind, const std::string& stanza, Mode mode = Mode::real,
         std::optional<Instant> now = std::nullopt);
    ~Desk();
    void clock(Instant now) { clock_ms_ = now.ms; }

    const ChannelInfo& info() const { return info_; }
    /// Composes; fails the test on a fault.
    Content compose(const Letter& letter, Language language = Language::zh) const;
    Result<Content> try_compose(const Letter& letter, Language language = Language::zh) const;
    /// Sends one message and runs the loop until its receipt.
    Receipt send(const Letter& letter, const std::string& key, const Recipient& to = {},
                 Language language = Language::zh, std::chrono::milliseconds limit = 30s);
    /// Starts it and returns; the receipt is put into receipts() under its key.
    void begin(const Letter& letter, const std::string& key, const Recipient& to = {},
               Language language = Language::zh);
    Receipt ask(const std::string& key, const std::string& provider_id, std::chrono::milliseconds limit = 30s);
    std::optional<WebAnswer> get(std::string_view path, std::string_view query = {});
    /// Runs the loop until the condition holds; fails the test after `limit`.
    void run_until(const std::function<bool()>& condition, const std::string& what,
                   std::chrono::milliseconds limit = 30s);

    const std::vector<std::pair<std::string, Receipt>>& receipts() const { return receipts_; }
    const std::vector<Inbound::Report>& reports() const { return reports_; }
    const std::vector<Inbound::Reply>& replies() const { return replies_; }
    /// The channel's folder of the data folder.
    std::filesystem::path folder() const { return folder_.path() / "channel"; }

private:
    e2e::Folder folder_;
    std::atomic<std::int64_t> clock_ms_;
    boost::asio::io_context io_;
    const ChannelInfo& info_;
    Mode mode_;
    std::any settings_;
    std::unique_ptr<RealChannel> real_;
    std::unique_ptr<DrillChannel> drill_;
    std::vector<std::pair<std::string, Receipt>> receipts_;
    std::vector<Inbound::Report> reports_;
    std::vector<Inbound::Reply> replies_;
};

} // namespace aqi::notify::tests
