// daemon/store/chain: what makes lines of a table a chain: digests, each over its own line and the digest before.
//
// Knows: SHA-256. Does not know: any table (ledger, audit).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace aqi::daemon {

using Digest = std::array<unsigned char, 32>;
Digest sha256(std::string_view bytes);
std::string hex(const Digest& digest);
/// As a column holds it, and back; something of another size is all zeros, which is nobody's digest.
std::string_view bytes_of(const Digest& digest);
Digest digest_in(std::string_view blob);

/// The fields of a line after the digest before it. A text has its length before it, so that none can run into the next.
class ChainedLine {
public:
    explicit ChainedLine(const Digest& before) : text_(bytes_of(before)) {}
    ChainedLine& add(std::int64_t number);
    ChainedLine& add(std::string_view text);
    Digest digest() const { return sha256(text_); }

private:
    std::string text_;
};

} // namespace aqi::daemon
