// A document and a map make readings. A value that means nothing is left out with a fault; the others stand.
#include "drivers/payload_map.hpp"

#include "drivers/json_tree.hpp"
#include "drivers/payload_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace aqi::drivers {
namespace {

/// Faults of one document that are told; a text made to annoy must not fill the store with its complaints.
constexpr std::size_t faults_most = 100;
constexpr std::size_t names_shown_most = 8;

using Kind = JsonNode::Kind;

/// A reading's object, with the names of what the * on the way to it stood for.
struct Place {
    const JsonNode* node = nullptr;
    std::vector<std::string_view> keys;
};

const JsonNode* step_into(const JsonNode& node, const std::string& step)
{
    if (node.kind == Kind::object) return node.member(step);
    if (node.kind != Kind::list) return nullptr;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error != std::errc{} || end != step.data() + step.size() || index >= node.items.size()) return nullptr;
    return &node.items[index];
}

const JsonNode* follow(const PayloadPath& path, const JsonNode& here, const JsonNode& top)
{
    const JsonNode* node = path.from_top ? &top : &here;
    for (const auto& step : path.steps) {
        node = step_into(*node, step);
        if (node == nullptr) return nullptr;
    }
    return node;
}

/// The first place with something in it; null as a last resort says that something was there.
const JsonNode* first_of(const std::vector<PayloadPath>& paths, const JsonNode& here, const JsonNode& top)
{
    const JsonNode* found = nullptr;
    for (const auto& path : paths) {
        const JsonNode* node = follow(path, here, top);
        if (node == nullptr) continue;
        if (node->is_scalar()) return node;
        if (found == nullptr) found = node;
    }
    return found;
}

void find_readings(const PayloadPath& path, std::size_t step, Place place, std::vector<Place>& out)
{
    if (step == path.steps.size()) {
        if (place.node->kind != Kind::list) return out.push_back(std::move(place));
        for (const auto& item : place.node->items) out.push_back({&item, place.keys}); // a batch
        return;
    }
    if (path.steps[step] != "*") {
        const JsonNode* next = step_into(*place.node, path.steps[step]);
        if (next == nullptr) return;
        place.node = next;
        return find_readings(path, step + 1, std::move(place), out);
    }
    if (place.node->kind != Kind::object && place.node->kind != Kind::list) return;
    for (const auto& item : place.node->items) {
        Place next = place;
        next.node = &item;
        next.keys.emplace_back(item.key);
        find_readings(path, step + 1, std::move(next), out);
    }
}

/// One value of a document, found and not yet judged.
struct Candidate {
    std::size_t item = 0;
    std::size_t preference = 0;
    std::string_view name;
    const JsonNode* value = nullptr;
    const JsonNode* entry = nullptr; ///< where its unit and flag stand
};

/// One reading of a document.
class OneReading {
public:
    OneReading(const PayloadMap& map, const PayloadLink& link, const Frame& frame, UtcOffset offset, const Place& place,
               const JsonNode& top, Decoded& out, std::string where)
        : map_(map),
          link_(link),
          frame_(frame),
          offset_(offset),
          place_(place),
          top_(top),
          out_(out),
          where_(std::move(where))
    {}

    void read()
    {
        Reading reading;
        const PayloadStream* stream = nullptr;
        if (map_.form == PayloadMap::Form::one) {
            stream = stream_of_topic();
            if (stream == nullptr)
                return complain(Reason::unknown_station, fmt::format("topic {} is no [[link.stream]]", frame_.origin));
        }
        const auto station = whose(stream);
        if (!station) return complain(station.error());
        reading.station = *station;
        const auto stamp = when();
        if (!stamp) return complain(stamp.error());
        reading.period = stamp->period;
        reading.hour = stamp->hour;
        reading.at = stamp->at;
        reading.length_minutes = stamp->length_minutes;
        reading.time_is_ours = stamp->ours;
        const std::size_t faults = out_.faults.size();
        if (stream != nullptr) {
            const std::string_view name = map_.value->steps.empty() ? std::string_view{"the document"}
                                                                    : std::string_view{map_.value->steps.back()};
            const Candidate bare{0, 0, name, follow(*map_.value, here(), top_), &here()};
            if (bare.value == nullptr) return complain(Reason::malformed, fmt::format("\"{}\" is missing", bare.name));
            take(bare, stream->quantity, nullptr, reading);
        } else if (!read_values(reading)) {
            return;
        }
        const bool speaks =
            std::any_of(all_pollutants.begin(), all_pollutants.end(),
                        [&](Pollutant p) { return reading.values[p].named; }) ||
            std::any_of(all_weather.begin(), all_weather.end(), [&](WeatherItem w) { return reading.weather[w]; });
        if (speaks) return out_.readings.push_back(std::move(reading));
        if (faults == out_.faults.size() && !knew_a_name_) nothing_known();
    }

private:
    const JsonNode& here() const { return *place_.node; }

