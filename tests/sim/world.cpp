#include "tests/sim/world.hpp"

#include "drivers/reading_json.hpp"
#include "tests/support/builders.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::sim_test {
namespace {

constexpr int stations = 3;

notify::ChannelInfo sim_kind(std::string_view address)
{
    notify::ChannelInfo out{};
    out.kind = "sim";
    out.address = address;
    out.compose = notify::compose_document;
    return out;
}
const notify::ChannelInfo to_the_public = sim_kind("");
const notify::ChannelInfo to_people = sim_kind("sms");

daemon::Config simulated_config()
{
    daemon::Config config;
    config.rules = tests::small_town(stations);
    Area county{"county", "县", AreaKind::county, {Membership{StationIndex{0}}}};
    config.rules.network.areas.push_back(county);
    config.mode = Mode::drill;
    const auto* driver = drivers::driver_named("mqtt-json");
    const auto settings = Settings::parse(driver->sample, "sample");
    config.links.push_back({"broker", driver, driver->settings(settings.tables("link").at(0)), {}});
    for (const auto* name : {"plain", "idempotent", "people"}) {
        daemon::ChannelConfig channel;
        channel.name = channel.provider = name;
        channel.kind = std::string_view{name} == "people" ? &to_people : &to_the_public;
        channel.parallel = std::string_view{name} == "people" ? 3 : 1;
        channel.mode = Mode::drill;
        channel.expires_after = std::chrono::hours{48};
        config.channels.push_back(std::move(channel));
    }
    daemon::Route route;
    route.channels = {"people"};
    route.audience = "officials";
    config.routes.push_back(std::move(route));
    return config;
}

/// A list of people that is another one now and then: some come, some go, some have a new number.
std::shared_ptr<const daemon::Audience> some_people(Dice& dice)
{
    auto out = std::make_shared<daemon::Audience>();
    out->id = "officials";
    for (std::uint32_t number = 2; number < 10; ++number)
        if (!dice.one_in(4)) {
            out->members.push_back(
                {number, "p", "zh-CN", std::to_string(100 + number + (dice.one_in(6) ? 50U : 0U)), "", {}});
            out->version += out->members.back().sms;
        }
    if (out->members.empty()) out->members.push_back({2, "p", "zh-CN", "102", "", {}});
    return out;
}

/// What people who do their work would do.
std::pair<Verb, const char*> what_is_next(const Revision& revision)
{
    switch (revision.state) {
    case RevisionState::proposed: return {Verb::sign, "env"};
    case RevisionState::consulting:
        return {Verb::sign, revision.signatures.front().bureau == Bureau::environment ? "met" : "env"};
    case RevisionState::agreed: return {Verb::approve, "mayor"};
    default: return {revision.kind == RevisionKind::lift ? Verb::lift : Verb::issue, "office"};
    }
}

} // namespace

