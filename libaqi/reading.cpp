#include "libaqi/reading.hpp"

#include <array>

namespace aqi {
namespace {

struct FlagRow {
    Flag flag;
    char letter;
    std::string_view zh;
};

constexpr std::array<FlagRow, flag_count> flag_rows = {{{Flag::normal, 'N', "正常"},
                                                        {Flag::stopped, 'F', "停运"},
                                                        {Flag::maintenance, 'M', "维护"},
                                                        {Flag::manual, 'S', "手工输入"},
                                                        {Flag::fault, 'D', "故障"},
                                                        {Flag::calibration, 'C', "校准"},
                                                        {Flag::over_range, 'T', "超上限"},
                                                        {Flag::communication, 'B', "通讯异常"},
                                                        {Flag::too_few_minutes, 'H', "有效数据不足"},
                                                        {Flag::negative, 'L', "低于零"},
                                                        {Flag::rejected, 'R', "审核无效"}}};
constexpr std::size_t of_sources = 8; ///< the rows a source may send

} // namespace

std::string_view period_name(Period period)
{
    constexpr std::array<std::string_view, 4> names = {"hour", "day", "minutes", "moment"};
    return names[static_cast<std::size_t>(period)];
}

char flag_letter(Flag flag) { return flag_rows[static_cast<std::size_t>(flag)].letter; }
std::string_view flag_zh(Flag flag) { return flag_rows[static_cast<std::size_t>(flag)].zh; }

std::optional<Flag> flag_of_letter(char letter)
{
    for (std::size_t i = 0; i < of_sources; ++i)
        if (flag_rows[i].letter == letter) return flag_rows[i].flag;
    return std::nullopt;
}

} // namespace aqi
