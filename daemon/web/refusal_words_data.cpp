// The catalogue of refusals, second part: data and its review, stations and their links, people, the requests themselves.
#include "daemon/web/refusal_words.hpp"

namespace aqi::daemon::web {
namespace {

constexpr RefusalWords table[] = {
    // Corrections (libaqi/admit_review)
    {"{} ({}) has no right to {}", "{}（{}）无“{}”权限"},
    {"{} is not corrected: there is nothing to take back", "{} 没有更正，无可撤销"},
    {"{}: no value was received that could be accepted", "{}：没有收到可以认可的数值"},
    {"{}: nothing was received", "{}：没有收到数据"},
    {"the last hour lies before the first", "结束小时早于开始小时"},
    {"one correction covers at most {} hours", "一次更正最多{}小时"},
    {"{} is not over", "{} 尚未结束"},
    {"{} is more than {} days before the last closed hour", "{} 距最近已结算小时超过{}天，不可再更正"},
    {"a correction needs a reason", "更正须说明理由"},
    {"a value belongs to \"replace\", and to nothing else", "改为另一值（replace）须填数值，其他更正不得填数值"},
    {"that value is outside what an instrument can mean", "数值超出仪器可能的范围"},
    {"there is no correction {}", "没有编号为 {} 的更正"},
    {"{} is already {}", "更正 {} {}"},
    {"{} made this correction; another person ratifies it", "{} 是更正提出人，须由他人二审"},
    {"a refusal needs a reason", "驳回须说明理由"},
    {"there is no station {} any more", "配置中已没有站点 {}"},
    {"a correction needs \"station\", \"pollutant\", \"first\" and \"kind\"",
     "更正须给出站点（station）、污染物（pollutant）、开始小时（first）和类型（kind）"},
    {"pollutant \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5",
     "没有污染物“{}”；可用：so2 no2 pm10 co o3 pm2_5"},
    {"kind \"{}\" is not known; known: invalidate, replace, accept, restore",
     "没有更正类型“{}”；可用：invalidate、replace、accept、restore"},
    {"it needs \"correction\" and \"verb\": ratify or refuse",
     "须给出更正编号（correction）和操作（verb：ratify 或 refuse）"},

    // Sign-offs and dust days
    {"there is no area or station {}", "没有区域或站点 {}"},
    {"days are signed off as validated or ratified", "审核签字只分一审、二审"},
    {"the last day lies before the first", "结束日期早于开始日期"},
    {"{} is not closed yet", "{} 尚未结算"},
    {"{} was not validated yet", "{} 尚未一审"},
    {"{} validated {}; another person ratifies it", "{} 已对 {} 一审，须由他人二审"},
    {"a sign-off needs \"place\", \"first\" and \"level\"",
     "审核签字须给出区域或站点（place）、开始日期（first）和级别（level）"},
    {"level \"{}\" is not known; known: validated, ratified", "没有级别“{}”；可用：validated、ratified"},
    {"a dust day needs the document that says so", "认定沙尘日须有文件依据"},
    {"{} lies ahead", "{} 尚未到来"},
    {"{} is {}flagged as a dust day", "{} {}认定为沙尘日"},
    {"it needs \"area\" and \"date\"", "须给出区域（area）和日期（date）"},

    // Maintenance and quarantine
    {"there is no station {}", "没有站点 {}"},
    {"station {} is not under {}", "站点 {} 不在{}中"},
    {"hours up to {} are here already: a quarantine can {} with the hour to {}; what is here is changed by a "
     "correction",
     "{} 及以前的数据已收到，隔离最早可自 {2} 的小时起{1}；已收到的数据请用更正处理"},
    {"station {} is already under {}: {}", "站点 {} 已在{}中：{}"},
    {"say why", "须说明理由"},
    {"maintenance needs an end time; it can be ended earlier, or declared again",
     "维护须填结束时间；可提前结束，也可再次登记"},
    {"it ends before it begins", "结束时间早于开始时间"},
    {"it is longer than a quarter; declare it again when it goes on", "时长超过一个季度；届时如仍需要，请再次登记"},
    {"{} is no longer open", "{} 已超出可更正的期限"},
    {"it needs \"station\" and \"note\": maintenance or quarantine",
     "须给出站点（station）和登记类型（note：maintenance 或 quarantine）"},
    {"note \"{}\" is not known; known: maintenance, quarantine", "没有登记类型“{}”；可用：maintenance、quarantine"},

    // Orders to stations, and what their links answer (drivers)
    {"{} may not give orders to stations: \"validate\" is missing", "{} 不得向站点下达指令：无“数据一审”权限"},
    {"it needs \"station\" and \"order\"", "须给出站点（station）和指令（order）"},
    {"fetch needs \"first\", an hour like 2016-12-20T14:00, by its end",
     "补取数据（fetch）须给出开始小时（first），写法如 2016-12-20T14:00，以小时末计"},
    {"order \"{}\" is not known; known: set-time, realtime-interval, minute-interval, realtime-on, realtime-off, fetch",
     "没有指令“{}”；可用：set-time、realtime-interval、minute-interval、realtime-on、realtime-off、fetch"},
    {"no link speaks for station {} by name", "没有以站点 {} 为名的链路"},
    {"the link of station {} takes no orders: its driver has none", "站点 {} 的链路不支持下达指令"},
    {"the link has no station {}", "链路中没有站点 {}"},
    {"station {} is not connected", "站点 {} 未连接"},
    {"{} is on no unit of this line", "站点 {} 不在这条线路上"},
    {"the register map of {} names no clock", "站点 {} 的寄存器表中没有时钟"},
    {"a Modbus line takes one order, set_time, where the register map names the clock",
     "Modbus 线路只支持对时（set-time），且寄存器表中须有时钟"},
    {"{} hours; at most {} are fetched by one order", "共{}小时，一次最多补取{}小时"},
    {"a real-time interval of {} s; {} to {} s are possible", "实时数据间隔{}秒无效，可取{}至{}秒"},
    {"a minute interval of {}; possible: {}", "分钟数据间隔{}无效，可取：{}"},
    {"no such order", "没有这种指令"},

    // Times and numbers (libaqi/time, libaqi/units)
    {"\"{}\" is not an hour; an hour reads 2016-12-20T14:00, by its end",
     "“{}”不是小时；写法如 2016-12-20T14:00，以小时末计"},
    {"'{}' is not a time; it reads like 2016-01-05T13:00:00+08:00", "“{}”不是时间；写法如 2016-01-05T13:00:00+08:00"},
    {"'{}' has no zone; write {}+08:00 for Beijing time", "“{}”没有时区；北京时间写作 {}+08:00"},
    {"{} is not the end of an hour", "{} 不是整点"},
    {"'{}' is not a day; it reads like 2016-01-05", "“{}”不是日期；写法如 2016-01-05"},
    {"'{}' is not an offset; it reads like +08:00", "“{}”不是时区；写法如 +08:00"},
    {"'{}' is not a decimal number", "“{}”不是数字"},
    {"'{}' is beyond any concentration", "“{}”超出任何可能的浓度"},

    // Questions about stretches of time
    {"no hour is closed yet", "尚无已结算的小时"},
    {"no day is closed yet", "尚无已结算的日期"},
    {"the stretch must begin before it ends and be no longer than a year", "开始须早于结束，且时段不超过一年"},
    {"the stretch must begin before it ends and be no longer than 400 days", "开始须早于结束，且时段不超过400天"},
    {"{} is before the {} days that are kept open; its values stand in the database and in reports",
     "{} 早于可更正的{}天，数值请查数据库或报表"},
    {"{} hours of {} stations at once would hold everything else up: ask for at most {} hours of all, or for one "
     "station",
     "一次查询{}小时、{}个站点过多：全部站点最多{}小时，或只查一个站点"},

    // People and their sessions
    {"no person {} in the configuration", "配置中没有人员 {}"},
    {"{} is signed in and cannot act as {}", "{} 已登录，不能以 {} 的名义操作"},
    {"account {} may not act as {}", "账户 {} 不得以 {} 的名义操作"},
    {"account {} stands for several people; say which one", "账户 {} 对应多名人员，须指明是谁"},
    {"account {} stands for nobody in the configuration", "配置中账户 {} 不对应任何人员"},
    {"account {} may not see who is signed in", "账户 {} 不得查看登录情况"},
    {"account {} may not set the password of {}", "账户 {} 不得设置 {} 的口令"},
    {"account {} may not end sessions", "账户 {} 不得结束会话"},
    {"there is no such session", "没有该会话"},
    {"too many are signing in at this moment; try again", "此刻登录人数过多，请稍后再试"},
    {"out of memory; nothing was changed", "内存不足，未作任何更改"},

    // The request, the store and the clock
    {"a request is one JSON object on one line", "请求须为一行中的一个 JSON 对象"},
    {"command \"{}\" is not known; known: ping, status, counts, forecast, act, consult, propose, drill, order, "
     "review-emergency, alarm, respond, measures, verification, audit, correct, decide, sign-off, dust, station, tell, "
     "coverage, weather, review, recompute, clock",
     "没有命令“{}”；可用：ping、status、counts、forecast、act、consult、propose、drill、order、review-emergency、"
     "alarm、respond、measures、verification、audit、correct、decide、sign-"
     "off、dust、station、tell、coverage、weather、"
     "review、recompute、clock"},
    {"it could not be stored and nothing happened: {}", "无法存储，操作没有执行：{}"},
    {"it could not be written into the audit trail and nothing happened: {}", "无法写入审计记录，操作没有执行：{}"},
    {"it could not be stored: {}", "无法存储：{}"},
    {"the database cannot be read: {}", "无法读取数据库：{}"},
    {"a recomputation is under way", "重算正在进行"},
    {"the clock is real; only a drill has one that can be set", "系统使用真实时钟，只有演练时钟可以设置"},
    {"it needs \"now\"", "须给出时间（now）"},
    {"what arrived before cannot be stored now", "先前收到的数据此刻无法存储"},
    {"the clock stands at {} and does not go back", "时钟现为 {}，不能倒拨"},
};

} // namespace

std::span<const RefusalWords> refusals_of_data() { return table; }

} // namespace aqi::daemon::web
