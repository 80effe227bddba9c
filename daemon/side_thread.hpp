// daemon/side_thread: one thread for what would hold the loop up for tenths of a second: hashing a password, walking a chain.
//
// Knows: a bounded queue; results come back to the loop. Does not know: what a job does.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace aqi::daemon {

class SideThread {
public:
    static constexpr std::size_t waiting_most = 8;
    using Then = std::function<void()>;
    /// Runs on the thread, throws nothing; what it returns runs on the loop.
    using Job = std::function<Then()>;

    explicit SideThread(boost::asio::any_io_executor loop);
    /// Waits for the job that runs; what waits, and what was to run on the loop, is dropped.
    ~SideThread();
    SideThread(const SideThread&) = delete;
    SideThread& operator=(const SideThread&) = delete;

    /// From the loop. False, and nothing happens, when so many wait already.
    [[nodiscard]] bool run(Job job);

private:
    struct Queue;
    std::shared_ptr<Queue> queue_;
};

} // namespace aqi::daemon