World::World(std::uint64_t seed) : dice_(seed), store_(dice_), config_(simulated_config())
{
    // Some seeds cross a year, some a leap day, some the change of edition on 2026-03-01.
    const LocalDay begins[] = {LocalDay::from_ymd(2016, 12, 26), LocalDay::from_ymd(2016, 2, 25),
                               LocalDay::from_ymd(2026, 2, 25), LocalDay::from_ymd(2017, 6, 10)};
    hour_ = HourEnding::of(begins[dice_.below(4)], 6);
    clock_.set(Instant{hour_.instant(UtcOffset{}).ms + 60'000});
    start();
}

/// The process starts: state from the journal, doubts from the outbox.
void World::start()
{
    dispatch_.reset();
    turns_.reset();
    if (config_.audiences.empty() || dice_.one_in(4)) config_.audiences = {some_people(dice_)};
    channels_.clear();
    io_ = std::make_unique<boost::asio::io_context>();
    turns_ = std::make_unique<daemon::Turns>(config_, store_, clock_);
    const bool accidents =
        std::exchange(store_.accidents, false); // a start that fails is a start again: nothing to see
    const bool full = std::exchange(store_.full, false);
    if (const auto recovered = turns_->recover(); !recovered) throw Wrong("cannot recover: " + recovered.error().what);
    std::map<std::string, daemon::Dispatch::Lane> lanes;
    for (const auto& channel : config_.channels) {
        auto opened = std::make_unique<SimChannel>(dice_, delivered_[channel.name], channel.name == "idempotent");
        opened->down = outage_[channel.name];
        channels_.push_back(opened.get());
        lanes.emplace(channel.name, daemon::Dispatch::Lane{"sim", std::move(opened), channel.parallel, 0, {}});
    }
    dispatch_ = std::make_unique<daemon::Dispatch>(io_->get_executor(), store_, clock_, std::move(lanes));
    if (const auto started = dispatch_->start(); !started) throw Wrong("cannot start: " + started.error().what);
    store_.accidents = accidents;
    store_.full = full;
}

template <class F>
void World::in_process(F&& what)
{
    try {
        what();
    } catch (const Crash&) {
        start();
    }
}

void World::measure(HourEnding hour)
{
    for (std::uint32_t s = 0; s < stations; ++s) {
        if (dice_.one_in(12)) continue; // silent
        Reading r;
        r.station = config_.rules.network.stations[s].id;
        r.hour = hour;
        const int level = dice_.one_in(3) ? 20 : 160 + 40 * (hour.day().since_epoch % 7);
        for (const auto p : all_pollutants) {
            if (dice_.one_in(50))
                r.values[p] = {true, std::nullopt, Flag::maintenance};
            else
                r.values[p] = {true,
                               Concentration::from_ng_per_m3(p == Pollutant::co ? 1'000'000
                                                                                : (level + dice_.below(60)) * 1'000 +
                                                                                      dice_.below(1'000)),
                               Flag::normal};
        }
        Waiting w{drivers::encode_reading_json(r, UtcOffset{}), "aqid/v1/" + r.station + "/hourly", r, tick_};
        if (dice_.one_in(10)) w.not_before += dice_.between(1, 40); // late
        at_broker_.push_back(w);
        if (dice_.one_in(25)) { // the station corrects itself
            r.values[Pollutant::pm2_5] = {true, Concentration::from_ug_per_m3(dice_.between(5, 400)), Flag::normal};
            at_broker_.push_back(
                {drivers::encode_reading_json(r, UtcOffset{}), w.topic, r, tick_ + dice_.between(1, 20)});
        }
        if (dice_.one_in(30)) at_broker_.push_back({"{\"station\":", w.topic, {}, tick_});
    }
}

/// The broker brings what waits, in no order, sometimes twice; it forgets a message once it is acknowledged.
void World::deliver()
{
    std::vector<Waiting> stays;
    for (std::size_t i = at_broker_.size(); i > 1; --i)
        std::swap(at_broker_[i - 1], at_broker_[static_cast<std::size_t>(dice_.below(static_cast<int>(i)))]);
    for (auto& w : at_broker_) {
        if (w.not_before > tick_) {
            stays.push_back(std::move(w));
            continue;
        }
        daemon::InboxEntry entry;
        entry.link = "broker";
        entry.origin = w.topic;
        entry.bytes = w.payload;
        entry.received_at = clock_.now();
        entry.end = (inbox_.empty() ? 0 : inbox_.back().end) + entry.bytes.size() + 40;
        inbox_.push_back(entry); // durable: only now is it acknowledged
        for (const auto p : all_pollutants) {
            const auto& v = w.reading.values[p];
            if (!v.named) continue;
            const auto station = config_.rules.network.station_named(w.reading.station);
            acknowledged_[{station->value, w.reading.hour, p}].insert(
                v.value && v.flag == Flag::normal ? v.value->ng_per_m3() : -1);
        }
        // The acknowledgement is lost now and then: the broker sends it again.
        if (store_.accidents && dice_.one_in(8)) stays.push_back(std::move(w));
    }
    at_broker_ = std::move(stays);
}

void World::people()
{
    const LocalDay today = day_at(clock_.now(), UtcOffset{});
    for (const auto& [person, organisation] : {std::pair{"env", "hbj"}, std::pair{"met", "qxj"}}) {
        if (!dice_.one_in(6)) continue;
        Forecast f{dice_.one_in(3) ? "county" : "city", organisation, person, clock_.now(), {}};
        for (int ahead = 0; ahead < dice_.between(1, 5); ++ahead) {
            const int low = dice_.one_in(2) ? dice_.between(40, 190) : dice_.between(180, 480);
            f.days.push_back({today.plus(ahead), low, std::min(500, low + dice_.below(30)), ""});
        }
        in_process([&] { (void)turns_->forecast(f); });
    }
    unusual_people();
    for (int n = 0; n < 4; ++n) {
        const auto warnings = turns_->state().warnings(); // a copy: the state may be thrown away meanwhile
        for (const auto& w : warnings) {
            const Revision* pending = w.pending();
            if (pending == nullptr) continue;
            auto [verb, person] = what_is_next(*pending);
            if (dice_.one_in(4)) { // anybody tries anything
                const Verb verbs[] = {Verb::sign, Verb::approve, Verb::issue,
                                      Verb::lift, Verb::object,  Verb::send_back};
                verb = verbs[dice_.below(6)];
                person = anybody();
            }
            if (dice_.one_in(60)) verb = Verb::emergency;
            in_process([&, v = verb, who = person] {
                (void)turns_->act(Asked{w.id, pending->number, v, who, "因为"});
            });
        }
    }
}

const char* World::anybody()
{
    const char* persons[] = {"env", "met", "deputy", "mayor", "office"};
    return persons[dice_.below(5)];
}

/// Orders from above and their end, other versions on the table, revisions of people, reviews, drills.
void World::unusual_people()
{
    constexpr WarningLevel levels[] = {WarningLevel::none, WarningLevel::blue, WarningLevel::yellow,
                                       WarningLevel::orange, WarningLevel::red};
    const auto level = [&] { return levels[dice_.below(5)]; };
    const std::string area = dice_.one_in(3) ? "county" : "city";
    if (dice_.one_in(60)) {
        OrderFromAbove order{"", "省", fmt::format("文{}", dice_.below(3)), {area}, level(), {}, {}, "", {}};
        if (dice_.one_in(2)) order.until = hour_.plus(dice_.between(2, 60));
        in_process([&] { (void)turns_->order(order, "office"); });
    }
    if (dice_.one_in(40)) {
        const WantedRevision wanted{
            area, anybody(), level(), dice_.one_in(8), {}, {}, "", "因为", dice_.one_in(2) ? Mode::drill : Mode::real};
        in_process([&] { (void)turns_->propose(wanted); });
    }
    const auto warnings = turns_->state().warnings();
    for (const auto& w : warnings) {
        if (const Revision* pending = w.pending(); pending != nullptr && dice_.one_in(12)) {
            PutOnTable put{w.id, pending->number, anybody(), level()};
            if (dice_.one_in(4)) put.until.emplace(hour_.plus(dice_.between(2, 60)));
            in_process([&] { (void)turns_->consult(put); });
        }
        const Revision* issued = w.issued();
        if (issued != nullptr && issued->emergency && dice_.one_in(10))
            in_process([&, number = issued->number] {
                (void)turns_->review_emergency(w.id, number, dice_.one_in(2), "看过", anybody());
            });
    }
    for (const auto& alarm : turns_->state().alarms().all())
        if (dice_.one_in(30)) {
            const std::string id = alarm.id; // the state may be thrown away meanwhile
            in_process([&] { (void)turns_->alarm_act(id, AlarmActed::Verb::acknowledge, "", {}, "env"); });
            break;
        }
}

/// What the loop does when it wakes: frames, hours, the outbox.
void World::work()
{
    in_process([&] {
        daemon::InboxBatch batch;
        const auto from = std::upper_bound(inbox_.begin(), inbox_.end(), store_.consumed(),
                                           [](InboxPosition at, const daemon::InboxEntry& e) { return at < e.end; });
        const auto most = static_cast<std::ptrdiff_t>(dice_.between(1, 30));
        for (auto e = from; e != inbox_.end() && e - from < most; ++e) batch.entries.push_back(*e);
        if (!batch.entries.empty()) (void)turns_->take(batch);
    });
    in_process([&] { (void)turns_->close_hours(); });
    in_process([&] { (void)turns_->note_what_is_due(); });
    in_process([&] { dispatch_->pump(); });
    if (dice_.one_in(2)) // answers come late, so that there is something on its way when the process dies
        for (std::size_t c = 0; c < channels_.size(); ++c) in_process([&] { channels_.at(c)->answer(); });
    in_process(
        [&] { dispatch_->pump(); }); // no time has passed: what is to be tried later must hold up what comes after it
    in_process([&] { io_->poll(); });
}

void World::step(bool accidents)
{
    ++tick_;
    store_.accidents = accidents;
    if (accidents && dice_.one_in(70)) store_.full = true;
    if (!accidents || dice_.one_in(4)) store_.full = false;
    int hours = 1;
    if (accidents && dice_.one_in(80)) hours = dice_.between(2, 30); // the machine was suspended
    for (int n = 0; n < hours; ++n) {
        hour_ = hour_.plus(1);
        measure(hour_);
    }
    clock_.set(Instant{hour_.instant(UtcOffset{}).ms + dice_.between(1, 50) * 60'000});
    for (std::size_t c = 0; c < channels_.size(); ++c) {
        bool& outage = outage_[config_.channels[c].name];
        outage = accidents && (outage ? !dice_.one_in(20) : dice_.one_in(25));
        channels_[c]->down = outage;
    }
    deliver();
    work();
    if (accidents) people();
    if (accidents && dice_.one_in(50)) {
        ++store_.crashes;
        start();
    }
}

void World::run(int hours)
{
    for (int n = 0; n < hours; ++n) step(true);
    // Quiet: the broker brings everything, the disk works, nobody dies. Then everything must be right.
    for (int n = 0; n < 80; ++n) step(false);
    for (int n = 0; n < 400 && store_.consumed() < inbox_.back().end; ++n) work();
    for (int n = 0; n < 50; ++n) {
        clock_.set(Instant{clock_.now().ms + 400'000});
        work();
    }
    check_state();
    check_figures();
    check_nothing_lost();
    check_messages();
    check_warnings();
    check_orders();
}

} // namespace aqi::sim_test
