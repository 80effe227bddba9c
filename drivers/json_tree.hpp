// drivers/json_tree: a foreign JSON text as a small tree whose numbers are still text.
//
// Knows: how deep, how wide and how long a text of a station can reasonably be; that a key stands once in an object.
// Does not know: what any key means (payload_map). The JSON library stops in json_tree.cpp.
#pragma once

#include "libaqi/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers {

struct JsonNode {
    enum class Kind : std::uint8_t { null, boolean, number, text, list, object };

    Kind kind = Kind::null;
    std::string key;             ///< what its object calls it; empty in a list
    std::string text;            ///< a number as it was written, or a text
    std::vector<JsonNode> items; ///< of a list, or the members of an object in the order of the text

    bool is_scalar() const { return kind == Kind::number || kind == Kind::text; }
    /// Of an object; null otherwise.
    const JsonNode* member(std::string_view name) const;
};

/// Limits, each far beyond what a station sends, so that no text makes much work.
inline constexpr std::size_t json_depth_max = 16;
inline constexpr std::size_t json_nodes_max = 100'000;

/// Faults: malformed, with the words of the parser; not_valid_number where the text writes NaN or an infinity, which JSON
/// has no word for.
Result<JsonNode> parse_json(std::string_view text);

} // namespace aqi::drivers
