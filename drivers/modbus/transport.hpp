// drivers/modbus/transport: one question and its answer over one line.
//
// Knows: Modbus/TCP, RTU on a serial port (libmodbus), RTU in a TCP stream (the transparent DTU boxes, for which libmodbus
// has no backend); time limits; that an answer must come from the unit that was asked, to the question that was asked.
// Does not know: what registers mean, when to ask, or what to do about a unit that is silent (line).
//
// Threads: everything is called on the line's own thread. exchange() returns within its time limit, and over TCP at once
// when `wake` becomes readable.
#pragma once

#include "drivers/modbus/block.hpp"
#include "drivers/modbus/register_map.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace aqi::drivers::modbus {

/// The way to a line, as its setting says.
struct Way {
    enum class Kind : std::uint8_t { tcp, rtu, rtu_over_tcp };
    Kind kind = Kind::tcp;
    std::string target; ///< as written: "tcp://10.0.0.5:502"
    std::string host;   ///< or the device of a serial port
    std::string port;
    int baud = 9'600;
    Parity parity = Parity::none;
    int stop_bits = 1;
    int timeout_ms = 1'000; ///< until an answer is complete
    int gap_ms = 0;         ///< of silence before each question
};

/// "tcp://10.0.0.5:502", "rtu:/dev/ttyUSB0", "rtu+tcp://10.0.0.5:8899". Fault: malformed.
Result<Way> parse_way(std::string_view text);

/// What came back on the wire, without its frame.
struct Reply {
    enum class Kind : std::uint8_t {
        answered,
        silent,  ///< nothing in time
        garbled, ///< not the answer to this question: wrong check sum, another unit's, not Modbus
        lost,    ///< the line is gone; it must be opened again
    };
    Kind kind = Kind::silent;
    std::vector<std::uint8_t> pdu; ///< function and data
    std::string why;               ///< in words, unless answered
};

class Transport {
public:
    virtual ~Transport() = default;
    /// Fault: refused, with the reason.
    virtual Result<void> open() = 0;
    virtual void close() = 0;
    /// Sends a request to a unit and waits for its answer. The line must be open. After `lost` it is closed.
    virtual Reply exchange(int unit, std::span<const std::uint8_t> pdu) = 0;
};

/// `wake`: a descriptor that becomes readable when the line must end; -1: none.
std::unique_ptr<Transport> make_transport(const Way& way, int wake);
std::unique_ptr<Transport> make_socket_transport(const Way& way, int wake); ///< transport_socket.cpp
std::unique_ptr<Transport> make_serial_transport(const Way& way);           ///< transport_serial.cpp

/// The check sum of RTU frames; the low byte goes first on the wire.
std::uint16_t crc16(std::span<const std::uint8_t> bytes);

std::vector<std::uint8_t> read_pdu(const ReadRequest& request);
/// What an answer to a read says: a block that succeeded or carries the exception. Fault: malformed, when it is no answer
/// to this request.
Result<Block> judge_answer(const ReadRequest& request, std::span<const std::uint8_t> pdu);
/// "illegal data address (2)".
std::string exception_words(int exception);

} // namespace aqi::drivers::modbus
