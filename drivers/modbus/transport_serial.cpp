// RTU on a serial port, by libmodbus: the only file that includes it. It does the port's settings, the waiting between
// bytes and the check sum; the requests are handed to it raw, for the answers are judged in one place for every line.
#include "drivers/modbus/transport.hpp"

#include <fmt/format.h>
#include <modbus/modbus.h>

#include <array>
#include <cerrno>
#include <thread>

namespace aqi::drivers::modbus {
namespace {

constexpr int data_bits = 8;

class SerialTransport : public Transport {
public:
    explicit SerialTransport(Way way) : way_(std::move(way)) {}

    Result<void> open() override
    {
        context_.reset(
            modbus_new_rtu(way_.host.c_str(), way_.baud, static_cast<char>(way_.parity), data_bits, way_.stop_bits));
        if (!context_) return refuse();
        modbus_set_error_recovery(context_.get(), MODBUS_ERROR_RECOVERY_NONE); // the line decides
        modbus_set_response_timeout(context_.get(), static_cast<std::uint32_t>(way_.timeout_ms / 1'000),
                                    static_cast<std::uint32_t>(way_.timeout_ms % 1'000 * 1'000));
        modbus_set_byte_timeout(context_.get(), 0, 0); // the response time-out is for the whole answer
        if (modbus_connect(context_.get()) != 0) {
            auto refused = refuse();
            context_.reset();
            return refused;
        }
        modbus_flush(context_.get());
        return {};
    }

    void close() override
    {
        if (context_) modbus_close(context_.get());
        context_.reset();
    }

    Reply exchange(int unit, std::span<const std::uint8_t> pdu) override
    {
        std::this_thread::sleep_for(std::chrono::milliseconds{way_.gap_ms});
        std::vector<std::uint8_t> request{static_cast<std::uint8_t>(unit)};
        request.insert(request.end(), pdu.begin(), pdu.end());
        modbus_set_slave(context_.get(), unit);
        modbus_flush(context_.get()); // a late answer to an earlier question is no answer to this one
        if (modbus_send_raw_request(context_.get(), request.data(), static_cast<int>(request.size())) < 0)
            return broken();
        std::array<std::uint8_t, MODBUS_RTU_MAX_ADU_LENGTH> answer{};
        const int length = modbus_receive_confirmation(context_.get(), answer.data());
        if (length < 0) return broken();
        if (length == 0) {
            modbus_flush(context_.get());
            return {Reply::Kind::garbled, {}, fmt::format("unit {} answered in place of unit {}", answer[0], unit)};
        }
        if (length < 4 || answer[0] != unit) return {Reply::Kind::garbled, {}, "the answer is none of this unit"};
        return {Reply::Kind::answered, {answer.begin() + 1, answer.begin() + length - 2}, {}};
    }

private:
    struct Free {
        void operator()(modbus_t* context) const { modbus_free(context); }
    };

    Fault refuse() const
    {
        return {Reason::refused, fmt::format("cannot open {}: {}", way_.host, modbus_strerror(errno))};
    }

    Reply broken()
    {
        const int error = errno;
        std::string why = modbus_strerror(error);
        if (error == ETIMEDOUT) return {Reply::Kind::silent, {}, "no answer"};
        if (error >= MODBUS_ENOBASE) {
            modbus_flush(context_.get());
            return {Reply::Kind::garbled, {}, std::move(why)};
        }
        close();
        return {Reply::Kind::lost, {}, fmt::format("{}: {}", way_.host, why)};
    }

    const Way way_;
    std::unique_ptr<modbus_t, Free> context_;
};

} // namespace

std::unique_ptr<Transport> make_serial_transport(const Way& way) { return std::make_unique<SerialTransport>(way); }

} // namespace aqi::drivers::modbus
