// The grammar around a request: what is decoded, what is refused, whose language is spoken.
#include "daemon/web/head.hpp"
#include "daemon/web/pack.hpp"

#include <catch2/catch.hpp>
#include <zlib.h>

using namespace aqi::daemon;
using namespace aqi::daemon::web;

namespace {

/// Status and English words of the refusal, or "taken".
std::string outcome(const std::function<void()>& ask)
{
    try {
        ask();
        return "taken";
    } catch (const Refusal& refused) {
        return std::to_string(refused.status()) + " " + refused.words(false);
    }
}

std::string refused_query(std::string_view text)
{
    return outcome([&] { parse_query(text); });
}

std::string gunzip(std::string_view packed)
{
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

} // namespace

TEST_CASE("a query is decoded, in order, with its Chinese and its spaces")
{
    const auto query = parse_query("place=%E9%B9%A4%E5%A3%81&wording=a+b%2Bc&most=5&empty=&bare");
    CHECK(query.text("place") == "鹤壁");
    CHECK(query.text("wording") == "a b+c");
    CHECK(query.whole("most") == 5);
    CHECK(query.has("empty"));
    CHECK(query.has("bare"));
    CHECK(query.text("empty").empty());
    CHECK_FALSE(query.has("absent"));
    CHECK_FALSE(query.whole("absent"));
    CHECK(query.all().size() == 5);
    CHECK(parse_query("").all().empty());
    CHECK(parse_query("a=1&").all().size() == 1);
}

TEST_CASE("a query that cannot be read as text is refused")
{
    CHECK(refused_query("a=%") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=%4") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=%zz") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=%00") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=x%0d%0aSet-Cookie:b") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=%ff%fe") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=%c0%af") == "400 the parameters of the address cannot be read"); // an overlong "/"
    CHECK(refused_query("=1") == "400 the parameters of the address cannot be read");
    CHECK(refused_query("a=1&a=2") == "400 a is there twice");
    CHECK(refused_query("a=%41&%61=2") == "400 a is there twice");
    std::string many;
    for (int i = 0; i < 65; ++i) many += "p" + std::to_string(i) + "=1&";
    CHECK(refused_query(many) == "400 there are too many parameters");
    many.erase(0, many.find('&') + 1);
    CHECK(refused_query(many) == "taken"); // 64
}

TEST_CASE("numbers and flags of a query have limits")
{
    const auto query = parse_query("n=12&big=99999999999999999999&text=12x&neg=-3&yes=1&no=false&odd=maybe");
    CHECK(query.whole_or("n", 7, 1, 12) == 12);
    CHECK(query.whole_or("absent", 7, 1, 12) == 7);
    CHECK(outcome([&] { query.whole_or("n", 7, 1, 11); }) == "400 n must be from 1 to 11");
    CHECK(outcome([&] { query.whole_or("neg", 7, 1, 11); }) == "400 neg must be from 1 to 11");
    CHECK(outcome([&] { query.whole("big"); }) == "400 big must be a whole number");
    CHECK(outcome([&] { query.whole("text"); }) == "400 text must be a whole number");
    CHECK(query.flag("yes"));
    CHECK_FALSE(query.flag("no"));
    CHECK_FALSE(query.flag("absent"));
    CHECK(outcome([&] { query.flag("odd"); }) == "400 odd must be 1 or 0");
    CHECK(outcome([&] { query.only({"n", "big"}); }) == "400 there is no parameter text here");
    CHECK(outcome([&] { query.only({"n", "big", "text", "neg", "yes", "no", "odd"}); }) == "taken");
}

TEST_CASE("a path with a trick in it is no path")
{
    CHECK(decode_path("/") == "/");
    CHECK(decode_path("/api/v1/status") == "/api/v1/status");
    CHECK(decode_path("/public/%E6%B7%87") == "/public/淇");
    CHECK(decode_path("/channels/cap/") == "/channels/cap/");
    CHECK(decode_path("/a+b") == "/a+b"); // "+" is a space in a query only
    for (const auto* trick : {"", "status", "http://elsewhere/", "/..", "/../etc/passwd", "/a/../b",
                              "/%2e%2e/etc/passwd", "/a/./b", "//etc/passwd", "/a//b", "/a%2fb", "/a%5cb", "/a\\b",
                              "/%00", "/a%0ab", "/%ff", "/%", "/%2", "/%c0%ae%c0%ae/"}) {
        INFO(trick);
        CHECK_FALSE(decode_path(trick));
    }
}

TEST_CASE("refusals are Chinese unless English is preferred to it")
{
    CHECK(prefers_chinese(""));
    CHECK(prefers_chinese("zh-CN,zh;q=0.9,en;q=0.8"));
    CHECK(prefers_chinese("fr"));
    CHECK(prefers_chinese("en;q=0"));
    CHECK(prefers_chinese("en;q=0.5, zh;q=0.5"));
    CHECK_FALSE(prefers_chinese("en"));
    CHECK_FALSE(prefers_chinese("en-US,en;q=0.9,zh;q=0.8"));
    CHECK_FALSE(prefers_chinese("zh;q=0.3, EN-gb;q=0.7"));
    CHECK_FALSE(prefers_chinese("fr, en;q=0.1"));
    CHECK(prefers_chinese(",,;q=,=;;")); // nonsense is nobody's preference

    Request request;
    request.accept_language = "en";
    CHECK(refusal(request, 404, "没有", "nothing").body == R"({"ok":false,"error":"nothing"})");
    request.accept_language = "";
    CHECK(refusal(request, 404, "没有", "nothing").body == R"({"ok":false,"error":"没有"})");
    CHECK(refusal(422, "\"<b>").body == R"({"ok":false,"error":"\"<b>"})");
}

