// libaqi/settings: a TOML text as a strict tree, so that a broken line is answered with its place and the known choices.
//
// Knows: files, lines and columns of every key; which keys a reader asked for, and so which ones nobody knows.
// Does not know: what any key means (rule_pack, the daemon's config, each driver and channel), or files: it gets text.
// The TOML library is used in settings.cpp and stops there.
#pragma once

#include "libaqi/time.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aqi {

/// A text that cannot be used. what() is one line: "file:line:column: what is wrong; known: a, b, c".
class SettingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One table of a TOML text. Cheap to copy; the text's tree lives as long as any Settings of it.
///
/// Every reader throws SettingError with the place of the key. A reader of a table ends with `done()`, which refuses
/// keys that were never asked for: a misspelt key must not be a silent default.
class Settings {
public:
    /// Parses a whole text. `name` is what messages call it, usually a file name.
    static Settings parse(std::string_view text, std::string_view name);

    bool has(std::string_view key) const;
    /// Whether the key is there and holds a text in quotes.
    bool holds_text(std::string_view key) const;
    std::string text(std::string_view key) const;
    std::string text_or(std::string_view key, std::string_view otherwise) const;
    std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const;
    std::int64_t integer_or(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
    /// A whole number, or a decimal in quotes, as text: decimals never pass through a binary number.
    std::string number(std::string_view key) const;
    std::vector<std::string> numbers(std::string_view key) const;
    bool flag_or(std::string_view key, bool otherwise) const;
    LocalDay day(std::string_view key) const;
    std::optional<LocalDay> day_if(std::string_view key) const;
    std::vector<std::string> texts_or_none(std::string_view key) const;
    std::vector<std::int64_t> integers(std::string_view key) const;

    /// [key], which must exist / may be missing.
    Settings table(std::string_view key) const;
    std::optional<Settings> table_if(std::string_view key) const;
    /// [[key]], possibly none.
    std::vector<Settings> tables(std::string_view key) const;
    /// The keys of this table in the order of the text; asking for them counts as asking for each.
    std::vector<std::string> keys() const;

    /// One of a closed set, written as its name.
    template <class T>
    T choice(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> known) const
    {
        const std::string written = text(key);
        for (const auto& [name, value] : known)
            if (name == written) return value;
        std::vector<std::string> names;
        for (const auto& row : known) names.emplace_back(row.first);
        fail_unknown(key, written, names);
    }
    template <class T>
    T choice_or(std::string_view key, T otherwise, std::initializer_list<std::pair<std::string_view, T>> known) const
    {
        return has(key) ? choice(key, known) : otherwise;
    }

    /// Refuses any key of this table that no reader asked for.
    void done() const;

    /// "file:line:column" of a key, or of the table itself when the key is empty or absent.
    std::string place(std::string_view key = {}) const;
    [[noreturn]] void fail(std::string_view key, std::string_view message) const;
    /// `"written" is not known; known: ...`, with a guess when one is close.
    [[noreturn]] void fail_unknown(std::string_view key, std::string_view written,
                                   const std::vector<std::string>& known) const;

private:
    struct Document;
    struct Node;
    Settings(std::shared_ptr<const Document> document, const Node* node);
    const Node* find(std::string_view key) const;
    const Node& need(std::string_view key) const;
    Settings sub(const Node& node) const;

    std::shared_ptr<const Document> document_;
    const Node* node_ = nullptr;
};

/// The one of `known` that `written` was probably meant to be, or empty. For messages only.
std::string closest(std::string_view written, const std::vector<std::string>& known);

} // namespace aqi
