// Who gets what: routes, audiences that overlap, carriers and their numbers, languages, what is superseded and who hears of the end.
#include "daemon/routing.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/dispatch_json.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

Result<Content> words(const std::any& settings, const notify::Letter& letter, notify::Language language)
{
    const auto* limit = std::any_cast<std::size_t>(&settings);
    Content out{letter.headline(language)};
    if (limit != nullptr && out.text.size() > *limit) return Fault{Reason::too_large, "too long for it"};
    return out;
}
bool carries(const std::any&, std::string_view address) { return address.starts_with("139"); }

notify::ChannelInfo kind(std::string_view address, bool (*serves)(const std::any&, std::string_view) = nullptr)
{
    notify::ChannelInfo out{};
    out.kind = "test";
    out.address = address;
    out.compose = words;
    out.serves = serves;
    return out;
}
const notify::ChannelInfo feed = kind(""), sms = kind("sms"), mobile = kind("sms", carries), mail = kind("email");

std::shared_ptr<const Audience> people(const char* id, std::vector<Audience::Member> members)
{
    auto out = std::make_shared<Audience>();
    out->id = id;
    out->version = std::string{id} + std::to_string(members.size());
    out->members = std::move(members);
    return out;
}

struct Town {
    Config config;
    Town()
    {
        config.rules = small_town(1);
        const auto channel = [&](const char* name, const notify::ChannelInfo& of) {
            ChannelConfig c;
            c.name = c.provider = name;
            c.kind = &of;
            config.channels.push_back(std::move(c));
        };
        channel("feed", feed);
        channel("mobile", mobile);
        channel("any", sms);
        channel("mail", mail);
        config.audiences = {
            people("officials", {{2, "a", "zh-CN", "13900000001", "a@x", {}}, {3, "b", "en", "13300000002", "", {}}}),
            people("schools", {{2, "c", "zh-CN", "13900000001", "c@x", {}}, {3, "d", "zh-CN", "13900000003", "", {}}})};
    }
    Route& route(std::vector<std::string> channels, const char* audience = "")
    {
        Route r;
        r.channels = std::move(channels);
        r.audience = audience;
        return config.routes.emplace_back(std::move(r));
    }
};

notify::Letter letter(int revision, RevisionKind kind, WarningLevel level, WarningLevel previous,
                      const char* area = "city")
{
    notify::Letter out;
    out.id = "city-2016-001";
    out.revision = revision;
    out.at = Instant{1'000};
    out.warning.emplace();
    out.warning->warning = out.id;
    out.warning->revision = revision;
    out.warning->kind = kind;
    out.warning->level = level;
    out.warning->previous = previous;
    out.warning->area = area;
    out.warning->headline_zh = "预警";
    out.warning->headline_en = "Warning";
    return out;
}
notify::Letter raise(WarningLevel level = WarningLevel::orange)
{
    return letter(1, RevisionKind::raise, level, WarningLevel::none);
}

/// "feed", "mobile:officials=2,3"
std::set<std::string> plan(const std::vector<PreparedRow>& rows)
{
    std::set<std::string> out;
    for (const auto& r : rows) {
        std::string text = r.row.channel;
        if (!r.row.audience.empty()) {
            text += ":" + r.row.audience + "=";
            for (const auto n : r.recipients) text += std::to_string(n) + ",";
            text.pop_back();
        }
        out.insert(text + (r.refused.empty() ? "" : "!"));
    }
    return out;
}
using Plan = std::set<std::string>;

} // namespace

TEST_CASE(
    "a channel without recipients gets every warning unless a route names it, one with recipients what its routes say")
{
    Town town;
    CHECK(plan(route_new(raise(), town.config, Instant{5})) == Plan{"feed"});
    town.route({"any", "mail"}, "officials");
    CHECK(plan(route_new(raise(), town.config, Instant{5})) == Plan{"feed", "any:officials=2,3", "mail:officials=2"});
    town.route({"feed"}).at_least = WarningLevel::red;
    CHECK_FALSE(plan(route_new(raise(), town.config, Instant{5})).contains("feed"));
    CHECK(plan(route_new(raise(WarningLevel::red), town.config, Instant{5})).contains("feed"));
}

TEST_CASE("an address gets a letter once through a channel, and from the carrier it belongs to")
{
    Town town;
    town.route({"any", "mobile"}, "officials");
    town.route({"any", "mobile"}, "schools");
    CHECK(plan(route_new(raise(), town.config, Instant{5})) ==
          Plan{"feed", "any:officials=2,3", "any:schools=3", "mobile:officials=2", "mobile:schools=3"});
}

