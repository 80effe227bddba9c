// Texts for a crawler and a radio desk: what is cut and what never is, encodings, and files that say on or stop.
#include "daemon/notify/broadcast_text.hpp"
#include "libaqi/spoken.hpp"
#include "libaqi/utf8.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/notify/desk.hpp"
#include "tests/support/shared.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <unistd.h>

using namespace aqi;
using namespace aqi::notify;
using namespace aqi::notify::tests;
using aqi::e2e::Folder;
using aqi::tests::text_of;
using daemon::SendState;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string stanza(const fs::path& folder, const std::string& more = "")
{
    return fmt::format("folder = \"{}\"\n{}", folder.string(), more);
}

json::object sidecar(const fs::path& file) { return json::parse(text_of(file)).as_object(); }
std::string said(const json::object& of, std::string_view key) { return json::serialize(of.at(key)); }

std::vector<std::string> names_in(const fs::path& folder)
{
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator{folder}) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
}

/// As libaqi/message writes them: area, level and hour in the first sentence.
Letter full_letter(Mode mode = Mode::real)
{
    Letter out = warning_letter(mode);
    auto& a = *out.warning;
    const std::string mark = mode == Mode::drill ? std::string{drill_mark} : "";
    a.text_zh = mark + "鹤壁市发布重污染天气红色预警，自12月30日0时起启动Ⅰ级应急响应。预计12月30日至1月2日出现重污染天"
                       "气4天，其中严重污染2天，"
                       "日均AQI最高330。首要污染物PM2.5，日均浓度PM2.5 180.5-265微克/立方米。静稳。解除时间另行通知。";
    a.broadcast_zh = read_aloud(a.text_zh + a.advice_zh);
    a.text_en =
        mark +
        "red warning for 410600 from 2016-12-30 00:00: 4 heavy-pollution day(s), daily AQI up to 330. It ends later.";
    return out;
}

std::string text(const Letter& letter, std::size_t characters, BroadcastForm form = BroadcastForm::crawler,
                 notify::Language language = notify::Language::zh)
{
    const auto out = broadcast_text(letter, language, form, characters);
    return out ? *out : "fault: " + out.error().detail;
}

} // namespace

TEST_CASE("broadcast: a text is cut at its sentences, else its clauses, never in a number or a character",
          "[broadcast]")
{
    struct Row {
        const char* whole;
        std::size_t most;
        const char* cut;
    };
    const std::vector<Row> rows = {
        {"一二三", 3, "一二三"},
        {"红色预警。预计四天。", 10, "红色预警。预计四天。"},
        {"红色预警。预计四天。", 9, "红色预警。"},
        {"红色预警，预计四天。", 9, "红色预警。"},
        {"红色预警预计12月30日0时开始", 8, "红色预警预计…"},  // not 12…
        {"红色预警预计12月30日0时开始", 12, "红色预警预计…"}, // the hour is one whole
        {"红色预警预计12月30日0时开始", 15, "红色预警预计12月30日0时…"},
        {"首要污染物PM2.5浓度升高", 8, "首要污染物…"}, // not PM2…
        {"首要污染物PM2.5浓度升高", 11, "首要污染物PM2.5…"},
        {"空气质量指数二百零一至三百左右徘徊", 11, "空气质量指数…"},
        {"𠮷野家😷停业整顿三天。", 5, "𠮷野家😷…"}, // beyond the BMP one character each
        {"e\u0301e\u0301e\u0301e\u0301病e\u0301e\u0301", 6,
         "e\u0301e\u0301e\u0301e\u0301病…"}, // a mark stays on its letter
        {"red warning: AQI 330.5 expected. Stay in.", 33, "red warning: AQI 330.5 expected."},
        {"red warning, AQI 330.5 expected", 20, "red warning."},
    };
    for (const auto& row : rows) {
        INFO(row.whole << " in " << row.most);
        CHECK(cut_at(row.whole, row.most) == row.cut);
        CHECK(characters_of(cut_at(row.whole, row.most)) <= row.most);
    }
}

