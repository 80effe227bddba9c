// sms-gammu beside a real gammu-smsd, whose dummy device logs every message as it would go on the air.
#include "daemon/notify/gammu_spool.hpp"
#include "daemon/notify/sms.hpp"
#include "libaqi/utf8.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/notify/desk.hpp"
#include "tests/notify/messages.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include <sys/mount.h>
#include <sys/stat.h>

namespace aqi::notify::tests {
namespace {

namespace fs = std::filesystem;
using daemon::SendState;

/// The folders of one spool.
class Spool {
public:
    Spool()
    {
        for (const auto* name : {"out", "sent", "err", "in", "phone"}) fs::create_directory(folder_ / name);
    }
    fs::path operator/(std::string_view name) const { return folder_ / name; }
    std::string stanza(const std::string& more = {}) const
    {
        return fmt::format("outbox = \"{}\"\nsent = \"{}\"\nerror = \"{}\"\npoll_s = 1\n{}", (folder_ / "out").string(),
                           (folder_ / "sent").string(), (folder_ / "err").string(), more);
    }
    std::string with_inbox(const std::string& more = {}) const
    {
        return stanza(fmt::format("inbox = \"{}\"\n{}", (folder_ / "in").string(), more));
    }
    GammuFolders folders() const
    {
        GammuFolders out;
        out.outbox = folder_ / "out";
        out.sent = folder_ / "sent";
        out.error = folder_ / "err";
        out.inbox = folder_ / "in";
        return out;
    }
    /// Names in one of the folders, without what is hidden.
    std::vector<std::string> in(std::string_view name) const
    {
        std::vector<std::string> out;
        for (const auto& file : fs::directory_iterator{folder_ / name})
            if (file.is_regular_file() && file.path().filename().string()[0] != '.')
                out.push_back(file.path().filename().string());
        std::sort(out.begin(), out.end());
        return out;
    }
    /// As gammu-smsd moves a file.
    void move(const std::string& name, std::string_view to) const
    {
        fs::rename(folder_ / "out" / name, folder_ / to / name);
    }
    std::string smsdrc() const
    {
        const auto path = [&](const char* name) { return (folder_ / name).string() + "/"; };
        return fmt::format("[gammu]\nmodel = dummy\nconnection = none\nport = {}\nlogformat = nothing\n\n[smsd]\n"
                           "service = files\nlogfile = stderr\ndebuglevel = 255\ninboxpath = {}\noutboxpath = {}\n"
                           "sentsmspath = {}\nerrorsmspath = {}\ninboxformat = unicode\ntransmitformat = auto\n"
                           "deliveryreport = sms\nchecksecurity = 0\ncommtimeout = 1\nsendtimeout = 5\nloopsleep = 1\n"
                           "receivefrequency = 1\nstatusfrequency = 60\ncheckbattery = 0\nchecksignal = 0\n",
                           (folder_ / "phone").string(), path("in"), path("out"), path("sent"), path("err"));
    }

private:
    e2e::Folder folder_;
};

/// One message as it went on the air.
struct Aired {
    std::string to;
    std::string text; ///< its parts, joined
    std::vector<std::size_t> units;
};

class Smsd {
public:
    explicit Smsd(const Spool& spool, const std::string& locale = "C") : log_(spool / "smsd.log")
    {
        e2e::write_file(spool / "smsdrc", spool.smsdrc());
        // In the locale C it would read a file in UTF-8 as an empty one, in one of UTF-8 it fills replies up with zeros.
        child_ = std::make_unique<e2e::Child>(
            e2e::Start{{"/usr/bin/gammu-smsd", "-c", (spool / "smsdrc").string()}, log_, {{"LC_ALL", locale}}, {}});
        e2e::wait_until(20s, "gammu-smsd", [&] {
            if (!child_->running()) FAIL("gammu-smsd ended: " << e2e::read_file(log_));
            return fs::exists(spool / "phone" / "operations.log");
        });
    }

