// A line on the control socket is answered, whatever it is.
#include "daemon/clock.hpp"
#include "daemon/commands.hpp"
#include "schemas/embedded.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>

using namespace aqi;
using namespace aqi::daemon;

namespace {

/// Takes everything, keeps nothing.
class NullStore : public Store {
public:
    Outcome<void> commit(const Turn&) override { return {}; }
    Outcome<void> fold(const std::function<void(const Event&)>&) override { return {}; }
    InboxPosition consumed() const override { return 0; }
    Outcome<StationHour> hour_of(StationIndex, HourEnding) override { return StationHour{}; }
    Outcome<bool> made_of_minutes(StationIndex, HourEnding, Pollutant) override { return false; }
    Outcome<std::vector<StationIndex>> with_minutes(HourEnding) override { return std::vector<StationIndex>{}; }
    Outcome<std::map<StationIndex, Heard>> heard() override { return std::map<StationIndex, Heard>{}; }
    Outcome<std::vector<OutboxEntry>> due(const std::string&, Instant, int) override
    {
        return std::vector<OutboxEntry>{};
    }
    Outcome<std::vector<OutboxEntry>> sending() override { return std::vector<OutboxEntry>{}; }
    Outcome<std::vector<OutboxEntry>> unsent(const std::string&, const std::string&) override
    {
        return std::vector<OutboxEntry>{};
    }
    Outcome<std::vector<Reached>> reached(const std::string&, const std::string&) override
    {
        return std::vector<Reached>{};
    }
    Outcome<bool> was_reached(const OutboxEntry&) override { return false; }
    Outcome<bool> is_overtaken(const OutboxEntry&) override { return false; }
    Outcome<std::optional<OutboxEntry>> find(const std::string&, const std::string&, const std::string&) override
    {
        return std::optional<OutboxEntry>{};
    }
    Outcome<std::map<std::string, Waiting>> waiting() override { return std::map<std::string, Waiting>{}; }
    Outcome<void> update(const std::vector<OutboxEntry>&, Instant) override { return {}; }
};

Config town()
{
    Config c;
    c.mode = Mode::drill;
    std::vector<RuleText> texts;
    for (const auto& file : schemas::rule_packs()) texts.push_back({std::string{file.name}, std::string{file.text}});
    c.rules.book = load_rules(texts);
    c.rules.network.stations = {{"A", "A", {}}};
    c.rules.network.areas = {{"city", "city", AreaKind::city, {Membership{StationIndex{0}}}}};
    c.rules.network.organisations = {{"hbj", "hbj", Bureau::environment}};
    Person p;
    p.id = p.name = "env";
    p.organisation = "hbj";
    p.may_forecast = p.may_sign = p.may_issue = p.may_validate = p.may_ratify = p.may_declare_dust = true;
    p.may_approve_up_to = WarningLevel::red;
    c.rules.network.persons = {p};
    c.accounts["env"] = "me";
    return c;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Config config = town();
    static NullStore store;
    static SimulatedClock clock{Instant{1'481'500'000'000}};
    Turns turns{config, store, clock};
    (void)turns.recover();
    CommandContext context;
    context.config = &config;
    context.turns = &turns;
    context.clock = &clock;
    context.status = context.counts = context.review = context.recompute = [] { return std::string{"{}"}; };
    context.set_clock = [](Instant) { return std::string{}; };
    const auto answer = answer_command({reinterpret_cast<const char*>(data), size}, Peer{1, "me"}, context);
    if (!boost::json::parse(answer).is_object() || answer.find('\n') != std::string::npos) std::abort();
    return 0;
}
