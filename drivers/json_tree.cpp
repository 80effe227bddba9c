#include "drivers/json_tree.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::drivers {
namespace {

namespace json = boost::json;

/// Events of the parser, made into nodes. What is open stands on a stack; what is closed goes into what is open.
class Handler {
public:
    static constexpr std::size_t max_object_size = 512;
    static constexpr std::size_t max_array_size = 10'000;
    static constexpr std::size_t max_key_size = 256;
    static constexpr std::size_t max_string_size = 4'096;

    JsonNode top;
    std::string problem; ///< in our words, where the parser has none

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code& ec) { return open(JsonNode::Kind::object, ec); }
    bool on_object_end(std::size_t, json::error_code& ec)
    {
        // Which of two is meant nobody can say, and a parser that took the last one would never tell.
        std::vector<std::string_view> names;
        for (const auto& member : open_.back().items) names.push_back(member.key);
        std::sort(names.begin(), names.end());
        const auto twice = std::adjacent_find(names.begin(), names.end());
        if (twice != names.end()) return fail(ec, fmt::format("\"{}\" is there twice", *twice));
        return close();
    }
    bool on_array_begin(json::error_code& ec) { return open(JsonNode::Kind::list, ec); }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return add(part); }
    bool on_key(json::string_view part, std::size_t, json::error_code&)
    {
        add(part);
        key_ = take();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return add(part); }
    bool on_string(json::string_view part, std::size_t, json::error_code& ec)
    {
        add(part);
        return leaf(JsonNode::Kind::text, take(), ec);
    }
    bool on_number_part(json::string_view part, json::error_code&) { return add(part); }
    bool on_int64(std::int64_t, json::string_view part, json::error_code& ec) { return number(part, ec); }
    bool on_uint64(std::uint64_t, json::string_view part, json::error_code& ec) { return number(part, ec); }
    bool on_double(double, json::string_view part, json::error_code& ec) { return number(part, ec); }
    bool on_bool(bool value, json::error_code& ec)
    {
        return leaf(JsonNode::Kind::boolean, value ? "true" : "false", ec);
    }
    bool on_null(json::error_code& ec) { return leaf(JsonNode::Kind::null, {}, ec); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    bool fail(json::error_code& ec, std::string why)
    {
        problem = std::move(why);
        ec = json::error::incomplete; // any error ends the parse; the words are in `problem`
        return false;
    }

    bool add(json::string_view part)
    {
        partial_.append(part.data(), part.size());
        return true;
    }
    std::string take()
    {
        std::string out = std::move(partial_);
        partial_.clear();
        return out;
    }

    JsonNode made(JsonNode::Kind kind, std::string text)
    {
        JsonNode node;
        node.kind = kind;
        node.text = std::move(text);
        node.key = std::move(key_);
        key_.clear();
        return node;
    }

    bool number(json::string_view part, json::error_code& ec)
    {
        add(part);
        return leaf(JsonNode::Kind::number, take(), ec);
    }

    bool leaf(JsonNode::Kind kind, std::string text, json::error_code& ec)
    {
        if (++nodes_ > json_nodes_max) return fail(ec, fmt::format("more than {} values", json_nodes_max));
        place(made(kind, std::move(text)));
        return true;
    }

    bool open(JsonNode::Kind kind, json::error_code& ec)
    {
        if (++nodes_ > json_nodes_max) return fail(ec, fmt::format("more than {} values", json_nodes_max));
        open_.push_back(made(kind, {}));
        return true;
    }

    bool close()
    {
        JsonNode node = std::move(open_.back());
        open_.pop_back();
        place(std::move(node));
        return true;
    }

    void place(JsonNode node)
    {
        if (open_.empty())
            top = std::move(node);
        else
            open_.back().items.push_back(std::move(node));
    }

    std::vector<JsonNode> open_;
    std::string key_;
    std::string partial_;
    std::size_t nodes_ = 0;
};

/// Whether the text goes on with what some writers print for a number that is none.
bool writes_no_number(std::string_view rest)
{
    if (rest.starts_with('-')) rest.remove_prefix(1);
    for (const std::string_view word : {"nan", "NaN", "NAN", "inf", "Inf", "INF"})
        if (rest.starts_with(word)) return true;
    return false;
}

} // namespace

const JsonNode* JsonNode::member(std::string_view name) const
{
    if (kind != Kind::object) return nullptr;
    for (const auto& item : items)
        if (item.key == name) return &item;
    return nullptr;
}

Result<JsonNode> parse_json(std::string_view text)
{
    json::parse_options options;
    options.max_depth = json_depth_max;
    json::basic_parser<Handler> parser{options};
    json::error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    const Handler& handler = parser.handler();
    if (!ec && read == text.size()) return std::move(parser.handler().top);
    if (handler.problem.empty() && ec) {
        // The parser may stop on the word or on its sign.
        const std::size_t from = read > 0 && text.substr(read - 1).starts_with('-') ? read - 1 : read;
        if (writes_no_number(text.substr(std::min(from, text.size()))))
            return Fault{Reason::not_valid_number,
                         fmt::format("'{}' stands where a number should, and no JSON goes on behind it",
                                     text.substr(from, text.substr(from).find_first_of(",}] \r\n\t")).substr(0, 20))};
    }
    const std::string why = !handler.problem.empty() ? handler.problem
                            : ec                     ? ec.message()
                                                     : "there is text after the end";
    return Fault{Reason::malformed, fmt::format("not a JSON text: {}", why)};
}

} // namespace aqi::drivers
