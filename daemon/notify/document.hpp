// daemon/notify/document: an announcement as the one JSON document every channel receives (schemas/warning.schema.json).
#pragma once

#include "libaqi/message.hpp"

#include <string>

namespace aqi::notify {

std::string document_of(const Announcement& announcement, UtcOffset offset);

} // namespace aqi::notify
