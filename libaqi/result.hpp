// libaqi/result: how a function says that foreign text made no sense.
//
// Knows: the kinds of nonsense an operator can act on, and the words for one case.
// Does not know: who counts it, keeps it or shows it (daemon/ingest, daemon/store).
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace aqi {

/// Why something foreign was not taken. Stored by name (`reason_name`), so enumerators may be added and reordered, but
/// a name once released is never changed: counters, parked rows and the page are keyed by it.
enum class Reason {
    malformed,         ///< not the promised form at all
    unknown_name,      ///< a key, pollutant, flag or unit nobody has promised
    time_without_zone, ///< local time of an unknown place
    not_on_the_hour,   ///< an hourly value whose time is not the end of an hour
    impossible_value,  ///< what no instrument of the kind can mean
    unknown_station,   ///< not in the configuration
    wrong_station,     ///< the topic names one station, the payload another
    time_in_future,    ///< ahead of our clock by more than the permitted skew
    too_old,           ///< before the first day whose hours are still open
    retained,          ///< a broker's memory, not news: never averaged
    too_large,         ///< longer than the written limit
    bad_checksum,      ///< a frame whose check sum is not the one its port asks for
    wrong_password,    ///< a known device with another password than the configured one
    wrong_unit,        ///< a value that is only possible in another unit than the configured one
    not_valid_number,  ///< NaN, an infinity or a sentinel where a value should be
    foreign_protocol,  ///< something else speaks on this port
    refused,           ///< a person or a state does not permit it
};

/// The stable name used in the store, in JSON and in counters, e.g. "time_without_zone".
std::string_view reason_name(Reason reason);
/// The same for an operator, zh-CN.
std::string_view reason_zh(Reason reason);

/// One refusal: its kind, and a sentence that names the offending text.
struct Fault {
    Reason reason = Reason::malformed;
    std::string detail;

    bool operator==(const Fault&) const = default;
};

/// Boost.System's result with our fault; see DECISIONS 4.
template <class T>
using Result = boost::system::result<T, Fault>;

/// Called by Result::value() on a fault: asking for a value that is not there is our own broken promise.
[[noreturn]] inline void throw_exception_from_error(const Fault& fault, const boost::source_location&)
{
    throw std::logic_error("unexpected fault: " + fault.detail);
}

/// Our own promise, checked in release builds too: abort, the service manager restarts, the journal rebuilds.
[[noreturn]] void broken_promise(const char* what, const char* file, int line);

} // namespace aqi

#define AQI_CHECK(condition)                                                                                           \
    (static_cast<bool>(condition) ? void() : ::aqi::broken_promise(#condition, __FILE__, __LINE__))
