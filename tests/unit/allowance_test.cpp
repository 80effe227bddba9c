// One person's hour: what counts, what waits for a digest, and that a restart forgets nothing of it.
#include "daemon/allowance.hpp"
#include "daemon/store/ledger.hpp"
#include "daemon/store/store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

constexpr std::int64_t minute = 60'000;
const std::string zhang = "13900000001", li = "13900000002";

std::shared_ptr<const Audience> list(const char* id, int limit, std::vector<Audience::Member> members)
{
    auto out = std::make_shared<Audience>();
    out->id = id;
    out->version = std::string{id} + "-1";
    out->at_most_an_hour = limit;
    out->members = std::move(members);
    return out;
}
const auto duty = list("duty", 2, {{2, "张三", "zh-CN", zhang, "zhang@x", {}}, {3, "Li", "en", li, "", {}}});
const auto leaders = list("leaders", 3, {{7, "张三", "zh-CN", zhang, "", {}}});

PreparedRow row(const std::string& id, std::int64_t at, std::shared_ptr<const Audience> people,
                std::vector<std::uint32_t> to, const char* kind = "alarm", const char* address = "sms",
                const char* channel = "mobile")
{
    PreparedRow out;
    out.row.warning = id;
    out.row.revision = 1;
    out.row.channel = out.row.provider = channel;
    out.row.address = address;
    out.row.audience = people->id;
    out.row.version = people->version;
    out.row.kind = kind;
    out.row.document = "{}";
    out.row.zh.text = id;
    out.row.created_at = Instant{at};
    out.row.expires_at = Instant{at + 12 * 60 * minute};
    out.people = std::move(people);
    out.recipients = std::move(to);
    return out;
}

struct Room {
    Folder folder;
    Rules rules = small_town(1);
    std::unique_ptr<SqliteStore> store;
    Config config;
    Room()
    {
        config.audiences = {duty, leaders};
        open();
    }
    void open()
    {
        store.reset();
        store = std::make_unique<SqliteStore>(file(), Durability::process, rules.network);
    }
    std::filesystem::path file() const { return folder.path() / "aqid.db"; }
    void put(PreparedRow row)
    {
        Turn turn;
        turn.outbox.push_back(std::move(row));
        REQUIRE(store->commit(turn).has_value());
    }
    /// As Letters writes an alarm; returns who is held.
    std::vector<std::uint32_t> say(PreparedRow row)
    {
        auto received = store->received_since(Instant{row.row.created_at.ms - 60 * minute});
        REQUIRE(received.has_value());
        std::vector<PreparedRow> rows{std::move(row)};
        hold_back(rows, *received);
        const auto held = rows.at(0).held;
        put(std::move(rows.at(0)));
        return held;
    }
    std::vector<Bundle> ready(std::int64_t at)
    {
        auto received = store->received_since(Instant{at - 60 * minute});
        REQUIRE(received.has_value());
        return bundles_of(*store->held(), config, *received);
    }
};
using Numbers = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("alarms and digests are limited, and nothing that is said to the public or proves a way", "[allowance]")
{
    using notify::LetterKind;
    CHECK(is_limited(LetterKind::alarm));
    CHECK(is_limited(LetterKind::digest));
    for (const auto kind : {LetterKind::warning, LetterKind::canary, LetterKind::all_clear})
        CHECK_FALSE(is_limited(kind));
}

TEST_CASE("an address has one hour over steps, lists and channels, and a restart forgets nothing of it", "[allowance]")
{
    Room room;
    CHECK(room.say(row("a", 0, duty, {2, 3})).empty());
    CHECK(room.say(row("b", 10 * minute, duty, {2}, "alarm", "sms", "unicom")).empty());
    for (const auto* exempt : {"warning", "canary", "all_clear"})
        room.put(row(exempt, 11 * minute, duty, {2, 3}, exempt));
    room.open();
    CHECK(room.say(row("c", 20 * minute, duty, {2, 3})) == Numbers{2});          // Li has had one
    CHECK(room.say(row("m", 20 * minute, duty, {2}, "alarm", "email")).empty()); // a mailbox has an hour of its own
    // The other list allows three, and counts the two of this one.
    CHECK(room.say(row("d", 21 * minute, leaders, {7})).empty());
    CHECK(room.say(row("e", 22 * minute, leaders, {7})) == Numbers{7});
    // What failed was no letter.
    for (auto& entry : *room.store->due("mobile", Instant{INT64_MAX}, 100))
        if (entry.row->warning == "d") {
            entry.state = SendState::failed;
            REQUIRE(room.store->update({entry}, Instant{23 * minute}).has_value());
        }
    CHECK(room.store->received_since(Instant{-1})->at(zhang) == 2);
    // The hour is full until its first letter is an hour old.
    CHECK(room.say(row("f", 60 * minute - 1, duty, {2})) == Numbers{2});
    CHECK(room.say(row("g", 60 * minute, duty, {2})).empty());
    CHECK(verify_ledger(room.file()).trouble.empty());
}

