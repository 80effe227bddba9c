#include "daemon/web/sign_in.hpp"

#include "daemon/log.hpp"
#include "daemon/store/ledger.hpp"
#include "daemon/web/head.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr std::string_view session_path = "/api/v1/session", password_path = "/api/v1/session/password",
                           sessions_path = "/api/v1/sessions", people_path = "/api/v1/people",
                           audit_path = "/api/v1/audit", ledger_path = "/api/v1/ledger";
constexpr int lines_shown = 100, lines_most = 1'000;
/// A sign-in is a few hundred bytes.
constexpr std::size_t body_most = 8 * 1024;

Refusal not_found() { return {404, "没有这个地址", "there is nothing at this address"}; }
Refusal not_this_way() { return {405, "此地址不接受该方法", "this address does not take this method"}; }
Refusal busy() { return {429, "登录请求过多，请稍候重试", "too many are signing in at this moment; try again"}; }
Refusal unwritable(const std::string& why)
{
    log(Severity::error, "sign-in: {}", why); // it may name files: that is not for whoever tries to sign in
    return {503, "无法写入数据库，未作任何更改；原因见日志",
            "it cannot be written down, and nothing was changed; the log says why"};
}

Reply in_words(const Refusal& said, bool chinese) { return refusal(said.status(), said.words(chinese)); }

bool is_json(std::string_view content_type)
{
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    std::string lower{type};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
    while (!lower.empty() && lower.back() == ' ') lower.pop_back();
    return lower == "application/json";
}

json::object object_in(const Request& request)
{
    if (!is_json(request.content_type))
        throw Refusal{415, "请求须为 application/json", "the request must be application/json"};
    json::error_code ec;
    json::value value =
        request.body.size() <= body_most ? json::parse({request.body.data(), request.body.size()}, ec) : json::value{};
    if (ec || !value.is_object()) throw Refusal{400, "请求不是一个JSON对象", "the request is not one JSON object"};
    return std::move(value.as_object());
}

std::string text_in(const json::object& o, std::string_view key)
{
    const auto* value = o.if_contains(key);
    if (value == nullptr || !value->is_string())
        throw Refusal{422, fmt::format("缺少“{}”", key), fmt::format("\"{}\" is missing, or no text", key)};
    return std::string{value->as_string()};
}

/// Whether a browser says that another page than ours sends this. One that says nothing is no browser of these ten years, and has
/// the token to show in any case.
bool is_cross_site(const Request& request)
{
    if (!request.fetch_site.empty() && request.fetch_site != "same-origin" && request.fetch_site != "none") return true;
    if (request.origin.empty()) return false;
    const auto slashes = request.origin.find("://");
    if (slashes == std::string_view::npos) return true; // "null"
    const std::string_view host = request.origin.substr(slashes + 3);
    return !std::equal(host.begin(), host.end(), request.host.begin(), request.host.end(), [](char a, char b) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(a) == lower(b);
    });
}

Refusal cross_site()
{
    return {403, "请求来自其他网站，未作任何更改", "the request comes from another site; nothing was changed"};
}

/// Answers with what `verify` finds of a chain in the database. A chain of years takes its time: not on the loop.
template <class Verify>
void answer_verdict(SideThread& side, const Request& request, const Responder& responder, Verify verify)
{
    const bool taken = side.run([verify = std::move(verify), responder,
                                 chinese = request.chinese()]() -> SideThread::Then {
        Reply reply;
        try {
            const auto verdict = verify();
            reply = json_reply(json::serialize(json::object{
                {"ok", true},
                {"lines", verdict.lines},
                {"newest", verdict.newest},
                {"trouble", verdict.trouble.empty() ? json::value(nullptr) : json::value(verdict.trouble)}}));
        } catch (const StoreError& error) {
            reply = refusal(
                503, fmt::format("{}{}", chinese ? "数据库不可读：" : "the database cannot be read: ", error.what()));
        }
        return [responder, reply] { responder.reply(reply); };
    });
    if (!taken) throw busy();
}

} // namespace

/// What is kept of a request that is answered later.
struct SignIn::Caller {
    std::string person; ///< as it was given; perhaps nobody
    std::string address;
    bool chinese = true;
};