    /// Out of the log of the device: a text's parts, each "... SMS, length N" and its bytes, between recipients.
    std::map<std::string, Aired> aired() const
    {
        std::map<std::string, Aired> out;
        std::istringstream log{e2e::read_file(log_)};
        std::string to;
        std::size_t left = 0; // bytes of the part that are still to come
        std::string bytes;
        for (std::string line; std::getline(log, line);) {
            const auto at = line.find("gammu: ");
            if (at == std::string::npos) continue;
            const std::string said = line.substr(at + 7);
            if (said.starts_with("Recipient number \"")) {
                to = said.substr(18, said.rfind('"') - 18);
            } else if (said.starts_with("Unicode SMS, length ")) {
                const std::size_t units = std::stoul(said.substr(20));
                out[to].units.push_back(units);
                left = 2 * units;
                bytes.clear();
            } else if (left > 0 && said.size() > 3) {
                for (std::size_t cell = 0; cell < 16 && left > 0; ++cell, --left)
                    bytes += static_cast<char>(std::stoi(said.substr(cell * 4, 2), nullptr, 16));
                if (left == 0) {
                    out[to].to = to;
                    out[to].text += bytes;
                }
            }
        }
        for (auto& [number, message] : out) message.text = utf8_of_utf16_bytes("\xFE\xFF" + message.text);
        return out;
    }
    std::string log() const { return e2e::read_file(log_); }

private:
    const fs::path log_;
    std::unique_ptr<e2e::Child> child_;
};

/// A message in the memory of the dummy phone, as if it had come from the network.
void comes_in(const Spool& spool, int slot, const std::string& from, std::string_view text, const std::string& pdu,
              const std::string& at, const std::string& header = {})
{
    const auto hex16 = [](std::string_view utf8) {
        std::string out;
        for (const char16_t unit : utf16_of(utf8)) out += fmt::format("{:04X}", static_cast<unsigned>(unit));
        return out;
    };
    const fs::path file = spool / "phone" / "sms" / "1" / std::to_string(slot);
    e2e::write_file(file, fmt::format("[SMSBackup000]\nSMSC = \"+8613800100500\"\nState = UnRead\nNumber = \"{}\"\n"
                                      "NumberUnicode = {}\nText00 = {}\nCoding = Unicode_No_Compression\nFolder = 1\n"
                                      "Length = {}\nClass = -1\nMessageReference = 255\nPDU = {}\nDateTime = {}\n{}",
                                      from, hex16(from), hex16(text), utf16_of(text).size(), pdu, at,
                                      header.empty() ? "" : fmt::format("UDH = {}\n", header)));
}

std::string number(int i) { return fmt::format("138000000{:02}", i); }

/// One page over a folder.
class SmallDisk {
public:
    explicit SmallDisk(fs::path at)
        : at_(std::move(at)), mounted_(::mount("none", at_.c_str(), "tmpfs", 0, "size=4k") == 0)
    {}
    ~SmallDisk()
    {
        if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    bool mounted() const { return mounted_; }

private:
    const fs::path at_;
    const bool mounted_;
};

bool reported(const Desk& desk, const std::string& key, SendState state)
{
    return std::any_of(desk.reports().begin(), desk.reports().end(),
                       [&](const Inbound::Report& report) { return report.key == key && report.state == state; });
}

} // namespace

TEST_CASE("what is left for gammu-smsd goes on the air byte for byte", "[sms]")
{
    const Spool spool;
    const Smsd smsd{spool};
    Desk desk{"sms-gammu", spool.stanza("signature = \"鹤壁环保\"\n")};
    std::vector<std::string> texts;
    for (const int units : {57, 70, 71, 134, 135}) texts.push_back(repeated("短", units - 6));
    texts.push_back(repeated("短", 60) + "𠮷" + repeated("信", 20)); // the pair would lie on the cut
    texts.push_back("戴口罩😷，避免户外活动");
    std::vector<Content> contents;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string key = fmt::format("410600-2016-003/2/modem/{}", i);
        const Letter letter = saying(texts[i]);
        contents.push_back(desk.compose(letter));
        const Receipt receipt = desk.send(letter, key, {"值班员", number(static_cast<int>(i))});
        CHECK(receipt.state == SendState::accepted);
        CHECK(receipt.provider_id.starts_with("OUTC20161229_080000_00_138000000"));
    }
    desk.run_until([&] { return desk.reports().size() >= texts.size(); }, "everything to be handed over");
    const auto aired = smsd.aired();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        INFO(texts[i]);
        const std::string to = number(static_cast<int>(i));
        REQUIRE(aired.contains(to));
        const Aired& message = aired.at(to);
        CHECK(message.text == "【鹤壁环保】" + texts[i]);
        CHECK(static_cast<int>(message.units.size()) == contents[i].parts);
        CHECK(reported(desk, fmt::format("410600-2016-003/2/modem/{}", i), SendState::accepted));
    }
    CHECK(aired.at(number(0)).units == std::vector<std::size_t>{57});
    CHECK(aired.at(number(3)).units == std::vector<std::size_t>{67, 67});
    CHECK(aired.at(number(4)).units == std::vector<std::size_t>{67, 67, 1});
    CHECK(aired.at(number(5)).units == std::vector<std::size_t>{66, 22}); // not cut in two
    CHECK(desk.reports().front().detail == "handed to the network by the modem");
    CHECK(spool.in("out").empty());
    CHECK(spool.in("sent").size() == texts.size());
    // What lies in the sent folder is what was left: UTF-16 with its mark.
    CHECK(utf8_of_utf16_bytes(e2e::read_file(spool / "sent" / spool.in("sent").front())) == "【鹤壁环保】" + texts[0]);
    // Once more under the same key: nothing leaves a second time.
    const Receipt again = desk.send(saying(texts[0]), "410600-2016-003/2/modem/0", {"值班员", number(0)});
    CHECK(again.state == SendState::accepted);
    CHECK(again.detail == "handed to the network by the modem");
    CHECK(spool.in("sent").size() == texts.size());
}

