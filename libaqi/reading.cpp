#include "libaqi/reading.hpp"

#include <array>

namespace aqi {
namespace {

struct FlagRow {
    Flag flag;
    char letter;
    std::string_view zh;
};

constexpr std::array<FlagRow, 8> flag_rows = {{{Flag::normal, 'N', "正常"},
                                               {Flag::stopped, 'F', "停运"},
                                               {Flag::maintenance, 'M', "维护"},
                                               {Flag::manual, 'S', "手工输入"},
                                               {Flag::fault, 'D', "故障"},
                                               {Flag::calibration, 'C', "校准"},
                                               {Flag::over_range, 'T', "超上限"},
                                               {Flag::communication, 'B', "通讯异常"}}};

} // namespace

char flag_letter(Flag flag) { return flag_rows[static_cast<std::size_t>(flag)].letter; }
std::string_view flag_zh(Flag flag) { return flag_rows[static_cast<std::size_t>(flag)].zh; }

std::optional<Flag> flag_of_letter(char letter)
{
    for (const auto& row : flag_rows)
        if (row.letter == letter) return row.flag;
    return std::nullopt;
}

} // namespace aqi
