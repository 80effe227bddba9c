#include "drivers/mqtt_words.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace aqi::drivers {
namespace {

struct Words {
    int code;
    std::string_view text;
};
/// Why a broker refuses (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2 and 3.9.3).
constexpr Words refusals[] = {
    {1, "the broker does not speak MQTT 3.1.1"},
    {2, "the broker does not accept our client_id"},
    {3, "the broker is not available"},
    {4, "wrong user or password"},
    {5, "not authorized (wrong user or password, or not allowed to connect)"},
    {0x80, "the broker refuses and does not say why"},
    {0x84, "the broker does not speak MQTT 5; try version = \"3.1.1\""},
    {0x85, "the broker does not accept our client_id"},
    {0x86, "wrong user or password"},
    {0x87, "not authorized (wrong user or password, or not allowed to)"},
    {0x88, "the broker is not available"},
    {0x89, "the broker is busy"},
    {0x8a, "the broker has banned us"},
    {0x8e, "another client with our client_id has taken the session over"},
    {0x8f, "the broker does not accept the topic filter"},
    {0x97, "a quota of the broker is exceeded"},
    {0x9c, "the broker asks to use another server"},
    {0x9d, "the broker has moved"},
    {0x9f, "too many connections in a short time"},
};

} // namespace

std::string mqtt_refusal(int code)
{
    for (const auto& row : refusals)
        if (row.code == code) return std::string{row.text};
    return fmt::format("reason code {}", code);
}

std::string mqtt_password(const std::string& file)
{
    std::ifstream in{file};
    std::string line;
    if (!std::getline(in, line)) throw std::runtime_error(fmt::format("{}: cannot read a password from it", file));
    return line;
}

} // namespace aqi::drivers