TEST_CASE("broadcast: every length either says area, level and hour within it, or is refused", "[broadcast]")
{
    for (const auto form : {BroadcastForm::crawler, BroadcastForm::radio})
        for (const Mode mode : {Mode::real, Mode::drill}) {
            const auto letter = full_letter(mode);
            std::size_t least = 0;
            for (std::size_t most = 20; most <= 260; ++most) {
                const auto out = broadcast_text(letter, notify::Language::zh, form, most);
                INFO(most << ": " << (out ? *out : out.error().detail));
                if (!out) {
                    CHECK(least == 0); // what fits in fewer characters fits in more
                    CHECK_THAT(out.error().detail, Catch::Contains(fmt::format("in {} characters", most)));
                    continue;
                }
                if (least == 0) least = most;
                CHECK(is_utf8(*out));
                CHECK(characters_of(*out) <= most);
                CHECK_THAT(*out,
                           Catch::Contains("鹤壁市") && Catch::Contains("红色") &&
                               Catch::Contains(form == BroadcastForm::radio ? "十二月三十日零时" : "12月30日0时"));
                if (mode == Mode::drill) CHECK_THAT(*out, Catch::StartsWith("【演练】"));
            }
            CHECK(least > 20);
            CHECK(least < 60);
        }
}

TEST_CASE("broadcast: the fullest text that fits", "[broadcast]")
{
    const auto letter = full_letter();
    const auto& a = *letter.warning;
    CHECK(text(letter, 200) == a.text_zh + a.advice_zh);
    CHECK(text(letter, 150) == a.text_zh);
    CHECK(text(letter, 50) == "鹤壁市发布重污染天气红色预警，自12月30日0时起启动Ⅰ级应急响应。");
    CHECK(text(letter, 600, BroadcastForm::radio) == a.broadcast_zh);
    CHECK(text(letter, 200, BroadcastForm::crawler, notify::Language::en) == a.text_en + " " + a.advice_en);
    CHECK(text(letter, 95, BroadcastForm::crawler, notify::Language::en) ==
          a.text_en.substr(0, a.text_en.find(" It ends")));
    CHECK_THAT(text(letter, 200, BroadcastForm::radio, notify::Language::en), Catch::Contains("in Chinese only"));
    // A text without its level is led by the headline; line breaks do not run across a screen.
    auto other = warning_letter();
    other.warning->text_zh = "12月30日0时起\n\n 启动应急响应。";
    other.warning->advice_zh.clear();
    CHECK(text(other, 200) == "鹤壁市发布重污染天气红色预警，启动Ⅰ级应急响应。12月30日0时起 启动应急响应。");
    // Nothing says the hour: nothing is said.
    other.warning->text_zh = other.warning->short_zh = "鹤壁市红色预警。";
    CHECK(text(other, 200) == "fault: the text does not say the hour (\"12月30日0时\")");
    CHECK_THAT(text(letter, 20), Catch::StartsWith("fault: in 20 characters the text does not say "));
    CHECK(text(lift_letter(), 200) == lift_letter().warning->text_zh);
}

