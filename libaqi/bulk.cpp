#include "libaqi/bulk.hpp"

#include "libaqi/day_verdict.hpp"

#include <algorithm>
#include <array>

namespace aqi {
namespace {

constexpr std::size_t hours_of_day = 24;
constexpr std::int32_t nothing = -1; ///< a cell no value was written to

} // namespace

BulkDay::BulkDay(std::size_t stations) : verdicts_(stations, DayVerdict::undetermined) {}

const BulkDay::Hours* BulkDay::hours(Pollutant p) const
{
    for (const auto& h : hours_)
        if (h.pollutant == p) return &h;
    return nullptr;
}

int BulkDay::valid_hours(StationIndex station, Pollutant p) const
{
    const Hours* found = hours(p);
    return found == nullptr || day_hours_ == 0 ? 0 : found->valid[station.value];
}

std::optional<Mean> BulkDay::mean(StationIndex station, Pollutant p) const
{
    const Hours* found = hours(p);
    if (found == nullptr || day_hours_ == 0) return std::nullopt;
    if (p == Pollutant::o3) return found->ozone[station.value];
    const int valid = found->valid[station.value];
    if (valid < day_hours_) return std::nullopt;
    return Mean::of_hours(found->sum[station.value], valid);
}

class ColumnFold {
public:
    ColumnFold(const HourColumns& columns, const Rules& rules, const std::function<void(const BulkDay&)>& on_day)
        : columns_(columns), rules_(rules), on_day_(on_day), stations_(rules.network.stations.size()), day_(stations_)
    {
        AQI_CHECK(columns.station.size() == columns.size() && columns.pollutant.size() == columns.size() &&
                  columns.value_ng.size() == columns.size());
        day_.hours_.reserve(pollutant_count); // starts_ points into them
    }

    std::vector<BulkYear> fold(LocalDay first, LocalDay last)
    {
        AQI_CHECK(first <= last);
        const auto begins = HourEnding::of(first, 1);
        while (row_ < columns_.size() && columns_.hour[row_] < begins) ++row_;
        for (LocalDay day = first; day <= last; day = day.plus(1)) {
            take_rows(day);
            close(day);
        }
        AQI_CHECK(row_ == columns_.size() || last < columns_.hour[row_].day()); // else a day came after a later one
        return std::move(years_);
    }

private:
    using Hours = BulkDay::Hours;

    /// Values arrive hour by hour, so what belongs to the hour is found once for all of its rows; that alone is a third of
    /// the whole fold's time. Another order within the day is as good and only slower.
    void take_rows(LocalDay day)
    {
        const std::int32_t begins = HourEnding::of(day, 1).since_epoch;
        const std::size_t rows = columns_.size(), stations = stations_;
        const HourEnding* const hour = columns_.hour.data();
        const StationIndex* const station = columns_.station.data();
        const Pollutant* const pollutant = columns_.pollutant.data();
        const std::int32_t* const value = columns_.value_ng.data();
        std::size_t row = row_;
        while (row < rows) {
            const std::int32_t now = hour[row].since_epoch;
            const auto of_day = static_cast<std::uint32_t>(now - begins);
            if (of_day >= hours_of_day) break;
            const std::size_t hour_start = of_day * stations;
            for (; row < rows && hour[row].since_epoch == now; ++row) {
                if (station[row].value >= stations) continue;
                std::int32_t* start = starts_[static_cast<std::uint8_t>(pollutant[row])];
                if (start == nullptr) start = open(pollutant[row]);
                start[hour_start + station[row].value] = value[row];
            }
        }
        row_ = row;
    }

    /// The first value of a pollutant. Those that never occur cost nothing.
    [[gnu::noinline]] std::int32_t* open(Pollutant p)
    {
        AQI_CHECK(index_of(p) < pollutant_count);
        Hours& hours = day_.hours_.emplace_back();
        hours.pollutant = p;
        hours.cells.assign(hours_of_day * stations_, nothing);
        hours.sum.resize(stations_);
        hours.valid.resize(stations_);
        if (p == Pollutant::o3) {
            hours.ozone.resize(stations_);
            hours.ozone_1h.resize(stations_);
        }
        return starts_[index_of(p)] = hours.cells.data();
    }

