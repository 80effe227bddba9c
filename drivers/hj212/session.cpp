#include "drivers/hj212/session.hpp"

#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/encode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::drivers::hj212 {
namespace {

/// A person's orders and a fetch of a month in chunks; more is a mistake.
constexpr std::size_t waiting_most = 64;

struct Words {
    std::string_view code;
    std::string_view text;
};
constexpr Words refusals[] = {{"2", "it says no"},          {"3", "PW is wrong"},           {"4", "MN is wrong"},
                              {"5", "ST is wrong"},         {"6", "Flag is wrong"},         {"7", "QN is wrong"},
                              {"8", "it does not know CN"}, {"9", "the check sum is wrong"}};
constexpr Words failures[] = {{"2", "failed, cause unknown"},
                              {"3", "a condition is not met"},
                              {"4", "timed out"},
                              {"5", "it is busy"},
                              {"6", "it has a fault"}};

template <std::size_t count>
std::string words_of(const Words (&table)[count], std::string_view code)
{
    for (const auto& row : table)
        if (row.code == code) return std::string{row.text};
    return fmt::format("code {}", code);
}

} // namespace

Session::Session(const StationSettings& station, const Hj212Settings& settings, UtcOffset offset)
    : station_(station), settings_(settings), offset_(offset)
{}

bool Session::ask(Request request)
{
    if (waiting_.size() >= waiting_most) return false;
    waiting_.push_back(std::move(request));
    return true;
}

std::string Session::frame_of(Current& current, Instant wall) const
{
    Header header;
    header.qn = current.qn;
    header.st = station_.st;
    header.cn = current.request.cn;
    header.pw = station_.password.value_or(password_heard_);
    header.mn = station_.mn;
    header.flag = static_cast<int>(station_.edition) << flag_edition_shift | flag_wants_answer;
    if (current.request.stamps_time)
        current.request.command_part = fmt::format("SystemTime={}", write_time(wall, offset_));
    return encode_frame(header, current.request.command_part, settings_.checksum);
}

std::optional<std::string> Session::due(SteadyTime now, Instant wall)
{
    if (!current_) {
        if (waiting_.empty()) return std::nullopt;
        current_.emplace(Current{}); // clang 14 finds no default constructor of a nested class here
        current_->request = std::move(waiting_.front());
        waiting_.pop_front();
        last_qn_ms_ = std::max(last_qn_ms_ + 1, wall.ms);
        current_->qn = write_qn(Instant{last_qn_ms_}, offset_);
    } else if (now < current_->until) {
        return std::nullopt;
    } else if (current_->taken || current_->answered) {
        end(Finished::Outcome::silent, "it began to answer and did not end");
        return std::nullopt;
    } else if (current_->sent > settings_.resends) {
        end(Finished::Outcome::silent, fmt::format("no answer, sent {} times", current_->sent));
        return std::nullopt;
    }
    ++current_->sent;
    current_->until = now + settings_.answer_within;
    return frame_of(*current_, wall);
}

/// False: it is of no hour that was asked for, but the station's own data of now.
bool Session::note_hour(const Message& message)
{
    const auto& wanted = current_->request.hours;
    const auto at = parse_local_time(field_of(message, "DataTime"), offset_);
    if (!at) return false;
    const bool whole_hours = message.header.cn == cn_hour;
    const DataForm& form = station_.form_of(whole_hours ? Period::hour : Period::minutes, *at, offset_);
    const Label label = whole_hours ? form.hour_label : form.minute_label;
    // The hour after its start label, or around its end label.
    const Instant inside{at->ms + (label == Label::start ? 1 : 0)};
    const HourEnding hour = hour_around(inside, offset_);
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), hour) == wanted.end()) return false;
    current_->received.insert(hour);
    return true;
}

void Session::heard(const Message& message, SteadyTime now)
{
    const auto& header = message.header;
    if (!header.pw.empty()) password_heard_ = header.pw;
    if (!current_) return;
    Current& current = *current_;
    if (header.cn == current.request.data_cn) {
        if (!note_hour(message)) return;
        current.answered = true;
        current.until = now + settings_.answer_within;
        return;
    }
    // 2005 names the exchange among the fields.
    if (header.qn != current.qn && field_of(message, "QN") != current.qn) return;
    if (header.cn == cn_request_taken) {
        const auto code = field_of(message, "QnRtn");
        if (!code.empty() && code != "1") {
            current.answered = true;
            return end(Finished::Outcome::refused, fmt::format("the station refuses: {}", words_of(refusals, code)));
        }
        current.taken = current.answered = true;
        current.until = now + settings_.answer_within;
        if (current.request.ends_with == cn_request_taken) end(Finished::Outcome::done, "done");
    } else if (header.cn == cn_request_done) {
        current.answered = true;
        const auto code = field_of(message, "ExeRtn");
        if (code.empty() || code == "1") return end(Finished::Outcome::done, "done");
        if (code == "100") return end(Finished::Outcome::no_data, "the station has no data of it");
        end(Finished::Outcome::refused, fmt::format("the station could not: {}", words_of(failures, code)));
    } else if (header.cn == cn_notice_taken && current.request.ends_with == cn_notice_taken) {
        current.answered = true;
        end(Finished::Outcome::done, "done");
    }
}

void Session::disconnected()
{
    if (current_) end(Finished::Outcome::disconnected, "the connection ended");
    if (waiting_.empty()) return;
    // Whoever ordered a month in pieces must see that the rest was never asked for.
    last_words_ += fmt::format("{}{} more requests were never sent: the connection ended",
                               last_words_.empty() ? "" : "; ", waiting_.size());
    while (!waiting_.empty()) {
        finished_.push_back(
            {std::move(waiting_.front()), Finished::Outcome::disconnected, "never sent", false, false, {}});
        waiting_.pop_front();
    }
}

void Session::end(Finished::Outcome outcome, std::string words)
{
    last_words_ = fmt::format("{}: {}", current_->request.what, words);
    finished_.push_back({std::move(current_->request), outcome, std::move(words), current_->answered,
                         current_->sent > 0, std::move(current_->received)});
    current_.reset();
}

std::optional<Finished> Session::finished()
{
    if (finished_.empty()) return std::nullopt;
    Finished out = std::move(finished_.front());
    finished_.pop_front();
    return out;
}

std::string Session::line() const
{
    if (!current_) return last_words_;
    if (current_->taken || current_->answered) return fmt::format("{}: under way", current_->request.what);
    return fmt::format("{}: no answer yet (sent {} of {} times)", current_->request.what, current_->sent,
                       settings_.resends + 1);
}

} // namespace aqi::drivers::hj212
