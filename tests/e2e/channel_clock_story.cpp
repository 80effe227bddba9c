// A drill's channels live in the drill's time, whatever the machine's clock shows.
#include "tests/e2e/drill.hpp"

namespace aqi::e2e {

TEST_CASE("the feed of a drill is dated by the drill's clock", "[drill]")
{
    const Folder out;
    for (const auto* name : {"public", "drill"}) fs::create_directory(out / name);
    Drill drill{fmt::format("[[channel]]\nname = \"cap\"\nkind = \"cap\"\nfolder = \"{}\"\ndrill_folder = \"{}\"\n"
                            "sender = \"hp-warning@example.invalid\"\ndrill = true\n\n",
                            (out / "public").string(), (out / "drill").string())};
    const fs::path feed = out / "drill" / "feed.xml";
    wait_until(20s, "the feed", [&] { return fs::exists(feed); });
    CHECK(read_file(feed).find(fmt::format("<updated>{}</updated>", Drill::begin)) != std::string::npos);
    drill.raise();
    drill.wait_for(1, "cap", "accepted");
    CHECK(occurrences(read_file(feed), "<entry>") == 1); // by the machine's clock it was over years ago
    CHECK(fs::is_empty(out / "public"));
    REQUIRE(drill.daemon.stop() == 0);
}

} // namespace aqi::e2e