TEST_CASE("broadcast: GB18030 holds every character, GBK names what it lacks", "[broadcast]")
{
    CHECK(*encoded("红色", Encoding::utf8) == "红色");
    CHECK(*encoded("红色", Encoding::gb18030) == "\xBA\xEC\xC9\xAB");
    CHECK(*encoded("红色", Encoding::gbk) == "\xBA\xEC\xC9\xAB");
    CHECK(*encoded("Ⅰ级", Encoding::gbk) == "\xA2\xF1\xBC\xB6");
    CHECK(*encoded("😷", Encoding::gb18030) == "\x95\x30\x84\x31");
    const auto lacks = encoded("红色𠮷预警", Encoding::gbk);
    REQUIRE(!lacks.has_value());
    CHECK(lacks.error().detail == "GBK has no \"𠮷\" (U+20BB7)");
    const Folder folder;
    auto letter = full_letter();
    letter.warning->text_zh += "😷";
    const Desk gbk{"broadcast", stanza(folder.path(), "encoding = \"gbk\"\n")};
    const auto refused = gbk.try_compose(letter);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().detail == "GBK has no \"😷\" (U+1F637)");
    Desk wide{"broadcast", stanza(folder.path(), "encoding = \"gb18030\"\n")};
    CHECK(wide.send(letter, "410600-2016-003/2/tv").state == SendState::accepted);
    const auto written = text_of(folder.path() / "410600-2016-003-2.txt");
    CHECK(written == *encoded(wide.compose(letter).text, Encoding::gb18030));
    // A second tool reads it.
    const auto back = e2e::run(
        {"/usr/bin/iconv", "-f", "GB18030", "-t", "UTF-8", (folder.path() / "410600-2016-003-2.txt").string()});
    CHECK(back.text == wide.compose(letter).text);
    CHECK(said(sidecar(folder.path() / "410600-2016-003-2.json"), "encoding") == "\"gb18030\"");
}

TEST_CASE("broadcast: the text, its sidecar, the next revision in its place, and the stop", "[broadcast]")
{
    const Folder folder;
    Desk desk{"broadcast", stanza(folder.path(), "[channel.repeat_h]\nred = 2\n")};
    auto first = full_letter();
    first.revision = first.warning->revision = 1;
    first.warning->level = WarningLevel::orange;
    first.warning->text_zh.replace(first.warning->text_zh.find("红色"), 6, "橙色");
    first.warning->earlier.clear();
    first.warning->until = first.warning->effective.plus(36);
    CHECK(desk.send(first, "410600-2016-003/1/tv").state == SendState::accepted);
    auto says = sidecar(folder.path() / "410600-2016-003-1.json");
    CHECK(said(says, "state") == "\"on\"");
    CHECK(said(says, "level") == "\"orange\"");
    CHECK(said(says, "repeat_minutes") == "240");
    CHECK(said(says, "valid_from") == "\"2016-12-29T15:00:00+08:00\"");
    CHECK(said(says, "effective") == "\"2016-12-30T00:00:00+08:00\"");
    CHECK(said(says, "valid_until") == "\"2016-12-31T12:00:00+08:00\"");
    CHECK(said(says, "text_file") == "\"410600-2016-003-1.txt\"");
    CHECK(said(says, "stops") == "[]");
    const auto other = [&] {
        auto letter = full_letter();
        letter.id = letter.warning->warning = "410600-2016-003-1"; // a name that begins like ours
        return letter;
    }();
    CHECK(desk.send(other, "410600-2016-003-1/2/tv").state == SendState::accepted);
    const std::vector<std::string> others = {"410600-2016-003-1-2.json", "410600-2016-003-1-2.txt"};
    const auto beside = [&](std::vector<std::string> ours) {
        ours.insert(ours.end(), others.begin(), others.end());
        std::sort(ours.begin(), ours.end());
        return ours;
    };
    const auto second = full_letter();
    const auto receipt = desk.send(second, "410600-2016-003/2/tv");
    CHECK(receipt.state == SendState::accepted);
    CHECK(receipt.provider_id == "410600-2016-003-2");
    CHECK(names_in(folder.path()) == beside({"410600-2016-003-2.json", "410600-2016-003-2.txt"}));
    CHECK(text_of(folder.path() / "410600-2016-003-2.txt") == second.warning->text_zh + second.warning->advice_zh);
    says = sidecar(folder.path() / "410600-2016-003-2.json");
    CHECK(said(says, "repeat_minutes") == "120");
    CHECK(said(says, "valid_until") == "null");
    CHECK(said(says, "stops") == "[\"410600-2016-003-1\"]");
    const auto before = fs::last_write_time(folder.path() / "410600-2016-003-2.txt");
    CHECK(desk.send(second, "410600-2016-003/2/tv").state == SendState::accepted);
    CHECK(fs::last_write_time(folder.path() / "410600-2016-003-2.txt") == before);
    // A late repeat of the older one does not come back on the screen.
    CHECK_THAT(desk.send(first, "410600-2016-003/1/tv").detail, Catch::Contains("takes its place"));
    CHECK(names_in(folder.path()) == beside({"410600-2016-003-2.json", "410600-2016-003-2.txt"}));
    CHECK(desk.send(lift_letter(), "410600-2016-003/3/tv").state == SendState::accepted);
    CHECK(names_in(folder.path()) == beside({"410600-2016-003-3.json", "410600-2016-003-3.txt"}));
    says = sidecar(folder.path() / "410600-2016-003-3.json");
    CHECK(said(says, "state") == "\"stop\"");
    CHECK(said(says, "level") == "\"none\"");
    CHECK(said(says, "repeat_minutes") == "0");
    CHECK(said(says, "stops") == "[\"410600-2016-003-1\",\"410600-2016-003-2\"]");
    CHECK(said(says, "valid_until") == "\"2017-01-05T16:00:00+08:00\"");
    CHECK_THAT(text_of(folder.path() / "410600-2016-003-3.txt"), Catch::Contains("解除重污染天气预警"));
}

