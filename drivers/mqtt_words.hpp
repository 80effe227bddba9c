// drivers/mqtt_words: what the link and the publisher share: why a broker refuses, in words, and the password for it.
#pragma once

#include <string>

namespace aqi::drivers {

/// The words for a code of a CONNACK, SUBACK, PUBACK or DISCONNECT (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2 and 3.9.3).
std::string mqtt_refusal(int code);

/// The first line of a file. Throws std::runtime_error, naming the file, when there is none.
std::string mqtt_password(const std::string& file);

} // namespace aqi::drivers
