#include "daemon/web/refusal_words.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace aqi::daemon::web {
namespace {

/// Reasons stand in holes of reasons; one that holds itself would not end.
constexpr int deepest = 4;

/// What fills a hole by itself. Names as libaqi and daemon write them; the Chinese is that of the console.
constexpr RefusalWords words[] = {
    // levels
    {"none", "无"},
    {"blue", "蓝色"},
    {"yellow", "黄色"},
    {"orange", "橙色"},
    {"red", "红色"},
    {"below", "更低"},
    {"above", "更高"},
    // what is done to a warning
    {"raise", "发布"},
    {"upgrade", "升级"},
    {"downgrade", "降级"},
    {"cancel", "取消"},
    {"consult", "修改方案"},
    {"sign", "会商签字"},
    {"object", "提出异议"},
    {"approve", "批准"},
    {"send-back", "退回会商"},
    {"issue", "发布"},
    {"lift", "解除"},
    {"emergency", "紧急发布"},
    // rights
    {"validate", "数据一审"},
    {"ratify", "数据二审"},
    {"declare dust days", "认定沙尘日"},
    {"say this of a station", "登记站点维护与隔离"},
    // states of corrections, days, stations and messages
    {"ratified", "已批准"},
    {"refused", "已驳回"},
    {"already ", "已"},
    {"not ", "未"},
    {"maintenance", "维护"},
    {"quarantine", "隔离"},
    {"begin", "开始"},
    {"end", "结束"},
    {"prepared", "待发送"},
    {"sending", "发送中"},
    {"accepted", "已受理"},
    {"delivered", "已送达"},
    {"retry", "待重发"},
    {"failed", "发送失败"},
    {"superseded", "已被后续预警取代"},
    {"held", "超过每小时限额，待汇总"},
    {"repeat", "结果不明，凭幂等键重发"},
    {"in_doubt", "结果不明，需人工核实"},
    {"expired", "已过期未发"},
    // what somebody wrote
    {"the reason", "理由"},
    {"the text", "文字"},
    {"the order", "指令内容"},
    {"the review", "复核意见"},
    {"the weather", "天气"},
    {"the primary pollutants", "首要污染物"},
    {"a forecast", "预报"},
    {"a day", "逐日预报"},
    {"an hour", "逐时预报"},
    {"headline", "标题"},
    {"no area", "未写明的区域"},
};

std::optional<std::string_view> word(std::string_view text)
{
    const auto* found =
        std::find_if(std::begin(words), std::end(words), [&](const RefusalWords& w) { return w.en == text; });
    return found == std::end(words) ? std::nullopt : std::optional{found->zh};
}

/// "blue, yellow, red": a list of nothing but words.
std::optional<std::string> list(std::string_view text)
{
    constexpr std::string_view comma = ", ";
    std::string out;
    for (;;) {
        const auto end = std::min(text.find(comma), text.size());
        const auto one = word(text.substr(0, end));
        if (!one) return std::nullopt;
        out += *one;
        if (end == text.size()) return out;
        out += "、";
        text.remove_prefix(end + comma.size());
    }
}

/// What stands in the holes, if the text is of this format; each hole takes as little as it can.
std::optional<std::vector<std::string_view>> holes_of(std::string_view format, std::string_view text)
{
    std::vector<std::string_view> out;
    auto hole = format.find("{}");
    if (!text.starts_with(format.substr(0, hole))) return std::nullopt;
    if (hole == std::string_view::npos) return format == text ? std::optional{out} : std::nullopt;
    text.remove_prefix(hole);
    while (hole != std::string_view::npos) {
        format.remove_prefix(hole + 2);
        hole = format.find("{}");
        const auto literal = format.substr(0, hole);
        // What follows the last hole is the end of the text; anything else is taken where it comes first.
        const bool last = hole == std::string_view::npos;
        if (last && !text.ends_with(literal)) return std::nullopt;
        const auto end = last ? text.size() - literal.size() : text.find(literal);
        if (end == std::string_view::npos) return std::nullopt;
        out.push_back(text.substr(0, end));
        text.remove_prefix(end + literal.size());
    }
    return out;
}

/// How much of a format is said, and not left open.
std::size_t literal_size(std::string_view format)
{
    std::size_t out = format.size();
    for (auto at = format.find("{}"); at != std::string_view::npos; at = format.find("{}", at + 2)) out -= 2;
    return out;
}

/// The format with "{}" and "{1}" filled.
std::string filled(std::string_view format, const std::vector<std::string>& holes)
{
    std::string out;
    std::size_t next = 0;
    while (!format.empty()) {
        const auto open = std::min(format.find('{'), format.size());
        out += format.substr(0, open);
        format.remove_prefix(open);
        if (format.empty()) break;
        const auto close = format.find('}');
        const std::size_t number = close == 1 ? next++ : static_cast<std::size_t>(format[1] - '0');
        if (number < holes.size()) out += holes[number];
        format.remove_prefix(close + 1);
    }
    return out;
}

std::string in_chinese(std::string_view reason, int depth)
{
    const RefusalWords* best = nullptr;
    std::vector<std::string_view> holes;
    for (const auto& table : {refusals_of_warnings(), refusals_of_data()})
        for (const auto& entry : table) {
            if (best != nullptr && literal_size(entry.en) <= literal_size(best->en)) continue;
            auto these = holes_of(entry.en, reason);
            if (!these) continue;
            best = &entry;
            holes = std::move(*these);
        }
    if (best == nullptr) return std::string{reason};
    std::vector<std::string> said;
    for (const auto hole : holes) {
        const auto known = list(hole);
        said.push_back(known ? *known : depth < deepest ? in_chinese(hole, depth + 1) : std::string{hole});
    }
    return filled(best->zh, said);
}

} // namespace

std::string in_chinese(std::string_view reason) { return in_chinese(reason, 0); }

} // namespace aqi::daemon::web