TEST_CASE("routes choose by area, level and step, a step down counts as what it comes from")
{
    Town town;
    Route& r = town.route({"any"}, "officials");
    r.areas = {"city"};
    r.at_least = WarningLevel::orange;
    const auto goes = [&](const notify::Letter& l) { return plan(route_new(l, town.config, Instant{5})).size() > 1; };
    CHECK(goes(raise()));
    CHECK_FALSE(goes(raise(WarningLevel::yellow)));
    CHECK_FALSE(goes(letter(1, RevisionKind::raise, WarningLevel::red, WarningLevel::none, "county")));
    CHECK(goes(letter(2, RevisionKind::downgrade, WarningLevel::yellow, WarningLevel::red)));
    r.transitions = {RevisionKind::raise};
    CHECK(goes(raise()));
    CHECK_FALSE(goes(letter(2, RevisionKind::upgrade, WarningLevel::red, WarningLevel::orange)));
    notify::Letter alarm;
    alarm.kind = notify::LetterKind::alarm;
    CHECK(route_new(alarm, town.config, Instant{5}).empty()); // routes are for warnings
}

TEST_CASE(
    "what cannot be said through a channel is a row that failed, not a silence, English is composed where it is read")
{
    Town town;
    town.route({"any"}, "officials");
    town.route({"mail"}, "schools");
    auto rows = route_new(raise(), town.config, Instant{5});
    for (const auto& r : rows) {
        if (r.row.channel == "any") CHECK(r.row.en == std::optional{Content{"Warning"}});
        if (r.row.channel == "mail") CHECK_FALSE(r.row.en.has_value());
        CHECK(r.row.zh == Content{"预警"});
        CHECK(r.row.expires_at.ms - r.row.created_at.ms == 12 * 3'600'000);
    }
    town.config.channels[2].settings = std::size_t{3};
    rows = route_new(raise(), town.config, Instant{5});
    CHECK(plan(rows).contains("any:officials=2,3!"));
}

TEST_CASE("a later revision supersedes what has not left, and the end goes to exactly those who got it")
{
    const Folder folder;
    Town town;
    Route& only = town.route({"any"}, "officials");
    SqliteStore store{folder.path() / "aqid.db", Durability::process, town.config.rules.network};
    const auto commit = [&](const notify::Letter& l, Instant at) {
        auto routed = route(l, town.config, store, at);
        REQUIRE(routed.has_value());
        Turn turn;
        turn.outbox = std::move(routed->rows);
        turn.superseded = std::move(routed->superseded);
        REQUIRE(store.commit(turn).has_value());
        return plan(turn.outbox);
    };
    const auto settle = [&](const char* address, SendState state, Instant at) {
        for (auto& e : *store.due("any", Instant{INT64_MAX}, 100))
            if (e.to.address == address) {
                e.state = state;
                REQUIRE(store.update({e}, at).has_value());
            }
    };
    CHECK(commit(raise(), Instant{10}) == Plan{"feed", "any:officials=2,3"});
    settle("13900000001", SendState::accepted, Instant{11}); // a has it; b's is still waiting
    // The list has changed meanwhile: a left, e came. The upgrade goes to the people of today.
    town.config.audiences[0] = people("officials", {{2, "b", "en", "13300000002", "", {}},
                                                    {3, "e", "zh-CN", "13900000009", "", {}},
                                                    {4, "f", "zh-CN", "13900000010", "", {}}});
    CHECK(commit(letter(2, RevisionKind::upgrade, WarningLevel::red, WarningLevel::orange), Instant{20}) ==
          Plan{"feed", "any:officials=2,3,4"});
    const auto waiting = store.due("any", Instant{INT64_MAX}, 100);
    REQUIRE(waiting->size() == 3); // b's first is superseded
    for (const auto& e : *waiting) CHECK(e.row->revision == 2);
    settle("13300000002", SendState::in_doubt, Instant{21});
    settle("13900000009", SendState::accepted, Instant{22});
    // f's never left. The lift: a under the old list, b who may have it, e; not f. Whatever the routes say now.
    only.at_least = WarningLevel::red;
    only.areas = {"county"};
    settle("", SendState::accepted, Instant{22});
    CHECK(commit(letter(3, RevisionKind::lift, WarningLevel::none, WarningLevel::red), Instant{30}) ==
          Plan{"any:officials=2", "any:officials=2,3"}); // the feed's own rows never left either
    std::set<std::string> told;
    for (const auto& e : *store.due("any", Instant{INT64_MAX}, 100)) {
        CHECK(e.row->lifts);
        CHECK(*store.was_reached(e));
        told.insert(e.to.address);
    }
    CHECK(told == std::set<std::string>{"13900000001", "13300000002", "13900000009"});
    CHECK(verify_ledger(folder.path() / "aqid.db").trouble.empty());
}

