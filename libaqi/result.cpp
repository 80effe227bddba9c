#include "libaqi/result.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace aqi {
namespace {

struct ReasonWords {
    Reason reason;
    std::string_view name;
    std::string_view zh;
};

constexpr ReasonWords reason_words[] = {
    {Reason::malformed, "malformed", "格式错误"},
    {Reason::unknown_name, "unknown_name", "名称未知"},
    {Reason::time_without_zone, "time_without_zone", "时间缺时区"},
    {Reason::not_on_the_hour, "not_on_the_hour", "时间不在整点"},
    {Reason::impossible_value, "impossible_value", "数值不可能"},
    {Reason::unknown_station, "unknown_station", "站点未登记"},
    {Reason::bad_checksum, "bad_checksum", "校验码不符"},
    {Reason::wrong_password, "wrong_password", "访问密码不符"},
    {Reason::wrong_unit, "wrong_unit", "单位疑有误"},
    {Reason::not_valid_number, "not_valid_number", "非有效数值"},
    {Reason::foreign_protocol, "foreign_protocol", "其他协议"},
    {Reason::wrong_station, "wrong_station", "站点与主题不符"},
    {Reason::time_in_future, "time_in_future", "时间超前"},
    {Reason::too_old, "too_old", "时间过旧"},
    {Reason::retained, "retained", "保留消息"},
    {Reason::too_large, "too_large", "报文过长"},
    {Reason::refused, "refused", "不予受理"},
};

const ReasonWords& words(Reason reason)
{
    for (const auto& row : reason_words)
        if (row.reason == reason) return row;
    broken_promise("every Reason has its words", __FILE__, __LINE__);
}

} // namespace

std::string_view reason_name(Reason reason) { return words(reason).name; }
std::string_view reason_zh(Reason reason) { return words(reason).zh; }

void broken_promise(const char* what, const char* file, int line)
{
    fmt::print(stderr, "<2>broken promise: {} ({}:{}); stopping, the journal rebuilds the state\n", what, file, line);
    std::fflush(stderr);
    std::abort();
}

} // namespace aqi