TEST_CASE("a reply by SMS is read back once, and a delivery report is none", "[sms]")
{
    const Spool spool;
    const Smsd smsd{spool};
    const std::string more =
        "delivery_reports = true\nsmsdrc = \"" + (spool / "smsdrc").string() + "\"\ndummy = true\n";
    {
        Desk desk{"sms-gammu", spool.with_inbox(more), Mode::drill};
        const Receipt receipt = desk.send(canary_letter(Mode::drill), "canary-1/1/modem", {"值班员", "+8613800000000"});
        CHECK(receipt.provider_id.ends_with(".txtd"));
        desk.run_until([&] { return !desk.reports().empty(); }, "it to be handed over");
        CHECK(desk.reports().front().state == SendState::accepted);
        comes_in(spool, 1, "8613800000000", "Delivered", "Status_Report", "20161229T151600");
        comes_in(spool, 2, "+8613800000000", "1", "Deliver", "20161229T151700");
        comes_in(spool, 3, "+8613900000000", "收到，已布置", "Deliver", "20161229T151800");
        desk.run_until([&] { return desk.replies().size() == 2 && desk.reports().size() == 2; }, "what came in");
        CHECK(desk.reports().back().key == "canary-1/1/modem");
        CHECK(desk.reports().back().state == SendState::delivered);
        auto replies = desk.replies();
        if (replies[0].text != "1") std::swap(replies[0], replies[1]);
        CHECK(replies[0].from == "+8613800000000");
        CHECK(replies[0].text == "1");
        CHECK(replies[1].text == "收到，已布置");
        CHECK(replies[0].provider_id.starts_with("IN20161229_151700_00_+8613800000000_00.txt#"));
    }
    CHECK(spool.in("in").empty());
    CHECK(spool.in("in/seen").size() == 3);
    // After a restart only what is new is read.
    Desk desk{"sms-gammu", spool.with_inbox(more), Mode::drill};
    comes_in(spool, 4, "+8613900000000", "2", "Deliver", "20161229T152000");
    desk.run_until([&] { return !desk.replies().empty(); }, "the new one");
    CHECK(desk.replies().size() == 1);
    CHECK(desk.replies().front().text == "2");
    CHECK(desk.reports().empty());
}

