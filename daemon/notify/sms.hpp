// daemon/notify/sms: short messages, whatever way they leave: what is said, how many parts it takes, and whose number it is.
//
// A mobile network carries 70 UTF-16 units in one message and 67 in each part of a longer one; a text of only GSM-7 characters
// 160 and 153 septets. Everything is counted before anything leaves, because every part is paid for.
//
// Knows: UTF-16, GSM 03.38, signatures, Chinese mobile numbers. Does not know: modems or gateways.
#pragma once

#include "daemon/notify/channel.hpp"
#include "daemon/notify/template.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi::notify {

struct SmsSize {
    bool gsm7 = false;
    int units = 0; ///< UTF-16 units; of GSM-7 septets, an extension character ("[", "€") being two
    int parts = 1;
};
/// No character is cut in two: a part ends before a surrogate pair, or an escaped septet, that would not fit as a whole.
/// `gsm7_allowed`: whether a text of only GSM-7 characters leaves as such.
SmsSize sms_size(std::string_view utf8, bool gsm7_allowed);
/// A blank before every character beyond the BMP that 67 units a part would cut in two, for gateways that cut without looking
/// (kannel 1.4.5 does). A text of one part is left alone.
std::string keep_pairs_whole(std::string_view utf8);

/// Well-formed text of UTF-16; a lone surrogate becomes U+FFFD.
std::string utf8_of(std::u16string_view utf16);
/// UTF-16 in bytes, by its byte order mark, big-endian without one.
std::string utf8_of_utf16_bytes(std::string_view bytes);

/// What both SMS channels are told.
struct SmsSettings {
    std::string signature; ///< without its 【】; empty: none
    Template text;
    std::vector<std::string> prefixes; ///< empty: every number
    std::int64_t cost_thousandth = 0;  ///< for each part
    int parts_at_most = 3;
    bool gsm7 = false;
};
/// Reads signature, text, prefixes, cost_per_part, parts_at_most and gsm7; throws SettingError.
SmsSettings read_sms_settings(const Settings& table, bool gsm7_otherwise);

/// The mark of a drill, the signature, the text. Fault: it takes more parts than it may, in words for the operator.
/// `gateway_cuts`: the text is made safe for a gateway that cuts without looking.
Result<Content> compose_sms(const SmsSettings& settings, const Letter& letter, Language language, bool gateway_cuts);

/// What is wrong with a number; empty: nothing.
std::string check_number(std::string_view number);
/// A Chinese mobile number without 86 or +86, any other as it is: two ways to write one become the same.
std::string_view national_number(std::string_view number);
bool serves_number(const SmsSettings& settings, std::string_view number);

} // namespace aqi::notify
