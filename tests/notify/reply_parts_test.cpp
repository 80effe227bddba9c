// Replies that come part by part: joined in their order, after a restart too, and never lost for want of a part.
#include "daemon/notify/reply_parts.hpp"
#include "tests/e2e/harness.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

namespace aqi::notify::tests {
namespace {

using namespace std::chrono_literals;

struct Gatherer {
    boost::asio::io_context io;
    std::vector<Inbound::Reply> replies;
    ReplyParts parts;
    explicit Gatherer(const std::filesystem::path& folder, std::chrono::seconds wait = 600s)
        : parts(folder, io.get_executor(), wait, [this](Inbound::Reply reply) { replies.push_back(std::move(reply)); })
    {
        parts.load();
        turn();
    }
    void turn()
    {
        io.restart();
        io.poll();
    }
    std::string add(int part, int of, const std::string& text, const std::string& reference = "07",
                    const std::string& id = {})
    {
        return parts.add({"13800000000", reference, part, of, text, "", id.empty() ? fmt::format("id{}", part) : id});
    }
};

std::size_t files_in(const std::filesystem::path& folder)
{
    std::size_t out = 0;
    if (std::filesystem::exists(folder))
        for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator{folder}) ++out;
    return out;
}

} // namespace

TEST_CASE("parts become one reply in their order, whatever the order in which they come", "[sms]")
{
    const e2e::Folder folder;
    Gatherer g{folder / "parts"};
    CHECK(g.add(3, 3, "完").empty());
    CHECK(g.add(1, 3, "1 已").empty());
    CHECK(g.replies.empty());
    CHECK(files_in(folder / "parts") == 2);
    CHECK(g.add(2, 3, "布置").empty());
    REQUIRE(g.replies.size() == 1);
    CHECK(g.replies[0].text == "1 已布置完");
    CHECK(g.replies[0].from == "13800000000");
    CHECK(g.replies[0].provider_id == "id1");
    CHECK(files_in(folder / "parts") == 0);
    // A gateway that repeats a part says nothing new.
    CHECK(g.add(2, 3, "布置").empty());
    CHECK(files_in(folder / "parts") == 0);
    // Two at a time, of two references.
    g.add(1, 2, "甲", "08", "a1");
    g.add(2, 2, "丁", "09", "b2");
    g.add(1, 2, "丙", "09", "b1");
    g.add(2, 2, "乙", "08", "a2");
    REQUIRE(g.replies.size() == 3);
    CHECK(g.replies[1].text == "丙丁");
    CHECK(g.replies[2].text == "甲乙");
}

TEST_CASE("parts of a reply outlive a restart, and one that lacks a part is told with its gap", "[sms]")
{
    const e2e::Folder folder;
    {
        Gatherer before{folder / "parts"};
        before.add(1, 2, "上", "07", "x1");
        before.add(2, 3, "1 不算确认", "08", "y2");
    }
    Gatherer g{folder / "parts", 1s};
    g.add(2, 2, "下", "07", "x2");
    REQUIRE(g.replies.size() == 1);
    CHECK(g.replies[0].text == "上下");
    CHECK(g.replies[0].provider_id == "x1");
    e2e::wait_until(20s, "the end of its wait", [&] {
        g.turn();
        return g.replies.size() == 2;
    });
    CHECK(g.replies[1].text == "[…]1 不算确认[…]"); // what comes after a gap is no beginning
    CHECK(files_in(folder / "parts") == 0);
    // A telephone that uses a reference again: the old beginning is told, the new reply is whole.
    g.add(1, 2, "旧", "07", "p1");
    g.add(1, 2, "新", "07", "q1");
    g.add(2, 2, "的", "07", "q2");
    REQUIRE(g.replies.size() == 4);
    CHECK(g.replies[2].text == "旧[…]");
    CHECK(g.replies[3].text == "新的");
}

TEST_CASE("a reply that was whole when the process ended is told again under the same id", "[sms]")
{
    const e2e::Folder folder;
    std::string id;
    {
        Gatherer g{folder / "parts"};
        g.parts.add({"13800000000", "07", 1, 2, "上", "", ""});
        std::filesystem::copy(folder / "parts", folder / "both");
        g.parts.add({"13800000000", "07", 2, 2, "下", "", ""});
        REQUIRE(g.replies.size() == 1);
        id = g.replies[0].provider_id;
        CHECK(id.starts_with("parts-"));
    }
    // Both parts on the disk, as a kill between telling and tidying leaves them.
    const std::filesystem::directory_iterator only{folder / "both"};
    const auto first = only->path();
    std::string second = e2e::read_file(first);
    second.replace(second.find("\n1 2 "), 5, "\n2 2 ");
    second.replace(second.rfind("上"), std::string{"上"}.size(), "下");
    std::string name = first.filename().string();
    name.replace(name.find("-1.part"), 7, "-2.part");
    e2e::write_file(folder / "both" / name, second);
    Gatherer after{folder / "both"};
    REQUIRE(after.replies.size() == 1);
    CHECK(after.replies[0].text == "上下");
    CHECK(after.replies[0].provider_id == id);
    CHECK(files_in(folder / "both") == 0);
}

TEST_CASE("a part that cannot be written down is said so, and still joined", "[sms]")
{
    const e2e::Folder folder;
    e2e::write_file(folder / "parts", "a file where the folder should be");
    Gatherer g{folder / "parts"};
    CHECK_FALSE(g.add(1, 2, "上").empty());
    CHECK_FALSE(g.add(2, 2, "下").empty());
    REQUIRE(g.replies.size() == 1);
    CHECK(g.replies[0].text == "上下");
}

TEST_CASE("the user data header says which part it is", "[sms]")
{
    const auto read = [](std::string_view header) {
        ReplyPart out;
        return read_user_data_header(header, out) ? fmt::format("{} {}/{}", out.reference, out.part, out.parts)
                                                  : std::string{"none"};
    };
    CHECK(read(std::string_view{"\x05\x00\x03\x07\x02\x01", 6}) == "07 1/2");
    CHECK(read(std::string_view{"\x06\x08\x04\x01\x07\x03\x02", 7}) == "0107 2/3");
    CHECK(read(std::string_view{"\x09\x05\x02\x0B\x84\x00\x03\x07\x02\x01", 10}) == "07 1/2"); // behind port numbers
    for (const auto wrong :
         {std::string_view{}, std::string_view{"\x05\x00\x03\x07\x02", 5}, std::string_view{"\x04\x00\x03\x07\x02", 5},
          std::string_view{"\x00", 1}, std::string_view{"\x03\x05\xFF\x00", 4}})
        CHECK(read(wrong) == "none");
    const auto utf16 = [](const std::string& bytes) { return ReplyPart{"", "", 0, 0, bytes, "UTF-16BE", ""}; };
    // A character cut in two by the end of a part.
    CHECK(text_of_parts({{1, utf16("\xD8\x42")}, {2, utf16("\xDF\xB7\x4E\x2D")}}, 2) == "𠮷中");
}

} // namespace aqi::notify::tests