TEST_CASE("a reply of several short messages is one reply, as gammu-smsd leaves it", "[sms]")
{
    const Spool spool;
    fs::create_directories(spool / "phone" / "sms" / "1");
    // The network's time of a part is its own, and they come as they come.
    comes_in(spool, 1, "+8613800000000", "，各乡镇都已通知", "Deliver", "20161229T151703", "050003070302");
    comes_in(spool, 2, "+8613800000000", "1 收到", "Deliver", "20161229T151700", "050003070301");
    comes_in(spool, 3, "+8613800000000", "，完。", "Deliver", "20161229T151701", "050003070303");
    const Smsd smsd{spool, "C.UTF-8"};
    e2e::wait_until(20s, "the parts in the inbox", [&] { return spool.in("in").size() == 3; });
    Desk desk{"sms-gammu", spool.with_inbox()};
    desk.run_until([&] { return !desk.replies().empty(); }, "the reply");
    CHECK(desk.replies().size() == 1);
    CHECK(desk.replies().front().from == "+8613800000000");
    CHECK(desk.replies().front().text == "1 收到，各乡镇都已通知，完。");
    CHECK(desk.replies().front().provider_id.starts_with("IN20161229_151700_00_+8613800000000_00.txt#"));
    desk.run_until([&] { return spool.in("in").empty(); }, "the inbox to be tidied");
    CHECK(spool.in("in/seen").size() == 3);
}

TEST_CASE("which files of an inbox are one reply", "[sms]")
{
    const Spool spool;
    const e2e::Folder own;
    GammuSpool gammu{spool.folders(), own.path()};
    const auto comes = [&](const std::string& name, const std::u16string& text, std::size_t zeros = 0) {
        std::string bytes{"\xFE\xFF"};
        for (const char16_t unit : text + std::u16string(zeros, u'\0')) {
            bytes += static_cast<char>(unit >> 8U);
            bytes += static_cast<char>(unit & 0xFFU);
        }
        e2e::write_file(spool / "in" / ("IN20161229_" + name + ".txt"), bytes);
    };
    const auto texts = [&] {
        std::multiset<std::string> out;
        for (const auto& reply : gammu.look().replies) out.insert(reply.text);
        return out;
    };
    using Texts = std::multiset<std::string>;
    // Two long ones and a short one of one sender, another's between; a pair of surrogates cut by the end of a part.
    comes("151700_00_+8613800000000_00", std::u16string{u"甲"} + std::u16string(1, char16_t{0xD842}), 5);
    comes("151702_00_+8613800000000_01", std::u16string(1, char16_t{0xDFB7}) + std::u16string{u"乙"}, 7);
    comes("151900_00_+8613800000000_00", u"丙");
    comes("151901_00_+8613800000000_01", u"丁");
    comes("151859_00_+8613800000000_02", u"戊");
    comes("151901_01_+8613800000000_00", u"1");
    comes("151901_00_+8613900000000_00", u"己");
    CHECK(texts().empty()); // they may still be written
    // A part that comes later holds up what it belongs to, and nothing else.
    comes("151902_00_+8613800000000_03", u"庚");
    CHECK(texts() == Texts{"甲𠮷乙", "1", "己"});
    CHECK(texts() == Texts{"丙丁戊庚"});
    CHECK(texts().empty());
    CHECK(spool.in("in").empty());
    // An end whose beginning was taken long ago, or is hours away, is told by itself: nothing is kept back for ever.
    comes("152500_00_+8613800000000_01", u"尾");
    comes("090000_00_+8613800000000_00", u"头");
    CHECK(texts().empty());
    CHECK(texts() == Texts{"尾", "头"});
    // Names we do not understand are still replies.
    comes("once_00_+8613800000000_00", u"一");
    comes("once_00_+8613800000000_01", u"二");
    comes("other_00_+8613800000000_01", u"三");
    CHECK(texts().empty());
    CHECK(texts() == Texts{"一二", "三"});
}

