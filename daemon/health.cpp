#include "daemon/health.hpp"

#include "daemon/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {

bool Health::link(const std::string& name, const drivers::LinkStatus& status)
{
    using drivers::LinkState;
    auto& known = links_[name];
    // "connecting" follows every attempt; only up and down, and a new reason for down, are news.
    const bool news =
        status.state != LinkState::connecting && (known.state != status.state || known.detail != status.detail);
    if (status.state == LinkState::connecting && known.state == LinkState::down) return false;
    if (news && status.state == LinkState::up) log(Severity::notice, "link {}: up, {}", name, status.detail);
    if (news && status.state == LinkState::down)
        log(Severity::warning, "link {}: down, {}; trying again", name, status.detail);
    known = status;
    return news;
}

void Health::storage(const std::string& name, const std::string& trouble)
{
    auto [at, is_new] = storages_.try_emplace(name, Part{true, {}, clock_.now()});
    Part& part = at->second;
    const bool good = trouble.empty();
    if (part.good == good) return;
    part = Part{good, trouble, clock_.now()};
    if (good)
        log(Severity::notice, "{}: works again", name);
    else
        log(Severity::error, "{}: {}{}", name, trouble,
            name == "clock" ? "" : "; nothing is acknowledged that is not stored, trying again");
}

void Health::recomputed(const RecomputeResult& result, const std::string& trouble)
{
    if (!trouble.empty())
        log(Severity::error, "recomputation: the figures do not agree with the journal: {}", trouble);
    else if (!recompute_trouble_.empty() || !recomputed_)
        log(Severity::notice, "recomputation: {} figures agree with {} events of the journal, {} ms", result.figures,
            result.events, result.took.count());
    recomputed_ = result;
    recompute_trouble_ = trouble;
}

bool Health::storage_good() const
{
    return std::all_of(storages_.begin(), storages_.end(), [](const auto& entry) { return entry.second.good; });
}

std::string Health::line() const
{
    for (const auto& [name, part] : storages_)
        if (!part.good) return fmt::format("{}: {}", name, part.detail);
    if (!recompute_trouble_.empty()) return fmt::format("recomputation: {}", recompute_trouble_);
    std::size_t up = 0;
    for (const auto& [name, status] : links_) up += status.state == drivers::LinkState::up ? 1 : 0;
    return fmt::format("{} of {} links up", up, links_.size());
}

} // namespace aqi::daemon
