#include "libaqi/spoken.hpp"

#include <array>

namespace aqi {
namespace {

constexpr std::array<std::string_view, 10> digits = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

/// 1..9999; `inside`: something stands before it, so that a missing thousand is said as 零.
std::string four_digits(int number, bool inside)
{
    constexpr std::array<std::string_view, 4> places = {"千", "百", "十", ""};
    std::string out;
    bool gap = inside;
    int unit = 1000;
    for (const auto place : places) {
        const int digit = number / unit % 10;
        unit /= 10;
        if (digit == 0) {
            gap = gap || !out.empty();
            continue;
        }
        if (gap && (inside || !out.empty())) out += digits[0];
        gap = false;
        // Ten to nineteen are said without the one when nothing stands before.
        if (!(place == "十" && digit == 1 && out.empty() && !inside)) out += digits[static_cast<std::size_t>(digit)];
        out += place;
    }
    return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Word {
    std::string_view written, said;
};
// The longer ones first: "PM2.5" holds a number, "O3_8h" an "O3".
constexpr Word words[] = {{"PM2.5", "细颗粒物"},
                          {"PM10", "可吸入颗粒物"},
                          {"O3-8h", "臭氧八小时"},
                          {"SO2", "二氧化硫"},
                          {"NO2", "二氧化氮"},
                          {"O3", "臭氧"},
                          {"CO", "一氧化碳"},
                          {"AQI", "空气质量指数"},
                          {"Ⅰ", "一"},
                          {"Ⅱ", "二"},
                          {"Ⅲ", "三"},
                          {"Ⅳ", "四"}};

} // namespace

std::string number_zh(std::int64_t number)
{
    if (number == 0) return std::string{digits[0]};
    std::string out;
    if (const auto high = static_cast<int>(number / 10'000); high > 0) out = four_digits(high, false) + "万";
    const auto low = static_cast<int>(number % 10'000);
    if (low == 0) return out;
    if (out.empty()) return four_digits(low, false);
    return out + four_digits(low, low < 1'000); // after 万 a missing thousand is said
}

std::string read_aloud(std::string_view zh)
{
    std::string out;
    const auto starts = [&](std::size_t at, std::string_view what) { return zh.substr(at).starts_with(what); };
    bool after_number = false; // a dash now is "to"
    for (std::size_t i = 0; i < zh.size();) {
        bool said = false;
        for (const auto& word : words) {
            if (!starts(i, word.written)) continue;
            out += word.said;
            i += word.written.size();
            while (i < zh.size() && zh[i] == ' ') ++i; // "AQI 201": no pause
            said = true;
            break;
        }
        if (said) {
            after_number = false;
            continue;
        }
        if (is_digit(zh[i])) {
            std::size_t end = i;
            while (end < zh.size() && is_digit(zh[end]) && end - i < 8) ++end;
            const std::string_view run = zh.substr(i, end - i);
            if (starts(end, "年") && run.size() == 4) { // a year is said digit by digit
                for (const char c : run) out += digits[static_cast<std::size_t>(c - '0')];
            } else {
                std::int64_t number = 0;
                for (const char c : run) number = number * 10 + (c - '0');
                std::string spoken = number_zh(number);
                if (end + 1 < zh.size() && zh[end] == '.' && is_digit(zh[end + 1])) {
                    spoken += "点";
                    for (++end; end < zh.size() && is_digit(zh[end]); ++end)
                        spoken += digits[static_cast<std::size_t>(zh[end] - '0')];
                }
                if (end < zh.size() && zh[end] == '%') {
                    spoken = "百分之" + spoken;
                    ++end;
                }
                out += spoken;
            }
            i = end;
            after_number = true;
            continue;
        }
        bool dash = false;
        for (const std::string_view mark : {std::string_view{"-"}, std::string_view{"～"}, std::string_view{"–"}}) {
            if (!after_number || !starts(i, mark) || i + mark.size() >= zh.size() || !is_digit(zh[i + mark.size()]))
                continue;
            out += "至";
            i += mark.size();
            dash = true;
            break;
        }
        if (dash) continue;
        out += zh[i++];
        after_number = false;
    }
    return out;
}

std::size_t utf16_units(std::string_view utf8)
{
    std::size_t units = 0;
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) == 0x80U) continue; // not the first of its character
        units += byte >= 0xF0U ? 2 : 1;
    }
    return units;
}

std::size_t sms_parts(std::size_t units)
{
    constexpr std::size_t one = 70, of_several = 67;
    return units <= one ? 1 : (units + of_several - 1) / of_several;
}

} // namespace aqi
