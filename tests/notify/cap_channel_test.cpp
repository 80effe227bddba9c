// CAP documents: every transition, level and origin against the schema of the standard, and references to the letter.
#include "daemon/notify/cap_document.hpp"
#include "drivers/cap_order.hpp"
#include "tests/notify/cap_desk.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace aqi;
using namespace aqi::notify;
using namespace aqi::notify::tests;
using aqi::e2e::Folder;
using aqi::tests::shared_file;

namespace {

namespace fs = std::filesystem;

const std::string national = "profile = \"12379\"\n[channel.profile_12379]\n"
                             "identifier = \"{area_code}41600000_{time}\"\nevent_code_name = \"12379\"\n"
                             "event_code = \"11B29\"\n";
const std::string national_iso =
    "profile = \"12379\"\n[channel.profile_12379]\nidentifier = \"hb-{id}-{revision}\"\nevent_code_name = \"x\"\n"
    "event_code = \"1274\"\ntimes = \"iso\"\n"
    "severity = { none = \"Minor\", blue = \"Minor\", yellow = \"Moderate\", orange = \"Severe\", red = \"Extreme\" "
    "}\n";

HourEnding hour(const char* instant) { return *hour_ending_at(*parse_instant(instant), UtcOffset{}); }

/// The same draws on every machine: no distribution of the library.
class Draw {
public:
    std::size_t below(std::size_t most) { return random_() % most; }
    std::string text()
    {
        static const std::vector<std::string> pieces = {"鹤壁市",
                                                        "重污染天气",
                                                        "PM2.5 < 75 & AQI > 300",
                                                        "𠮷野𡈽",
                                                        "😷",
                                                        "]]>",
                                                        "<b>红色</b>",
                                                        "&amp;",
                                                        "\"引号\"",
                                                        "'",
                                                        " ",
                                                        "\t",
                                                        "\n",
                                                        "Ⅰ级",
                                                        "、",
                                                        "\r",
                                                        "\x01",
                                                        "\x7F",
                                                        "\xEF\xBF\xBE",
                                                        "e\u0301",
                                                        "12月30日0时",
                                                        "\xFF",
                                                        "]]",
                                                        "&#x41;",
                                                        "<!--",
                                                        "<?x?>"};
        std::string out;
        for (std::size_t n = 1 + below(12); n > 0; --n) out += pieces[below(pieces.size())];
        return out + "。";
    }

private:
    std::mt19937 random_{20161229}; // the engine's numbers are the standard's own
};

/// The words of the national profile put back into those of the standard, so that the schema can judge the rest.
std::string in_standard_words(std::string text, WarningLevel level)
{
    const auto put = [&](const std::string& from, const std::string& to) {
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    };
    const std::vector<std::string> own = {"UNKNOWN", "BLUE", "YELLOW", "ORANGE", "RED"};
    const auto index = static_cast<std::size_t>(level);
    put("<severity>" + own[index] + "<", "<severity>" + standard_severities()[index] + "<");
    for (const char* name : {"sent", "effective", "onset", "expires"})
        for (auto at = text.find(fmt::format("<{}>", name)); at != std::string::npos;
             at = text.find(fmt::format("<{}>", name), at + 1)) {
            const auto blank = at + std::string_view{name}.size() + 2 + 10;
            CHECK(text[blank] == ' ');
            text[blank] = 'T';
        }
    return text;
}

} // namespace