    void close(LocalDay day)
    {
        const RulePack* pack = rules_.pack(day);
        if (pack != nullptr && (!judge_ || &judge_->pack() != pack)) judge_.emplace(*pack);
        day_.day_ = day;
        day_.day_hours_ = pack != nullptr ? pack->validity.day_hours : 0;
        for (auto& hours : day_.hours_) {
            add_up(hours);
            if (hours.pollutant == Pollutant::o3 && pack != nullptr) find_ozone(hours, pack->validity);
            std::fill(hours.cells.begin(), hours.cells.end(), nothing);
        }
        BulkYear& year = year_of(day.year());
        PlaceDay closed;
        closed.closed = true;
        for (std::uint32_t s = 0; s < stations_; ++s) {
            if (pack != nullptr) judge(StationIndex{s}, closed);
            day_.verdicts_[s] = closed.verdict;
            year.stations[s].replace(day, before_, closed);
        }
        if (on_day_) on_day_(day_);
    }

    /// Without a branch, so that the compiler adds several stations at a time: a negative cell is zero, and no hour.
    void add_up(Hours& hours) const
    {
        std::fill(hours.sum.begin(), hours.sum.end(), 0);
        std::fill(hours.valid.begin(), hours.valid.end(), 0);
        std::int64_t* const sum = hours.sum.data();
        std::int32_t* const valid = hours.valid.data();
        const std::size_t stations = stations_;
        for (std::size_t h = 0; h < hours_of_day; ++h) {
            const std::int32_t* const cell = hours.cells.data() + h * stations;
            for (std::size_t s = 0; s < stations; ++s) {
                const std::int32_t negative = cell[s] >> 31; // all ones, or zero
                sum[s] += static_cast<std::uint32_t>(cell[s] & ~negative);
                valid[s] += 1 + negative;
            }
        }
    }

    /// Sliding windows are rollup's; they are asked, not written again.
    void find_ozone(Hours& hours, const Validity& validity) const
    {
        for (std::size_t s = 0; s < stations_; ++s) {
            DayHours of_station;
            for (std::size_t h = 0; h < hours_of_day; ++h)
                if (const std::int32_t cell = hours.cells[h * stations_ + s]; cell >= 0)
                    of_station.set(Pollutant::o3, static_cast<int>(h) + 1, Concentration::from_ng_per_m3(cell),
                                   Flag::normal);
            const DayMeans means = station_day(of_station, validity);
            hours.ozone[s] = means.mean[Pollutant::o3];
            hours.ozone_1h[s] = means.ozone_1h;
        }
    }

    void judge(StationIndex station, PlaceDay& closed) const
    {
        std::optional<Mean> ozone_1h;
        for (const auto& hours : day_.hours_) {
            if (hours.pollutant == Pollutant::o3) {
                closed.mean[Pollutant::o3] = hours.ozone[station.value];
                ozone_1h = hours.ozone_1h[station.value];
                continue;
            }
            const int valid = hours.valid[station.value];
            if (valid >= day_.day_hours_)
                closed.mean[hours.pollutant] = Mean::of_hours(hours.sum[station.value], valid);
            else
                closed.mean[hours.pollutant].reset();
        }
        const bool may_exempt = judge_->pack().plan_exempts && !rules_.network.stations[station.value].plans.empty();
        judge_->judge(closed, ozone_1h,
                      may_exempt ? rules_.network.exempt(rules_.network.place(station), day_.day_) : PollutantSet{});
    }

    BulkYear& year_of(int year)
    {
        if (years_.empty() || years_.back().year != year)
            years_.push_back({year, std::vector<YearLedger>(stations_, YearLedger{year})});
        return years_.back();
    }

    const HourColumns& columns_;
    const Rules& rules_;
    const std::function<void(const BulkDay&)>& on_day_;
    std::size_t stations_;
    std::size_t row_ = 0;
    std::array<std::int32_t*, 256> starts_{}; ///< by Pollutant: where its hours begin; null: it has not occurred
    BulkDay day_;
    std::optional<VerdictBounds> judge_;
    const PlaceDay before_{};
    std::vector<BulkYear> years_;
};

std::vector<BulkYear> fold_columns(const HourColumns& columns, LocalDay first, LocalDay last, const Rules& rules,
                                   const std::function<void(const BulkDay&)>& on_day)
{
    return ColumnFold{columns, rules, on_day}.fold(first, last);
}

} // namespace aqi
