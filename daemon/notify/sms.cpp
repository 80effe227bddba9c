#include "daemon/notify/sms.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace aqi::notify {
namespace {

constexpr int ucs2_one = 70, ucs2_of_several = 67;
constexpr int gsm7_one = 160, gsm7_of_several = 153;
constexpr std::size_t number_least = 5, number_most = 15; // E.164; below 5 no service number

bool is_high(char16_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(char16_t unit) { return unit >= 0xDC00 && unit < 0xE000; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// GSM 03.38: septets of a character; 0: it has none.
int septets(char16_t unit)
{
    constexpr std::u16string_view plain = u"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
                                          u"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    constexpr std::u16string_view escaped = u"\f^{}\\[~]|€";
    if (plain.find(unit) != std::u16string_view::npos) return 1;
    return escaped.find(unit) != std::u16string_view::npos ? 2 : 0;
}

/// Lengths of characters into parts, greedily.
class Parts {
public:
    explicit Parts(int of_several) : most_(of_several) {}
    void add(int units)
    {
        total_ += units;
        if (in_part_ + units > most_) {
            ++parts_;
            in_part_ = 0;
        }
        in_part_ += units;
    }
    int total() const { return total_; }
    int parts(int one) const { return total_ <= one ? 1 : parts_; }

private:
    const int most_;
    int total_ = 0, in_part_ = 0, parts_ = 1;
};

/// "0.045" is 45.
std::optional<std::int64_t> thousandths(std::string_view text)
{
    const auto point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    std::string fraction{point == std::string_view::npos ? "0" : text.substr(point + 1)};
    const auto digits = [](std::string_view part) {
        return !part.empty() && std::all_of(part.begin(), part.end(), is_digit);
    };
    if (!digits(whole) || !digits(fraction) || whole.size() > 6 || fraction.size() > 3) return std::nullopt;
    fraction.resize(3, '0');
    return std::stoll(std::string{whole} + fraction);
}

} // namespace

SmsSize sms_size(std::string_view utf8, bool gsm7_allowed)
{
    const std::u16string text = utf16_of(utf8);
    if (gsm7_allowed && std::all_of(text.begin(), text.end(), [](char16_t unit) { return septets(unit) > 0; })) {
        Parts parts{gsm7_of_several};
        for (const char16_t unit : text) parts.add(septets(unit));
        return {true, parts.total(), parts.parts(gsm7_one)};
    }
    Parts parts{ucs2_of_several};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool pair = is_high(text[i]);
        parts.add(pair ? 2 : 1);
        if (pair) ++i;
    }
    return {false, parts.total(), parts.parts(ucs2_one)};
}

std::string keep_pairs_whole(std::string_view utf8)
{
    const std::u16string text = utf16_of(utf8);
    if (text.size() <= static_cast<std::size_t>(ucs2_one)) return std::string{utf8};
    std::u16string out;
    for (const char16_t unit : text) {
        if (is_high(unit) && out.size() % ucs2_of_several == ucs2_of_several - 1) out += u' ';
        out += unit;
    }
    return utf8_of(out);
}

std::string utf8_of(std::u16string_view text)
{
    std::string out;
    const auto tail = [&](char32_t c, unsigned shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t c = text[i];
        if (is_high(text[i]) && i + 1 < text.size() && is_low(text[i + 1])) {
            c = 0x10000U + ((c - 0xD800U) << 10U) + (text[++i] - 0xDC00U);
        } else if (is_high(text[i]) || is_low(text[i])) {
            c = 0xFFFD;
        }
        if (c < 0x80) {
            out += static_cast<char>(c);
        } else if (c < 0x800) {
            out += static_cast<char>(0xC0U | (c >> 6U));
            tail(c, 0);
        } else if (c < 0x10000) {
            out += static_cast<char>(0xE0U | (c >> 12U));
            tail(c, 6);
            tail(c, 0);
        } else {
            out += static_cast<char>(0xF0U | (c >> 18U));
            tail(c, 12);
            tail(c, 6);
            tail(c, 0);
        }
    }
    return out;
}

std::string utf8_of_utf16_bytes(std::string_view bytes)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const bool marked =
        bytes.size() >= 2 && ((byte(0) == 0xFF && byte(1) == 0xFE) || (byte(0) == 0xFE && byte(1) == 0xFF));
    const bool little = marked && byte(0) == 0xFF;
    std::u16string text;
    for (std::size_t i = marked ? 2 : 0; i + 1 < bytes.size(); i += 2) {
        const unsigned high = byte(little ? i + 1 : i), low = byte(little ? i : i + 1);
        text += static_cast<char16_t>((high << 8U) | low);
    }
    return utf8_of(text);
}

