#include "drivers/replay_text.hpp"

#include "drivers/archive.hpp"
#include "drivers/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace aqi::drivers {
namespace {

constexpr std::size_t faults_most = 100;
constexpr std::int64_t ms_per_hour = 3'600'000;
constexpr std::int64_t offset_most_ms = 100LL * 366 * 24 * ms_per_hour; ///< a century; beyond it clocks overflow
constexpr std::string_view hex_digits = "0123456789abcdef";

int hex_value(char c)
{
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const auto at = hex_digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string escaped(std::string_view bytes)
{
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
        case '\t': out += "\\t"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\\': out += "\\\\"; break;
        default:
            if (byte < 0x20 || byte == 0x7f) {
                out += "\\x";
                out += hex_digits[byte >> 4U];
                out += hex_digits[byte & 0xfU];
            } else {
                out += c;
            }
        }
    }
    return out;
}

std::optional<std::string> unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size()) return std::nullopt;
        switch (text[i]) {
        case 't': out += '\t'; break;
        case 'n': out += '\n'; break;
        case 'r': out += '\r'; break;
        case '\\': out += '\\'; break;
        case 'x': {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
            break;
        }
        default: return std::nullopt;
        }
    }
    return out;
}

Result<PlayedFrame> parse_line(std::string_view line)
{
    const auto bad = [](std::string_view why) { return Fault{Reason::malformed, std::string{why}}; };
    const auto first = line.find('\t');
    const auto second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (second == std::string_view::npos) return bad("a frame is offset_ms, origin and bytes with tabs between");
    PlayedFrame out;
    const std::string_view offset = line.substr(0, first);
    const auto [end, error] = std::from_chars(offset.data(), offset.data() + offset.size(), out.offset_ms);
    if (error != std::errc{} || end != offset.data() + offset.size() || out.offset_ms < 0 ||
        out.offset_ms > offset_most_ms)
        return bad(fmt::format("'{}' is not a count of milliseconds", offset.substr(0, 40)));
    auto origin = unescaped(line.substr(first + 1, second - first - 1));
    auto bytes = unescaped(line.substr(second + 1));
    if (!origin || !bytes) return bad("an escape is none of \\t \\n \\r \\\\ \\x1f");
    if (bytes->size() > frame_max)
        return Fault{Reason::too_large, fmt::format("{} bytes; a frame has {} at most", bytes->size(), frame_max)};
    out.origin = std::move(*origin);
    out.bytes = std::move(*bytes);
    return out;
}

void leave_out(Recorded& out, std::size_t line, const Fault& fault)
{
    ++out.left_out;
    if (out.faults.size() < faults_most)
        out.faults.push_back({fault.reason, fmt::format("line {}: {}", line, fault.detail)});
}

std::string csv_line(const std::vector<std::string>& cells)
{
    std::string out;
    for (const auto& cell : cells) out += (out.empty() && &cell == &cells.front() ? "" : ",") + csv_cell(cell);
    return out;
}

} // namespace

std::string frame_line(const PlayedFrame& frame)
{
    return fmt::format("{}\t{}\t{}", frame.offset_ms, escaped(frame.origin), escaped(frame.bytes));
}

Recorded read_frames(std::string_view text)
{
    Recorded out;
    std::int64_t latest = 0;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        auto frame = parse_line(line);
        if (frame && frame->offset_ms < latest)
            frame = Fault{Reason::malformed, fmt::format("{} ms is before the line above it", frame->offset_ms)};
        if (!frame) {
            leave_out(out, number, frame.error());
            continue;
        }
        latest = frame->offset_ms;
        out.frames.push_back(std::move(*frame));
    }
    return out;
}

Result<Recorded> read_rows(std::string_view text, std::string_view name, UtcOffset offset)
{
    const auto file = parse_csv(text);
    if (!file) return file.error();
    ArchiveOptions options;
    options.of = archive_is_hourly(*file) ? Report::hour : Report::day;
    options.offset = offset;
    const auto columns = ArchiveColumns::find(file->header, options);
    if (!columns) return columns.error();
    Recorded out;
    const std::string header = csv_line(file->header);
    std::optional<HourEnding> first;
    std::int64_t latest = 0;
    for (const auto& row : file->rows) {
        // A row without a time is played with the one before it: what is wrong with it, its decoder says.
        if (const auto period = columns->period(row)) {
            if (!first) first = *period;
            const std::int64_t since_first = (std::int64_t{period->since_epoch} - first->since_epoch) * ms_per_hour;
            latest = std::max(latest, std::min(since_first, offset_most_ms));
        }
        PlayedFrame frame{latest, fmt::format("{}:{}", name, row.line), header + "\n" + csv_line(row.cells)};
        if (frame.bytes.size() > frame_max) {
            leave_out(out, row.line, {Reason::too_large, fmt::format("longer than {} bytes", frame_max)});
            continue;
        }
        out.frames.push_back(std::move(frame));
    }
    return out;
}

} // namespace aqi::drivers
