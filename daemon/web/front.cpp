#include "daemon/web/front.hpp"

namespace aqi::daemon::web {
namespace {

SignIn::Parts people_of(const Front::Parts& parts)
{
    SignIn::Parts out;
    out.config = parts.config;
    out.store = parts.store;
    out.database = parts.config->data_folder / "aqid.db";
    out.clock = parts.clock;
    out.real_time = [clock = parts.real_time] { return clock->now(); };
    return out;
}

Live::Ports ports_of(const Front::Parts& parts, SignIn& sign_in)
{
    Live::Ports out;
    out.compose = [&parts] {
        std::vector<Part> composed;
        const auto trouble = parts.read_safely([&] { composed = status_parts(parts.sources()); });
        if (!trouble.empty()) throw StoreError(trouble);
        return composed;
    };
    out.now = [clock = parts.clock] { return clock->now(); };
    out.offset = parts.config->rules.network.offset;
    out.is_open = [&sign_in](std::string_view session) { return sign_in.sessions().is_open(session); };
    return out;
}

Page::Parts page_of(const Front::Parts& parts, SignIn& sign_in, Live& live)
{
    Page::Parts out;
    out.config = parts.config;
    out.turns = parts.turns;
    out.health = parts.health;
    out.outgoing = parts.outgoing;
    out.store = parts.store;
    out.clock = parts.clock;
    out.real_time = parts.real_time;
    out.live = &live;
    out.sign_in = &sign_in;
    out.frames = parts.frames;
    out.commands = parts.commands;
    out.status = [&parts] { return status_json(parts.sources()); };
    out.read_safely = parts.read_safely;
    return out;
}

} // namespace

Front::Front(boost::asio::any_io_executor executor, Parts parts)
    : parts_(std::move(parts)),
      sign_in_(executor, people_of(parts_)),
      live_(executor, ports_of(parts_, sign_in_)),
      page_(page_of(parts_, sign_in_, live_))
{
    parts_.store->on_commit([this] { live_.changed(); });
    sign_in_.sessions().on_end = [this] { live_.sessions_changed(); };
}

Front::~Front()
{
    sign_in_.sessions().on_end = nullptr;
    parts_.store->on_commit(nullptr);
}

} // namespace aqi::daemon::web
