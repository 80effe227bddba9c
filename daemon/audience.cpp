#include "daemon/audience.hpp"

#include "daemon/notify/channel.hpp"
#include "daemon/store/ledger.hpp"
#include "drivers/csv.hpp"
#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace aqi::daemon {
namespace {

constexpr std::size_t members_most = 200'000;
const std::string no_address;

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \t") - first + 1)};
}

/// "08:00-18:00", "20:00-08:00": minutes of the day.
std::optional<std::pair<int, int>> hours_of(std::string_view text)
{
    const auto minutes = [](std::string_view t) -> std::optional<int> {
        const auto digit = [&](std::size_t i) { return t[i] >= '0' && t[i] <= '9'; };
        if (t.size() != 5 || t[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
        const int hour = (t[0] - '0') * 10 + (t[1] - '0'), minute = (t[3] - '0') * 10 + (t[4] - '0');
        if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return std::nullopt;
        return hour * 60 + minute;
    };
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto from = minutes(text.substr(0, dash)), until = minutes(text.substr(dash + 1));
    if (!from || !until || *from == *until) return std::nullopt;
    return std::pair{*from, *until};
}

/// As the first channel that sends to addresses of this kind judges it.
std::string fault_of_address(std::string_view kind, std::string_view address)
{
    for (const auto& channel : notify::all_channels())
        if (channel.address == kind && channel.check_address != nullptr) return channel.check_address(address);
    return {};
}

} // namespace

const std::string& address_of(const Audience::Member& member, std::string_view kind)
{
    return kind == "sms" ? member.sms : kind == "email" ? member.email : no_address;
}

bool is_on_duty(const Audience::Member& member, Instant at, UtcOffset offset)
{
    if (!member.on_duty) return true;
    const auto [from, until] = *member.on_duty;
    const auto minute = static_cast<int>((at.ms / 60'000 + offset.minutes) % (24 * 60));
    return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

Result<Audience> parse_audience(std::string_view csv, std::string_view id, std::string_view name)
{
    const auto fault = [&](std::size_t line, std::string what, Reason reason = Reason::malformed) {
        return Fault{reason, fmt::format("{}:{}: {}", name, line, what)};
    };
    if (!is_utf8(csv))
        return Fault{Reason::malformed, fmt::format("{}: not UTF-8; save it as UTF-8 (文件须为 UTF-8 编码)", name)};
    const auto file = drivers::parse_csv(csv);
    if (!file) return Fault{file.error().reason, fmt::format("{}: {}", name, file.error().detail)};
    enum Column : std::size_t { name_column, language_column, sms_column, email_column, hours_column, columns };
    constexpr std::array<std::string_view, columns> known{"name", "language", "sms", "email", "hours"};
    std::array<std::optional<std::size_t>, columns> at;
    for (std::size_t i = 0; i < file->header.size(); ++i) {
        const std::string title = trimmed(file->header[i]);
        const auto found = std::find(known.begin(), known.end(), title);
        if (found == known.end())
            return fault(file->header_line,
                         fmt::format("column \"{}\" is not known; known: {}", title, fmt::join(known, ", ")),
                         Reason::unknown_name);
        auto& column = at[static_cast<std::size_t>(found - known.begin())];
        if (column) return fault(file->header_line, fmt::format("column \"{}\" is there twice", title));
        column = i;
    }
    if (!at[name_column]) return fault(file->header_line == 0 ? 1 : file->header_line, "there is no column \"name\"");
    Audience out;
    out.id = id;
    std::map<std::string, std::size_t> seen; // address -> line
    std::string digested;
    for (const auto& row : file->rows) {
        if (row.cells.size() != file->header.size())
            return fault(row.line, fmt::format("{} cells; the header has {}", row.cells.size(), file->header.size()));
        const auto cell = [&](Column column) { return at[column] ? trimmed(row.cells[*at[column]]) : std::string{}; };
        Audience::Member member;
        member.number = static_cast<std::uint32_t>(row.line);
        member.name = cell(name_column);
        if (member.name.empty()) return fault(row.line, "the name is empty");
        if (const std::string language = cell(language_column); !language.empty()) {
            const auto read = notify::language_named(language);
            if (!read) return fault(row.line, fmt::format("language \"{}\" is not known; known: zh-CN, en", language));
            member.language = notify::language_name(*read);
        }
        member.sms = cell(sms_column);
        member.email = cell(email_column);
        if (member.sms.empty() && member.email.empty())
            return fault(row.line, fmt::format("{} has no address", member.name));
        for (const auto& [kind, address] : {std::pair{"sms", member.sms}, std::pair{"email", member.email}}) {
            if (address.empty()) continue;
            if (const std::string wrong = fault_of_address(kind, address); !wrong.empty())
                return fault(row.line, fmt::format("{}: {} \"{}\": {}", member.name, kind, address, wrong),
                             Reason::impossible_value);
            if (const auto [other, is_new] = seen.emplace(address, row.line); !is_new)
                return fault(row.line,
                             fmt::format("{}: \"{}\" stands in line {} already", member.name, address, other->second));
        }
        if (const std::string hours = cell(hours_column); !hours.empty()) {
            member.on_duty = hours_of(hours);
            if (!member.on_duty)
                return fault(row.line, fmt::format("{}: \"{}\" must read 08:00-18:00", member.name, hours));
        }
        digested += fmt::format("{};{};{};{};{};{}\n", member.number, member.name, member.language, member.sms,
                                member.email, cell(hours_column));
        out.members.push_back(std::move(member));
        if (out.members.size() > members_most) return fault(row.line, fmt::format("more than {} people", members_most));
    }
    if (out.members.empty()) return fault(1, "nobody is in it");
    out.version = hex(sha256(digested)).substr(0, 16);
    return out;
}

} // namespace aqi::daemon
