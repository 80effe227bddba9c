#include "daemon/side_thread.hpp"

#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace aqi::daemon {

struct SideThread::Queue {
    explicit Queue(boost::asio::any_io_executor executor) : loop(std::move(executor)) {}

    void work(const std::weak_ptr<Queue>& self)
    {
        std::unique_lock lock{mutex};
        while (true) {
            changed.wait(lock, [this] { return ending || !jobs.empty(); });
            if (ending) return;
            const Job job = std::move(jobs.front());
            jobs.pop_front();
            lock.unlock();
            boost::asio::post(loop, [self, then = job()] {
                // Gone with its owner, and so is whatever the answer would speak to.
                if (self.lock()) then();
            });
            lock.lock();
        }
    }

    const boost::asio::any_io_executor loop;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> jobs;
    bool ending = false;
    std::thread thread;
};

SideThread::SideThread(boost::asio::any_io_executor loop) : queue_(std::make_shared<Queue>(std::move(loop)))
{
    queue_->thread = std::thread{[queue = queue_.get(), self = std::weak_ptr{queue_}] { queue->work(self); }};
}

SideThread::~SideThread()
{
    {
        const std::lock_guard lock{queue_->mutex};
        queue_->ending = true;
    }
    queue_->changed.notify_one();
    queue_->thread.join();
}

bool SideThread::run(Job job)
{
    {
        const std::lock_guard lock{queue_->mutex};
        if (queue_->jobs.size() >= waiting_most) return false;
        queue_->jobs.push_back(std::move(job));
    }
    queue_->changed.notify_one();
    return true;
}

} // namespace aqi::daemon
