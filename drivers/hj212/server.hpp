// drivers/hj212/server: the link that listens for HJ 212 stations.
//
// Knows: a thread of its own with a loop of its own, because Inbox::append() waits for a disk and the daemon's loop must
// not; listening again after a failure; stopping.
// Does not know: what is done with a connection (hub.hpp).
#pragma once

#include "drivers/driver.hpp"
#include "drivers/hj212/settings.hpp"

#include <memory>

namespace aqi::drivers::hj212 {

std::unique_ptr<Link> open_hj212_link(const Hj212Settings& settings, LinkContext context);

} // namespace aqi::drivers::hj212
