#include "drivers/hj212/frame.hpp"

#include "drivers/hj212/framer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::drivers::hj212 {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view fence = "&&";
/// 24 in 2017 and 14 in 2005; some senders write more.
constexpr std::size_t name_most = 64;
/// Fields of one frame: 4096 bytes of data hold no more that mean anything.
constexpr std::size_t fields_most = 1'024;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// For a sentence to an operator: short, and nothing but what a terminal shows.
std::string quoted(std::string_view text)
{
    std::string out;
    for (const char c : text.substr(0, 40)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    return out;
}

bool all_digits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A whole number of at most four digits.
std::optional<int> small_number(std::string_view text)
{
    if (!all_digits(text) || text.size() > 4) return std::nullopt;
    int out = 0;
    for (const char c : text) out = out * 10 + (c - '0');
    return out;
}

Fault malformed(std::string why) { return {Reason::malformed, std::move(why)}; }

/// The text up to any of the separators; what follows stays in `text`. `by` is the separator, or 0 at the end.
std::string_view next_item(std::string_view& text, std::string_view separators, char& by)
{
    const auto end = text.find_first_of(separators);
    const auto item = text.substr(0, end);
    by = end == npos ? '\0' : text[end];
    text.remove_prefix(end == npos ? text.size() : end + 1);
    return trimmed(item);
}

Result<void> set_number(std::optional<int>& slot, std::string_view name, std::string_view value, int most)
{
    const auto number = small_number(value);
    if (!number || *number > most)
        return malformed(fmt::format("{}={} is no whole number up to {}", name, quoted(value), most));
    slot = number;
    return {};
}

Result<void> set_header(Header& header, std::string_view item)
{
    const auto equals = item.find('=');
    if (equals == npos) return malformed(fmt::format("\"{}\" in the header is no key=value", quoted(item)));
    const auto name = trimmed(item.substr(0, equals));
    const auto value = trimmed(item.substr(equals + 1));
    if (name == "Flag") {
        if (header.flag) return malformed("Flag is there twice");
        return set_number(header.flag, name, value, 255);
    }
    if (name == "PNUM") return set_number(header.part_count, name, value, 9'999);
    if (name == "PNO") return set_number(header.part, name, value, 9'999);
    const std::array<std::pair<std::string_view, std::string*>, 5> texts = {
        {{"QN", &header.qn}, {"ST", &header.st}, {"CN", &header.cn}, {"PW", &header.pw}, {"MN", &header.mn}}};
    for (const auto& [known, slot] : texts) {
        if (known != name) continue;
        if (!slot->empty()) return malformed(fmt::format("{} is there twice", name));
        if (value.size() > name_most) return malformed(fmt::format("{} has {} characters", name, value.size()));
        *slot = value;
        return {};
    }
    return {}; // a later edition may add names
}

Result<void> read_header(std::string_view text, Header& header)
{
    text = trimmed(text);
    if (text.ends_with("CP=")) text.remove_suffix(3); // with or without a semicolon before it
    while (!text.empty()) {
        char by = '\0';
        const auto item = next_item(text, ";,", by);
        if (item.empty()) continue;
        if (auto set = set_header(header, item); !set) return set;
    }
    return {};
}

Result<void> read_fields(std::string_view text, Message& message)
{
    int group = 0;
    while (!text.empty()) {
        char by = '\0';
        const auto item = next_item(text, ";,", by);
        const auto equals = item.find('=');
        const auto name = trimmed(item.substr(0, equals));
        if (item.empty()) {
            // A trailing semicolon, a blank between the fences.
        } else if (equals == npos || name.empty() || name.size() > name_most) {
            message.broken.emplace_back(quoted(item));
        } else {
            message.fields.push_back({std::string{name}, std::string{trimmed(item.substr(equals + 1))}, group});
        }
        if (message.fields.size() + message.broken.size() > fields_most)
            return malformed(fmt::format("more than {} fields", fields_most));
        if (by == ';') ++group;
    }
    return {};
}

/// A Flag of digits among the fields is the header's; one of a letter is a state and stays.
void lift_flag(Message& message)
{
    const auto found = std::find_if(message.fields.begin(), message.fields.end(),
                                    [](const Field& field) { return field.name == "Flag" && all_digits(field.value); });
    if (found == message.fields.end() || message.header.flag) return;
    message.header.flag = small_number(found->value);
    message.fields.erase(found);
}

Fault wrong_sum(std::string_view data, std::uint16_t written, Checksum asked)
{
    std::string others;
    for (const auto variant : matching_checksums(data, written)) {
        if (!others.empty()) others += " or ";
        others += fmt::format("crc = \"{}\"", checksum_name(variant));
    }
    const bool modbus = modbus_sum(data) == written;
    if (others.empty())
        return {Reason::bad_checksum,
                fmt::format("the check sum is {:04X} and should be {:04X}; no known kind of sum matches: the frame was "
                            "damaged",
                            written, checksum_of(data, asked))};
    return {Reason::bad_checksum,
            fmt::format("the check sum {:04X} is {}: set {} on this port, if every frame of it is like that", written,
                        modbus ? "CRC-16/MODBUS" : "of another kind", others)};
}

} // namespace

Result<Message> parse_frame(std::string_view text, Checksum checksum)
{
    text = trimmed(text);
    if (text.size() < frame_head + frame_tail || !text.starts_with("##"))
        return malformed(fmt::format("\"{}\" is no frame", quoted(text)));
    const auto length = small_number(text.substr(2, frame_head - 2));
    if (!length) return malformed(fmt::format("\"{}\" is no length", quoted(text.substr(2, frame_head - 2))));
    const auto data = text.substr(frame_head, text.size() - frame_head - frame_tail);
    if (static_cast<std::size_t>(*length) != data.size())
        return malformed(fmt::format("the length field says {}, the data are {} bytes", *length, data.size()));
    const auto written = parse_checksum(text.substr(text.size() - frame_tail));
    if (!written)
        return malformed(fmt::format("\"{}\" is no check sum", quoted(text.substr(text.size() - frame_tail))));
    if (checksum != Checksum::off && checksum_of(data, checksum) != *written)
        return wrong_sum(data, *written, checksum);

    Message out;
    const auto opens = data.find(fence);
    const auto closes = data.rfind(fence);
    if (opens != npos && closes < opens + fence.size()) return malformed("the command part has no end");
    if (auto header = read_header(data.substr(0, opens), out.header); !header) return header.error();
    if (opens != npos) {
        const auto inside = data.substr(opens + fence.size(), closes - opens - fence.size());
        if (auto fields = read_fields(inside, out); !fields) return fields.error();
        if (!trimmed(data.substr(closes + fence.size())).empty())
            return malformed(fmt::format("\"{}\" behind the command part", quoted(data.substr(closes + fence.size()))));
    }
    lift_flag(out);
    if (out.header.mn.empty()) return malformed("MN is missing: the frame says not whose it is");
    if (!all_digits(out.header.cn) || out.header.cn.size() != 4)
        return malformed(fmt::format("CN \"{}\" is no command of four digits", quoted(out.header.cn)));
    return out;
}

std::string_view field_of(const Message& message, std::string_view name)
{
    for (const auto& field : message.fields)
        if (field.name == name) return field.value;
    return {};
}

} // namespace aqi::drivers::hj212