TEST_CASE("one key is one file, whoever is killed in between", "[sms]")
{
    const Spool spool;
    const e2e::Folder own;
    const Recipient to{"值班员", "13800000000"};
    {
        Desk desk{"sms-gammu", spool.stanza()};
        CHECK(desk.ask("a/1/modem", {}).state == SendState::retry); // never left there
        const Receipt first = desk.send(canary_letter(), "a/1/modem", to);
        CHECK(first.state == SendState::accepted);
        CHECK(spool.in("out") == std::vector{first.provider_id});
        CHECK(desk.send(canary_letter(), "a/1/modem", to).provider_id == first.provider_id);
        CHECK(spool.in("out").size() == 1);
        CHECK(desk.ask("a/1/modem", first.provider_id).detail == "waits in the spool of gammu-smsd");
    }
    // The state of the first is lost, another priority was configured: still the same message.
    Desk desk{"sms-gammu", spool.stanza("priority = \"A\"\n")};
    CHECK(desk.send(canary_letter(), "a/1/modem", to).provider_id == spool.in("out").front());
    CHECK(spool.in("out").size() == 1);
    const std::string a = spool.in("out").front();
    spool.move(a, "sent");
    CHECK(desk.send(canary_letter(), "a/1/modem", to).detail == "handed to the network by the modem");
    CHECK(desk.ask("a/1/modem", {}).state == SendState::accepted);
    const Receipt b = desk.send(canary_letter(), "b/1/modem", to);
    CHECK(b.provider_id.starts_with("OUTA"));
    spool.move(b.provider_id, "err");
    desk.run_until([&] { return reported(desk, "b/1/modem", SendState::failed); }, "the failure");
    CHECK(desk.ask("b/1/modem", {}).state == SendState::failed);
    CHECK(desk.send(canary_letter(), "b/1/modem", to).state == SendState::failed);
    CHECK(spool.in("out").empty());
}

TEST_CASE("what is still to be said about a message is said after a restart, and only then", "[sms]")
{
    const Spool spool;
    const e2e::Folder own;
    const auto message = [](const std::string& key) {
        return GammuMessage{key, "13800000000", "通道自检", 1, *parse_instant("2016-12-29T08:00:00+08:00")};
    };
    {
        GammuSpool before{spool.folders(), own.path()};
        CHECK(before.leave(message("a")).state == SendState::accepted);
        CHECK(before.leave(message("b")).state == SendState::accepted);
        CHECK(before.look().reports.empty());
    }
    for (const auto& name : spool.in("out")) spool.move(name, "sent");
    {
        GammuSpool after{spool.folders(), own.path()};
        const auto reports = after.look().reports;
        REQUIRE(reports.size() == 2);
        CHECK(reports[0].state == SendState::accepted);
        CHECK(reports[0].detail == "handed to the network by the modem");
        CHECK(after.look().reports.empty());
        CHECK(after.leave(message("c")).state == SendState::accepted);
        fs::remove(spool / "out" / spool.in("out").front());
        CHECK(after.look().reports.empty()); // perhaps just being moved
        const auto lost = after.look().reports;
        REQUIRE(lost.size() == 1);
        CHECK(lost[0].detail.find("somebody took it away") != std::string::npos);
    }
    GammuSpool last{spool.folders(), own.path()};
    CHECK(last.look().reports.empty());
}