TEST_CASE("broadcast: what has ended at its hour is taken away, and a stop after its time", "[broadcast]")
{
    const Folder folder;
    auto ends = full_letter();
    ends.warning->until = ends.warning->effective.plus(36); // 45 h after it was issued
    auto stands = full_letter();
    stands.id = stands.warning->warning = "410622-2016-001";
    auto lift = lift_letter(); // issued 10:00, at 12:00, said until 16:00, kept 48 h more: 54 h
    lift.id = lift.warning->warning = "410621-2016-001";
    const auto open = [&](Instant issued, std::chrono::hours later) {
        return std::make_unique<Desk>("broadcast", stanza(folder.path()), Mode::real,
                                      Instant{issued.ms + std::chrono::milliseconds{later}.count()});
    };
    {
        const auto desk = open(ends.at, 0h);
        for (const auto& letter : {ends, stands, lift})
            CHECK(desk->send(letter, letter.id + "/1/tv").state == SendState::accepted);
    }
    e2e::write_file(folder.path() / "foreign.json", "{\"id\":\"x\"}");
    const auto has = [&](const std::string& name) { return fs::exists(folder.path() / (name + ".txt")); };
    const auto kept = names_in(folder.path());
    {
        const auto desk = open(ends.at, 44h);
        CHECK(desk->send(canary_letter(), "canary/1/tv").state ==
              SendState::accepted); // after the sweep, on the same thread
        fs::remove(folder.path() / "canary.json");
    }
    CHECK(names_in(folder.path()) == kept);
    {
        const auto desk = open(ends.at, 46h);
        desk->run_until([&] { return !has("410600-2016-003-2"); }, "the end at its hour");
    }
    CHECK_FALSE(fs::exists(folder.path() / "410600-2016-003-2.json"));
    CHECK((has("410622-2016-001-2") && has("410621-2016-001-3")));
    {
        const auto desk = open(lift.at, 55h);
        desk->run_until([&] { return !has("410621-2016-001-3"); }, "the stop's end");
    }
    CHECK(names_in(folder.path()) ==
          std::vector<std::string>{"410622-2016-001-2.json", "410622-2016-001-2.txt", "foreign.json"});
}