TEST_CASE("cap: the example of the study, element by element", "[cap]")
{
    const Folder folder;
    const Desk desk{"cap", cap_stanza(folder.path(), "identifier_prefix = \"hebi-hp-\"\ncontact = \"0392-12369\"\n"
                                                     "web = \"https://example.invalid/warning/{id}\"\n")};
    const auto alert = alert_in(desk.compose(warning_letter()));
    CHECK(alert.identifier == "hebi-hp-410600-2016-003-2");
    CHECK(alert.sender == "hp-warning@example.invalid");
    CHECK(alert.sent == "2016-12-29T15:00:00+08:00");
    CHECK(alert.status == "Actual");
    CHECK(alert.msg_type == "Update");
    CHECK(alert.scope == "Public");
    CHECK(alert.references == "hp-warning@example.invalid,hebi-hp-410600-2016-003-1,2016-12-28T16:00:00+08:00");
    REQUIRE(alert.infos.size() == 2);
    CHECK(alert.infos[1].language == "en");
    CHECK(alert.infos[1].headline == "Hebi: heavy pollution warning red");
    const auto& zh = alert.infos[0];
    CHECK(zh.language == "zh-CN");
    CHECK(zh.categories == std::vector<std::string>{"Env", "Health"});
    CHECK(zh.event == "重污染天气");
    CHECK(zh.response_types == std::vector<std::string>{"Avoid", "Execute", "Shelter"});
    CHECK((zh.urgency == "Future" && zh.severity == "Extreme" && zh.certainty == "Likely"));
    CHECK(zh.event_codes == std::vector<cap::Pair>{{"OET:v1.2", "OET-004"}});
    CHECK(zh.effective == alert.sent);
    CHECK(zh.onset == "2016-12-30T00:00:00+08:00");
    CHECK(zh.expires == "2017-01-09T00:00:00+08:00"); // no end: 240 h after its onset
    CHECK(zh.sender_name == "鹤壁市环境保护局、鹤壁市气象局");
    CHECK(zh.headline == "鹤壁市发布重污染天气红色预警，启动Ⅰ级应急响应");
    CHECK(zh.instruction == warning_letter().warning->advice_zh);
    CHECK(zh.web == "https://example.invalid/warning/410600-2016-003");
    CHECK(zh.contact == "0392-12369");
    CHECK(zh.parameters == std::vector<cap::Pair>{{"level", "RED"}, {"rule", "2016-225"}});
    REQUIRE(zh.areas.size() == 1);
    CHECK(zh.areas[0].description == "鹤壁市");
    CHECK(zh.areas[0].geocodes == std::vector<cap::Pair>{{"CPEAS Geographic Code", "410600000000"}});
    // The same letter is the same document: a repeat changes nothing.
    CHECK(desk.compose(warning_letter()).text == desk.compose(warning_letter(), notify::Language::en).text);
}

TEST_CASE("cap: urgency, severity, certainty and response follow level, hour and origin", "[cap]")
{
    const Folder folder;
    const Desk desk{"cap", cap_stanza(folder.path())};
    struct Row {
        const char* effective;
        WarningLevel level;
        Origin origin;
        const char *urgency, *severity, *certainty;
        std::vector<std::string> responses;
    };
    const std::vector<Row> rows = {
        {"2016-12-30T00:00:00+08:00", WarningLevel::blue, Origin::forecast, "Future", "Minor", "Likely", {"Monitor"}},
        {"2016-12-29T17:00:00+08:00",
         WarningLevel::yellow,
         Origin::order,
         "Future",
         "Moderate",
         "Likely",
         {"Prepare", "Avoid"}},
        {"2016-12-29T16:00:00+08:00",
         WarningLevel::orange,
         Origin::people,
         "Expected",
         "Severe",
         "Likely",
         {"Avoid", "Execute"}},
        {"2016-12-29T15:00:00+08:00",
         WarningLevel::red,
         Origin::measured,
         "Immediate",
         "Extreme",
         "Observed",
         {"Avoid", "Execute", "Shelter"}},
        {"2016-12-29T12:00:00+08:00",
         WarningLevel::red,
         Origin::measured,
         "Immediate",
         "Extreme",
         "Observed",
         {"Avoid", "Execute", "Shelter"}},
    };
    for (const auto& row : rows) {
        auto letter = warning_letter();
        letter.warning->effective = hour(row.effective);
        letter.warning->level = row.level;
        letter.warning->origin = row.origin;
        INFO(row.effective);
        for (const auto& info : alert_in(desk.compose(letter)).infos) {
            CHECK(info.urgency == row.urgency);
            CHECK(info.severity == row.severity);
            CHECK(info.certainty == row.certainty);
            CHECK(info.response_types == row.responses);
        }
    }
    const auto lift = alert_in(desk.compose(lift_letter()));
    CHECK(lift.msg_type == "Update");
    CHECK(cap::references_of(lift.references).size() == 2);
    const auto& info = lift.infos[0];
    CHECK((info.urgency == "Past" && info.severity == "Minor" && info.certainty == "Observed"));
    CHECK(info.response_types == std::vector<std::string>{"AllClear"});
    CHECK(info.expires == "2017-01-05T14:00:00+08:00");
    CHECK(info.instruction.empty());
    auto cancel = lift_letter();
    cancel.warning->kind = RevisionKind::cancel;
    CHECK(alert_in(desk.compose(cancel)).msg_type == "Cancel");
    auto first = warning_letter();
    first.warning->kind = RevisionKind::raise;
    first.warning->earlier.clear();
    CHECK(alert_in(desk.compose(first)).msg_type == "Alert");
    CHECK(alert_in(desk.compose(first)).references.empty());
}

