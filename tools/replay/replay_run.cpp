#include "tools/replay/replay_run.hpp"

#include "drivers/archive.hpp"
#include "tools/replay/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aqi::tools {
namespace {

constexpr std::string_view hindsight_environment = "hindsight-environment";
constexpr std::string_view hindsight_meteorology = "hindsight-meteorology";
constexpr std::string_view hindsight_approver = "hindsight-approver";

/// Bureaus forecast at least three days, not counting today (HJ 633-2026 5.2; usual before).
constexpr int forecast_days = 3;

/// The people of a world in which every forecast is right and nobody hesitates.
void add_people(Network& network)
{
    network.organisations = {{"environment", "environment bureau (hindsight)", Bureau::environment},
                             {"meteorology", "meteorology bureau (hindsight)", Bureau::meteorology},
                             {"government", "government (hindsight)", Bureau::government}};
    Person person;
    person.may_sign = person.may_forecast = true;
    person.id = person.name = hindsight_environment;
    person.organisation = "environment";
    network.persons.push_back(person);
    person.id = person.name = hindsight_meteorology;
    person.organisation = "meteorology";
    network.persons.push_back(person);
    person = Person{};
    person.id = person.name = hindsight_approver;
    person.organisation = "government";
    person.may_issue = true;
    person.may_approve_up_to = WarningLevel::red;
    network.persons.push_back(person);
}

constexpr std::array<Item, pollutant_count> hour_items = {Item::so2_1h, Item::no2_1h, Item::pm10_1h, Item::co_1h, Item::o3_1h, Item::pm2_5_1h};
constexpr std::array<Item, pollutant_count> day_items = {Item::so2_24h, Item::no2_24h, Item::pm10_24h, Item::co_24h, Item::o3_8h, Item::pm2_5_24h};

/// The archive as events, in order of the day they belong to.
class Archive {
public:
    Archive(const std::string& text, const ReplayRequest& request, Replay& out) : request_(request), out_(out)
    {
        const auto file = drivers::parse_csv(text);
        if (!file) throw CommandError(fmt::format("{}: {}", request.file_name, file.error().detail));
        out.hourly = drivers::archive_is_hourly(*file);
        drivers::ArchiveOptions options;
        options.of = out.hourly ? Report::hour : Report::day;
        options.zero_is_missing = request.zero_is_missing;
        if (!request.co_unit.empty()) options.co_unit_ng = request.co_unit == "ug" ? 1'000 : 1'000'000;
        const auto columns = drivers::ArchiveColumns::find(file->header, options);
        if (!columns) complain_and_stop(file->header_line, columns.error());
        if (!columns->has_time()) throw CommandError(fmt::format("{}:{}: there is no column with a date", request.file_name, file->header_line));
        for (const auto& row : file->rows) take(*columns, row);
        if (by_day_.empty()) throw CommandError(fmt::format("{}: there is no row with a date and a value", request.file_name));
    }

    const std::map<LocalDay, std::vector<Event>>& by_day() const { return by_day_; }

private:
    [[noreturn]] void complain_and_stop(std::size_t line, const Fault& fault)
    {
        throw CommandError(fmt::format("{}:{}: {}", request_.file_name, line, fault.detail));
    }

    void take(const drivers::ArchiveColumns& columns, const drivers::CsvRow& row)
    {
        const auto period = columns.period(row);
        const auto values = columns.values(row);
        if (!period || !values) {
            const Fault& fault = period ? values.error() : period.error();
            if (!request_.keep_going) complain_and_stop(row.line, fault);
            out_.complaints.push_back(fmt::format("{}:{}: {}", request_.file_name, row.line, fault.detail));
            return;
        }
        const StationIndex station = station_of(columns.place(row));
        const LocalDay day = period->day();
        auto& first = out_.first_day[station.value];
        auto& last = out_.last_day[station.value];
        first = std::min(first, day);
        last = std::max(last, day);
        auto& events = by_day_[day];
        for (const auto p : all_pollutants) {
            const auto& value = (*values)[index_of(out_.hourly ? hour_items[index_of(p)] : day_items[index_of(p)])];
            if (!value) continue;
            if (!is_news(station, *period, p, *value)) continue;
            if (request_.on_value) request_.on_value(station, *period, p, *value);
            if (out_.hourly) events.emplace_back(Observed{station, *period, p, Flag::normal, *value});
            else events.emplace_back(ObservedDay{station, day, p, Flag::normal, *value});
        }
    }

