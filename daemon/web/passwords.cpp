#include "daemon/web/passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

namespace aqi::daemon::web {
namespace {

/// libsodium wants to be woken once; again does nothing.
void wake()
{
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used: no source of random numbers");
}

std::size_t characters_of(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Letters of ASCII in one case: "Zhang" is no better than "zhang".
std::string lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

} // namespace

std::string password_hash(std::string_view password, const PasswordCost& cost)
{
    wake();
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost.passes, cost.bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc{};
    return out.data();
}

bool password_fits(const std::string& hash, std::string_view password)
{
    wake();
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string random_hex(std::size_t bytes)
{
    wake();
    std::string raw(bytes, '\0');
    randombytes_buf(raw.data(), raw.size());
    std::string out(bytes * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size());
    out.pop_back();
    wipe(raw);
    return out;
}

bool same_secret(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& secret)
{
    sodium_memzero(secret.data(), secret.size());
    secret.clear();
}

std::optional<PasswordFault> password_fault(std::string_view password, const Person& person)
{
    if (password.size() > password_most)
        return PasswordFault{"密码过长（最多1024字节）", "the password is longer than 1024 bytes"};
    if (password.find('\0') != std::string_view::npos)
        return PasswordFault{"密码不能含有空字符", "the password holds a NUL character"};
    if (characters_of(password) < password_least)
        return PasswordFault{"密码至少10个字符", "a password has at least 10 characters"};
    const std::string given = lower(password);
    if (given == lower(person.id) || given == lower(person.name))
        return PasswordFault{"密码不能与用户名或姓名相同", "a password is neither the person's id nor the name"};
    if (given.find_first_not_of(given.front()) == std::string::npos)
        return PasswordFault{"密码不能只是同一个字符", "a password is more than one character repeated"};
    return std::nullopt;
}

} // namespace aqi::daemon::web
