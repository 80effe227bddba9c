#include "daemon/ports.hpp"

#include <array>
#include <utility>

namespace aqi::daemon {
namespace {

constexpr std::array<std::pair<SendState, std::string_view>, 9> send_states = {{{SendState::prepared, "prepared"},
                                                                                {SendState::sending, "sending"},
                                                                                {SendState::accepted, "accepted"},
                                                                                {SendState::delivered, "delivered"},
                                                                                {SendState::retry, "retry"},
                                                                                {SendState::failed, "failed"},
                                                                                {SendState::in_doubt, "in_doubt"},
                                                                                {SendState::expired, "expired"},
                                                                                {SendState::superseded, "superseded"}}};

} // namespace

std::string_view send_state_name(SendState state) { return send_states[static_cast<std::size_t>(state)].second; }

std::optional<SendState> send_state_named(std::string_view name)
{
    for (const auto& [state, known] : send_states)
        if (known == name) return state;
    return std::nullopt;
}

bool is_settled(SendState state)
{
    return state != SendState::prepared && state != SendState::sending && state != SendState::retry;
}

} // namespace aqi::daemon
