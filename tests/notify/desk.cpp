#include "tests/notify/desk.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace aqi::notify::tests {
namespace {

HourEnding hour(const char* instant) { return *hour_ending_at(*parse_instant(instant), UtcOffset{}); }

Letter letter_of(Mode mode, int revision, RevisionKind kind)
{
    Announcement a;
    a.warning = "410600-2016-003";
    a.revision = revision;
    a.kind = kind;
    a.level = kind == RevisionKind::lift ? WarningLevel::none : WarningLevel::red;
    a.previous = kind == RevisionKind::lift ? WarningLevel::red : WarningLevel::orange;
    a.area = a.area_code = "410600";
    a.area_name = "鹤壁市";
    a.rules = "2016-225";
    a.issued_at = *parse_instant("2016-12-29T15:00:00+08:00");
    a.earlier = {{1, *parse_instant("2016-12-28T16:00:00+08:00")}};
    if (kind == RevisionKind::lift) {
        a.earlier.push_back({2, a.issued_at});
        a.issued_at = *parse_instant("2017-01-05T10:00:00+08:00");
    }
    a.effective = hour(kind == RevisionKind::lift ? "2017-01-05T12:00:00+08:00" : "2016-12-30T00:00:00+08:00");
    a.lead_minutes = 540;
    a.senders = {"鹤壁市环境保护局", "鹤壁市气象局"};
    a.mode = mode;
    if (kind == RevisionKind::lift) {
        a.headline_zh = "鹤壁市解除重污染天气预警";
        a.headline_en = "Hebi lifts its heavy pollution warning";
        a.text_zh = "鹤壁市1月5日12时起解除重污染天气预警，终止应急响应。";
        a.text_en = "From 2017-01-05 12:00 the heavy pollution warning for Hebi is lifted.";
        a.short_zh = "鹤壁市1月5日12时起解除重污染天气预警，终止应急响应。";
    } else {
        a.headline_zh = "鹤壁市发布重污染天气红色预警，启动Ⅰ级应急响应";
        a.headline_en = "Hebi: heavy pollution warning red";
        a.text_zh = "预计12月30日至1月2日连续4天AQI日均值大于200，其中2天大于300，首要污染物PM2."
                    "5。12月30日0时起启动Ⅰ级应急响应。";
        a.text_en = "From 2016-12-30 00:00 warning red, response I: AQI up to 330 expected.";
        a.short_zh =
            "鹤壁市12月30日0时起启动重污染天气红色预警Ⅰ级响应，儿童老人病人请留在室内，停止户外活动，解除另行通知。";
        a.primary = "PM2.5";
        a.weather = "静稳";
        a.advice_zh = "儿童、老年人和病人应停留在室内，避免体力消耗，一般人群避免户外活动。";
        a.advice_en = "Children, the elderly and the sick should stay indoors; everybody avoids outdoor activity.";
    }
    a.short_en = a.text_en;
    a.broadcast_zh = "鹤壁市十二月三十日零时起启动重污染天气红色预警。";
    a.bulletin_zh = a.headline_zh + "\n" + a.text_zh;
    a.bulletin_en = a.headline_en + "\n" + a.text_en;
    if (mode == Mode::drill)
        for (auto* text : {&a.headline_zh, &a.text_zh, &a.short_zh, &a.broadcast_zh, &a.bulletin_zh, &a.headline_en,
                           &a.text_en, &a.short_en, &a.bulletin_en})
            *text = std::string{drill_mark} + *text;
    Letter out;
    out.mode = mode;
    out.id = a.warning;
    out.revision = a.revision;
    out.at = a.issued_at;
    out.warning = std::move(a);
    return out;
}

} // namespace

Letter warning_letter(Mode mode) { return letter_of(mode, 2, RevisionKind::upgrade); }
Letter lift_letter(Mode mode) { return letter_of(mode, 3, RevisionKind::lift); }

