#include "drivers/hj212/framer.hpp"

#include <algorithm>
#include <array>

namespace aqi::drivers::hj212 {
namespace {

/// Modbus/TCP: transaction, protocol 0, length; then unit and function.
constexpr std::size_t mbap_head = 6;
/// By now every protocol we name has shown itself.
constexpr std::size_t foreign_start = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == '\r' || c == '\n' || c == ' ' || c == '\t'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// Whether the text ends with "##" and four digits.
bool ends_with_start(std::string_view text)
{
    if (text.size() < frame_head) return false;
    const auto start = text.substr(text.size() - frame_head);
    return start.substr(0, 2) == "##" && std::all_of(start.begin() + 2, start.end(), is_digit);
}

bool is_modbus_tcp(std::string_view text)
{
    // Protocol 0, a length of one byte, a function: text has no such zeros.
    return text.size() >= mbap_head + 2 && byte_at(text, 2) == 0 && byte_at(text, 3) == 0 && byte_at(text, 4) == 0 &&
           byte_at(text, 5) >= 2 && byte_at(text, 7) != 0;
}

bool is_http(std::string_view text)
{
    constexpr std::array<std::string_view, 9> words = {"GET ",   "POST ",    "PUT ",     "HEAD ", "DELETE ",
                                                       "PATCH ", "OPTIONS ", "CONNECT ", "HTTP/"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.starts_with(word); });
}

bool is_mqtt(std::string_view text)
{
    // CONNECT, a length of one to four bytes, the protocol's name.
    if (text.size() < 8 || byte_at(text, 0) != 0x10) return false;
    const auto name = text.substr(0, foreign_start).find("MQ");
    return name != std::string_view::npos && name >= 4 && byte_at(text, name - 2) == 0;
}

} // namespace

std::string_view foreign_protocol_of(std::string_view bytes)
{
    if (bytes.size() >= 3 && byte_at(bytes, 0) == 0x16 && byte_at(bytes, 1) == 3 && byte_at(bytes, 2) <= 4)
        return "TLS";
    if (is_http(bytes)) return "HTTP";
    if (bytes.starts_with("SSH-")) return "SSH";
    if (is_mqtt(bytes)) return "MQTT";
    if (is_modbus_tcp(bytes)) return "Modbus/TCP";
    return {};
}

void Framer::feed(std::string_view bytes)
{
    for (const char c : bytes) step(c);
}

std::optional<Piece> Framer::take()
{
    if (whole_.empty()) return std::nullopt;
    Piece out = std::move(whole_.front());
    whole_.pop_front();
    return out;
}

std::optional<Piece> Framer::rest()
{
    if (auto piece = take()) return piece;
    const Mode was = mode_;
    mode_ = Mode::between;
    Piece out{Piece::Kind::junk, std::move(held_)};
    held_.clear();
    switch (was) {
    case Mode::between:
    case Mode::skipping: return std::nullopt;
    case Mode::frame: out.kind = Piece::Kind::cut_off; break;
    case Mode::unended: out.kind = Piece::Kind::frame; break;
    case Mode::too_long: out.kind = Piece::Kind::too_long; break;
    case Mode::junk: break;
    case Mode::modbus:
    case Mode::text_foreign: out.kind = Piece::Kind::foreign; break;
    }
    return out;
}

/// Gives the first bytes of what is held and forgets the rest; a new piece begins.
void Framer::give(Piece::Kind kind, std::size_t length)
{
    std::string bytes = held_.substr(0, length);
    while (kind != Piece::Kind::foreign && !bytes.empty() && is_blank(bytes.back())) bytes.pop_back();
    if (!bytes.empty()) whole_.push_back({kind, std::move(bytes)});
    held_.clear();
    mode_ = Mode::between;
}

