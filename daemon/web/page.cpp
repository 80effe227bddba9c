#include "daemon/web/page.hpp"

#include "daemon/log.hpp"
#include "daemon/outgoing.hpp"
#include "daemon/web/acts.hpp"
#include "daemon/web/api.hpp"
#include "daemon/web/console.hpp"
#include "daemon/web/head.hpp"
#include "daemon/web/pack.hpp"
#include "daemon/web/public_page.hpp"
#include "daemon/web/rates.hpp"
#include "daemon/web/read.hpp"
#include "daemon/web/read_calendar.hpp"
#include "daemon/web/read_commands.hpp"
#include "daemon/web/read_episodes.hpp"
#include "daemon/web/read_explain.hpp"
#include "daemon/web/read_figures.hpp"
#include "daemon/web/read_forecasts.hpp"
#include "daemon/web/read_frames.hpp"
#include "daemon/web/read_gaps.hpp"
#include "daemon/web/read_network.hpp"
#include "daemon/web/read_openapi.hpp"
#include "daemon/web/read_reports.hpp"
#include "daemon/web/read_rules.hpp"
#include "daemon/web/read_texts.hpp"
#include "daemon/web/read_year.hpp"
#include "daemon/web/review_json.hpp"
#include "daemon/web/take_in.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

constexpr int acts_shown = 100;
constexpr int acts_most = 1000;
/// What somebody who is not signed in may ask for: so many a second, and so many at once after a pause.
constexpr double strangers_a_second = 50;
constexpr double strangers_at_once = 500;

std::string_view method_name(Method method)
{
    switch (method) {
    case Method::get:
    case Method::head: return "GET";
    case Method::post: return "POST";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
    }
    return "";
}

bool is_at(std::string_view path, std::string_view pattern)
{
    if (pattern.ends_with('*')) return path.starts_with(pattern.substr(0, pattern.size() - 1));
    return path == pattern;
}

/// What it is exactly names files and statements: that is for the log, where read_safely has put it.
Refusal database_trouble()
{
    return Refusal{503, "数据库不可读，原因见日志", "the database cannot be read; the log says why"};
}

} // namespace

struct Page::Impl {
    /// Somebody asks for something.
    struct Ask {
        const Request& request;
        const Responder& responder;
        std::string rest; ///< what stands in the place of the "*" of a row
    };
    using Answer = void (Impl::*)(const Ask&);
    using Read = Reply (*)(const Query&, const ReadSources&);
    struct Route {
        Row row;
        Answer answer = nullptr;
        Read read = nullptr; ///< in place of `answer`
    };

    explicit Impl(Parts parts)
        : p(std::move(parts)),
          sources{p.config, p.turns, p.store, p.clock, p.frames, p.commands},
          files(console_pack()),
          strangers(strangers_a_second, strangers_at_once)
    {}

    static const std::vector<Route>& table();

    void answer(const Request& request, const Responder& responder)
    {
        if (request.path == "/" || console_name(files, request.path)) return file(request, responder);
        std::string allowed;
        for (const auto& route : table()) {
            if (!is_at(request.path, route.row.path)) continue;
            if (route.row.method != method_name(request.method)) {
                allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", route.row.method);
                continue;
            }
            Ask ask{request, responder, {}};
            if (route.row.path.ends_with('*')) ask.rest = request.path.substr(route.row.path.size() - 1);
            let_in(route, request);
            return route.read != nullptr ? read(ask, route) : (this->*route.answer)(ask);
        }
        if (allowed.empty()) throw Refusal{404, "没有这个地址", "there is nothing at this address"};
        if (allowed.find("GET") != std::string::npos) allowed += ", HEAD";
        Reply reply = request.method == Method::options
                          ? Reply{204, {}, {}, {}, nullptr}
                          : refusal(request, 405, "此地址不接受该方法", "this address does not take this method");
        reply.headers.emplace_back("Allow", allowed);
        responder.reply(std::move(reply));
    }

    /// Throws Refusal.
    void let_in(const Route& route, const Request& request)
    {
        // Who only listens does nothing: a page that is left open keeps nobody signed in.
        const bool listens = route.answer == &Impl::live;
        const bool known = !(listens ? p.sign_in->session_of(request) : p.sign_in->person_of(request)).empty();
        if (known) return;
        const bool open = p.config->http.reading == PageReading::open;
        if (route.row.who == Who::signed_in || (route.row.who == Who::reader && !open))
            throw Refusal{401, "请先登录", "sign in first"};
        if (route.answer == &Impl::health) return; // what watches us is answered, whoever else asks from its address
        if (!strangers.allow(request.peer, p.real_time->now()))
            throw Refusal{429, "访问过于频繁，请稍后再试", "too many requests; try again in a while"};
    }

