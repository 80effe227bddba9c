// The checkers stand outside the code they check: they know the journal, what was acknowledged and what was delivered,
// and count again by themselves.
#include "tests/sim/world.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::sim_test {

namespace {

/// Where two states differ, for people.
std::string difference(const State& a, const State& b, const Network& network)
{
    std::string out;
    for (std::uint32_t s = 0; s < network.stations.size(); ++s)
        if (!(a.station(StationIndex{s}) == b.station(StationIndex{s}))) out += fmt::format(" hours of station {}", s);
    for (std::uint32_t p = 0; p < network.places(); ++p)
        if (!(a.ledger(PlaceIndex{p}) == b.ledger(PlaceIndex{p}))) out += fmt::format(" ledger of place {}", p);
    for (std::uint32_t area = 0; area < network.areas.size(); ++area)
        if (!(a.forecasts(AreaIndex{area}) == b.forecasts(AreaIndex{area})))
            out += fmt::format(" forecasts of area {}", area);
    if (!(a.warnings() == b.warnings())) out += " warnings";
    if (a.last_closed() != b.last_closed()) out += " the last closed hour";
    if (!a.settled() || !b.settled()) out += " one is not settled";
    return out;
}

} // namespace

/// Memory follows disk: the state of the running process is what a clean fold of the journal gives.
void World::check_state()
{
    State folded{config_.rules.network};
    for (const auto& event : store_.journal) {
        absorb(folded, event, config_.rules);
        settle(folded, config_.rules, nullptr);
    }
    if (!(folded == turns_->state()))
        throw Wrong("the state in memory is not what the journal says:" +
                    difference(folded, turns_->state(), config_.rules.network));
    State once{config_.rules.network};
    for (const auto& event : store_.journal) absorb(once, event, config_.rules);
    settle(once, config_.rules, nullptr);
    if (!(folded == once))
        throw Wrong("the state depends on how often it was settled:" + difference(folded, once, config_.rules.network));
}

/// The rows on disk are what the journal says, and a day's mean is what anybody counts with a pencil.
void World::check_figures()
{
    const auto fresh = turns_->all_figures();
    if (!fresh) throw Wrong("no figures: " + fresh.error().what);
    if (fresh->days.size() != store_.days.size())
        throw Wrong(fmt::format("{} days on disk, {} in the journal", store_.days.size(), fresh->days.size()));
    for (const auto& f : fresh->days) {
        const auto& kept = store_.days.at({f.day, f.place});
        if (!(kept.index == f.index) || kept.verdict != f.verdict || !(kept.value == f.value))
            throw Wrong("a day on disk is not what the journal says: " + format_day(f.day));
    }
    for (const auto& f : fresh->annual) {
        const auto& kept = store_.annual.at({f.year, f.place, f.pollutant, f.window});
        if (kept.mean != f.mean || kept.valid_days != f.valid_days || kept.lost_on != f.lost_on ||
            kept.through != f.through)
            throw Wrong("a year on disk is not what the journal says");
    }
    for (const auto& f : fresh->good_days) {
        const auto& kept = store_.good_days.at({f.year, f.place});
        if (kept.good != f.good || kept.lost != f.lost || kept.undetermined != f.undetermined ||
            kept.lost_on != f.lost_on)
            throw Wrong("good days on disk are not what the journal says");
        const auto* ledger = turns_->state().ledger(f.place).year(f.year);
        if (f.remaining != ledger->last_day() - f.through) throw Wrong("days of a year do not add up");
    }

    std::map<std::tuple<std::uint32_t, HourEnding, Pollutant>, std::optional<std::int64_t>> last;
    for (const auto& event : store_.journal)
        if (const auto* o = std::get_if<Observed>(&event))
            last[{o->station.value, o->hour, o->pollutant}] =
                o->value && o->flag == Flag::normal ? std::optional{o->value->ng_per_m3()} : std::nullopt;
    std::map<std::pair<std::uint32_t, LocalDay>, std::pair<std::int64_t, int>> days;
    for (const auto& [key, value] : last) {
        const auto& [station, hour, pollutant] = key;
        if (pollutant != Pollutant::pm2_5 || !value) continue;
        auto& [sum, n] = days[{station, hour.day()}];
        sum += *value;
        ++n;
    }
    for (const auto& [key, figure] : store_.days) {
        const auto& [day, place] = key;
        if (config_.rules.network.area_of(place)) continue;
        const auto found = days.find({place.value, day});
        const auto [sum, n] = found == days.end() ? std::pair<std::int64_t, int>{0, 0} : found->second;
        if (figure.valid[Pollutant::pm2_5] != n)
            throw Wrong(
                fmt::format("{}: {} valid hours, counted {}", format_day(day), figure.valid[Pollutant::pm2_5], n));
        const auto& mean = figure.value[Pollutant::pm2_5];
        if (mean.has_value() != (n >= 20)) throw Wrong("a mean of " + std::to_string(n) + " hours");
        if (mean && mean->ng_per_m3() != round_half_even(sum, n))
            throw Wrong(format_day(day) + ": the mean is not the mean");
    }
}

