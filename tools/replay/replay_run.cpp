#include "tools/replay/replay_run.hpp"

#include "libaqi/warning_acts.hpp"

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
constexpr int forecast_days_most = 60; // a spell that never ends must not

/// Each area has an engine to itself, with one station.
constexpr StationIndex the_station{0};

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

constexpr std::array<Item, pollutant_count> hour_items = {Item::so2_1h, Item::no2_1h, Item::pm10_1h,
                                                          Item::co_1h,  Item::o3_1h,  Item::pm2_5_1h};
constexpr std::array<Item, pollutant_count> day_items = {Item::so2_24h, Item::no2_24h, Item::pm10_24h,
                                                         Item::co_24h,  Item::o3_8h,   Item::pm2_5_24h};

using Days = std::map<LocalDay, std::vector<Event>>;

/// The archive as events: for each area, in order of the day they belong to.
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
        options.offset = out.offset;
        if (!request.co_unit.empty()) options.co_unit_ng = request.co_unit == "ug" ? 1'000 : 1'000'000;
        const auto columns = drivers::ArchiveColumns::find(file->header, options);
        if (!columns) complain_and_stop(file->header_line, columns.error());
        if (!columns->has_time())
            throw CommandError(
                fmt::format("{}:{}: there is no column with a date", request.file_name, file->header_line));
        for (const auto& row : file->rows) take(*columns, row);
        if (areas_.empty())
            throw CommandError(fmt::format("{}: there is no row with a date and a value", request.file_name));
    }

    struct Area {
        std::string id;
        Days days; ///< a day whose every value is missing is there, and empty
    };
    const std::vector<Area>& areas() const { return areas_; }

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
        const std::size_t area = area_of(columns.place(row));
        auto& events = areas_[area].days[period->day()];
        for (const auto p : all_pollutants) {
            const auto& value = (*values)[index_of(out_.hourly ? hour_items[index_of(p)] : day_items[index_of(p)])];
            if (!value || !is_news(area, *period, p, *value)) continue;
            if (request_.on_value) request_.on_value(area, *period, p, *value);
            if (out_.hourly)
                events.emplace_back(Observed{the_station, *period, p, Flag::normal, *value});
            else
                events.emplace_back(ObservedDay{the_station, period->day(), p, Flag::normal, *value});
        }
    }

    bool is_news(std::size_t area, HourEnding hour, Pollutant p, Concentration value)
    {
        const auto [held, is_new] = seen_.emplace(std::tuple{area, hour.since_epoch, p}, value);
        if (is_new) return true;
        ++(held->second == value ? out_.duplicates : out_.revisions);
        const bool news = held->second != value;
        held->second = value;
        return news;
    }

    std::size_t area_of(const std::string& name)
    {
        const std::string id = name.empty() ? "area" : name;
        for (std::size_t a = 0; a < areas_.size(); ++a)
            if (areas_[a].id == id) return a;
        areas_.push_back({id, {}});
        return areas_.size() - 1;
    }

    const ReplayRequest& request_;
    Replay& out_;
    std::vector<Area> areas_;
    std::map<std::tuple<std::size_t, std::int32_t, Pollutant>, Concentration> seen_;
};

/// The published daily AQI, as the first pass found it.
/// Days as they were going to be observed: what a perfect forecast says of them, pollutant by pollutant.
using KnownDays = std::map<LocalDay, ForecastDay>;

/// One run of the engine over all days. With `known`, bureaus forecast from it and people follow the machine.
class Run {
public:
    Run(const Rules& rules, const Days& days, const KnownDays* known)
        : rules_(rules), days_(days), known_(known), state_(rules.network)
    {}

