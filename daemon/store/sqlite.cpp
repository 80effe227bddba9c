#include "daemon/store/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

namespace aqi::daemon {
namespace {

[[noreturn]] void fail(sqlite3* handle, std::string_view what)
{
    const int code = sqlite3_extended_errcode(handle);
    throw SqliteError(fmt::format("{}: {}", what, sqlite3_errmsg(handle)), code);
}

} // namespace

Database::Database(const std::string& path, OpenAs as)
{
    const int flags = as == OpenAs::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
        const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory";
        const int code = handle_ != nullptr ? sqlite3_extended_errcode(handle_) : SQLITE_NOMEM;
        sqlite3_close(handle_);
        throw SqliteError(fmt::format("{}: {}", path, why), code);
    }
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, 5'000);
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::execute(const std::string& sql)
{
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_, sql.substr(0, 60));
}

std::int64_t Database::number(const std::string& sql)
{
    Statement statement{*this, sql};
    return statement.step() ? statement.integer(0) : 0;
}

void Database::on_commit(std::function<void()> call)
{
    on_commit_ = std::move(call);
    const auto hook = [](void* self) {
        static_cast<Database*>(self)->on_commit_();
        return 0; // let it be committed
    };
    sqlite3_commit_hook(handle_, on_commit_ ? +hook : nullptr, this);
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database)
{
    check(sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                             &statement_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), next_(other.next_)
{}

void Statement::check(int code)
{
    if (code != SQLITE_OK) fail(database_->handle(), statement_ != nullptr ? sqlite3_sql(statement_) : "prepare");
}

Statement& Statement::bind(std::int64_t value)
{
    check(sqlite3_bind_int64(statement_, next_++, value));
    return *this;
}

Statement& Statement::bind(std::string_view text)
{
    check(sqlite3_bind_text(statement_, next_++, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bind_blob(std::string_view bytes)
{
    check(sqlite3_bind_blob(statement_, next_++, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bind_null()
{
    check(sqlite3_bind_null(statement_, next_++));
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    const std::string what = sqlite3_sql(statement_);
    const std::string why = sqlite3_errmsg(database_->handle());
    reset();
    throw SqliteError(fmt::format("{}: {}", what.substr(0, 60), why), code);
}

void Statement::run()
{
    while (step()) {}
}

void Statement::reset()
{
    sqlite3_reset(statement_);
    next_ = 1;
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const
{
    // column_blob for text, too: it gives the bytes as they are, and their count.
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string{}
                            : std::string{static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

Transaction::Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction()
{
    if (!open_) return;
    try {
        database_.execute("ROLLBACK");
    } catch (const SqliteError&) { // some errors have rolled back already
    }
}

void Transaction::commit()
{
    database_.execute("COMMIT");
    open_ = false;
}

} // namespace aqi::daemon