TEST_CASE("a cookie is ours by its whole name, and doubtful when it is there twice")
{
    CHECK(cookie_value("aqid=abc", "aqid") == "abc");
    CHECK(cookie_value("a=1; aqid=abc; b=2", "aqid") == "abc");
    CHECK(cookie_value("xaqid=1; aqidx=2; __Host-aqid=3", "aqid").empty());
    CHECK(cookie_value("aqid=one; aqid=two", "aqid").empty());
    CHECK(cookie_value("aqid=one; aqid=one", "aqid") == "one");
    CHECK(cookie_value("aqid", "aqid").empty());
    CHECK(cookie_value("", "aqid").empty());
    HttpConfig config;
    CHECK(cookie_name(config) == "aqid");
    config.behind_tls = true;
    CHECK(cookie_name(config) == "__Host-aqid");
    config.behind_tls = false;
    config.certificate = "chain.pem";
    CHECK(cookie_name(config) == "__Host-aqid");
}

TEST_CASE("what a browser can unpack, and what it has already")
{
    CHECK(accepts_gzip("gzip, deflate, br"));
    CHECK(accepts_gzip("*"));
    CHECK_FALSE(accepts_gzip(""));
    CHECK_FALSE(accepts_gzip("gzip;q=0, *"));
    CHECK_FALSE(accepts_gzip("br"));
    CHECK(matches("\"a\", W/\"b\"", "\"b\""));
    CHECK(matches("*", "\"b\""));
    CHECK_FALSE(matches("\"a\"", "\"b\""));
    CHECK_FALSE(matches("", "\"b\""));
    CHECK(etag_of("a") != etag_of("b"));
    CHECK(etag_of("") == "\"e3b0c44298fc1c149afbf4c8996fb924\""); // SHA-256 of nothing begins so
}

TEST_CASE("a file goes out packed to those who can unpack it, and not at all to those who have it")
{
    const std::string text(5000, 'x');
    Pack pack;
    pack.add("a.css", "text/css; charset=utf-8", text);
    pack.add("tiny.js", "text/javascript; charset=utf-8", "x");
    CHECK(pack.has("a.css"));
    CHECK_FALSE(pack.has("b.css"));

    const auto header = [](const Reply& reply, std::string_view name) {
        for (const auto& [key, value] : reply.headers)
            if (key == name) return value;
        return std::string{};
    };
    Request request;
    const auto plain = pack.reply(request, "a.css");
    CHECK(*plain.shared == text);
    CHECK(header(plain, "Content-Encoding").empty());
    CHECK(header(plain, "ETag") == etag_of(text));

    request.accept_encoding = "gzip";
    const auto packed = pack.reply(request, "a.css");
    CHECK(header(packed, "Content-Encoding") == "gzip");
    CHECK(header(packed, "Vary") == "Accept-Encoding");
    CHECK(packed.shared->size() < 100);
    CHECK(gunzip(*packed.shared) == text);
    CHECK(header(packed, "ETag") != header(plain, "ETag"));
    CHECK(header(pack.reply(request, "tiny.js"), "Content-Encoding").empty()); // it would only grow

    const std::string etag = header(packed, "ETag");
    request.if_none_match = etag;
    const auto again = pack.reply(request, "a.css");
    CHECK(again.status == 304);
    CHECK((again.body.empty() && !again.shared));
    CHECK(pack.packed_bytes() == packed.shared->size() + 1);

    // Answers that are made anew: long ones only.
    request = {};
    request.accept_encoding = "gzip";
    Reply longer = json_reply(std::string(40'000, ' '));
    longer.headers.emplace_back("ETag", "\"abc\"");
    pack_reply(request, longer);
    CHECK(gunzip(longer.body) == std::string(40'000, ' '));
    CHECK(header(longer, "ETag") == "\"abc-gz\"");
    Reply shorter = json_reply(std::string(400, ' '));
    pack_reply(request, shorter);
    CHECK(shorter.body.size() == 400);
}

TEST_CASE("every answer forbids what a page of ours never does")
{
    std::string all;
    for (const auto& [name, value] : security_headers(false)) all += name + ": " + value + "\n";
    CHECK(all.find("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';") !=
          std::string::npos);
    CHECK(all.find("unsafe") == std::string::npos);
    CHECK(all.find("frame-ancestors 'none'") != std::string::npos);
    CHECK(all.find("X-Content-Type-Options: nosniff") != std::string::npos);
    CHECK(all.find("Referrer-Policy: no-referrer") != std::string::npos);
    CHECK(all.find("Strict-Transport-Security") == std::string::npos); // it would lock out plain HTTP for a year
    std::string secure;
    for (const auto& [name, value] : security_headers(true)) secure += name + "\n";
    CHECK(secure.find("Strict-Transport-Security") != std::string::npos);
}