    bool is_news(StationIndex station, HourEnding hour, Pollutant p, Concentration value)
    {
        const auto [held, is_new] = seen_.emplace(std::tuple{station.value, hour.since_epoch, p}, value);
        if (is_new) return true;
        ++(held->second == value ? out_.duplicates : out_.revisions);
        const bool news = held->second != value;
        held->second = value;
        return news;
    }

    StationIndex station_of(const std::string& name)
    {
        Network& network = out_.rules.network;
        const std::string id = name.empty() ? "area" : name;
        if (const auto known = network.station_named(id)) return *known;
        const StationIndex station{static_cast<std::uint32_t>(network.stations.size())};
        network.stations.push_back({id, id});
        network.areas.push_back({id, id, AreaKind::city, {station}});
        out_.first_day.push_back(LocalDay{INT32_MAX});
        out_.last_day.push_back(LocalDay{INT32_MIN});
        return station;
    }

    const ReplayRequest& request_;
    Replay& out_;
    std::map<LocalDay, std::vector<Event>> by_day_;
    std::map<std::tuple<std::uint32_t, std::int32_t, Pollutant>, Concentration> seen_;
};

/// The published daily AQI of every area, as the first pass found it.
using DailyAqi = std::vector<std::map<LocalDay, int>>;

/// One run of the engine over all days. With `known`, bureaus forecast from it and people follow the machine.
class Run {
public:
    Run(const Rules& rules, const Archive& archive, const DailyAqi* known) :
        rules_(rules), archive_(archive), known_(known), state_(std::make_unique<State>(rules.network))
    {}