TEST_CASE("a delivery report is believed only where it can mean one message", "[sms]")
{
    const Spool spool;
    const e2e::Folder own;
    GammuFolders folders = spool.folders();
    folders.delivery_reports = true;
    GammuSpool gammu{folders, own.path()};
    const auto leave = [&](const std::string& key, int parts) {
        CHECK(gammu.leave({key, "13800000000", "通道自检", parts, *parse_instant("2016-12-29T08:00:00+08:00")}).state ==
              SendState::accepted);
        for (const auto& name : spool.in("out")) spool.move(name, "sent");
        CHECK(gammu.look().reports.size() == 1); // handed over
    };
    int serial = 0;
    const auto comes = [&](const std::string& text) {
        e2e::write_file(
            spool / "in" / fmt::format("IN20161229_15000{}_00_+8613800000000_00.txt", serial++), "\xFE\xFF" + [&] {
                std::string out;
                for (const char c : text) out += std::string{'\0'} + c;
                return out;
            }());
        gammu.look();
        const GammuNews news = gammu.look(); // whole when it has not changed
        CHECK(news.replies.empty());
        return news.reports;
    };
    leave("a", 2);
    CHECK(comes("Delivered").empty()); // one part of two
    CHECK(comes("Pending").empty());
    const auto both = comes("Delivered");
    REQUIRE(both.size() == 1);
    CHECK(both[0].state == SendState::delivered);
    leave("b", 1);
    leave("c", 1);
    CHECK(comes("Delivered").empty()); // of which?
    CHECK(comes("Failed").empty());
}

TEST_CASE("a spool that is full, missing or on a full disk is tried again later", "[sms]")
{
    const Recipient to{"值班员", "13800000000"};
    SECTION("full")
    {
        const Spool spool;
        Desk desk{"sms-gammu", spool.stanza("spool_most = 2\n")};
        CHECK(desk.send(canary_letter(), "a", to).state == SendState::accepted);
        CHECK(desk.send(canary_letter(), "b", to).state == SendState::accepted);
        const Receipt full = desk.send(canary_letter(), "c", to);
        CHECK(full.state == SendState::retry);
        CHECK(full.detail.find("is gammu-smsd running?") != std::string::npos);
        CHECK(spool.in("out").size() == 2);
        CHECK(desk.send(canary_letter(), "a", to).state == SendState::accepted); // it is there already
        spool.move(spool.in("out").front(), "sent");
        CHECK(desk.send(canary_letter(), "c", to).state == SendState::accepted);
    }
    SECTION("missing")
    {
        const Spool spool;
        Desk desk{"sms-gammu", spool.stanza()};
        fs::remove(spool / "sent");
        const Receipt missing = desk.send(canary_letter(), "a", to);
        CHECK(missing.state == SendState::retry);
        CHECK(missing.detail == fmt::format("the folder {} is not there", (spool / "sent").string()));
        CHECK(desk.ask("a", {}).state == SendState::in_doubt);
        fs::create_directory(spool / "sent");
        CHECK(desk.send(canary_letter(), "a", to).state == SendState::accepted);
    }
    SECTION("no room")
    {
        const Spool spool;
        const SmallDisk disk{spool / "out"};
        if (!disk.mounted()) return e2e::skipped("a small disk cannot be mounted");
        Desk desk{"sms-gammu", spool.stanza()};
        e2e::write_file(spool / "out" / "ballast", std::string(4096, 'b'));
        const Receipt full = desk.send(canary_letter(), "a", to);
        CHECK(full.state == SendState::retry);
        CHECK(full.detail.find("No space left on device") != std::string::npos);
        CHECK(spool.in("out") == std::vector<std::string>{"ballast"});
        fs::remove(spool / "out" / "ballast");
        CHECK(desk.send(canary_letter(), "a", to).state == SendState::accepted);
    }
}

TEST_CASE("a message that waits too long in the spool is reported once", "[sms]")
{
    const Spool spool;
    Desk desk{"sms-gammu", spool.stanza("slow_after_s = 1\n")};
    CHECK(desk.send(canary_letter(), "a", {"值班员", "13800000000"}).state == SendState::accepted);
    desk.run_until([&] { return !desk.reports().empty(); }, "the report");
    CHECK(desk.reports().front().detail.find("is gammu-smsd running") != std::string::npos);
    CHECK(desk.send(canary_letter(), "b", {"值班员", "1380000000O"}).detail.find("is not a digit") !=
          std::string::npos);
    CHECK(desk.receipts().back().second.state == SendState::failed);
    CHECK(spool.in("out").size() == 1);
}

