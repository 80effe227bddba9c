// daemon/web/passwords: argon2id, and which passwords are none.
//
// Knows: libsodium, which stops in passwords.cpp. Does not know: whose a password is, or where it is kept. What costs time is
// for a side thread; every function may be called on any.
#pragma once

#include "libaqi/network.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

constexpr std::size_t password_least = 10;   ///< characters, not bytes
constexpr std::size_t password_most = 1'024; ///< bytes

/// What one try costs, us and whoever has stolen the file.
struct PasswordCost {
    unsigned long long passes;
    std::size_t bytes;
};
/// RFC 9106's second choice of memory with a pass more than libsodium's INTERACTIVE: some 0.1 s on a small machine, within the
/// service's memory.
constexpr PasswordCost password_cost{3, 64U << 20U};

/// "$argon2id$v=19$...". Throws std::bad_alloc.
std::string password_hash(std::string_view password, const PasswordCost& cost = password_cost);
bool password_fits(const std::string& hash, std::string_view password);
/// So many bytes that nobody can guess, in hex.
std::string random_hex(std::size_t bytes);
/// Compared to the end, so that the time it takes says nothing.
bool same_secret(std::string_view a, std::string_view b);
/// Overwrites what is not needed any more.
void wipe(std::string& secret);

struct PasswordFault {
    std::string zh, en;
};
/// Why this cannot be a person's password; absent: it can.
std::optional<PasswordFault> password_fault(std::string_view password, const Person& person);

} // namespace aqi::daemon::web
