// drivers/hj212/framer: a stream of bytes cut into frames, whatever lies between them.
//
// Knows: "##", four digits, the data, four hex digits, and that senders forget line ends, cut frames off, send several at
// once or one in pieces, miscount the length, or speak another protocol altogether.
// Does not know: what a frame says or whether its sum is right (frame.hpp).
//
// It looks at one byte after another, so what it gives never depends on how the bytes were cut into reads. It holds at
// most one frame of the written limit beside what take() has not yet taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace aqi::drivers::hj212 {

/// "##0101" in front and "1C80" behind the data.
inline constexpr std::size_t frame_head = 6;
inline constexpr std::size_t frame_tail = 4;
/// The standard says 1024 bytes of data at most; a real log has 1623.
inline constexpr std::size_t frame_data_usual = 4'096;
/// What the length field can say.
inline constexpr std::size_t frame_data_most = 9'999;
/// What is kept of junk and of frames that are too long.
inline constexpr std::size_t junk_kept = 256;

struct Piece {
    enum class Kind : std::uint8_t {
        frame,    ///< ends where its length, a line end or the next frame says; without the line end
        too_long, ///< its length field is above the limit; the first bytes of it
        cut_off,  ///< the stream ended inside
        junk,     ///< the first bytes of what is no frame
        foreign,  ///< another protocol
    };
    Kind kind = Kind::frame;
    std::string bytes;
    bool operator==(const Piece&) const = default;
};

/// "Modbus/TCP", "HTTP", "TLS", "SSH", "MQTT", or empty. Looks at the first bytes only.
std::string_view foreign_protocol_of(std::string_view bytes);

class Framer {
public:
    explicit Framer(std::size_t data_most = frame_data_usual) : data_most_(data_most) {}

    void feed(std::string_view bytes);
    /// The next whole piece.
    std::optional<Piece> take();
    /// At the end of the stream: what is left and will not become whole.
    std::optional<Piece> rest();
    /// Something that began as a frame has not ended.
    bool inside_frame() const { return mode_ == Mode::frame || mode_ == Mode::unended || mode_ == Mode::too_long; }

private:
    enum class Mode : std::uint8_t {
        between, ///< nothing but line ends and blanks since the last piece
        frame,   ///< until the length is reached
        unended, ///< the length was reached and no sum stood there: until a line end or the next frame
        too_long,
        junk,
        modbus,       ///< until the length its head tells
        text_foreign, ///< until a line end
        skipping,     ///< the rest of something already given
    };

    void step(char c);
    bool begin_frame();
    void end_line();
    void give(Piece::Kind kind, std::size_t length);
    void look_for_foreign();

    std::size_t data_most_;
    Mode mode_ = Mode::between;
    bool skip_ends_at_line_ = true;
    std::size_t data_length_ = 0; ///< of the frame
    std::size_t modbus_length_ = 0;
    std::string held_; ///< the piece that has not ended
    std::deque<Piece> whole_;
};

} // namespace aqi::drivers::hj212
