// The catalogue of refusals against the sources: a reason that is given to a person has its Chinese words, with the same holes.
#include "daemon/web/head.hpp"
#include "daemon/web/refusal_words.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>

using namespace aqi::daemon::web;
using namespace aqi::tests;

namespace {

std::vector<RefusalWords> catalogue()
{
    std::vector<RefusalWords> out;
    for (const auto& table : {refusals_of_warnings(), refusals_of_data()})
        out.insert(out.end(), table.begin(), table.end());
    return out;
}

/// Files whose refusals are told to no person who acts: they judge what instruments, gateways and files say, or a configuration;
/// or they answer questions, in both languages where they do; or they speak to whoever sits at aqictl (care, export).
constexpr std::array<std::string_view, 25> of_no_act = {"daemon/audience.cpp",
                                                        "daemon/care/",
                                                        "daemon/export/",
                                                        "drivers/secret.cpp",
                                                        "daemon/config",
                                                        "daemon/ingest.cpp",
                                                        "daemon/notify/",
                                                        "daemon/store/",
                                                        "drivers/archive.cpp",
                                                        "drivers/csv.cpp",
                                                        "drivers/hj212/decode.cpp",
                                                        "drivers/hj212/frame.cpp",
                                                        "drivers/hj212/hub.cpp",
                                                        "drivers/hj212/measure.cpp",
                                                        "drivers/hj212/network.cpp",
                                                        "drivers/hj212/values.cpp",
                                                        "drivers/modbus/decode.cpp",
                                                        "drivers/modbus/probe.cpp",
                                                        "drivers/modbus/transport",
                                                        "drivers/payload_",
                                                        "drivers/reading_json.cpp",
                                                        "drivers/replay",
                                                        "libaqi/explain_ledgers.cpp",
                                                        "libaqi/report.cpp",
                                                        "libaqi/what_if.cpp"};

bool tells_who_acts(const std::string& file)
{
    if (file.starts_with("daemon/web/")) return file == "daemon/web/sign_in_commands.cpp"; // the others say it in both
    return std::none_of(of_no_act.begin(), of_no_act.end(),
                        [&](std::string_view other) { return file.starts_with(other); });
}

/// The literal that begins at `at`, as it is meant; `at` stands behind it afterwards.
std::string literal(const std::string& text, std::size_t& at)
{
    std::string out;
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        const bool escaped = text[at] == '\\';
        if (escaped) ++at;
        out += escaped && text[at] != '"' ? ' ' : text[at]; // the others in use here are white space
    }
    ++at;
    return out;
}

/// The literals of a call whose arguments begin at `at`, adjacent ones joined.
std::vector<std::string> literals(const std::string& text, std::size_t at)
{
    std::vector<std::string> out;
    bool adjacent = false;
    for (int depth = 1; depth > 0 && at < text.size();) {
        const char c = text[at];
        if (c == '"') {
            const std::string one = literal(text, at);
            if (adjacent)
                out.back() += one;
            else
                out.push_back(one);
            adjacent = true;
            continue;
        }
        if (c == '\'') {
            at += text[at + 1] == '\\' ? 4U : 3U;
            continue;
        }
        if (text.compare(at, 2, "//") == 0) {
            at = text.find('\n', at);
            continue;
        }
        if (c == '(' || c == '{') ++depth;
        if (c == ')' || c == '}') --depth;
        if (c != ' ' && c != '\n') adjacent = false;
        ++at;
    }
    return out;
}

bool is_more_than_a_word(std::string_view text)
{
    const auto first = text.find_first_not_of(' ');
    return first != std::string_view::npos && text.find(' ', first) < text.find_last_not_of(' ');
}

/// Every sentence that the sources give to who refuses, with the file it stands in.
std::map<std::string, std::string> reasons_in_sources()
{
    // "desk_.refused(" and "turns->refused(" write down that somebody else refused.
    static const std::regex call{
        R"((^|[^A-Za-z_.>])(refuse|refused|refusal|refuse_command|no|malformed|Fault)\s*[({])"};
    std::map<std::string, std::string> out;
    for (const std::string folder : {"libaqi", "daemon", "drivers"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator{source_file(folder)}) {
            const std::string file = std::filesystem::relative(entry.path(), source_file(".")).string();
            if (entry.path().extension() != ".cpp" || !tells_who_acts(file)) continue;
            const std::string text = text_of(entry.path());
            for (std::sregex_iterator it{text.begin(), text.end(), call}, end; it != end; ++it)
                for (const auto& one : literals(text, static_cast<std::size_t>(it->position() + it->length())))
                    if (is_more_than_a_word(one)) out.emplace(one, file);
        }
    return out;
}

/// Which holes a format has; "{}" counts on.
std::multiset<int> holes(std::string_view format)
{
    std::multiset<int> out;
    int next = 0;
    for (auto at = format.find('{'); at != std::string_view::npos; at = format.find('{', at + 1))
        out.insert(format[at + 1] == '}' ? next++ : format[at + 1] - '0');
    return out;
}

bool has_chinese(std::string_view text)
{
    // U+4E00 to U+9FFF begin with E4..E9.
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0xE4 && byte <= 0xE9;
    });
}

} // namespace