    void file(const Request& request, const Responder& responder) const
    {
        if (!request.is_read()) {
            Reply reply = refusal(request, 405, "此地址只可读取", "this address can only be read");
            reply.headers.emplace_back("Allow", "GET, HEAD");
            return responder.reply(std::move(reply));
        }
        responder.reply(files.reply(request, *console_name(files, request.path)));
    }

    /// Runs a look into the database, and answers with what it returns.
    template <class Make>
    void reply_safely(const Ask& ask, const Make& make) const
    {
        Reply out;
        if (const auto trouble = p.read_safely([&] { out = make(); }); !trouble.empty()) throw database_trouble();
        pack_reply(ask.request, out);
        ask.responder.reply(std::move(out));
    }

    /// A question whose answer is worth keeping until it is another.
    void read(const Ask& ask, const Route& route) const
    {
        const Query query = parse_query(ask.request.query);
        reply_safely(ask, [&] {
            Reply out = route.read(query, sources);
            if (route.row.who == Who::anybody) { // pages of others may read what is meant for the public
                out.headers.emplace_back("Access-Control-Allow-Origin", "*");
                out.headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
            }
            if (out.status != 200) return out;
            const std::string etag = etag_of(out.shared ? *out.shared : out.body);
            out.headers.emplace_back("ETag", etag);
            out.headers.emplace_back("Cache-Control", "no-cache");
            if (!matches(ask.request.if_none_match, etag) && !matches(ask.request.if_none_match, packed_etag(etag)))
                return out;
            out.status = 304;
            out.body.clear();
            out.shared.reset();
            return out;
        });
    }

    void status(const Ask& ask)
    {
        reply_safely(ask, [this] { return json_reply(p.status()); });
    }

    void live(const Ask& ask)
    {
        if (ask.request.method == Method::head)
            return ask.responder.reply({200, "text/event-stream; charset=utf-8", {}, {}, nullptr});
        p.live->listen(ask.responder, {std::string{ask.request.last_event_id}, p.sign_in->session_of(ask.request),
                                       accepts_gzip(ask.request.accept_encoding)});
    }

    void acts(const Ask& ask)
    {
        const auto query = parse_query(ask.request.query);
        query.only({"most"});
        const int most = query.whole_or("most", acts_shown, 1, acts_most);
        reply_safely(ask, [&] { return json_reply(audit_json(*p.store, most, *p.config)); });
    }

    void health(const Ask& ask)
    {
        const bool good = p.health->storage_good();
        // Which file cannot be written is told to those who may read the status.
        const bool may_know =
            p.config->http.reading == PageReading::open || !p.sign_in->session_of(ask.request).empty();
        ask.responder.reply({good ? 200 : 503,
                             "text/plain; charset=utf-8",
                             good ? "ok\n" : (may_know ? p.health->line() : std::string{"trouble"}) + "\n",
                             {},
                             nullptr});
    }

    void forecasts(const Ask& ask)
    {
        reply_safely(ask, [&] { return take_in(ask.request, p.commands()); });
    }

    void session(const Ask& ask) { p.sign_in->answer(ask.request, ask.responder); }

    void act_on(const Ask& ask)
    {
        reply_safely(ask, [&] { return act(ask.request, *p.sign_in, p.commands()); });
    }

    void for_the_public(const Ask& ask)
    {
        reply_safely(ask, [&] { return public_page(ask.request, sources); });
    }

    /// /channels/<name>/<path>: a channel's own, a feed or a provider's call back.
    void channel(const Ask& ask)
    {
        const auto slash = std::min(ask.rest.find('/'), ask.rest.size());
        const std::string name = ask.rest.substr(0, slash);
        const std::string path = slash < ask.rest.size() ? ask.rest.substr(slash + 1) : std::string{};
        reply_safely(ask, [&] {
            auto out = p.outgoing->dispatch().get(name, path, ask.request.query);
            if (!out) throw Refusal{404, "没有这个地址", "there is nothing at this address"};
            return Reply{out->status, std::move(out->content_type), std::move(out->body), {}, nullptr};
        });
    }

    const Parts p;
    const ReadSources sources;
    const Pack files;
    Rates strangers;
};

