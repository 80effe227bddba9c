#include "libaqi/review.hpp"

#include <array>

namespace aqi {
namespace {

struct Words {
    std::string_view name;
    std::string_view zh;
};

template <class T, std::size_t n>
constexpr const Words& row(const std::array<Words, n>& rows, T value)
{
    return rows[static_cast<std::size_t>(value)];
}

constexpr std::array<Words, 4> kinds = {
    {{"invalidate", "判为无效"}, {"replace", "改值"}, {"accept", "认可"}, {"restore", "撤销更正"}}};
constexpr std::array<Words, 3> states = {{{"validated", "已初审"}, {"ratified", "已复审"}, {"refused", "未通过"}}};
constexpr std::array<Words, 3> levels = {{{"preliminary", "未审核"}, {"validated", "已初审"}, {"ratified", "已复审"}}};
constexpr std::array<Words, 5> figures = {{{"day_value", "日均值"},
                                           {"day_aqi", "日 AQI"},
                                           {"day_verdict", "优良判定"},
                                           {"annual_mean", "年均值"},
                                           {"good_days", "优良天数"}}};
constexpr std::array<Words, 3> causes = {
    {{"late_value", "补传数据"}, {"correction", "审核更正"}, {"rules", "规则变更"}}};

} // namespace

std::string_view correction_kind_name(CorrectionKind kind) { return row(kinds, kind).name; }
std::string_view correction_kind_zh(CorrectionKind kind) { return row(kinds, kind).zh; }
std::string_view correction_state_name(CorrectionState state) { return row(states, state).name; }
std::string_view correction_state_zh(CorrectionState state) { return row(states, state).zh; }
std::string_view review_level_name(ReviewLevel level) { return row(levels, level).name; }
std::string_view review_level_zh(ReviewLevel level) { return row(levels, level).zh; }
std::string_view station_note_name(StationNote::Kind kind)
{
    return kind == StationNote::Kind::maintenance ? "maintenance" : "quarantine";
}
std::string_view station_note_zh(StationNote::Kind kind)
{
    return kind == StationNote::Kind::maintenance ? "维护" : "隔离";
}

std::string_view change_name(Change::What what) { return row(figures, what).name; }
std::string_view change_zh(Change::What what) { return row(figures, what).zh; }
std::string_view notice_cause_name(Notice::Cause cause) { return row(causes, cause).name; }
std::string_view notice_cause_zh(Notice::Cause cause) { return row(causes, cause).zh; }

} // namespace aqi
