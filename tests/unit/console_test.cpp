// The files of the page as they are served: one wave of questions, and nothing that is not there.
#include "daemon/web/console.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace aqi::daemon::web;

namespace {

ConsoleFiles small_page()
{
    return {{"index.html",
             "<head>\n<link rel=\"stylesheet\" href=\"a.css\">\n<link rel=\"stylesheet\" href=\"b.css\">\n"
             "<script src=\"main.js\" type=\"module\"></script>\n</head>\n"},
            {"a.css", "p { color: red }\n"},
            {"b.css", "p { color: blue }\n"},
            {"paper.css", "p { color: black }\n"},
            {"main.js", "import { a } from \"./a.js\";\nconst later = () => import(\"./later.js\");\n"},
            {"wall.js", "import { b } from \"./b.js\";\n"},
            {"a.js", "import { b } from \"./b.js\";\n"},
            {"b.js", "import { a } from \"./a.js\"; // a circle\n"},
            {"later.js", "import { c } from \"./c.js\";\n"}};
}

} // namespace

TEST_CASE("the page names every module it will want, once, and its styles are one file in their order")
{
    const auto files = with_one_wave(small_page());
    CHECK(files.at("index.html") ==
          "<head>\n<link rel=\"stylesheet\" href=\"console.css\">\n"
          "<link rel=\"modulepreload\" href=\"main.js\">\n<link rel=\"modulepreload\" href=\"wall.js\">\n"
          "<link rel=\"modulepreload\" href=\"a.js\">\n<link rel=\"modulepreload\" href=\"b.js\">\n"
          "<script src=\"main.js\" type=\"module\"></script>\n</head>\n");
    CHECK(files.at("console.css") == "p { color: red }\np { color: blue }\n");
    CHECK_FALSE(files.contains("a.css"));
    CHECK(files.contains("paper.css")); // of another page
    CHECK(files.contains("later.js"));
}

TEST_CASE("a module that is not there is found out before a browser asks for it")
{
    auto files = small_page();
    files.erase("b.js");
    CHECK_THROWS_WITH(with_one_wave(std::move(files)), "the console has no b.js");
    CHECK_THROWS_AS(with_one_wave({}), std::logic_error);
}

TEST_CASE("the console that we carry is whole")
{
    const auto pack = console_pack();
    CHECK(console_name(pack, "/") == "index.html");
    CHECK(console_name(pack, "/console.css") == "console.css");
    CHECK(console_name(pack, "/wall.js") == "wall.js");
    CHECK_FALSE(console_name(pack, "/style.css"));
    CHECK_FALSE(console_name(pack, "/README.md"));
}