SmsSettings read_sms_settings(const Settings& table, bool gsm7_otherwise)
{
    SmsSettings out;
    out.signature = table.text_or("signature", "");
    if (out.signature.find("【") != std::string::npos || out.signature.find("】") != std::string::npos)
        table.fail("signature", "is written without its 【】");
    if (!is_utf8(out.signature)) table.fail("signature", "is not UTF-8");
    out.text = Template::read(table, "text", "{short}", letter_fields());
    out.prefixes = table.texts_or_none("prefixes");
    for (const auto& prefix : out.prefixes)
        if (prefix.empty() || prefix.size() > number_most || !std::all_of(prefix.begin(), prefix.end(), is_digit))
            table.fail("prefixes", fmt::format("\"{}\" must be the first digits of numbers, without +86", prefix));
    if (table.has("cost_per_part")) {
        const std::string written = table.number("cost_per_part");
        const auto cost = thousandths(written);
        if (!cost)
            table.fail("cost_per_part",
                       fmt::format("\"{}\" must be a price like \"0.045\", with at most 3 decimals", written));
        out.cost_thousandth = *cost;
    }
    out.parts_at_most = static_cast<int>(table.integer_or("parts_at_most", out.parts_at_most, 1, 10));
    out.gsm7 = table.flag_or("gsm7", gsm7_otherwise);
    return out;
}

Result<Content> compose_sms(const SmsSettings& settings, const Letter& letter, Language language, bool gateway_cuts)
{
    std::string body = as_utf8(settings.text.fill(fields_of(letter, language), Escape::none));
    const std::string signature = settings.signature.empty() ? "" : fmt::format("【{}】", settings.signature);
    if (body.starts_with(drill_mark)) body.erase(0, drill_mark.size());
    if (body.starts_with(signature)) body.erase(0, signature.size());
    if (body.empty())
        return Fault{Reason::malformed,
                     fmt::format("there is no text for a short message in {}", language_name(language))};
    std::string text = fmt::format("{}{}{}", letter.mode == Mode::drill ? drill_mark : "", signature, body);
    if (gateway_cuts && !sms_size(text, settings.gsm7).gsm7) text = keep_pairs_whole(text);
    const SmsSize size = sms_size(text, settings.gsm7);
    if (size.parts > settings.parts_at_most)
        return Fault{
            Reason::too_large,
            fmt::format("the short message takes {} parts of {} characters, and parts_at_most is {}: it has {} "
                        "characters with its signature, and may have {}",
                        size.parts, size.gsm7 ? gsm7_of_several : ucs2_of_several, settings.parts_at_most, size.units,
                        settings.parts_at_most == 1
                            ? (size.gsm7 ? gsm7_one : ucs2_one)
                            : settings.parts_at_most * (size.gsm7 ? gsm7_of_several : ucs2_of_several))};
    Content out;
    out.text = std::move(text);
    out.units = size.units;
    out.parts = size.parts;
    out.cost_thousandth = settings.cost_thousandth * size.parts;
    return out;
}

std::string check_number(std::string_view number)
{
    std::string_view digits = number;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto other = std::find_if_not(digits.begin(), digits.end(), is_digit);
    if (other != digits.end()) {
        const auto at = static_cast<std::size_t>(other - digits.begin());
        std::size_t end = at + 1; // the whole character, for people
        while (end < digits.size() && (static_cast<unsigned char>(digits[end]) & 0xC0U) == 0x80U) ++end;
        return fmt::format(
            "\"{}\" is no telephone number: \"{}\" is not a digit; digits only, with + before a country's",
            as_utf8(number), as_utf8(digits.substr(at, end - at)));
    }
    if (digits.size() < number_least || digits.size() > number_most)
        return fmt::format("\"{}\" has {} digits; a number has {} to {}", number, digits.size(), number_least,
                           number_most);
    const bool plus = number.starts_with('+');
    const bool of_china = digits.starts_with("86") && (plus || digits.size() > 11);
    const std::string_view local = of_china ? digits.substr(2) : digits;
    const bool mobile = local.size() > 1 && local[0] == '1' && local[1] >= '3';
    if ((of_china || !plus) && mobile && local.size() != 11)
        return fmt::format("\"{}\": a Chinese mobile number has 11 digits, this one {}", number, local.size());
    return {};
}

std::string_view national_number(std::string_view number)
{
    const std::string_view digits = number.starts_with('+') ? number.substr(1) : number;
    return digits.size() == 13 && digits.starts_with("861") ? digits.substr(2) : number;
}

bool serves_number(const SmsSettings& settings, std::string_view number)
{
    const std::string_view national = national_number(number);
    return settings.prefixes.empty() ||
           std::any_of(settings.prefixes.begin(), settings.prefixes.end(),
                       [&](const std::string& prefix) { return national.starts_with(prefix); });
}

} // namespace aqi::notify
