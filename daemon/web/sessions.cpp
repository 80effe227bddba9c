#include "daemon/web/sessions.hpp"

#include "daemon/log.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/passwords.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t id_bytes = 8;

std::int64_t ms_of(std::chrono::milliseconds d) { return d.count(); }

} // namespace

Sessions::Sessions(LoginTables& tables, const Config& config, std::function<Instant()> now)
    : tables_(tables),
      config_(config),
      now_(std::move(now)),
      idle_ms_(ms_of(config.http.idle)),
      absolute_ms_(ms_of(config.http.absolute))
{
    auto rows = tables_.sessions();
    if (!rows) throw StoreError(fmt::format("the sessions cannot be read: {}", rows.error().what));
    for (auto& row : *rows) all_.push_back({row, row.seen});
    sweep();
}

std::string Sessions::token_of(std::string_view secret)
{
    return hex(sha256(fmt::format("aqid page token;{}", secret)));
}

bool Sessions::is_over(const SessionRow& session) const
{
    const Instant now = now_();
    return now >= idle_until(session) || now >= until(session) ||
           config_.rules.network.person_named(session.person) == nullptr;
}

Outcome<Sessions::Begun> Sessions::begin(const std::string& person, const std::string& address)
{
    sweep();
    const auto theirs = open(person);
    if (theirs.size() >= most_of_a_person) {
        const std::string oldest = theirs.front().id;
        forget([&](const SessionRow& row) { return row.id == oldest; });
    }
    std::string secret = random_hex(secret_bytes);
    const Instant now = now_();
    const SessionRow row{sha256(secret), random_hex(id_bytes), person, address, now, now};
    if (const auto kept = tables_.keep(row); !kept) return kept.error();
    all_.push_back({row, now});
    return Begun{std::move(secret)};
}

const SessionRow* Sessions::find(std::string_view secret, Touch touch)
{
    if (secret.size() != 2 * secret_bytes) return nullptr;
    const Digest key = sha256(secret); // what is compared with is no secret, so how long that takes says nothing
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Kept& each) { return each.row.key == key; });
    if (found == all_.end()) return nullptr;
    if (is_over(found->row)) {
        forget([&](const SessionRow& row) { return row.key == key; });
        return nullptr;
    }
    if (touch == Touch::active) {
        const Instant now = now_();
        found->row.seen = std::max(found->row.seen, now);
        if (now.ms - found->noted.ms >= ms_of(noted_every)) {
            found->noted = now;
            // A disk that fails now costs, after a restart, a minute or so of being idle.
            (void)tables_.seen(key, now);
        }
    }
    return &found->row;
}

const SessionRow* Sessions::named(std::string_view id) const
{
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Kept& each) { return each.row.id == id; });
    return found == all_.end() || is_over(found->row) ? nullptr : &found->row;
}

Outcome<void> Sessions::end(std::string_view id)
{
    const auto found = std::find_if(all_.begin(), all_.end(), [&](const Kept& each) { return each.row.id == id; });
    if (found == all_.end()) return {};
    // A session that would come back with a restart has not ended.
    if (const auto gone = tables_.forget({found->row.key}); !gone) return gone;
    all_.erase(found);
    if (on_end) on_end();
    return {};
}

Outcome<void> Sessions::change_password(const std::string& person, const std::string& hash, const std::string& by)
{
    if (const auto set = tables_.set_password(person, hash, now_(), by); !set) return set;
    std::erase_if(all_, [&](const Kept& each) { return each.row.person == person; });
    if (on_end) on_end();
    return {};
}

std::vector<SessionRow> Sessions::open(std::string_view person) const
{
    std::vector<SessionRow> out;
    for (const auto& each : all_)
        if ((person.empty() || each.row.person == person) && !is_over(each.row)) out.push_back(each.row);
    return out;
}

void Sessions::sweep()
{
    forget([this](const SessionRow& row) { return is_over(row); });
}

void Sessions::forget(const std::function<bool(const SessionRow&)>& which)
{
    std::vector<Digest> keys;
    for (const auto& each : all_)
        if (which(each.row)) keys.push_back(each.row.key);
    if (keys.empty()) return;
    std::erase_if(all_, [&](const Kept& each) { return which(each.row); });
    // What stays on a disk that fails is over all the same, and swept at the next start.
    if (const auto gone = tables_.forget(keys); !gone)
        log(Severity::warning, "sessions that ended could not be forgotten: {}", gone.error().what);
    if (on_end) on_end();
}

} // namespace aqi::daemon::web