TEST_CASE("cap: every transition, level, origin, end, code, mode and profile is valid under the schema", "[cap]")
{
    const auto schema = shared_file("cap/CAP-v1.2.xsd");
    if (!schema) return;
    const Folder real, drill, out;
    struct Profile {
        std::string keys;
        bool domestic;
    };
    const std::vector<Profile> profiles = {
        {"identifier_prefix = \"hebi-hp-\"\nweb = \"https://example.invalid/{id}/{area_name}\"\n"
         "[channel.polygons]\n410600 = \"35.5,113.9 36.1,113.9 36.1,114.8 35.5,113.9\"\n",
         false},
        {national, true},
        {national_iso, false}};
    Draw draw;
    int written = 0, refused = 0;
    for (const Mode mode : {Mode::real, Mode::drill})
        for (const auto& profile : profiles) {
            const std::string drills =
                mode == Mode::drill ? fmt::format("drill_folder = \"{}\"\n", drill.path().string()) : "";
            const Desk desk{"cap", cap_stanza(real.path(), drills + profile.keys), mode};
            for (const auto kind : {RevisionKind::raise, RevisionKind::upgrade, RevisionKind::downgrade,
                                    RevisionKind::lift, RevisionKind::cancel})
                for (const auto level : {WarningLevel::none, WarningLevel::blue, WarningLevel::yellow,
                                         WarningLevel::orange, WarningLevel::red})
                    for (const auto origin : {Origin::forecast, Origin::measured, Origin::order, Origin::people})
                        for (const bool open : {true, false})
                            for (const bool code : {true, false}) {
                                if (ends_warning(kind) != (level == WarningLevel::none)) continue;
                                Letter letter = warning_letter(mode);
                                auto& a = *letter.warning;
                                a.kind = kind;
                                a.level = level;
                                a.origin = origin;
                                a.area_code = code ? std::vector<std::string>{"41", "4106", "410600",
                                                                              "410622103200"}[draw.below(4)]
                                                   : "";
                                a.issued_at.ms += static_cast<std::int64_t>(draw.below(3'600'000));
                                letter.at = a.issued_at;
                                a.effective = hour("2016-12-29T17:00:00+08:00").plus(static_cast<int>(draw.below(30)));
                                if (!open) a.until = a.effective.plus(1 + static_cast<int>(draw.below(200)));
                                const auto before = kind == RevisionKind::raise ? draw.below(2) : 1 + draw.below(4);
                                a.earlier.clear();
                                for (std::size_t i = 1; i <= before; ++i)
                                    a.earlier.push_back(
                                        {static_cast<int>(i),
                                         Instant{a.issued_at.ms - 90'001 * static_cast<std::int64_t>(10 - i)}});
                                letter.revision = a.revision = static_cast<int>(before) + 1;
                                for (auto* text : {&a.headline_zh, &a.headline_en, &a.text_zh, &a.text_en, &a.advice_zh,
                                                   &a.advice_en, &a.area_name})
                                    *text += draw.text();
                                a.senders.push_back(draw.text());
                                const auto content = desk.try_compose(letter);
                                INFO("document " << written << (content ? "" : ": " + content.error().detail));
                                if (!code && profile.keys == national) {
                                    CHECK((!content &&
                                           content.error().detail.find("no division code") != std::string::npos));
                                    ++refused;
                                    continue;
                                }
                                REQUIRE(content.has_value());
                                const auto alert = alert_in(*content);
                                CHECK(cap::references_of(alert.references).size() == before);
                                CHECK(alert.status == (mode == Mode::drill ? "Exercise" : "Actual"));
                                CHECK(alert.note.empty() == (mode == Mode::real));
                                e2e::write_file(out.path() / fmt::format("{}.xml", written++),
                                                profile.domestic ? in_standard_words(content->text, level)
                                                                 : content->text);
                            }
        }
    CHECK(written == 1120);
    CHECK(refused == 224);
    validate(out.path(), *schema);
}

TEST_CASE("cap: each revision refers to every earlier one exactly as that was written", "[cap]")
{
    const Folder folder;
    const Desk desk{"cap", cap_stanza(folder.path(), "identifier_prefix = \"hebi-\"\n")};
    std::string references;
    for (const auto& letter : life()) {
        const auto alert = alert_in(desk.compose(letter));
        CHECK(alert.references == references);
        references += (references.empty() ? "" : " ") + alert.reference();
    }
    // Of the national profile the time in a reference keeps its T: a list of words has no blanks in them.
    const Desk other{"cap", cap_stanza(folder.path(), national)};
    references.clear();
    for (const auto& letter : life()) {
        const auto alert = alert_in(other.compose(letter));
        CHECK(alert.references == references);
        CHECK(alert.sent[10] == ' ');
        auto reference = alert.reference();
        reference[reference.rfind(' ')] = 'T';
        references += (references.empty() ? "" : " ") + reference;
    }
}

TEST_CASE("cap: what one aqid says, another reads as an order of that level, and as its end", "[cap]")
{
    const Folder folder;
    Network network;
    network.areas.push_back({"410600", "鹤壁市", AreaKind::city, {}});
    for (const std::string& keys : {std::string{}, national, national_iso}) {
        const Desk desk{"cap", cap_stanza(folder.path(), keys)};
        for (const auto& letter : life()) {
            const auto order = drivers::order_of_cap(desk.compose(letter).text, {}, network);
            INFO(letter.revision << (order ? "" : order.error().detail));
            REQUIRE(order.has_value());
            CHECK(order->order.level == letter.warning->level);
            // An end is of what it refers to.
            CHECK(order->order.areas ==
                  (letter.stands() ? std::vector<std::string>{"410600"} : std::vector<std::string>{}));
            if (letter.stands()) CHECK(order->order.effective == letter.warning->effective);
            CHECK(order->references.size() == letter.warning->earlier.size());
        }
    }
}

TEST_CASE("cap: the national profile is a table, and its words are the operator's", "[cap]")
{
    const Folder folder;
    const Desk desk{"cap", cap_stanza(folder.path(), national + "geocode_name = \"区划代码\"\n")};
    const auto alert = alert_in(desk.compose(warning_letter()));
    CHECK(alert.identifier == "41060041600000_20161229150000");
    CHECK(alert.sent == "2016-12-29 15:00:00+08:00");
    const auto& info = alert.infos[0];
    CHECK(info.severity == "RED");
    CHECK(info.onset == "2016-12-30 00:00:00+08:00");
    CHECK(info.event_codes == std::vector<cap::Pair>{{"12379", "11B29"}});
    CHECK(info.areas[0].geocodes == std::vector<cap::Pair>{{"区划代码", "410600000000"}});
    CHECK(alert_in(desk.compose(lift_letter())).infos[0].severity == "UNKNOWN");
    const Desk iso{"cap", cap_stanza(folder.path(), national_iso)};
    CHECK(alert_in(iso.compose(warning_letter())).identifier == "hb-410600-2016-003-2");
    CHECK(alert_in(iso.compose(warning_letter())).infos[0].severity == "Extreme");
}

TEST_CASE("cap: what the standard does not allow never leaves", "[cap]")
{
    const Folder folder;
    const Desk desk{"cap", cap_stanza(folder.path())};
    const auto fault = [](const Desk& at, const Letter& letter) {
        const auto content = at.try_compose(letter);
        return content ? std::string{"none"} : content.error().detail;
    };
    auto letter = warning_letter();
    letter.warning->until = hour("2016-12-29T12:00:00+08:00");
    CHECK_THAT(fault(desk, letter), Catch::Contains("info 1 / expires: lies before it takes effect"));
    letter = warning_letter();
    letter.warning->area_code = "4106x";
    CHECK_THAT(fault(desk, letter), Catch::Contains("\"4106x\" is no division code"));
    letter = lift_letter();
    letter.warning->earlier.clear();
    CHECK_THAT(fault(desk, letter), Catch::Contains("references: Update names the messages"));
    letter = warning_letter();
    letter.warning->warning = "../../etc/x";
    CHECK_THAT(fault(desk, letter), Catch::Contains("it names a file"));
    letter = warning_letter();
    letter.warning->warning = "鹤壁 3";
    CHECK_THAT(fault(desk, letter), Catch::Contains("it names a file"));
    letter = warning_letter();
    letter.warning->text_zh.assign(cap::alert_most, 'x');
    CHECK_THAT(fault(desk, letter), Catch::Contains("an alert has at most"));
    const Desk timed{"cap", cap_stanza(folder.path(), national)};
    letter = warning_letter();
    letter.warning->earlier = {{1, letter.warning->issued_at}};
    CHECK_THAT(fault(timed, letter), Catch::Contains("names revision 1 too"));
    for (const auto kind : {LetterKind::alarm, LetterKind::digest, LetterKind::all_clear}) {
        letter = canary_letter();
        letter.kind = kind;
        CHECK(fault(desk, letter) == "cap carries warnings only");
    }
}