TEST_CASE("the traps of a gammu-smsdrc are told when the configuration is read", "[sms]")
{
    const Spool spool;
    const auto check = [&](const std::string& text, bool dummy = true) {
        return check_smsdrc(text, spool.folders(), dummy);
    };
    const auto without = [&](const std::string& key) {
        std::string out;
        std::istringstream in{spool.smsdrc()};
        for (std::string line; std::getline(in, line);)
            if (!line.starts_with(key)) out += line + "\n";
        return out;
    };
    CHECK(check(spool.smsdrc()).empty());
    CHECK(check(without("transmitformat") + "TransmitFormat = unicode # of the modem\n").find("makes nonsense") !=
          std::string::npos);
    CHECK(check(without("transmitformat") + "TransmitFormat = Unicode\n").empty());
    CHECK(check(without("transmitformat")).find("7-bit nonsense") != std::string::npos);
    CHECK(check(without("transmitformat") + "transmitformat = 7bit\n").find("makes nonsense") != std::string::npos);
    CHECK(check(without("service") + "service = sql\n").find("files backend") != std::string::npos);
    CHECK(check(without("inboxformat") + "inboxformat = detail\n").find("not understood") != std::string::npos);
    CHECK(check(without("outboxpath") + "outboxpath = " + (spool / "out").string() + "\n").find("with a slash") !=
          std::string::npos);
    CHECK(check(without("sentsmspath") + "sentsmspath = /else/\n").find("is not the folder") != std::string::npos);
    CHECK(check(spool.smsdrc(), false).find("no modem") != std::string::npos);
    CHECK(check("[gammu]\nmodel = at\nconnection = at115200\n" + spool.smsdrc().substr(spool.smsdrc().find("[smsd]")))
              .find("its model is a modem") != std::string::npos);
    GammuFolders reports = spool.folders();
    reports.delivery_reports = true;
    CHECK(check_smsdrc(without("deliveryreport"), reports, true).find("DeliveryReport = sms") != std::string::npos);
}

TEST_CASE("a drill needs a spool without a modem, a real warning one with", "[sms]")
{
    const Spool spool;
    const auto why = [&](const std::string& stanza, Mode mode) {
        try {
            const Desk desk{"sms-gammu", stanza, mode};
        } catch (const SettingError& error) {
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK(why(spool.stanza(), Mode::drill).find("does not leave this machine") != std::string::npos);
    CHECK(why(spool.stanza("dummy = true\n"), Mode::drill).empty());
    CHECK(why(spool.stanza("dummy = true\n"), Mode::real).find("would be lost") != std::string::npos);
    CHECK(why(spool.stanza("smsdrc = \"/nowhere/gammu-smsdrc\"\n"), Mode::real).find("No such file") !=
          std::string::npos);
    e2e::write_file(spool / "smsdrc", spool.smsdrc());
    CHECK(why(spool.stanza("smsdrc = \"" + (spool / "smsdrc").string() + "\"\n"), Mode::real).find("no modem") !=
          std::string::npos);
    CHECK(why(spool.stanza("priority = \"c\"\n"), Mode::real).find("one letter") != std::string::npos);
    CHECK(why("outbox = \"/o\"\nsent = \"/o\"\nerror = \"/e\"\n", Mode::real).find("three folders") !=
          std::string::npos);
    CHECK(why("outbox = \"o\"\nsent = \"/o\"\nerror = \"/e\"\n", Mode::real).find("absolute path") !=
          std::string::npos);
    CHECK(why(spool.stanza("delivery_reports = true\n"), Mode::real).find("\"inbox\" is not set") != std::string::npos);
}

} // namespace aqi::notify::tests