    State go(Figures& figures)
    {
        const LocalDay first = days_.begin()->first;
        const LocalDay last = days_.rbegin()->first;
        if (known_ != nullptr) forecast(first);
        for (LocalDay day = first; day <= last; day = day.plus(1)) {
            if (known_ != nullptr) forecast(day.plus(1)); // at 16:00, eight hours before `day` is closed
            const auto found = days_.find(day);
            if (found != days_.end())
                for (const auto& event : found->second) absorb(state_, event, rules_);
            const HourEnding end = HourEnding::of(day, 24);
            turn(HourClosed{end, Instant{end.instant(rules_.network.offset).ms + 20 * 60'000}, known_ == nullptr},
                 &figures);
        }
        return std::move(state_);
    }

private:
    /// On the afternoon before `day` a bureau says what is going to be observed.
    void forecast(LocalDay day)
    {
        const Instant now = HourEnding::of(day.plus(-1), 16).instant(rules_.network.offset);
        const WarningRules* edition = rules_.warning(rules_.network.areas.front(), day.plus(-1));
        if (edition == nullptr) return;
        Forecast f{rules_.network.areas.front().id, "environment", std::string{hindsight_environment}, now, {}};
        // Three days, and on to the end of a spell that lasts longer: a perfect forecast knows where it ends.
        int relief = 0;
        for (LocalDay d = day; d - day < forecast_days || relief < edition->lift_days(); d = d.plus(1)) {
            if (d - day >= forecast_days_most) break;
            const auto value = known_->find(d);
            const bool calm = value == known_->end() || value->second.aqi_high <= edition->lift_at_most;
            relief = calm ? relief + 1 : 0;
            if (value != known_->end()) f.days.push_back(value->second);
        }
        if (!f.days.empty()) turn(ForecastIssued{f, now}, nullptr);
    }

    void turn(const Event& event, Figures* figures)
    {
        absorb(state_, event, rules_);
        settle(state_, rules_, figures);
        for (const auto& follows : decide(state_, event, rules_)) {
            absorb(state_, follows, rules_);
            if (const auto* proposed = std::get_if<Proposed>(&follows)) agree(*proposed);
        }
    }

    void agree(const Proposed& proposed)
    {
        const Instant at = proposed.revision.proposed_at;
        const auto act = [&](Verb verb, std::string_view person) {
            const auto event =
                admit_act(state_, {proposed.warning, proposed.revision.number, verb, std::string{person}}, at, rules_);
            AQI_CHECK(event.has_value()); // these people have every right, in this order
            absorb(state_, *event, rules_);
        };
        act(Verb::sign, hindsight_environment);
        act(Verb::sign, hindsight_meteorology);
        act(Verb::approve, hindsight_approver);
        act(proposed.revision.kind == RevisionKind::lift ? Verb::lift : Verb::issue, hindsight_approver);
    }

    const Rules& rules_;
    const Days& days_;
    const KnownDays* known_;
    State state_;
};

/// The last row of each key, in the order of their keys: what a reader of the tables would see.
void keep_last(const Figures& figures, PlaceIndex area, PlaceIndex station, AreaReplay& out)
{
    std::map<LocalDay, DayFigure> days;
    for (const auto& f : figures.days)
        if (f.place == area) days[f.day] = f;
    // An area of one station: what counts are its station's hours, not that it has one site.
    for (const auto& f : figures.days)
        if (f.place == station) days.at(f.day).valid = f.valid;
    for (auto& [day, f] : days) out.days.push_back(std::move(f));
    std::map<std::pair<int, Pollutant>, AnnualFigure> annual;
    for (const auto& f : figures.annual)
        if (f.place == area && f.window == Window::year_to_date) annual[{f.year, f.pollutant}] = f;
    for (const auto& [key, f] : annual) out.annual.push_back(f);
    std::map<int, GoodDaysFigure> good;
    for (const auto& f : figures.good_days)
        if (f.place == area) good[f.year] = f;
    for (const auto& [year, f] : good) out.good_days.push_back(f);
}

} // namespace

Replay replay_archive(const std::string& text, RuleBook book, const ReplayRequest& request)
{
    Replay out;
    Rules rules;
    rules.book = std::move(book);
    rules.edition = request.edition == "auto" ? "" : request.edition;
    rules.warning_rules = request.warning_rules;
    if (!rules.edition.empty() && rules.book.pack_named(rules.edition) == nullptr) {
        std::string known = "auto";
        for (const auto& pack : rules.book.packs) known += ", " + pack.id;
        throw CommandError(fmt::format("--edition {} is not known; known: {}", request.edition, known));
    }
    if (request.warning_rules != Rules::dated && rules.book.warning_named(request.warning_rules) == nullptr) {
        std::string known{Rules::dated};
        for (const auto& edition : rules.book.warnings) known += ", " + edition.id;
        throw CommandError(fmt::format("--warnings {} is not known; known: {}", request.warning_rules, known));
    }
    add_people(rules.network);
    const Archive archive{text, request, out};

    for (const auto& source : archive.areas()) {
        rules.network.stations = {{source.id, source.id, {}}};
        rules.network.areas = {{source.id, source.id, AreaKind::city, {Membership{the_station}}, {}}};
        AreaReplay area;
        area.id = source.id;
        area.first_day = source.days.begin()->first;
        area.last_day = source.days.rbegin()->first;
        if (area.last_day - area.first_day >= request.days_most)
            throw CommandError(fmt::format("{}: {} from {} to {}: is a date misread?", request.file_name, source.id,
                                           format_day(area.first_day), format_day(area.last_day)));
        // The first pass finds what was observed; the second may know it beforehand.
        Figures figures;
        (void)Run{rules, source.days, nullptr}.go(figures);
        keep_last(figures, rules.network.place(AreaIndex{0}), rules.network.place(the_station), area);
        KnownDays known;
        for (const auto& f : area.days) {
            if (!f.index.aqi) continue;
            ForecastDay day{f.day, *f.index.aqi, *f.index.aqi, primary_text(f.index.primary)};
            for (const auto p : all_pollutants)
                if (f.value[p]) day.values[p] = ConcentrationRange{*f.value[p], *f.value[p]};
            known[f.day] = std::move(day);
        }
        Figures unused;
        area.warnings = Run{rules, source.days, &known}.go(unused).warnings();
        out.areas.push_back(std::move(area));
    }
    return out;
}

ArchiveState archive_state(const std::string& text, RuleBook book, const ReplayRequest& request)
{
    Replay notes;
    const Archive archive{text, request, notes};
    Rules rules;
    rules.book = std::move(book);
    rules.edition = request.edition == "auto" ? "" : request.edition;
    if (!rules.edition.empty() && rules.book.pack_named(rules.edition) == nullptr)
        throw CommandError(fmt::format("--edition {} is not known", request.edition));
    rules.open_days = rules.ledger_days = request.days_most; // nothing is too old for a question
    // Areas of one file are peers: they are ranked among each other. One alone is a city.
    const AreaKind kind = archive.areas().size() > 1 ? AreaKind::county : AreaKind::city;
    LocalDay first = archive.areas().front().days.begin()->first, last = first;
    for (std::uint32_t a = 0; a < archive.areas().size(); ++a) {
        const auto& source = archive.areas()[a];
        rules.network.stations.push_back({source.id, source.id, {}});
        rules.network.areas.push_back({source.id, source.id, kind, {Membership{StationIndex{a}}}});
        first = std::min(first, source.days.begin()->first);
        last = std::max(last, source.days.rbegin()->first);
    }
    if (last - first >= request.days_most)
        throw CommandError(fmt::format("{}: from {} to {}: is a date misread?", request.file_name, format_day(first),
                                       format_day(last)));
    ArchiveState out{std::move(rules), State{Network{}}, std::move(notes.complaints)};
    out.state = State{out.rules.network};
    for (LocalDay day = first; day <= last; day = day.plus(1)) {
        for (std::uint32_t a = 0; a < archive.areas().size(); ++a) {
            const auto& days = archive.areas()[a].days;
            const auto found = days.find(day);
            if (found == days.end()) continue;
            for (Event event : found->second) {
                if (auto* hour = std::get_if<Observed>(&event)) hour->station = StationIndex{a};
                if (auto* whole = std::get_if<ObservedDay>(&event)) whole->station = StationIndex{a};
                absorb(out.state, event, out.rules);
            }
        }
        const HourEnding end = HourEnding::of(day, 24);
        absorb(out.state, HourClosed{end, end.instant(out.rules.network.offset), true}, out.rules);
        settle(out.state, out.rules, nullptr);
    }
    return out;
}

} // namespace aqi::tools