SignIn::SignIn(boost::asio::any_io_executor loop, Parts parts)
    : parts_(std::move(parts)),
      config_(*parts_.config),
      sessions_(parts_.store->login(), config_, parts_.real_time),
      side_(std::move(loop))
{}

SignIn::Caller SignIn::caller_of(const Request& request, std::string person) const
{
    return {std::move(person), request.peer, request.chinese()};
}

void SignIn::answer(const Request& request, const Responder& responder)
{
    const bool is_get = request.is_read(), is_delete = request.method == Method::del;
    if (request.path == session_path) {
        if (is_get) return responder.reply(who_am_i(request));
        if (request.is_post()) return begin(request, responder);
        if (is_delete) return sign_out(request, responder);
    } else if (request.path == password_path) {
        if (request.is_post()) return change_password(request, responder);
    } else if (request.path == sessions_path) {
        if (is_get) return responder.reply(list(request));
    } else if (request.path == people_path) {
        if (is_get) return responder.reply(people(request));
    } else if (request.path == audit_path) {
        if (is_get) return audit(request, responder);
    } else if (request.path == ledger_path) {
        if (is_get) return ledger(request, responder);
    } else if (request.path.starts_with(sessions_path) && request.path[sessions_path.size()] == '/') {
        if (is_delete) return end_session(request, request.path.substr(sessions_path.size() + 1), responder);
    } else {
        throw not_found();
    }
    throw not_this_way();
}

std::string SignIn::person_of(const Request& request)
{
    const SessionRow* session = sessions_.find(request.cookie, Sessions::Touch::active);
    return session != nullptr ? session->person : std::string{};
}

std::string SignIn::session_of(const Request& request)
{
    const SessionRow* session = sessions_.find(request.cookie, Sessions::Touch::only_look);
    return session != nullptr ? session->id : std::string{};
}

void SignIn::refuse_forged(const Request& request, std::string_view command)
{
    const std::string person = person_of(request);
    if (person.empty())
        throw request.cookie.empty() ? Refusal{401, "请先登录", "sign in first"}
                                     : Refusal{401, "登录已失效，请重新登录；未作任何更改",
                                               "the session has ended; sign in again. Nothing was changed"};
    const bool forged = is_cross_site(request);
    if (!forged && same_secret(request.token, Sessions::token_of(request.cookie))) {
        if (request.is_post() && !is_json(request.content_type))
            throw Refusal{415, "请求须为 application/json", "the request must be application/json"};
        return;
    }
    note(entry_of(caller_of(request, person), std::string{command}, "refused",
                  forged ? "from another site" : "without the page's token"));
    if (forged) throw cross_site();
    throw Refusal{403, "请求缺少本页面的令牌，未作任何更改；请刷新页面",
                  "the request lacks the page's token, and nothing was changed; reload the page"};
}

AuditEntry SignIn::entry_of(const Caller& caller, std::string command, std::string outcome, std::string why) const
{
    AuditEntry out;
    // Who is nobody may have typed a password into the wrong field: it is not written down.
    if (config_.rules.network.person_named(caller.person) != nullptr) out.person = caller.person;
    out.via = "page";
    out.address = caller.address;
    out.command = std::move(command);
    out.outcome = std::move(outcome);
    out.why = std::move(why);
    return out;
}

void SignIn::note(AuditEntry entry)
{
    entry.at = parts_.clock->now();
    if (const auto written = parts_.store->audit_trail().append(entry); !written)
        throw unwritable(written.error().what);
}

std::optional<std::int64_t> SignIn::locked(const Caller& caller) const
{
    const Instant now = parts_.real_time();
    const auto wait = std::max(by_person_.wait(caller.person, now), by_address_.wait(caller.address, now));
    if (wait <= std::chrono::milliseconds{}) return std::nullopt;
    return (wait.count() + 999) / 1'000;
}

