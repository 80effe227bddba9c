// drivers/hj212/frame: one frame read into its header and fields.
//
// Knows: the header's names, the two ways of splitting the command part, and every liberty seen in the field: no QN or
// Flag, the Flag among the fields, PNO of four digits, a comma for a semicolon, blanks, no semicolon before CP.
// Does not know: what a factor is (factors.hpp), which stations exist (decode.hpp).
#pragma once

#include "drivers/hj212/checksum.hpp"
#include "libaqi/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers::hj212 {

/// Bits of Flag.
inline constexpr int flag_wants_answer = 1;
inline constexpr int flag_is_part = 2;
inline constexpr int flag_edition_shift = 2;

struct Header {
    std::string qn; ///< names one exchange; empty: the sender gave none
    std::string st; ///< "22" is ambient air
    std::string cn;
    std::string pw;
    std::string mn;
    std::optional<int> flag;         ///< bits 2 to 7 are the edition: 0, 1 and 2 for 2005, 2017 and 2025
    std::optional<int> part_count{}; ///< PNUM
    std::optional<int> part{};       ///< PNO, from 1

    bool wants_answer() const { return flag && (*flag & flag_wants_answer) != 0; }
    bool operator==(const Header&) const = default;
};

/// One "a34004-Avg=35" of the command part, in the order of the frame.
struct Field {
    std::string name;
    std::string value;
    int group = 0; ///< fields joined by commas share one; semicolons begin the next
    bool operator==(const Field&) const = default;
};

struct Message {
    Header header;
    std::vector<Field> fields;
    std::vector<std::string> broken; ///< items of the command part that are no field
};

/// The text of a frame without its line end. Faults: malformed; bad_checksum, naming the variant that would match.
Result<Message> parse_frame(std::string_view text, Checksum checksum);

/// The value of a field, or empty. Exact name.
std::string_view field_of(const Message& message, std::string_view name);

} // namespace aqi::drivers::hj212