    std::unique_ptr<State> go(Figures& figures)
    {
        const LocalDay first = archive_.by_day().begin()->first;
        const LocalDay last = archive_.by_day().rbegin()->first;
        if (known_ != nullptr) forecast(first);
        for (LocalDay day = first; day <= last; day = day.plus(1)) {
            if (known_ != nullptr) forecast(day.plus(1)); // at 16:00, eight hours before `day` is closed
            const auto found = archive_.by_day().find(day);
            if (found != archive_.by_day().end())
                for (const auto& event : found->second) absorb(*state_, event, rules_);
            const HourEnding end = HourEnding::of(day, 24);
            turn(HourClosed{end, Instant{end.instant(rules_.network.offset).ms + 20 * 60'000}, known_ == nullptr}, &figures);
        }
        return std::move(state_);
    }

private:
    /// On the afternoon before `day` every area's bureaus say what is going to be observed.
    void forecast(LocalDay day)
    {
        const Instant now = HourEnding::of(day.plus(-1), 16).instant(rules_.network.offset);
        for (std::uint32_t a = 0; a < rules_.network.areas.size(); ++a) {
            const auto& aqi = (*known_)[a];
            Forecast f{rules_.network.areas[a].id, "environment", std::string{hindsight_environment}, now, {}};
            // Three days, and on to the end of a spell that lasts longer: a perfect forecast knows where it ends.
            int relief = 0;
            for (LocalDay d = day; d - day < forecast_days || relief < rules_.warning().lift_days(); d = d.plus(1)) {
                const auto value = aqi.find(d);
                if (d - day >= 60) break;
                const bool calm = value == aqi.end() || value->second <= rules_.warning().lift_at_most;
                relief = calm ? relief + 1 : 0;
                if (value != aqi.end()) f.days.push_back({d, value->second, value->second, ""});
            }
            if (!f.days.empty()) turn(ForecastIssued{f, now}, nullptr);
        }
    }

    void turn(const Event& event, Figures* figures)
    {
        absorb(*state_, event, rules_);
        settle(*state_, rules_, figures);
        for (const auto& follows : decide(*state_, event, rules_)) {
            absorb(*state_, follows, rules_);
            if (const auto* proposed = std::get_if<Proposed>(&follows)) agree(*proposed);
        }
    }

    void agree(const Proposed& proposed)
    {
        const Instant at = proposed.revision.proposed_at;
        const auto act = [&](Verb verb, std::string_view person) {
            const auto event = admit_act(*state_, proposed.warning, proposed.revision.number, verb, person, at, rules_);
            AQI_CHECK(event.has_value()); // these people have every right, in this order
            absorb(*state_, *event, rules_);
        };
        act(Verb::sign, hindsight_environment);
        act(Verb::sign, hindsight_meteorology);
        act(Verb::approve, hindsight_approver);
        act(proposed.revision.kind == RevisionKind::lift ? Verb::lift : Verb::issue, hindsight_approver);
    }

    const Rules& rules_;
    const Archive& archive_;
    const DailyAqi* known_;
    std::unique_ptr<State> state_;
};

/// The last row of each key, in the order of their keys: what a reader of the tables would see.
void keep_last(const Figures& figures, Replay& out)
{
    const Network& network = out.rules.network;
    std::map<std::pair<LocalDay, PlaceIndex>, const DayFigure*> days;
    for (const auto& f : figures.days)
        if (const auto area = network.area_of(f.place); area && f.day >= out.first_day[area->value] && f.day <= out.last_day[area->value])
            days[{f.day, f.place}] = &f;
    // An area of one station: what counts are its station's hours, not that it has one site.
    std::map<std::pair<LocalDay, PlaceIndex>, const DayFigure*> stations;
    for (const auto& f : figures.days)
        if (!network.area_of(f.place)) stations[{f.day, f.place}] = &f;
    for (const auto& [key, f] : days) {
        out.days.push_back(*f);
        const StationIndex station = network.areas[network.area_of(f->place)->value].stations.front();
        out.days.back().valid = stations.at({key.first, network.place(station)})->valid;
    }
    std::map<std::tuple<PlaceIndex, int, Pollutant>, const AnnualFigure*> annual;
    for (const auto& f : figures.annual)
        if (f.window == Window::year_to_date && network.area_of(f.place)) annual[{f.place, f.year, f.pollutant}] = &f;
    for (const auto& [key, f] : annual) out.annual.push_back(*f);
    std::map<std::pair<PlaceIndex, int>, const GoodDaysFigure*> good;
    for (const auto& f : figures.good_days)
        if (network.area_of(f.place)) good[{f.place, f.year}] = &f;
    for (const auto& [key, f] : good) out.good_days.push_back(*f);
}

} // namespace

Replay replay_archive(const std::string& text, RuleBook book, const ReplayRequest& request)
{
    Replay out;
    out.rules.book = std::move(book);
    out.rules.edition = request.edition == "auto" ? "" : request.edition;
    out.rules.warning_rules = request.warning_rules;
    const auto known_pack = out.rules.edition.empty() || out.rules.book.pack_named(out.rules.edition) != nullptr;
    if (!known_pack) {
        std::string known = "auto";
        for (const auto& pack : out.rules.book.packs) known += ", " + pack.id;
        throw CommandError(fmt::format("--edition {} is not known; known: {}", request.edition, known));
    }
    if (out.rules.book.warning_named(request.warning_rules) == nullptr)
        throw CommandError(fmt::format("--warnings {} is not known", request.warning_rules));
    add_people(out.rules.network);
    const Archive archive{text, request, out};

    // The first pass finds what was observed; the second may know it beforehand.
    Figures figures;
    (void)Run{out.rules, archive, nullptr}.go(figures);
    keep_last(figures, out);
    DailyAqi known(out.rules.network.areas.size());
    for (const auto& f : out.days)
        if (f.index.aqi) known[out.rules.network.area_of(f.place)->value][f.day] = *f.index.aqi;
    Figures again;
    out.state = Run{out.rules, archive, &known}.go(again);
    return out;
}

} // namespace aqi::tools
