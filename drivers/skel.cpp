// drivers/skel: a driver that does nothing, to copy. It compiles, is tested, and is in no table of the daemon.
//
// Knows: how the bytes of one kind of source become readings; its own settings, their parsing and their sample.
// Does not know: the daemon, the store, any standard.
#include "drivers/skel.hpp"

namespace aqi::drivers {
namespace {

/// The driver's own settings: a plain struct.
struct SkelSettings {
    std::string station; ///< whom the bytes are about
};

std::any read_settings(const Settings& table) { return SkelSettings{table.text("station")}; }

/// Say what the frame means, or why it means nothing. Convert units and time labels here, at the border, once.
Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    const auto& own = std::any_cast<const SkelSettings&>(settings);
    Decoded out;
    const auto value = parse_concentration(frame.bytes, display_unit_ng(Pollutant::pm2_5));
    if (!value) {
        out.faults.push_back(value.error());
        return out;
    }
    Reading reading;
    reading.station = own.station;
    reading.hour =
        last_hour_over(frame.received_at, offset); // a source without a time of its own: say so in the sample
    reading.values[Pollutant::pm2_5] = {true, *value, Flag::normal};
    out.readings.push_back(std::move(reading));
    return out;
}

/// Listens to nothing. A real link appends what it hears to context.inbox and acknowledges when that returned.
class SkelLink : public Link {
public:
    explicit SkelLink(LinkContext context) : context_(std::move(context)) {}
    void start() override { context_.report({LinkState::up, "a skeleton hears nothing"}); }
    bool stop() override { return true; }

private:
    LinkContext context_;
};

std::unique_ptr<Link> open(const std::any&, LinkContext context)
{
    return std::make_unique<SkelLink>(std::move(context));
}

} // namespace

const DriverInfo skel_driver = {
    "skel",      "a skeleton to copy: one decimal number of PM2.5 a frame, at the hour of its arrival",
    R"([[link]]
name = "skeleton"
driver = "skel"
station = "A001"
)", read_settings,
    decode,      open,
};

} // namespace aqi::drivers
