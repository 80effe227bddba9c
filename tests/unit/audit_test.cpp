// The chain of who asked for what: whatever somebody does to a line of it is found.
#include "daemon/store/audit.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

AuditEntry entry(std::int64_t at, const char* person, const char* command, const char* outcome, const char* why = "")
{
    AuditEntry out;
    out.at = Instant{at};
    out.person = person;
    out.via = "page";
    out.address = "10.0.0.7";
    out.command = command;
    out.about = "sign city-2016-001 1";
    out.outcome = outcome;
    out.why = why;
    out.request = sha256("{}");
    return out;
}

/// Five lines in a store.
struct Trail {
    Trail() : rules(small_town(1))
    {
        SqliteStore store{file, Durability::process, rules.network};
        for (int i = 1; i <= 5; ++i)
            REQUIRE(store.audit_trail().append(entry(1'000 + i, "env", "act", i % 2 == 1 ? "asked" : "ok")).value() ==
                    i);
    }
    /// What somebody with another program does, the triggers away first.
    std::string after(const std::string& sql)
    {
        Database database{file.string(), OpenAs::read_write};
        database.execute("DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_shortened;");
        database.execute(sql);
        return verify_audit(file).trouble;
    }
    const Folder folder;
    const std::filesystem::path file = folder.path() / "aqid.db";
    const Rules rules;
};

} // namespace

TEST_CASE("a trail that is as it was written is whole, and its newest line is the same on every reading")
{
    Trail trail;
    const auto verdict = verify_audit(trail.file);
    CHECK(verdict.trouble.empty());
    CHECK(verdict.lines == 5);
    CHECK(verdict.newest.size() == 64);
    SqliteStore store{trail.file, Durability::process, trail.rules.network};
    CHECK(hex(store.audit_trail().newest(1).value().front().digest) == verdict.newest);
    CHECK(store.audit_trail().newest(2, 4).value().front().number == 3);
    REQUIRE(store.audit_trail().append(entry(2'000, "met", "consult", "refused", "没有权限")).value() == 6);
    CHECK(verify_audit(trail.file, verdict.newest).trouble.empty()); // it stands within
}

TEST_CASE("a line that is changed in any field, taken out, put in or moved is found")
{
    const auto* column =
        GENERATE("at_ms = at_ms + 1", "person = 'met'", "via = 'token'", "address = '10.0.0.8'", "command = 'order'",
                 "about = 'approve'", "outcome = 'refused'", "why = 'x'", "request = zeroblob(32)", "of = 1");
    Trail trail;
    INFO(column);
    CHECK(trail.after(std::string{"UPDATE audit SET "} + column + " WHERE number = 3").find("line 3 is not") == 0);
}

TEST_CASE("lines taken out of the trail, exchanged or put into it are found")
{
    CHECK(Trail{}.after("DELETE FROM audit WHERE number = 3") == "line 3 is missing");
    CHECK(Trail{}.after("DELETE FROM audit WHERE number = 1") == "line 1 is missing");
    CHECK(Trail{}
              .after("DELETE FROM audit WHERE number = 3; UPDATE audit SET number = number - 1 WHERE number > 3")
              .starts_with("line 3 is not"));
    CHECK(Trail{}
              .after("UPDATE audit SET number = 30 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4;"
                     "UPDATE audit SET number = 4 WHERE number = 30")
              .starts_with("line 3 is not"));
    CHECK(Trail{}
              .after("INSERT INTO audit SELECT 6, at_ms, person, via, address, command, about, outcome, why, request, "
                     "of, hash FROM audit WHERE number = 5")
              .starts_with("line 6 is not"));
}

TEST_CASE("lines that are missing at the end, or a whole new chain, are found by a digest noted elsewhere")
{
    Trail trail;
    const std::string noted = verify_audit(trail.file).newest;
    CHECK(trail.after("DELETE FROM audit WHERE number = 5").empty()); // the chain alone cannot know
    CHECK(verify_audit(trail.file, noted).trouble.find(noted) != std::string::npos);
    CHECK(trail.after("DELETE FROM audit").empty());
    CHECK_FALSE(verify_audit(trail.file, noted).trouble.empty());
}

TEST_CASE("fields that run into each other are different lines")
{
    Trail one, other;
    for (auto* trail : {&one, &other}) {
        SqliteStore store{trail->file, Durability::process, trail->rules.network};
        auto line = entry(3'000, "env", "act", "ok");
        line.via = trail == &one ? "ab" : "a";
        line.address = trail == &one ? "c" : "bc";
        REQUIRE(store.audit_trail().append(line).has_value());
    }
    CHECK(verify_audit(one.file).newest != verify_audit(other.file).newest);
}

TEST_CASE("by mistake nobody changes the trail, and a disk that is full writes no half line")
{
    Trail trail;
    Database database{trail.file.string(), OpenAs::read_write};
    CHECK_THROWS_AS(database.execute("UPDATE audit SET person = ''"), SqliteError);
    CHECK_THROWS_AS(database.execute("DELETE FROM audit"), SqliteError);
    database.execute("PRAGMA max_page_count = 1");
    AuditTrail full{database};
    auto large = entry(4'000, "env", "act", "asked");
    large.about = std::string(100'000, 'x');
    CHECK_FALSE(full.append(large).has_value());
    CHECK(verify_audit(trail.file).lines == 5);
    CHECK(verify_audit(trail.file).trouble.empty());
}
