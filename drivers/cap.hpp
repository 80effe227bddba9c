// drivers/cap: the Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010) as a value, read and written.
//
// Reading keeps what can be understood and says what is wrong with the rest: an alert from another house is rarely perfect, and a
// warning must not be lost over a comma. Writing says nothing: what is to leave is read back with read(), and leaves only if
// nothing is wrong with it.
//
// Knows: the schema (elements, their order, number and values), the time pattern, and what the text of the standard asks beyond
// the schema: references, scope, closed polygons. Signatures (xmldsig) are passed over: nobody's is verified.
// Does not know: what an alert means for an area here (cap_order), or what we say in one. The XML library stops in the .cpp.
#pragma once

#include "libaqi/result.hpp"
#include "libaqi/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::cap {

/// <eventCode>, <parameter>, <geocode>.
struct Pair {
    std::string name, value;
    bool operator==(const Pair&) const = default;
};

struct Resource {
    std::string description, mime_type, size, uri, deref_uri, digest;
    bool operator==(const Resource&) const = default;
};

struct Area {
    std::string description;
    std::vector<std::string> polygons, circles;
    std::vector<Pair> geocodes;
    std::string altitude, ceiling;
    bool operator==(const Area&) const = default;
};

struct Info {
    std::string language; ///< empty: not given, which the standard reads as en-US
    std::vector<std::string> categories;
    std::string event;
    std::vector<std::string> response_types;
    std::string urgency, severity, certainty, audience;
    std::vector<Pair> event_codes;
    std::string effective, onset, expires; ///< as written; see instant_of()
    std::string sender_name, headline, description, instruction, web, contact;
    std::vector<Pair> parameters;
    std::vector<Resource> resources;
    std::vector<Area> areas;
    bool operator==(const Info&) const = default;
};

/// Times stay as they are written: a reference repeats them to the letter. An empty text is an element that is not there.
struct Alert {
    std::string identifier, sender, sent, status, msg_type, source, scope, restriction, addresses;
    std::vector<std::string> codes;
    std::string note, references, incidents;
    std::vector<Info> infos;
    bool operator==(const Alert&) const = default;

    /// "sender,identifier,sent": what a later message calls this one.
    std::string reference() const { return sender + "," + identifier + "," + sent; }
};

/// One of the triples of <references>.
struct Reference {
    std::string sender, identifier, sent;
    bool operator==(const Reference&) const = default;
};
/// Those that are whole.
std::vector<Reference> references_of(std::string_view references);

/// A time of an alert. Also takes what the schema does not (Z, fractions, the space of domestic notices): said by read().
std::optional<Instant> instant_of(std::string_view written);

struct Read {
    Alert alert;
    std::vector<std::string> faults; ///< what the standard does not allow, each with its element: "info 1 / sent: ..."
};

inline constexpr std::size_t alert_most = 256 * 1024; ///< bytes

/// Faults: too_large; malformed, when it is no XML, or no alert of CAP 1.2 with an identifier, a sender and a time.
Result<Read> read(std::string_view xml);
/// UTF-8 with a declaration, two blanks to a step.
std::string write(const Alert& alert);

} // namespace aqi::cap
