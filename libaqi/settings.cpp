#include "libaqi/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace aqi {

/// Our own copy of the tree: the TOML library's types stay in this file, and each node remembers whether it was read.
struct Settings::Node {
    toml::node_type type = toml::node_type::none;
    toml::source_position at;
    std::string text; // strings; floats as written by the shortest form; days as 2016-01-05
    std::int64_t integer = 0;
    bool flag = false;
    std::vector<std::pair<std::string, Node>> members; // tables
    std::vector<Node> items;                           // arrays
    mutable std::set<std::string, std::less<>> asked;  // keys of this table that a reader knows
};

struct Settings::Document {
    std::string name;
    Node root;
};

namespace {

std::string position(std::string_view name, const toml::source_position& at)
{
    return fmt::format("{}:{}:{}", name, at.line, at.column);
}

std::string_view kind_name(toml::node_type type)
{
    switch (type) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text in quotes";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a decimal number";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::date: return "a day";
    case toml::node_type::time: return "a time of day";
    case toml::node_type::date_time: return "a day with a time";
    case toml::node_type::none: break;
    }
    return "nothing";
}

} // namespace

namespace {

template <class Node> Node copy_node(const toml::node& from)
{
    Node node;
    node.type = from.type();
    node.at = from.source().begin;
    if (const auto* table = from.as_table()) {
        for (const auto& [key, value] : *table) {
            auto member = copy_node<Node>(value);
            // An error about a key points at the key, where the operator looks.
            member.at = key.source().begin;
            node.members.emplace_back(std::string{key.str()}, std::move(member));
        }
        // toml++ sorts by name; the operator's order is the text's order.
        std::stable_sort(node.members.begin(), node.members.end(), [](const auto& a, const auto& b) {
            return std::pair{a.second.at.line, a.second.at.column} < std::pair{b.second.at.line, b.second.at.column};
        });
    } else if (const auto* array = from.as_array()) {
        for (const auto& value : *array) node.items.push_back(copy_node<Node>(value));
    } else if (const auto* string = from.as_string()) {
        node.text = string->get();
    } else if (const auto* integer = from.as_integer()) {
        node.integer = integer->get();
        node.text = std::to_string(integer->get());
    } else if (const auto* number = from.as_floating_point()) {
        node.text = fmt::format("{}", number->get());
    } else if (const auto* flag = from.as_boolean()) {
        node.flag = flag->get();
    } else if (const auto* date = from.as_date()) {
        node.text = fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
    }
    return node;
}

} // namespace

Settings Settings::parse(std::string_view text, std::string_view name)
{
    try {
        const toml::table table = toml::parse(text, name);
        auto document = std::make_shared<Document>();
        document->name = name;
        document->root = copy_node<Node>(table);
        const Node* root = &document->root;
        return Settings{std::move(document), root};
    } catch (const toml::parse_error& error) {
        throw SettingError(fmt::format("{}: {}", position(name, error.source().begin), error.description()));
    }
}

Settings::Settings(std::shared_ptr<const Document> document, const Node* node)
    : document_(std::move(document)), node_(node)
{}

Settings Settings::sub(const Node& node) const { return Settings{document_, &node}; }

const Settings::Node* Settings::find(std::string_view key) const
{
    node_->asked.emplace(key);
    for (const auto& [name, value] : node_->members)
        if (name == key) return &value;
    return nullptr;
}

const Settings::Node& Settings::need(std::string_view key) const
{
    const Node* node = find(key);
    if (node == nullptr)
        throw SettingError(fmt::format("{}: \"{}\" is missing", position(document_->name, node_->at), key));
    return *node;
}

bool Settings::has(std::string_view key) const { return find(key) != nullptr; }

bool Settings::holds_text(std::string_view key) const
{
    const Node* node = find(key);
    return node != nullptr && node->type == toml::node_type::string;
}

std::string Settings::text(std::string_view key) const
{
    const Node& node = need(key);
    if (node.type != toml::node_type::string)
        fail(key, fmt::format("\"{}\" must be a text in quotes, not {}", key, kind_name(node.type)));
    return node.text;
}

std::string Settings::text_or(std::string_view key, std::string_view otherwise) const
{
    return has(key) ? text(key) : std::string{otherwise};
}

std::int64_t Settings::integer(std::string_view key, std::int64_t least, std::int64_t most) const
{
    const Node& node = need(key);
    if (node.type != toml::node_type::integer)
        fail(key, fmt::format("\"{}\" must be a whole number, not {}", key, kind_name(node.type)));
    if (node.integer < least || node.integer > most)
        fail(key, fmt::format("\"{}\" is {}; it must lie between {} and {}", key, node.integer, least, most));
    return node.integer;
}

