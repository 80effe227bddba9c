#include "daemon/store/chain.hpp"

#include "libaqi/result.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstring>

namespace aqi::daemon {

Digest sha256(std::string_view bytes)
{
    Digest out{};
    unsigned size = 0;
    AQI_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr) == 1);
    return out;
}

std::string hex(const Digest& digest)
{
    std::string out;
    for (const unsigned char byte : digest) out += fmt::format("{:02x}", byte);
    return out;
}

std::string_view bytes_of(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest digest_in(std::string_view blob)
{
    Digest out{};
    if (blob.size() == out.size()) std::memcpy(out.data(), blob.data(), out.size());
    return out;
}

ChainedLine& ChainedLine::add(std::int64_t number)
{
    text_ += fmt::format("{};", number);
    return *this;
}

ChainedLine& ChainedLine::add(std::string_view text)
{
    text_ += fmt::format("{};{}", text.size(), text);
    return *this;
}

} // namespace aqi::daemon
