// daemon/store/sqlite: a connection, a prepared statement and a transaction that cannot be forgotten.
//
// Knows: SQLite's C interface; its types stop in sqlite.cpp. Does not know: any table.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace aqi::daemon {

class SqliteError : public std::runtime_error {
public:
    SqliteError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
    int code() const { return code_; }

private:
    int code_;
};

enum class OpenAs : std::uint8_t { read_write, read_only };

class Database {
public:
    /// Throws SqliteError with the path in its words.
    Database(const std::string& path, OpenAs as);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const std::string& sql);        ///< any number of statements
    std::int64_t number(const std::string& sql); ///< the first column of the first row
    sqlite3* handle() const { return handle_; }
    /// Called within each commit that writes: it must only remember, and not touch the database.
    void on_commit(std::function<void()> call);

private:
    sqlite3* handle_ = nullptr;
    std::function<void()> on_commit_;
};

/// A prepared statement. bind() in order of the ?s, then step() or run(); both reset for the next use.
class Statement {
public:
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;

    Statement& bind(std::int64_t value);
    Statement& bind(int value) { return bind(std::int64_t{value}); }
    Statement& bind(std::string_view text); ///< copied
    Statement& bind(const std::string& text) { return bind(std::string_view{text}); }
    Statement& bind(const char* text) { return bind(std::string_view{text}); }
    Statement& bind_blob(std::string_view bytes);
    Statement& bind_null();
    template <class T>
    Statement& bind(const std::optional<T>& value)
    {
        return value ? bind(static_cast<std::int64_t>(*value)) : bind_null();
    }

    /// One row, or false at the end (then reset).
    bool step();
    /// A statement without rows.
    void run();
    void reset();

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string text(int column) const;

private:
    void check(int code);
    Database* database_;
    sqlite3_stmt* statement_ = nullptr;
    int next_ = 1;
};

/// Rolled back unless committed.
class Transaction {
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& database_;
    bool open_ = true;
};

} // namespace aqi::daemon