    void complain(Reason reason, const std::string& why)
    {
        if (out_.faults.size() < faults_most) out_.faults.push_back({reason, where_ + why});
    }
    void complain(const Fault& fault) { complain(fault.reason, fault.detail); }

    const PayloadStream* stream_of_topic() const
    {
        for (const auto& stream : link_.streams)
            if (stream.topic == frame_.origin) return &stream;
        return nullptr;
    }

    Result<std::string> station_of(std::string_view device) const
    {
        if (device.empty()) return Fault{Reason::malformed, "the name of the station is empty"};
        if (link_.stations.empty()) return std::string{device};
        const auto found = link_.stations.find(std::string{device});
        if (found != link_.stations.end()) return found->second;
        return Fault{Reason::unknown_station,
                     fmt::format("device \"{}\" is not in [link.stations]", device.substr(0, 80))};
    }

    /// A topic may name the station itself or the device; the device table is asked first.
    Result<std::string> speaker() const
    {
        std::string_view rest = frame_.origin;
        for (int level = link_.station_level; level > 0; --level) {
            const auto slash = rest.find('/');
            rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
        }
        const std::string_view named = rest.substr(0, rest.find('/'));
        for (const auto& [device, station] : link_.stations)
            if (station == named && !link_.stations.contains(std::string{named})) return station;
        return station_of(named);
    }

    /// What the document says of itself; absent where it is silent.
    Result<std::optional<std::string>> named_by_document(const PayloadStream* stream) const
    {
        if (stream != nullptr) return std::optional{stream->station};
        std::string_view device;
        if (map_.station_key > 0) {
            const auto star = static_cast<std::size_t>(map_.station_key - 1);
            if (star < place_.keys.size()) device = place_.keys[star];
        }
        if (device.empty() && !map_.station.empty()) {
            const JsonNode* node = first_of(map_.station, here(), top_);
            if (node != nullptr && !node->is_scalar() && node->kind != Kind::null)
                return Fault{Reason::malformed, "the name of the station is neither text nor number"};
            if (node != nullptr) device = node->text;
        }
        if (device.empty()) return std::optional<std::string>{};
        auto station = station_of(device);
        if (!station) return station.error();
        return std::optional{std::move(*station)};
    }

    Result<std::string> whose(const PayloadStream* stream) const
    {
        const auto said = named_by_document(stream);
        if (!said) return said.error();
        if (link_.station_level < 0) {
            if (said->has_value()) return **said;
            return Fault{Reason::malformed, "the document does not say whose it is"};
        }
        // Who may publish where is the broker's to enforce (per-station ACL); so the topic says who speaks.
        const auto topic = speaker();
        if (!topic) return topic.error();
        if (said->has_value() && **said != *topic)
            return Fault{Reason::wrong_station,
                         fmt::format("topic {} belongs to {}, the payload says {}", frame_.origin, *topic, **said)};
        return *topic;
    }

    Result<Stamp> when() const
    {
        const JsonNode* node = first_of(map_.time_at, here(), top_);
        if (node == nullptr || node->kind == Kind::null) {
            if (map_.time_at.empty() || map_.time.form == PayloadTime::Form::none || map_.time.arrival)
                return stamp_of_arrival(map_.time, frame_.received_at, offset_);
            return Fault{Reason::malformed, "the time is missing"};
        }
        if (map_.time.form == PayloadTime::Form::none) return stamp_of_arrival(map_.time, frame_.received_at, offset_);
        if (!node->is_scalar()) return Fault{Reason::malformed, "the time is neither text nor number"};
        return stamp_of(map_.time, node->text, offset_);
    }