TEST_CASE("one letter that reaches an address twice is two of its hour", "[allowance]")
{
    Received received{{zhang, 1}};
    std::vector<PreparedRow> rows{row("a", 0, duty, {2}), row("a", 0, duty, {2, 3}, "alarm", "sms", "unicom")};
    rows.push_back(row("a", 0, duty, {2}, "alarm", "sms", "third"));
    rows[2].refused = "too long";
    rows.push_back(row("a", 0, list("free", 0, duty->members), {2}, "alarm", "sms", "fourth"));
    hold_back(rows, received);
    CHECK(rows[0].held.empty());
    CHECK(rows[1].held == Numbers{2});
    CHECK(rows[1].recipients == Numbers{3});
    CHECK(rows[1].held_why == "2 letters within an hour: it goes with a digest");
    CHECK(rows[2].recipients == Numbers{2}); // it fails, and says so itself
    CHECK(rows[3].recipients == Numbers{2}); // a list without a limit
    CHECK(received[zhang] == 3);
}

TEST_CASE("what is held is never sent, and is said once when there is room, to each the letters that waited",
          "[allowance]")
{
    Room room;
    CHECK(room.say(row("a", 0, duty, {2, 3})).empty());
    CHECK(room.say(row("b", 1 * minute, duty, {2, 3})).empty());
    CHECK(room.say(row("c", 2 * minute, duty, {2, 3})) == Numbers{2, 3});
    CHECK(room.say(row("d", 3 * minute, duty, {2, 3})) == Numbers{2, 3});
    CHECK(room.store->due("mobile", Instant{INT64_MAX}, 100)->size() == 4);
    CHECK(room.store->waiting()->at("mobile").deliveries == 8);
    CHECK(room.ready(59 * minute).empty());
    {
        const auto ready = room.ready(60 * minute);
        REQUIRE(ready.size() == 1); // the same letters, one digest
        REQUIRE(ready[0].letters.size() == 2);
        CHECK(ready[0].letters[0]->warning == "c");
        CHECK(ready[0].people->version == duty->version);
        REQUIRE(ready[0].people->members.size() == 2);
        CHECK(ready[0].people->members[0] == Audience::Member{2, "张三", "zh-CN", zhang, "", {}});
        CHECK(ready[0].people->members[1].language == "en");
        CHECK(ready[0].deliveries.size() == 4);
    }
    // Who waits for other letters gets another digest; the list as it was then names the people.
    room.config.audiences = {list("duty", 2, {})};
    CHECK(room.say(row("e", 4 * minute, duty, {2})) == Numbers{2});
    room.open();
    auto ready = room.ready(60 * minute);
    REQUIRE(ready.size() == 2);
    CHECK(ready[0].letters.size() + ready[1].letters.size() == 5);
    CHECK(room.ready(5 * minute).empty());
    room.config.audiences.clear(); // nobody limits them any more
    CHECK(room.ready(5 * minute).size() == 2);
    // The digest settles what it says, in its own turn.
    Turn turn;
    for (auto& bundle : ready) {
        auto digest = row("digest", 60 * minute, duty, {bundle.people->members.at(0).number}, "digest");
        digest.row.revision = static_cast<int>(digest.recipients[0]);
        digest.people.reset();
        turn.outbox.push_back(std::move(digest));
        for (auto& entry : bundle.deliveries) {
            entry.state = SendState::superseded;
            entry.next_at = Instant{60 * minute};
            turn.superseded.push_back(entry);
        }
    }
    REQUIRE(room.store->commit(turn).has_value());
    CHECK(room.store->held()->empty());
    CHECK(room.store->waiting()->at("mobile").deliveries == 6);    // four alarms, two digests
    CHECK(room.store->received_since(Instant{0})->at(zhang) == 2); // b and the digest
    CHECK(verify_ledger(room.file()).trouble.empty());
}

TEST_CASE("a later letter that is held does not take the place of one that is tried again", "[allowance]")
{
    Room room;
    const auto numbered = [](PreparedRow row, int number) {
        row.row.revision = number;
        return row;
    };
    CHECK(room.say(numbered(row("a", 0, duty, {2}), 1)).empty());
    CHECK(room.say(numbered(row("a", 1 * minute, duty, {2}), 2)).empty());
    const auto first = room.store->due("mobile", Instant{INT64_MAX}, 100)->at(0);
    auto second = room.store->due("mobile", Instant{INT64_MAX}, 100)->at(1);
    CHECK(room.say(numbered(row("a", 2 * minute, duty, {2}), 3)) == Numbers{2});
    CHECK(*room.store->is_overtaken(first));
    CHECK_FALSE(*room.store->is_overtaken(second));
}
