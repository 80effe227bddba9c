#include "drivers/modbus/unit_poll.hpp"

#include <fmt/format.h>

#include <utility>

namespace aqi::drivers::modbus {
namespace {

constexpr int illegal_address = 2, illegal_value = 3, gateway_path = 10, gateway_target = 11;
constexpr int write_registers_function = 16;

} // namespace

UnitPoll::UnitPoll(Unit unit, int read_gap, std::function<Instant()> now)
    : unit_(std::move(unit)), plan_(plan_reads(unit_.map, read_gap)), now_(std::move(now))
{}

std::string UnitPoll::complaint() const
{
    if (refused_.empty() || disagreement_.empty()) return refused_ + disagreement_;
    return refused_ + "; " + disagreement_;
}

UnitPoll::Outcome UnitPoll::ask(Transport& transport, const ReadRequest& request, Block& block)
{
    const auto pdu = read_pdu(request);
    for (int again = 0;; ++again) {
        const Reply reply = transport.exchange(unit_.unit, pdu);
        why_ = reply.why;
        if (reply.kind == Reply::Kind::lost) return Outcome::lost;
        if (reply.kind == Reply::Kind::silent) return Outcome::failed;
        if (reply.kind == Reply::Kind::answered) {
            auto judged = judge_answer(request, reply.pdu);
            if (judged) {
                block = std::move(*judged);
                const bool nobody = block.exception == gateway_path || block.exception == gateway_target;
                if (!nobody) return Outcome::answered;
                why_ = exception_words(block.exception);
                return Outcome::failed;
            }
            why_ = judged.error().detail;
        }
        if (again == 1) return Outcome::failed;
    }
}

UnitPoll::Outcome UnitPoll::look_at_references(Transport& transport)
{
    std::string words;
    for (const auto& reference : unit_.map.references) {
        const Place& place = reference.place;
        const ReadRequest request{static_cast<std::uint8_t>(place.function), static_cast<std::uint16_t>(place.address),
                                  static_cast<std::uint16_t>(place.registers())};
        Block block;
        const auto outcome = ask(transport, request, block);
        if (outcome == Outcome::lost) return outcome;
        std::string doubt;
        if (outcome == Outcome::failed)
            doubt = fmt::format("{} cannot be read: {}", reference.name, why_);
        else if (block.failed)
            doubt = fmt::format("{} cannot be read: {}", reference.name, exception_words(block.exception));
        else
            doubt = disagreement(reference, block.words);
        if (!doubt.empty()) words += (words.empty() ? "" : "; ") + doubt;
    }
    disagreement_ = std::move(words);
    references_seen_ = true;
    return Outcome::answered;
}

void UnitPoll::complain(const ReadRequest& request, std::string_view why)
{
    refused_ += fmt::format("{}{} at {} (function {}): {}", refused_.empty() ? "" : "; ", request.count, request.start,
                            request.function, why);
}

UnitPoll::Outcome UnitPoll::poll_now(Transport& transport, Poll& poll)
{
    poll = {};
    poll.unit = unit_.unit;
    refused_.clear();
    bool answered = false;
    for (std::size_t i = 0; i < plan_.size();) {
        Block block;
        const auto outcome = ask(transport, plan_[i], block);
        if (outcome != Outcome::answered) {
            references_seen_ = false; // whoever answers next may be another device
            if (!answered) return outcome;
            // A device without coils may be silent when asked for them, or hang up: its registers are there all the same.
            complain(plan_[i], why_);
            for (; i < plan_.size(); ++i) poll.blocks.push_back({plan_[i], true, 0, {}});
            poll.at = now_();
            return outcome == Outcome::lost ? Outcome::cut_short : Outcome::answered;
        }
        answered = true;
        const bool for_its_place = block.exception == illegal_address || block.exception == illegal_value;
        if (block.failed && for_its_place && !apart_.contains(plan_[i])) {
            apart_.insert(plan_[i]);
            const auto pieces = take_apart(plan_[i], unit_.map);
            if (pieces.size() > 1) {
                const auto at = plan_.erase(plan_.begin() + static_cast<std::ptrdiff_t>(i));
                plan_.insert(at, pieces.begin(), pieces.end());
                continue; // the first piece stands there now
            }
        }
        if (block.failed) complain(block.request, exception_words(block.exception));
        poll.blocks.push_back(std::move(block));
        ++i;
    }
    poll.at = now_();
    if (references_seen_ || unit_.map.references.empty()) return Outcome::answered;
    return look_at_references(transport);
}

UnitPoll::Outcome UnitPoll::poll_stored(Transport& transport, int first, int last, Poll& poll)
{
    poll = {};
    poll.unit = unit_.unit;
    poll.kind = Poll::Kind::stored;
    poll.at = now_(); // the newest place moves while we read: its time is that of the first question
    for (const auto& request : plan_stored(*unit_.map.stored, first, last)) {
        Block block;
        if (const auto outcome = ask(transport, request, block); outcome != Outcome::answered) return outcome;
        if (block.failed) {
            why_ = fmt::format("stored values at {}: {}", request.start, exception_words(block.exception));
            return Outcome::failed;
        }
        poll.blocks.push_back(std::move(block));
    }
    return Outcome::answered;
}

UnitPoll::Outcome UnitPoll::set_clock(Transport& transport, UtcOffset offset)
{
    const Clock& clock = *unit_.map.clock;
    const std::string local = format_instant(now_(), offset); // 2016-01-05T13:00:00+08:00
    const auto part = [&](std::size_t at, std::size_t length) { return std::stoi(local.substr(at, length)); };
    const auto count = static_cast<std::uint8_t>(clock.form.size());
    std::vector<std::uint8_t> pdu{write_registers_function,
                                  static_cast<std::uint8_t>(clock.address >> 8),
                                  static_cast<std::uint8_t>(clock.address),
                                  0,
                                  count,
                                  static_cast<std::uint8_t>(2 * count)};
    for (const char letter : clock.form) {
        const int value = letter == 'Y'   ? part(0, 4)
                          : letter == 'y' ? part(2, 2)
                          : letter == 'M' ? part(5, 2)
                          : letter == 'D' ? part(8, 2)
                          : letter == 'h' ? part(11, 2)
                          : letter == 'm' ? part(14, 2)
                                          : part(17, 2);
        pdu.push_back(static_cast<std::uint8_t>(value >> 8));
        pdu.push_back(static_cast<std::uint8_t>(value));
    }
    const Reply reply = transport.exchange(unit_.unit, pdu);
    why_ = reply.why;
    if (reply.kind == Reply::Kind::lost) return Outcome::lost;
    if (reply.kind != Reply::Kind::answered) return Outcome::failed;
    if (reply.pdu.size() == 5 && reply.pdu[0] == write_registers_function) return Outcome::answered;
    why_ = reply.pdu.size() == 2 ? exception_words(reply.pdu[1]) : "the answer is none to a write";
    return Outcome::failed;
}

} // namespace aqi::drivers::modbus
