#include "tools/sim/station_delivery.hpp"

#include <fmt/format.h>

#include <utility>

namespace aqi::sim {

DeliveryCounts& DeliveryCounts::operator+=(const DeliveryCounts& other)
{
    sent += other.sent;
    acknowledged += other.acknowledged;
    resent += other.resent;
    given_up += other.given_up;
    not_sent += other.not_sent;
    answered += other.answered;
    return *this;
}

std::string words_of(const DeliveryCounts& counts)
{
    return fmt::format("{} sent, {} acknowledged, {} resent, {} given up, {} not sent, {} requests answered",
                       counts.sent, counts.acknowledged, counts.resent, counts.given_up, counts.not_sent,
                       counts.answered);
}

std::optional<std::string> Delivery::next(SteadyTime now)
{
    if (waiting_.empty()) return std::nullopt;
    if (under_way_) {
        if (now < until_) return std::nullopt;
        under_way_ = false;
        if (writes_ > resends_) {
            ++counts.given_up;
            gave_up_ = true;
            waiting_.pop_front();
            writes_ = 0;
            return std::nullopt;
        }
    }
    if (writes_ == 0)
        ++counts.sent;
    else
        ++counts.resent;
    ++writes_;
    if (waiting_.front().awaits.empty()) {
        std::string out = std::move(waiting_.front().frame);
        waiting_.pop_front();
        writes_ = 0;
        return out;
    }
    under_way_ = true;
    until_ = now + answer_within_;
    return waiting_.front().frame;
}

bool Delivery::take_given_up() { return std::exchange(gave_up_, false); }

bool Delivery::acknowledged(std::string_view qn)
{
    if (writes_ == 0 || waiting_.empty() || waiting_.front().awaits != qn) return false;
    ++counts.acknowledged;
    waiting_.pop_front();
    writes_ = 0;
    under_way_ = false;
    return true;
}

void Delivery::disconnected() { under_way_ = false; }

} // namespace aqi::sim