const std::vector<Page::Impl::Route>& Page::Impl::table()
{
    using I = Impl;
    constexpr auto anybody = Who::anybody, reader = Who::reader, signed_in = Who::signed_in;
    static const std::vector<Route> rows{
        {{"GET", "/healthz", anybody}, &I::health},
        {{"GET", "/public", anybody}, &I::for_the_public},
        {{"GET", "/public/*", anybody}, &I::for_the_public},
        {{"GET", "/channels/*", anybody}, &I::channel},
        {{"GET", "/api/v1/openapi.json", anybody}, nullptr, &read_openapi},
        {{"GET", "/api/v1/public", anybody}, nullptr, &read_public},
        {{"GET", "/api/v1/areas", anybody}, nullptr, &read_areas},
        {{"GET", "/api/v1/stations", anybody}, nullptr, &read_stations},
        {{"GET", "/api/v1/hours", anybody}, nullptr, &read_hours},
        {{"GET", "/api/v1/days", anybody}, nullptr, &read_days},
        {{"GET", "/api/v1/calendar", anybody}, nullptr, &read_calendar},
        {{"GET", "/api/v1/ranking", anybody}, nullptr, &read_ranking},

        {{"GET", "/api/v1/session", anybody}, &I::session},
        {{"POST", "/api/v1/session", anybody}, &I::session},
        {{"DELETE", "/api/v1/session", signed_in}, &I::session},
        {{"POST", "/api/v1/session/password", signed_in}, &I::session},
        {{"GET", "/api/v1/sessions", signed_in}, &I::session},
        {{"DELETE", "/api/v1/sessions/*", signed_in}, &I::session},
        {{"GET", "/api/v1/people", signed_in}, &I::session},
        {{"GET", "/api/v1/audit", signed_in}, &I::session},
        {{"GET", "/api/v1/ledger", signed_in}, &I::session},

        {{"POST", "/api/v1/acts/*", signed_in}, &I::act_on},
        {{"GET", "/api/v1/acts", signed_in}, &I::acts},
        {{"POST", "/api/v1/forecasts", anybody}, &I::forecasts}, // the bearer token says who

        {{"GET", "/api/v1/status", reader}, &I::status},
        {{"GET", "/api/v1/live", reader}, &I::live},
        {{"GET", "/api/v1/year", reader}, nullptr, &read_year},
        {{"GET", "/api/v1/what-if", reader}, nullptr, &read_what_if},
        {{"GET", "/api/v1/completeness", reader}, nullptr, &read_completeness},
        {{"GET", "/api/v1/coverage", reader}, nullptr, &read_coverage},
        {{"GET", "/api/v1/weather", reader}, nullptr, &read_weather},
        {{"GET", "/api/v1/verification", reader}, nullptr, &read_verification},
        {{"GET", "/api/v1/forecast-series", reader}, nullptr, &read_forecast_series},
        {{"GET", "/api/v1/episodes", reader}, nullptr, &read_episodes},
        {{"GET", "/api/v1/texts", reader}, nullptr, &read_texts},
        {{"GET", "/api/v1/frames", reader}, nullptr, &read_frames},
        {{"GET", "/api/v1/rules", reader}, nullptr, &read_rules},
        {{"GET", "/api/v1/rules/diff", reader}, nullptr, &read_rules_diff},
        {{"GET", "/api/v1/rules/what-if", reader}, nullptr, &read_rules_what_if},
        {{"GET", "/api/v1/explain", reader}, nullptr, &read_explain},
        {{"GET", "/api/v1/reports", reader}, nullptr, &read_reports},
        {{"GET", "/api/v1/measures", reader}, nullptr, &read_measures},
        {{"GET", "/api/v1/review", reader}, nullptr, &read_review},
        {{"GET", "/api/v1/counts", reader}, nullptr, &read_counts},
        {{"GET", "/api/v1/dispatch", signed_in}, nullptr, &read_dispatch},
        {{"GET", "/api/v1/deliveries", signed_in}, nullptr, &read_deliveries},
        {{"GET", "/api/v1/route-test", signed_in}, nullptr, &read_route_test},
    };
    return rows;
}

Page::Page(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
Page::~Page() = default;

void Page::operator()(const Request& request, Responder responder)
{
    try {
        impl_->answer(request, responder);
    } catch (const Refusal& refused) {
        responder.reply(refusal(refused.status(), refused.words(request.chinese())));
    } catch (const std::exception& error) {
        log(Severity::error, "page: {} {}: {}", method_name(request.method), request.path, error.what());
        responder.reply(
            refusal(request, 500, "服务内部出错，已记入日志", "an error inside the service; it is in the log"));
    }
}

std::vector<Page::Row> Page::rows()
{
    std::vector<Row> out;
    for (const auto& route : Impl::table()) out.push_back(route.row);
    return out;
}

} // namespace aqi::daemon::web
