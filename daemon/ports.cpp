#include "daemon/ports.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace aqi::daemon {
namespace {

constexpr std::array<std::pair<SendState, std::string_view>, 11> send_states = {{{SendState::prepared, "prepared"},
                                                                                 {SendState::sending, "sending"},
                                                                                 {SendState::accepted, "accepted"},
                                                                                 {SendState::delivered, "delivered"},
                                                                                 {SendState::retry, "retry"},
                                                                                 {SendState::failed, "failed"},
                                                                                 {SendState::in_doubt, "in_doubt"},
                                                                                 {SendState::expired, "expired"},
                                                                                 {SendState::superseded, "superseded"},
                                                                                 {SendState::repeat, "repeat"},
                                                                                 {SendState::held, "held"}}};

} // namespace

std::string_view send_state_name(SendState state) { return send_states[static_cast<std::size_t>(state)].second; }

std::optional<SendState> send_state_named(std::string_view name)
{
    for (const auto& [state, known] : send_states)
        if (known == name) return state;
    return std::nullopt;
}

/// The key goes into HTTP headers, file names' digests and environments: what is not plain is written as %XX.
std::string key_of(const OutboxRow& row, std::uint32_t recipient)
{
    std::string written = fmt::format("{}/{}/{}", row.warning, row.revision, row.channel);
    if (!row.audience.empty()) written += fmt::format("/{}@{}/{}", row.audience, row.version, recipient);
    std::string key;
    for (const char c : written) {
        if (c > ' ' && c < 0x7f && c != '%')
            key += c; // beyond ASCII a char is negative here, or above 0x7f
        else
            key += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return key;
}

bool is_settled(SendState state)
{
    return state != SendState::prepared && state != SendState::sending && state != SendState::retry &&
           state != SendState::repeat && state != SendState::held;
}

} // namespace aqi::daemon