/// "##" and four digits have just ended: what stands before them is over.
bool Framer::begin_frame()
{
    // Within a frame they may only stand in the data: behind it, two of the data and the sum could look the same.
    if (mode_ == Mode::frame && held_.size() > frame_head + data_length_) return false;
    if (mode_ == Mode::modbus) return false;
    const std::size_t before = held_.size() - frame_head;
    const std::string start = held_.substr(before);
    if (before > 0 && mode_ != Mode::skipping) {
        const auto kind = mode_ == Mode::too_long       ? Piece::Kind::too_long
                          : mode_ == Mode::junk         ? Piece::Kind::junk
                          : mode_ == Mode::text_foreign ? Piece::Kind::foreign
                                                        : Piece::Kind::frame;
        give(kind, before);
    }
    held_ = start;
    data_length_ = 0;
    for (std::size_t i = 2; i < frame_head; ++i)
        data_length_ = data_length_ * 10 + static_cast<std::size_t>(start[i] - '0');
    mode_ = data_length_ > data_most_ ? Mode::too_long : Mode::frame;
    return true;
}

void Framer::end_line()
{
    switch (mode_) {
    case Mode::between: held_.clear(); break;
    case Mode::modbus: break; // a byte like any other
    case Mode::skipping:
        held_.clear();
        if (skip_ends_at_line_) mode_ = Mode::between;
        break;
    case Mode::frame:
    case Mode::unended: give(Piece::Kind::frame, held_.size()); break;
    case Mode::too_long: give(Piece::Kind::too_long, held_.size()); break;
    case Mode::junk: give(Piece::Kind::junk, held_.size()); break;
    case Mode::text_foreign:
        give(Piece::Kind::foreign, held_.size());
        mode_ = Mode::skipping;
        skip_ends_at_line_ = false;
        break;
    }
}

void Framer::look_for_foreign()
{
    if (held_.size() > foreign_start) return;
    const auto name = foreign_protocol_of(held_);
    if (name.empty()) return;
    if (name == "Modbus/TCP") {
        mode_ = Mode::modbus;
        modbus_length_ = mbap_head + byte_at(held_, 5);
    } else if (name == "HTTP" || name == "SSH") {
        mode_ = Mode::text_foreign;
    } else {
        give(Piece::Kind::foreign, held_.size());
        mode_ = Mode::skipping;
        skip_ends_at_line_ = false;
    }
}

void Framer::step(char c)
{
    if (mode_ == Mode::between) {
        if (is_blank(c)) return;
        mode_ = Mode::junk; // until it turns out to be more
    }
    held_ += c;
    if (ends_with_start(held_) && begin_frame()) return;
    if (c == '\n' && mode_ != Mode::modbus) return end_line();
    switch (mode_) {
    case Mode::between: break;
    case Mode::frame:
        if (held_.size() < frame_head + data_length_ + frame_tail) break;
        if (std::all_of(held_.end() - frame_tail, held_.end(), is_hex))
            give(Piece::Kind::frame, held_.size());
        else
            mode_ = Mode::unended;
        break;
    case Mode::unended:
        if (held_.size() < frame_head + data_most_ + frame_tail) break;
        give(Piece::Kind::frame, held_.size());
        mode_ = Mode::skipping;
        skip_ends_at_line_ = true;
        break;
    case Mode::junk: look_for_foreign(); [[fallthrough]];
    case Mode::too_long:
    case Mode::text_foreign:
        if (held_.size() < junk_kept) break;
        skip_ends_at_line_ = mode_ != Mode::text_foreign;
        give(mode_ == Mode::too_long       ? Piece::Kind::too_long
             : mode_ == Mode::text_foreign ? Piece::Kind::foreign
                                           : Piece::Kind::junk,
             held_.size());
        mode_ = Mode::skipping;
        break;
    case Mode::modbus:
        if (held_.size() >= modbus_length_) give(Piece::Kind::foreign, held_.size());
        break;
    case Mode::skipping:
        if (held_.size() >= frame_head) held_.erase(0, held_.size() - (frame_head - 1));
        break;
    }
}

} // namespace aqi::drivers::hj212
