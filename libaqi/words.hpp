// libaqi/words: a text in the two languages of those who read it.
//
// Knows: which language is which. Does not know: who reads, or what is said.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace aqi {

enum class Language { zh, en };

template <class T>
concept Text = std::convertible_to<const T&, std::string_view>;

/// A text in both languages. One text alone is the same in both: a name, a date, "PM2.5".
struct Words {
    std::string zh;
    std::string en;

    Words() = default;
    template <Text T>
    Words(const T& both) : zh(std::string_view(both)), en(zh)
    {}
    Words(std::string_view in_zh, std::string_view in_en) : zh(in_zh), en(in_en) {}

    const std::string& in(Language language) const { return language == Language::zh ? zh : en; }
    bool empty() const { return zh.empty() && en.empty(); }
    bool operator==(const Words&) const = default;
};

} // namespace aqi