/// Whatever was acknowledged stands in the journal; nothing stands there that nobody sent; a repeat is no row.
void World::check_nothing_lost()
{
    std::map<std::tuple<std::uint32_t, HourEnding, Pollutant>, std::vector<std::int64_t>> journaled;
    for (const auto& event : store_.journal)
        if (const auto* o = std::get_if<Observed>(&event))
            journaled[{o->station.value, o->hour, o->pollutant}].push_back(o->value ? o->value->ng_per_m3() : -1);
    for (const auto& [key, values] : acknowledged_) {
        const auto found = journaled.find(key);
        if (found == journaled.end()) throw Wrong("an acknowledged value is lost: " + format_hour(std::get<1>(key)));
        const std::set<std::int64_t> kept(found->second.begin(), found->second.end());
        if (kept != values)
            throw Wrong("not every acknowledged value of an hour is in the journal: " + format_hour(std::get<1>(key)));
        for (std::size_t i = 1; i < found->second.size(); ++i)
            if (found->second[i] == found->second[i - 1])
                throw Wrong("a repeat became a revision: " + format_hour(std::get<1>(key)));
    }
    if (journaled.size() != acknowledged_.size()) throw Wrong("the journal holds what nobody sent");
    if (store_.counts["frames"] != static_cast<std::int64_t>(inbox_.size()))
        throw Wrong(fmt::format("{} frames counted, {} came", store_.counts["frames"], inbox_.size()));
}

/// Every decision has its row on every channel, every delivery ended, nothing went out twice, and in order.
void World::check_messages()
{
    std::map<std::pair<std::string, int>, bool> issued; // -> whether it ends the warning
    for (const auto& event : store_.journal)
        if (const auto* acted = std::get_if<PersonActed>(&event);
            acted != nullptr && acted->to == RevisionState::issued) {
            const auto& revisions = turns_->state().warning(acted->warning)->revisions;
            const auto r = std::find_if(revisions.begin(), revisions.end(),
                                        [&](const Revision& of) { return of.number == acted->revision; });
            issued[{acted->warning, acted->revision}] = ends_warning(r->kind);
        }
    for (const auto& channel : config_.channels) {
        std::set<std::pair<std::string, int>> rows;
        std::set<std::string> keys;
        for (const auto& entry : store_.outbox) {
            if (entry.row->channel != channel.name) continue;
            rows.emplace(entry.row->warning, entry.row->revision);
            const std::string key = daemon::key_of(*entry.row, entry.recipient);
            if (!keys.insert(key).second) throw Wrong("two deliveries of one key: " + key);
            if (!daemon::is_settled(entry.state))
                throw Wrong(fmt::format("{} never ended: {}", key, daemon::send_state_name(entry.state)));
        }
        for (const auto& [decision, ends] : issued)
            if (!ends && !rows.contains(decision))
                throw Wrong(fmt::format("no row for a decision on {}", channel.name));
        for (const auto& decision : rows)
            if (!issued.contains(decision)) throw Wrong("a row for what was never issued on " + channel.name);

        const bool plain = channel.name != "idempotent"; // one that drops repeats may see a repeat
        std::map<std::string, int> times;
        std::map<std::pair<std::string, std::string>, int> newest;
        for (const auto& d : delivered_[channel.name]) {
            ++times[d.key];
            auto& before = newest[{d.warning, d.address}];
            if (plain && before > d.revision) throw Wrong("an older revision went out after a newer one: " + d.key);
            before = std::max(before, d.revision);
        }
        for (const auto& [key, n] : times)
            if (plain && n > 1) throw Wrong(fmt::format("{} went out {} times", key, n));
        for (const auto& entry : store_.outbox) {
            if (entry.row->channel != channel.name) continue;
            const std::string key = daemon::key_of(*entry.row, entry.recipient);
            if (entry.state == SendState::accepted && !times.contains(key))
                throw Wrong("accepted, and never delivered: " + key);
            const bool never_left = entry.state == SendState::superseded || entry.state == SendState::expired;
            if (never_left && times.contains(key))
                throw Wrong(fmt::format("{} is {} and went out", key, daemon::send_state_name(entry.state)));
        }
        check_lifts(channel.name);
    }
}