void SignIn::begin(const Request& request, const Responder& responder)
{
    if (is_cross_site(request)) throw cross_site(); // nobody is signed in by a page elsewhere, as somebody else
    const json::object given = object_in(request);
    const Caller caller = caller_of(request, text_in(given, "person"));
    std::string password = text_in(given, "password");
    if (const auto wait = locked(caller)) {
        Reply reply = refusal(request, 429, fmt::format("登录失败次数过多，请在{}秒后重试", *wait),
                              fmt::format("too many failures; try again in {} s", *wait));
        reply.headers.emplace_back("Retry-After", std::to_string(*wait));
        return responder.reply(std::move(reply));
    }
    std::optional<std::string> hash;
    if (config_.rules.network.person_named(caller.person) != nullptr) {
        auto stored = parts_.store->login().password_of(caller.person);
        if (!stored) throw StoreError(stored.error().what);
        hash = std::move(*stored);
    }
    const bool taken = side_.run([this, responder, caller, hash, cost = parts_.cost,
                                  password = std::move(password)]() mutable -> SideThread::Then {
        std::optional<bool> fits = false;
        try {
            // Nobody's password is hashed, too, so that the time says nothing.
            if (hash)
                fits = password_fits(*hash, password);
            else
                (void)password_hash(password, cost);
        } catch (const std::bad_alloc&) {
            fits.reset();
        }
        wipe(password);
        return [this, responder, caller, fits] {
            try {
                if (!fits) throw unwritable("out of memory");
                tried(caller, *fits, responder);
            } catch (const Refusal& said) {
                responder.reply(in_words(said, caller.chinese));
            }
        };
    });
    if (!taken) throw busy();
    const Instant now = parts_.real_time();
    by_person_.begin(caller.person, now);
    by_address_.begin(caller.address, now);
}

void SignIn::tried(const Caller& caller, bool fits, const Responder& responder)
{
    if (!fits) {
        const bool known = config_.rules.network.person_named(caller.person) != nullptr;
        note(entry_of(caller, "sign-in", "refused", known ? "wrong password" : "unknown person"));
        if (const auto wait = locked(caller))
            note(entry_of(caller, "lock-out", "ok", fmt::format("too many failures: {} s", *wait)));
        throw Refusal{401, "用户名或密码不正确", "the person or the password is wrong"};
    }
    note(entry_of(caller, "sign-in", "ok"));
    by_person_.succeeded(caller.person);
    by_address_.forgive(caller.address);
    const auto begun = sessions_.begin(caller.person, caller.address);
    if (!begun) throw unwritable(begun.error().what);
    responder.reply(signed_in(caller.person, begun->secret));
}

void SignIn::change_password(const Request& request, const Responder& responder)
{
    refuse_forged(request, "password");
    const Caller caller = caller_of(request, person_of(request));
    const Person* person = config_.rules.network.person_named(caller.person);
    const json::object given = object_in(request);
    std::string old = text_in(given, "old"), fresh = text_in(given, "new");
    if (const auto wait = locked(caller))
        throw Refusal{429, fmt::format("失败次数过多，请在{}秒后重试", *wait),
                      fmt::format("too many failures; try again in {} s", *wait)};
    if (const auto fault = password_fault(fresh, *person)) throw Refusal{422, fault->zh, fault->en};
    const auto stored = parts_.store->login().password_of(caller.person);
    if (!stored) throw StoreError(stored.error().what);
    const bool taken = side_.run([this, responder, caller, hash = stored->value_or(""), cost = parts_.cost,
                                  old = std::move(old), fresh = std::move(fresh)]() mutable -> SideThread::Then {
        std::string made;
        try {
            if (password_fits(hash, old)) made = password_hash(fresh, cost);
        } catch (const std::bad_alloc&) {
            made.clear();
        }
        wipe(old);
        wipe(fresh);
        return [this, responder, caller, made] {
            try {
                changed(caller, made, responder);
            } catch (const Refusal& said) {
                responder.reply(in_words(said, caller.chinese));
            }
        };
    });
    if (!taken) throw busy();
    by_person_.begin(caller.person, parts_.real_time());
}

void SignIn::changed(const Caller& caller, const std::string& hash, const Responder& responder)
{
    if (hash.empty()) {
        note(entry_of(caller, "password", "refused", "wrong password"));
        throw Refusal{422, "原密码不正确", "the old password is wrong"};
    }
    note(entry_of(caller, "password", "ok"));
    by_person_.succeeded(caller.person);
    if (const auto set = sessions_.change_password(caller.person, hash, caller.person); !set)
        throw unwritable(set.error().what);
    // All sessions have ended, and this one goes on as a new one.
    const auto begun = sessions_.begin(caller.person, caller.address);
    if (!begun) throw unwritable(begun.error().what);
    responder.reply(signed_in(caller.person, begun->secret));
}