TEST_CASE("refusals: every reason the sources give has its entry in the catalogue")
{
    std::set<std::string> known;
    for (const auto& entry : catalogue()) known.insert(std::string{entry.en});
    const auto reasons = reasons_in_sources();
    CHECK(reasons.size() > 200);
    // One of each way to write it: plain, by fmt::format, joined of two, of a choice, with quotes, in a Fault.
    for (const char* sample :
         {"say why", "there is no warning {}", "the pending revision is no lift; use issue",
          "{} has no right to sign: \"sign\" is missing", "station {} is not connected",
          "{} is before the {} days that are kept open; its values stand in the database and in reports"})
        CHECK(reasons.contains(sample));
    for (const auto& [reason, file] : reasons) {
        INFO(file << ": \"" << reason << "\" has no Chinese: add it to daemon/web/refusal_words_*.cpp");
        CHECK(known.contains(reason));
    }
}

TEST_CASE("refusals: each entry stands once, has the same holes in both languages, and is Chinese")
{
    // A name and its Chinese word stand side by side; the Chinese needs the word alone.
    const std::map<std::string_view, int> left_out = {{"{} revision {} is {} ({}); {} does not follow from there", 2},
                                                      {"{} is {} ({}) already", 1}};
    std::set<std::string_view> seen;
    for (const auto& [en, zh] : catalogue()) {
        INFO(en);
        CHECK(seen.insert(en).second);
        CHECK(has_chinese(zh));
        auto expected = holes(en);
        if (const auto odd = left_out.find(en); odd != left_out.end()) expected.erase(odd->second);
        CHECK(holes(zh) == expected);
        // Either all holes are numbered or none is.
        CHECK((zh.find("{}") == std::string_view::npos || holes(zh).size() == 0 || zh.find("{0}") == zh.npos));
    }
}

TEST_CASE("refusals: what a person on duty reads")
{
    CHECK(in_chinese("say why") == "须说明理由");
    CHECK(in_chinese("there is no warning 410600-2016-003") == "没有编号为 410600-2016-003 的预警");
    CHECK(in_chinese("yellow is in force already") == "黄色预警已在生效中");
    CHECK(in_chinese("zhang (张伟) may not approve a red warning: beyond the rank") ==
          "zhang (张伟) 的批准权限不及红色预警");
    // A list of words, and one that is of words only in part.
    CHECK(in_chinese("cn-2016 has no level blue; it has yellow, orange, red") ==
          "标准 cn-2016 没有蓝色级别，只有：黄色、橙色、红色");
    CHECK(in_chinese("there is no area x; there are red, heshan") == "没有区域 x；现有：red, heshan");
    // In the order of the Chinese.
    CHECK(in_chinese("no order 豫环〔2016〕1号 of 省生态环境厅 stands that could end") ==
          "没有 省生态环境厅 的现行指令 豫环〔2016〕1号 可解除");
    CHECK(in_chinese("\"low\" of a day must be a whole number") == "逐日预报中的“low”须为整数");
    CHECK(in_chinese("w-1 revision 2 is agreed (已会商，待批准); sign does not follow from there") ==
          "预警 w-1 第2次现为“已会商，待批准”，不能办理“会商签字”");
    CHECK(in_chinese("2016-12-20 is already flagged as a dust day") == "2016-12-20 已认定为沙尘日");
    CHECK(in_chinese("2016-12-20 is not flagged as a dust day") == "2016-12-20 未认定为沙尘日");
    CHECK(in_chinese("li (李娜) has no right to validate") == "li（李娜）无“数据一审”权限");
    // The more is said by a format, the better: this is also "{} ({}) has no right to {}".
    CHECK(in_chinese("li (李娜) has no right to sign: \"sign\" is missing") == "li (李娜) 无“会商签字”权限");
    CHECK(in_chinese("2016-12-20 is over; a forecast looks ahead") == "2016-12-20 已过，不能再预报");
    CHECK(in_chinese("there is no station x any more") == "配置中已没有站点 x");
}

TEST_CASE("refusals: a reason in a reason is translated, and an unknown one stays as it is")
{
    CHECK(in_chinese("line 3: '2016-13-01' is not a day; it reads like 2016-01-05") ==
          "第3行：“2016-13-01”不是日期；写法如 2016-01-05");
    CHECK(in_chinese("it could not be stored and nothing happened: no space left on device") ==
          "无法存储，操作没有执行：no space left on device");
    CHECK(in_chinese("the moon is in the way") == "the moon is in the way");
    CHECK(in_chinese("") == "");
    CHECK(in_chinese("已经是中文") == "已经是中文");
    // A reason that nests itself comes to an end, and so does one that is long.
    std::string deep;
    for (int i = 0; i < 20; ++i) deep += "line 1: ";
    CHECK(in_chinese(deep).starts_with("第1行：第1行："));
    std::string braces;
    for (int i = 0; i < 20'000; ++i) braces += "{} (: ";
    CHECK(in_chinese(braces) == braces);
}

TEST_CASE("refusals: a command's answer is in the language of the request")
{
    const std::string answer = R"({"ok":false,"error":"there is no warning w-1"})";
    Request request;
    request.accept_language = "zh-CN,zh;q=0.9";
    const Reply zh = command_reply(request, answer);
    CHECK(zh.status == 422);
    CHECK(zh.body == R"({"ok":false,"error":"未被接受，未作任何更改：没有编号为 w-1 的预警"})");
    request.accept_language = "en";
    CHECK(command_reply(request, answer).body == answer);
}