/// The end of a warning goes to everybody who got it and to nobody else.
void World::check_lifts(const std::string& channel)
{
    std::map<std::string, std::set<std::string>> got, may_have, told; // warning -> addresses
    std::map<std::string, int> ended;
    for (const auto& entry : store_.outbox) {
        if (entry.row->channel != channel) continue;
        const auto& warning = entry.row->warning;
        if (entry.row->lifts) {
            ended[warning] = entry.row->revision;
            told[warning].insert(entry.to.address);
            if (entry.state == SendState::superseded && got[warning].contains(entry.to.address))
                throw Wrong("the end was kept from somebody who got the warning");
            continue;
        }
        if (entry.state == SendState::accepted) got[warning].insert(entry.to.address);
        if (entry.state == SendState::accepted || entry.state == SendState::in_doubt)
            may_have[warning].insert(entry.to.address);
    }
    for (const auto& [warning, revision] : ended) {
        for (const auto& address : got[warning])
            if (!told[warning].contains(address))
                throw Wrong(fmt::format("{}: {} got it and not its end", warning, address));
        for (const auto& d : delivered_[channel])
            if (d.warning == warning && d.revision == revision && !may_have[warning].contains(d.address))
                throw Wrong(fmt::format("{}: {} got the end of what never came", warning, d.address));
    }
}

/// Two bureaus signed whatever was issued; a lift follows a level; no level is issued twice in a row.
void World::check_warnings()
{
    for (const auto& w : turns_->state().warnings()) {
        WarningLevel level = WarningLevel::none;
        bool lifted = false;
        int pending = 0;
        for (const auto& r : w.revisions) {
            if (r.pending()) ++pending;
            if (!r.issue) continue;
            if (lifted) throw Wrong(w.id + ": issued after its lift");
            if (!r.emergency && (r.signatures.size() != 2 || r.signatures[0].bureau == r.signatures[1].bureau))
                throw Wrong(w.id + ": issued without two bureaus");
            if (!r.emergency && r.approvals.empty()) throw Wrong(w.id + ": issued without approval");
            if (r.is_dismissal()) throw Wrong(w.id + ": what was dismissed was issued");
            if (ends_warning(r.kind)) {
                if (level == WarningLevel::none) throw Wrong(w.id + ": a lift of nothing");
                lifted = true;
            } else if (r.kind == RevisionKind::downgrade ? r.level >= level : r.level <= level) {
                throw Wrong(w.id + ": issued a level that was in force already");
            }
            level = r.level;
        }
        if (pending > 1) throw Wrong(w.id + ": two revisions pending");
    }
    for (const auto& area : config_.rules.network.areas) {
        const auto& all = turns_->state().warnings();
        if (std::count_if(all.begin(), all.end(), [&](const Warning& w) { return w.area == area.id && !w.closed(); }) >
            1)
            throw Wrong("two open warnings for one area");
    }
}

/// Nothing was issued below an order that stood at that moment, and no drill went anywhere a warning does not.
void World::check_orders()
{
    State state{config_.rules.network};
    for (const auto& event : store_.journal) {
        absorb(state, event, config_.rules);
        const auto* acted = std::get_if<PersonActed>(&event);
        if (acted == nullptr || acted->to != RevisionState::issued || state.is_drill(acted->warning)) continue;
        const Warning* warning = state.warning(acted->warning);
        const OrderFromAbove* order = state.strictest_order(warning->area, acted->at, config_.rules);
        if (order != nullptr && warning->issued()->level < order->level)
            throw Wrong(warning->id + ": issued below an order from above");
    }
}

int World::revisions_issued() const
{
    return static_cast<int>(std::count_if(store_.journal.begin(), store_.journal.end(), [](const Event& e) {
        const auto* acted = std::get_if<PersonActed>(&e);
        return acted != nullptr && acted->to == RevisionState::issued;
    }));
}

} // namespace aqi::sim_test