Letter canary_letter(Mode mode)
{
    Letter out;
    out.kind = LetterKind::canary;
    out.mode = mode;
    out.id = "canary-2016-12-29";
    out.at = *parse_instant("2016-12-29T08:00:00+08:00");
    const std::string mark = mode == Mode::drill ? std::string{drill_mark} : "";
    out.own_headline_zh = mark + "通道自检";
    out.own_headline_en = mark + "Channel test";
    out.own_text_zh = mark + "通道自检，请忽略。";
    out.own_text_en = mark + "Channel test, please ignore.";
    return out;
}

Desk::Desk(std::string_view kind, const std::string& stanza, Mode mode, std::optional<Instant> now)
    : clock_ms_(now.value_or(*parse_instant("2016-12-29T15:00:00+08:00")).ms),
      info_([&]() -> const ChannelInfo& {
          const ChannelInfo* found = channel_of_kind(kind);
          REQUIRE(found != nullptr);
          return *found;
      }()),
      mode_(mode)
{
    std::signal(SIGPIPE, SIG_IGN); // as the daemon does
    const auto table = Settings::parse(fmt::format("[[channel]]\n{}\n", stanza), "test.toml").tables("channel").at(0);
    settings_ = info_.settings(table, mode);
    table.done();
    const ChannelContext context{"test", io_.get_executor(), folder(), [this] { return Instant{clock_ms_}; }};
    Inbound inbound;
    inbound.report = [this](Inbound::Report report) { reports_.push_back(std::move(report)); };
    inbound.reply = [this](Inbound::Reply reply) { replies_.push_back(std::move(reply)); };
    if (mode == Mode::drill) {
        drill_ = info_.open_drill(settings_, context);
        drill_->listen(std::move(inbound));
    } else {
        real_ = info_.open(settings_, context);
        real_->listen(std::move(inbound));
    }
}

Desk::~Desk() = default;

Result<Content> Desk::try_compose(const Letter& letter, Language language) const
{
    return info_.compose(settings_, letter, language);
}

Content Desk::compose(const Letter& letter, Language language) const
{
    const auto content = try_compose(letter, language);
    if (!content) FAIL(content.error().detail);
    return *content;
}

void Desk::begin(const Letter& letter, const std::string& key, const Recipient& to, Language language)
{
    REQUIRE(letter.mode == mode_);
    const auto fill = [&](auto message) {
        message.key = key;
        message.kind = letter.kind;
        message.document = document_of(letter);
        message.content = compose(letter, language);
        message.language = language;
        message.to = to;
        return message;
    };
    const auto done = [this, key](Receipt receipt) { receipts_.emplace_back(key, std::move(receipt)); };
    if (mode_ == Mode::drill)
        drill_->send(fill(DrillMessage{}), done);
    else
        real_->send(fill(RealMessage{}), done);
}

Receipt Desk::send(const Letter& letter, const std::string& key, const Recipient& to, Language language,
                   std::chrono::milliseconds limit)
{
    const std::size_t before = receipts_.size();
    begin(letter, key, to, language);
    CHECK(receipts_.size() == before); // never within send()
    run_until([&] { return receipts_.size() > before; }, "a receipt", limit);
    return receipts_.back().second;
}

Receipt Desk::ask(const std::string& key, const std::string& provider_id, std::chrono::milliseconds limit)
{
    std::optional<Receipt> out;
    const auto done = [&](Receipt receipt) { out = std::move(receipt); };
    if (mode_ == Mode::drill)
        drill_->ask(key, provider_id, done);
    else
        real_->ask(key, provider_id, done);
    run_until([&] { return out.has_value(); }, "an answer", limit);
    return *out;
}

std::optional<WebAnswer> Desk::get(std::string_view path, std::string_view query)
{
    return mode_ == Mode::drill ? drill_->get(path, query) : real_->get(path, query);
}

void Desk::run_until(const std::function<bool()>& condition, const std::string& what, std::chrono::milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        INFO("waiting for " << what);
        REQUIRE(std::chrono::steady_clock::now() < end);
        io_.restart();
        io_.run_for(20ms);
    }
}

} // namespace aqi::notify::tests