void SignIn::sign_out(const Request& request, const Responder& responder)
{
    Reply reply = json_reply(R"({"ok":true})");
    // Who is signed in nowhere is signed out already; the cookie goes in any case.
    if (const std::string session = session_of(request); !session.empty()) {
        refuse_forged(request, "sign-out");
        note(entry_of(caller_of(request, person_of(request)), "sign-out", "ok"));
        if (const auto ended = sessions_.end(session); !ended) throw unwritable(ended.error().what);
    }
    reply.headers.emplace_back("Set-Cookie", cookie_of("", std::chrono::seconds{0}));
    responder.reply(std::move(reply));
}

void SignIn::end_session(const Request& request, std::string_view id, const Responder& responder)
{
    refuse_forged(request, "end-session");
    const std::string person = person_of(request);
    const SessionRow* session = sessions_.named(id);
    const Person* who = config_.rules.network.person_named(person);
    // Whether another's session exists is nobody's business.
    if (session == nullptr || (session->person != person && !who->may_administer))
        throw Refusal{404, "没有这个会话", "there is no such session"};
    AuditEntry entry = entry_of(caller_of(request, person), "end-session", "ok");
    entry.about = session->person;
    note(std::move(entry));
    if (const auto ended = sessions_.end(std::string{id}); !ended) throw unwritable(ended.error().what);
    responder.reply(json_reply(R"({"ok":true})"));
}

Reply SignIn::signed_in(const std::string& person, const std::string& secret)
{
    const SessionRow* session = sessions_.find(secret, Sessions::Touch::active);
    Reply reply = json_reply(json::serialize(about(person, session, secret)));
    reply.headers.emplace_back("Set-Cookie", cookie_of(secret, std::chrono::seconds{config_.http.absolute}));
    reply.headers.emplace_back("Cache-Control", "no-store");
    return reply;
}

std::string SignIn::cookie_of(std::string_view secret, std::chrono::seconds age) const
{
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", cookie_name(config_.http), secret,
                       age.count(), config_.http.is_secure() ? "; Secure" : "");
}

Reply SignIn::who_am_i(const Request& request)
{
    const SessionRow* session = sessions_.find(request.cookie, Sessions::Touch::active);
    Reply reply =
        json_reply(json::serialize(about(session != nullptr ? session->person : "", session, request.cookie)));
    reply.headers.emplace_back("Cache-Control", "no-store");
    return reply;
}

Reply SignIn::list(const Request& request)
{
    const std::string person = person_of(request);
    if (person.empty()) throw Refusal{401, "请先登录", "sign in first"};
    const bool all = config_.rules.network.person_named(person)->may_administer;
    Reply reply = json_reply(json::serialize(
        json::object{{"ok", true}, {"sessions", sessions_json(all ? "" : person, session_of(request))}}));
    reply.headers.emplace_back("Cache-Control", "no-store");
    return reply;
}

void SignIn::audit(const Request& request, const Responder& responder)
{
    if (person_of(request).empty()) throw Refusal{401, "请先登录", "sign in first"};
    const Query query = parse_query(request.query);
    query.only({"most", "before", "verify"});
    if (!query.flag("verify")) {
        const int most = query.whole_or("most", lines_shown, 1, lines_most);
        auto lines = parts_.store->audit_trail().newest(most, query.whole("before"));
        if (!lines) throw StoreError(lines.error().what);
        const bool more = lines->size() == static_cast<std::size_t>(most) && lines->back().number > 1;
        return responder.reply(json_reply(
            json::serialize(json::object{{"ok", true},
                                         {"lines", audit_json(*lines)},
                                         {"next", more ? json::value(lines->back().number) : json::value(nullptr)}})));
    }
    answer_verdict(side_, request, responder, [file = parts_.database] { return verify_audit(file); });
}

void SignIn::ledger(const Request& request, const Responder& responder)
{
    if (person_of(request).empty()) throw Refusal{401, "请先登录", "sign in first"};
    parse_query(request.query).only({});
    answer_verdict(side_, request, responder, [file = parts_.database] { return verify_ledger(file); });
}

} // namespace aqi::daemon::web
