#include "daemon/web/passwords.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon::web;

namespace {

constexpr PasswordCost least{1, 8'192};

Person zhang()
{
    Person out;
    out.id = "hbj-zhang-01";
    out.name = "鹤壁市环境保护局张工";
    return out;
}

} // namespace

TEST_CASE("a password fits its own hash only, and two hashes of one password are not alike")
{
    const std::string hash = password_hash("正确的马 电池 订书钉", least);
    CHECK(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    CHECK(password_fits(hash, "正确的马 电池 订书钉"));
    CHECK_FALSE(password_fits(hash, "正确的马 电池 订书钉 "));
    CHECK_FALSE(password_fits(hash, ""));
    CHECK_FALSE(password_fits("", "x"));
    CHECK_FALSE(password_fits("not a hash", "x"));
    CHECK(hash != password_hash("正确的马 电池 订书钉", least));
}

TEST_CASE("what is used costs at least what RFC 9106 asks of little memory")
{
    const std::string hash = password_hash("correct horse");
    CHECK(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
    CHECK(password_fits(hash, "correct horse"));
}

TEST_CASE("a password has ten characters, not bytes, and is no name")
{
    const Person person = zhang();
    CHECK(password_fault("123456789", person));
    CHECK_FALSE(password_fault("1234567890", person));
    CHECK(password_fault("一二三四五六七八九", person)); // 27 bytes
    CHECK_FALSE(password_fault("一二三四五六七八九十", person));
    CHECK(password_fault("HBJ-zhang-01", person));
    CHECK(password_fault("鹤壁市环境保护局张工", person));
    CHECK(password_fault("aaaaaaaaaaaa", person));
    CHECK(password_fault(std::string{"12345\00067890", 11}, person));
    CHECK_FALSE(password_fault(std::string(512, 'a') + std::string(512, 'b'), person));
    CHECK(password_fault(std::string(512, 'a') + std::string(513, 'b'), person));
    CHECK_FALSE(password_fault("", person)->zh.empty());
}

TEST_CASE("what nobody can guess is as long as it says and never the same")
{
    CHECK(random_hex(32).size() == 64);
    CHECK(random_hex(32) != random_hex(32));
    CHECK(same_secret("abc", "abc"));
    CHECK_FALSE(same_secret("abc", "abd"));
    CHECK_FALSE(same_secret("abc", "ab"));
    std::string secret = "something";
    wipe(secret);
    CHECK(secret.empty());
}