    /// Every known name of the document; unknown ones are counted or complained of. False: there are no values at all.
    bool read_values(Reading& reading)
    {
        const JsonNode* values = follow(map_.values, here(), top_);
        const Kind wanted = map_.form == PayloadMap::Form::pairs ? Kind::list : Kind::object;
        if (values == nullptr || values->kind != wanted) {
            complain(Reason::malformed, fmt::format("{} stands where the values should",
                                                    values == nullptr ? "nothing" : "something else"));
            return false;
        }
        std::vector<Candidate> found;
        for (const auto& entry : values->items) {
            if (map_.form == PayloadMap::Form::members) {
                const bool wrapped = entry.kind == Kind::object && map_.value;
                consider(entry.key, wrapped ? follow(*map_.value, entry, top_) : &entry, entry, found);
                continue;
            }
            const JsonNode* name = follow(map_.name, entry, top_);
            if (name == nullptr || name->kind != Kind::text)
                complain(Reason::malformed, "a value has no name");
            else
                consider(name->text, follow(*map_.value, entry, top_), entry, found);
        }
        knew_a_name_ = !found.empty();
        const auto no_value = [](const Candidate& c) { return c.value == nullptr || c.value->kind == Kind::null; };
        std::stable_sort(found.begin(), found.end(), [&](const Candidate& a, const Candidate& b) {
            return std::tuple{a.item, no_value(a), a.preference} < std::tuple{b.item, no_value(b), b.preference};
        });
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i > 0 && found[i].item == found[i - 1].item) {
                out_.counted.emplace_back("payload_second_names");
                continue;
            }
            const PayloadItem& item = map_.items[found[i].item];
            take(found[i], item.quantity, item.flag ? follow(*item.flag, *values, top_) : nullptr, reading);
        }
        return true;
    }

    void consider(const std::string& name, const JsonNode* value, const JsonNode& entry, std::vector<Candidate>& found)
    {
        const auto known = map_.names.find(name);
        if (known != map_.names.end()) {
            found.push_back({known->second.item, known->second.preference, known->first, value, &entry});
            return;
        }
        if (std::find(map_.ignored.begin(), map_.ignored.end(), name) != map_.ignored.end()) return;
        unknown_.push_back(name);
        // A name that differs in case and signs alone is a misspelt pollutant, whatever the map does with strangers.
        const auto meant = map_.written.find(without_signs(name));
        if (meant != map_.written.end())
            complain(Reason::unknown_name,
                     fmt::format("\"{}\" is not known, did you mean \"{}\"?", name, meant->second));
        else if (map_.unknown_is_fault)
            complain(Reason::unknown_name, fmt::format("\"{}\" is not known", name.substr(0, 80)));
        else
            out_.counted.emplace_back("payload_unknown_names");
    }

    void nothing_known()
    {
        unknown_.resize(std::min(unknown_.size(), names_shown_most));
        complain(Reason::unknown_name, unknown_.empty()
                                           ? "the document has no values"
                                           : fmt::format("none of its names is known: {}", fmt::join(unknown_, ", ")));
    }

    /// The flag beside a value, or of the whole reading. A word nobody has promised must not let a value through.
    Result<Flag> flag_of(const Candidate& value, const JsonNode* beside) const
    {
        Flag flag = Flag::normal;
        const JsonNode* places[] = {beside, map_.flag ? follow(*map_.flag, *value.entry, top_) : nullptr,
                                    first_of(map_.flags.at, here(), top_)};
        for (const JsonNode* node : places) {
            if (node == nullptr || node->kind == Kind::null) continue;
            if (!node->is_scalar() && node->kind != Kind::boolean && node->items.empty()) continue; // [] says nothing
            const auto read = flag_in(*node);
            if (!read) return read;
            if (flag == Flag::normal) flag = *read;
        }
        return flag;
    }

    Result<Flag> flag_in(const JsonNode& node) const
    {
        const bool readable = node.is_scalar() || node.kind == Kind::boolean;
        const auto word = readable ? map_.flags.words.find(node.text) : map_.flags.words.end();
        if (word != map_.flags.words.end()) return word->second;
        if (node.is_scalar() && !map_.flags.least.empty()) {
            const auto number = parse_concentration(node.text, 1'000'000);
            if (number)
                return *number < *parse_concentration(map_.flags.least, 1'000'000) ? map_.flags.below : Flag::normal;
        }
        return Fault{Reason::unknown_name,
                     readable ? fmt::format("flag \"{}\" is not in [flag.words]", node.text.substr(0, 40))
                              : std::string{"the flag is neither text nor number"}};
    }

    Result<std::string> unit_of(const Candidate& value, const std::string& usual) const
    {
        const JsonNode* node = first_of(map_.unit, *value.entry, top_);
        if (node == nullptr || node->kind == Kind::null) return usual;
        const auto word = node->kind == Kind::text ? map_.units.find(node->text) : map_.units.end();
        if (word != map_.units.end()) return word->second;
        return Fault{Reason::unknown_name, fmt::format("unit \"{}\" is not in [units]", node->text.substr(0, 40))};
    }

    bool says_missing(const JsonNode& node) const
    {
        if (node.kind == Kind::null) return true;
        if (map_.missing.empty()) return false;
        const auto number = parse_concentration(node.text, 1'000);
        for (const auto& sentinel : map_.missing) {
            if (sentinel == node.text) return true;
            const auto other = parse_concentration(sentinel, 1'000);
            if (number && other && *number == *other) return true;
        }
        return false;
    }

    void take(const Candidate& found, const PayloadQuantity& quantity, const JsonNode* beside, Reading& reading)
    {
        const auto named = [&](const Fault& fault) {
            complain(fault.reason, fmt::format("{}: {}", found.name, fault.detail));
        };
        if (found.value == nullptr || (!found.value->is_scalar() && found.value->kind != Kind::null))
            return named({Reason::malformed, "it is neither number nor text"});
        const auto flag = flag_of(found, beside);
        if (!flag) return named(flag.error());
        const bool missing = says_missing(*found.value);
        const bool normal = *flag == Flag::normal;
        const auto unit = unit_of(found, quantity.unit);
        if (!missing && normal && !unit) return named(unit.error());
        if (!quantity.pollutant) {
            if (missing || !normal) return; // weather has no flags: it is there, or it is not
            const auto value = weather_in(found.value->text, *unit, quantity.weather);
            if (!value) return named(value.error());
            reading.weather[quantity.weather] = *value;
            return;
        }
        auto& slot = reading.values[*quantity.pollutant];
        if (!missing && unit) {
            const auto value = concentration_in(found.value->text, *unit, *quantity.pollutant);
            if (!value && normal) return named(value.error());
            if (value) slot.value = *value; // under a flag, what cannot be read is as absent as the flag says
        }
        slot.named = true;
        slot.flag = missing && normal ? Flag::communication : *flag;
    }

    const PayloadMap& map_;
    const PayloadLink& link_;
    const Frame& frame_;
    const UtcOffset offset_;
    const Place& place_;
    const JsonNode& top_;
    Decoded& out_;
    const std::string where_;
    std::vector<std::string> unknown_;
    bool knew_a_name_ = false;
};

std::string written(const PayloadPath& path) { return fmt::format("/{}", fmt::join(path.steps, "/")); }

} // namespace

Decoded decode_payload(const PayloadMap& map, const PayloadLink& link, const Frame& frame, UtcOffset offset)
{
    Decoded out;
    const auto top = parse_json(frame.bytes);
    if (!top) {
        out.faults.push_back(top.error());
        return out;
    }
    std::vector<Place> places;
    for (const auto& path : map.readings) {
        find_readings(path, 0, Place{&*top, {}}, places);
        if (!places.empty()) break;
    }
    if (places.empty())
        out.faults.push_back(
            {Reason::malformed, fmt::format("there is no reading at {}", written(map.readings.front()))});
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::string where = places.size() > 1 ? fmt::format("reading {}: ", i + 1) : std::string{};
        OneReading{map, link, frame, offset, places[i], *top, out, where}.read();
    }
    return out;
}

} // namespace aqi::drivers