std::int64_t Settings::integer_or(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                  std::int64_t most) const
{
    return has(key) ? integer(key, least, most) : otherwise;
}

bool Settings::flag_or(std::string_view key, bool otherwise) const
{
    const Node* node = find(key);
    if (node == nullptr) return otherwise;
    if (node->type != toml::node_type::boolean)
        fail(key, fmt::format("\"{}\" must be true or false, not {}", key, kind_name(node->type)));
    return node->flag;
}

LocalDay Settings::day(std::string_view key) const
{
    const Node& node = need(key);
    const auto day = node.type == toml::node_type::date ? parse_day(node.text) : Result<LocalDay>{Fault{}};
    if (!day) fail(key, fmt::format("\"{}\" must be a day such as 2016-01-05, without quotes", key));
    return *day;
}

std::optional<LocalDay> Settings::day_if(std::string_view key) const
{
    if (!has(key)) return std::nullopt;
    return day(key);
}

std::vector<std::string> Settings::texts_or_none(std::string_view key) const
{
    const Node* node = find(key);
    if (node == nullptr) return {};
    std::vector<std::string> out;
    for (const auto& item : node->items) {
        if (item.type != toml::node_type::string)
            throw SettingError(fmt::format("{}: \"{}\" must list texts in quotes", position(document_->name, item.at), key));
        out.push_back(item.text);
    }
    if (node->type != toml::node_type::array) fail(key, fmt::format("\"{}\" must be a list in [ ]", key));
    return out;
}

std::vector<std::int64_t> Settings::integers(std::string_view key) const
{
    const Node& node = need(key);
    if (node.type != toml::node_type::array) fail(key, fmt::format("\"{}\" must be a list of whole numbers", key));
    std::vector<std::int64_t> out;
    for (const auto& item : node.items) {
        if (item.type != toml::node_type::integer)
            throw SettingError(fmt::format("{}: \"{}\" must list whole numbers", position(document_->name, item.at), key));
        out.push_back(item.integer);
    }
    return out;
}

Settings Settings::table(std::string_view key) const
{
    const Node& node = need(key);
    if (node.type != toml::node_type::table) fail(key, fmt::format("\"{}\" must be a table, [{}]", key, key));
    return sub(node);
}

std::optional<Settings> Settings::table_if(std::string_view key) const
{
    if (!has(key)) return std::nullopt;
    return table(key);
}

std::vector<Settings> Settings::tables(std::string_view key) const
{
    const Node* node = find(key);
    if (node == nullptr) return {};
    std::vector<Settings> out;
    for (const auto& item : node->items) {
        if (item.type != toml::node_type::table) break;
        out.push_back(sub(item));
    }
    if (node->type != toml::node_type::array || out.size() != node->items.size())
        fail(key, fmt::format("\"{}\" must be written as [[{}]]", key, key));
    return out;
}

std::vector<std::string> Settings::keys() const
{
    std::vector<std::string> out;
    for (const auto& member : node_->members) {
        node_->asked.insert(member.first);
        out.push_back(member.first);
    }
    return out;
}

void Settings::done() const
{
    for (const auto& [name, value] : node_->members) {
        if (node_->asked.contains(name)) continue;
        const std::vector<std::string> known(node_->asked.begin(), node_->asked.end());
        fail_unknown(name, name, known);
    }
}

std::string Settings::place(std::string_view key) const
{
    for (const auto& [name, value] : node_->members)
        if (!key.empty() && name == key) return position(document_->name, value.at);
    return position(document_->name, node_->at);
}

void Settings::fail(std::string_view key, std::string_view message) const
{
    throw SettingError(fmt::format("{}: {}", place(key), message));
}

void Settings::fail_unknown(std::string_view key, std::string_view written, const std::vector<std::string>& known) const
{
    const std::string guess = closest(written, known);
    fail(key, fmt::format("\"{}\" is not known{}; known: {}", written,
                          guess.empty() ? "" : fmt::format(", did you mean \"{}\"?", guess), fmt::join(known, ", ")));
}

std::string closest(std::string_view written, const std::vector<std::string>& known)
{
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(written.size() / 3, 1) + 1;
    for (const auto& candidate : known) {
        // Levenshtein, one row at a time.
        std::vector<std::size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 0; i < written.size(); ++i) {
            std::size_t diagonal = row[0];
            row[0] = i + 1;
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                const std::size_t substitute = diagonal + (written[i] == candidate[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = std::min({row[j] + 1, diagonal + 1, substitute});
            }
        }
        if (row.back() < best_distance) {
            best_distance = row.back();
            best = candidate;
        }
    }
    return best;
}

} // namespace aqi