TEST_CASE("the end of what nobody got yet is planned for whom its beginning would reach")
{
    Town town;
    Route& r = town.route({"any"}, "officials");
    r.at_least = WarningLevel::orange;
    r.transitions = {RevisionKind::raise};
    const auto lift = letter(2, RevisionKind::lift, WarningLevel::none, WarningLevel::orange);
    CHECK(plan(route_new(lift, town.config, Instant{5})) == Plan{"feed"});
    const auto rows = route_end(lift, raise(), town.config, Instant{5});
    CHECK(plan(rows) == Plan{"feed", "any:officials=2,3"});
    for (const auto& row : rows) {
        CHECK(row.row.lifts);
        CHECK(row.row.revision == 2);
    }
    CHECK(plan(route_end(lift, raise(WarningLevel::yellow), town.config, Instant{5})) == Plan{"feed"});
    // What could not be said is not ended either.
    town.config.channels[2].settings = std::size_t{3};
    CHECK(plan(route_end(lift, raise(), town.config, Instant{5})) == Plan{"feed"});
}

TEST_CASE("a plan counts what each recipient takes and costs in the language it is read in")
{
    PreparedRow row;
    row.row.channel = "mobile";
    row.row.audience = "officials";
    row.row.zh = Content{"预警", "", 90, 2, 90};
    row.row.en = Content{"Warning", "", 300, 3, 135};
    row.people = people("officials", {{2, "a", "zh-CN", "13900000001", "", {}},
                                      {3, "b", "en", "13900000002", "", {}},
                                      {4, "c", "en-GB", "13900000003", "", {}},
                                      {5, "d", "en", "13900000004", "", {}}});
    row.recipients = {2, 3, 4};
    const auto of = [](const PreparedRow& r) { return web::planned_json({r}).at(0).as_object(); };
    CHECK(of(row).at("recipients").as_int64() == 3);
    CHECK(of(row).at("recipients_en").as_int64() == 2);
    CHECK(of(row).at("messages").as_int64() == 2 + 2 * 3);
    CHECK(of(row).at("cost_thousandth").as_int64() == 90 + 2 * 135);
    CHECK(boost::json::serialize(of(row).at("names")) == R"(["a","b","c"])");
    row.row.en.reset(); // it could not be composed: they get the Chinese text
    CHECK(of(row).at("messages").as_int64() == 6);
    row.people.reset(); // a list nobody has any more
    CHECK(of(row).at("cost_thousandth").as_int64() == 270);
    row.refused = "too long for it";
    CHECK(of(row).at("messages").as_int64() == 0);
    CHECK(of(row).at("cost_thousandth").as_int64() == 0);
}

TEST_CASE("nobody changes the ledger, a text or a delivery unseen")
{
    const Folder folder;
    Town town;
    town.route({"any"}, "officials");
    const auto file = folder.path() / "aqid.db";
    {
        SqliteStore store{file, Durability::process, town.config.rules.network};
        Turn turn;
        turn.outbox = route_new(raise(), town.config, Instant{10});
        REQUIRE(store.commit(turn).has_value());
        auto due = *store.due("any", Instant{10}, 10);
        for (auto& e : due) e.state = SendState::accepted;
        REQUIRE(store.update(due, Instant{11}).has_value());
    }
    const auto whole = verify_ledger(file);
    CHECK(whole.trouble.empty());
    CHECK(whole.lines == 4);
    const auto after = [&](const char* sql) {
        const auto copy = folder.path() / "copy.db";
        std::filesystem::remove(copy);
        std::filesystem::copy_file(file, copy);
        {
            Database database{copy.string(), OpenAs::read_write};
            database.execute(sql);
        }
        return verify_ledger(copy).trouble;
    };
    CHECK(after("SELECT 1").empty());
    CHECK(after("UPDATE ledger SET detail = 'x' WHERE seq = 3").find("line 3 is not as it was written") == 0);
    CHECK(after("UPDATE ledger SET at_ms = 12 WHERE seq = 4").find("line 4") == 0);
    CHECK(after("DELETE FROM ledger WHERE seq = 2").find("line 2 is missing") == 0);
    CHECK(
        after("UPDATE outbox SET content_zh = '{\"text\":\"别的\"}' WHERE id = 2").find("is not as it was prepared") !=
        std::string::npos);
    CHECK(after("UPDATE delivery SET state = 5 WHERE outbox = 2 AND recipient = 3")
              .find("delivery 2/3 says failed, its last line accepted") == 0);
}