TEST_CASE("broadcast: a canary is nothing to say, an alarm is refused, a drill lies apart", "[broadcast]")
{
    const Folder folder, drill;
    Desk desk{"broadcast", stanza(folder.path())};
    CHECK(desk.send(canary_letter(), "canary-2016-12-29/1/tv").state == SendState::accepted);
    CHECK(names_in(folder.path()) == std::vector<std::string>{"canary.json"});
    CHECK(said(sidecar(folder.path() / "canary.json"), "state") == "\"test\"");
    for (const auto kind : {LetterKind::alarm, LetterKind::digest, LetterKind::all_clear}) {
        auto letter = canary_letter();
        letter.kind = kind;
        const auto refused = desk.try_compose(letter);
        REQUIRE(!refused.has_value());
        CHECK(refused.error().detail == "broadcast carries warnings only");
    }
    Desk exercise{"broadcast", stanza(folder.path(), fmt::format("drill_folder = \"{}\"\n", drill.path().string())),
                  Mode::drill};
    CHECK(exercise.send(full_letter(Mode::drill), "410600-2016-003/2/drill").state == SendState::accepted);
    CHECK_THAT(text_of(drill.path() / "410600-2016-003-2.txt"), Catch::StartsWith("【演练】"));
    CHECK(said(sidecar(drill.path() / "410600-2016-003-2.json"), "mode") == "\"drill\"");
    CHECK(names_in(folder.path()) == std::vector<std::string>{"canary.json"});
}

TEST_CASE("broadcast: a folder that cannot be written: tried again, and the older text stands until then",
          "[broadcast]")
{
    const Folder above;
    fs::permissions(above.path(), fs::perms{0755});
    const auto folder = above.path() / "tv";
    Desk desk{"broadcast", stanza(folder)};
    CHECK(desk.send(full_letter(), "410600-2016-003/2/tv").state == SendState::retry);
    CHECK_FALSE(fs::exists(folder));
    fs::create_directory(folder);
    CHECK(desk.send(full_letter(), "410600-2016-003/2/tv").state == SendState::accepted);
    fs::permissions(folder, fs::perms{0555});
    const bool root = ::geteuid() == 0;
    if (root) REQUIRE(::seteuid(65534) == 0); // root may write anywhere
    const auto receipt = desk.send(lift_letter(), "410600-2016-003/3/tv");
    if (root) REQUIRE(::seteuid(0) == 0);
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("Permission denied"));
    CHECK(names_in(folder) == std::vector<std::string>{"410600-2016-003-2.json", "410600-2016-003-2.txt"});
    fs::permissions(folder, fs::perms{0755});
    CHECK(desk.send(lift_letter(), "410600-2016-003/3/tv").state == SendState::accepted);
    CHECK(names_in(folder) == std::vector<std::string>{"410600-2016-003-3.json", "410600-2016-003-3.txt"});
}

TEST_CASE("broadcast: every setting that cannot be is refused with its key", "[broadcast]")
{
    const Folder folder;
    const std::string at = stanza(folder.path());
    struct Row {
        std::string keys, says;
        Mode mode = Mode::real;
    };
    const std::vector<Row> rows = {
        {"", "folder"},
        {"folder = \"tv\"\n", "must be an absolute path"},
        {at + "form = \"fax\"\n", "crawler"},
        {at + "encoding = \"latin-1\"\n", "gb18030"},
        {at + "characters_at_most = 19\n", "characters_at_most"},
        {at + "characters_at_most = 5001\n", "characters_at_most"},
        {at + "stop_h = 0\n", "stop_h"},
        {at + "keep_h = 0\n", "keep_h"},
        {at + "repeat_h = { red = 0 }\n", "red"},
        {at + "repeat_h = { red = 25 }\n", "red"},
        {at + "repeat_h = { none = 1 }\n", "none"},
        {at + "drill_folder = \"/x\"\n", "belongs to a channel with drill = true"},
        {at + "colour = \"red\"\n", "colour"},
        {at, "must be named", Mode::drill},
        {at + fmt::format("drill_folder = \"{}/drill\"\n", folder.path().string()), "must lie apart", Mode::drill},
        {at + fmt::format("drill_folder = \"{}\"\n", folder.path().string()), "must lie apart", Mode::drill},
    };
    for (const auto& row : rows) {
        INFO(row.keys);
        CHECK_THROWS_WITH((Desk{"broadcast", row.keys, row.mode}), Catch::Contains(row.says));
    }
}
