#include "drivers/hj212/hub.hpp"

#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/encode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aqi::drivers::hj212 {
namespace {

/// Of a frame that is refused, what is kept for whoever looks into it.
constexpr std::size_t bad_frame_kept = 4'096;
constexpr auto minute = std::chrono::minutes{1};

bool is_answer(std::string_view cn)
{
    return cn == cn_request_taken || cn == cn_request_done || cn == cn_notice_taken || cn == cn_data_taken;
}

bool is_notice(std::string_view cn) { return cn.starts_with('1') || cn == cn_heartbeat; }

Fault refused(std::string why) { return {Reason::refused, std::move(why)}; }

} // namespace

Hub::Hub(const Hj212Settings& settings, Surroundings around, Desk& desk)
    : settings_(settings), around_(std::move(around)), desk_(desk)
{
    stations_.reserve(settings.stations.size());
    for (const auto& station : settings.stations) stations_.emplace_back(station, settings, around_.offset);
}

Result<void> Hub::admit(const std::string& address, SteadyTime now)
{
    ++refused_connections_; // taken back below
    if (!any_holds(settings_.allow, address)) return refused(fmt::format("{} is in no network of \"allow\"", address));
    if (connections_.size() >= static_cast<std::size_t>(settings_.connections_most))
        return refused(fmt::format("{} connections are open", connections_.size()));
    Address& known = addresses_[address];
    if (now - known.since >= minute) {
        known.since = now;
        known.lately = 0;
    }
    if (known.open >= settings_.connections_per_address)
        return refused(fmt::format("{} has {} connections open", address, known.open));
    if (++known.lately > settings_.connects_per_minute)
        return refused(fmt::format("{} connects more than {} times a minute", address, settings_.connects_per_minute));
    ++known.open;
    --refused_connections_;
    return {};
}

void Hub::opened(std::shared_ptr<Connection> connection)
{
    Connection& opened = *connection;
    connections_.emplace(&opened, std::move(connection));
    opened.start();
}

void Hub::ended(Connection& connection, const std::string& why)
{
    for (const auto index : connection.speaks_for) {
        stations_[index].connection = nullptr;
        desk_.ended(index, why);
        stations_[index].session.disconnected();
        pump(index, std::chrono::steady_clock::now());
    }
    connection.speaks_for.clear();
    if (const auto known = addresses_.find(connection.address); known != addresses_.end()) --known->second.open;
    connections_.erase(&connection); // its own handlers hold it until they are done
}

void Hub::close_all(const std::string& why)
{
    while (!connections_.empty()) connections_.begin()->second->drop(why);
}

/// What is not taken for a station's. False: the daemon is stopping.
bool Hub::append(Connection& connection, std::string_view bytes, std::string_view refused)
{
    Frame frame;
    frame.link = around_.link;
    frame.origin = connection.origin;
    frame.bytes = bytes.substr(0, bad_frame_kept);
    frame.received_at = around_.now();
    frame.refused = refused;
    return around_.inbox->append(frame);
}

/// Kept, so that it is counted and can be looked at; never answered.
void Hub::bad(Connection& connection, const Piece& piece)
{
    if (!append(connection, piece.bytes)) return connection.close("the daemon is stopping");
    if (piece.kind == Piece::Kind::foreign && foreign_protocol_of(piece.bytes) != "Modbus/TCP")
        return connection.close(fmt::format("it speaks {}", foreign_protocol_of(piece.bytes)));
    if (++connection.bad_in_a_row >= settings_.bad_frames_most)
        connection.close(fmt::format("{} bad frames in a row", connection.bad_in_a_row));
}

void Hub::arrived(Connection& connection, const Piece& piece)
{
    if (piece.kind != Piece::Kind::frame) return bad(connection, piece);
    auto message = parse_frame(piece.bytes, settings_.checksum);
    if (!message) return bad(connection, piece);
    const auto speaker = speaker_of(message->header, connection.origin, settings_);
    if (!speaker) {
        if (const auto* meant = settings_.station_of(message->header.mn))
            desk_.refused(static_cast<std::size_t>(meant - settings_.stations.data()), speaker.error().detail);
        return bad(connection, piece);
    }
    good(connection, piece, std::move(*message), static_cast<std::size_t>(*speaker - settings_.stations.data()));
}

/// Who speaks for a station.
Result<void> Hub::bind(Connection& connection, std::size_t index, SteadyTime now)
{
    Station& station = stations_[index];
    if (station.connection == &connection) return {};
    if (!connection.speaks_for.empty() && !settings_.gateway)
        return refused(fmt::format("{} speaks for {} already; a gateway must be allowed to (gateway = true)",
                                   connection.origin, stations_[*connection.speaks_for.begin()].settings.id));
    if (Connection* other = station.connection) {
        // The same address is the same station come back before its old connection was seen to be dead; so is whoever knows
        // the station's password: a modem that dials again gets another address.
        const bool is_itself = other->address == connection.address || station.settings.password;
        if (!is_itself && now - station.last_frame < settings_.idle)
            return refused(fmt::format("{} wants to speak for it, as {} does", connection.origin, other->origin));
        other->speaks_for.erase(index);
        station.session.disconnected();
        if (other->speaks_for.empty()) other->close(fmt::format("{} speaks for the station now", connection.origin));
    }
    connection.speaks_for.insert(index);
    station.connection = &connection;
    if (station.settings.set_time_on_connect) station.session.ask(set_time_request());
    return {};
}

void Hub::good(Connection& connection, const Piece& piece, Message message, std::size_t index)
{
    const auto bound = bind(connection, index, std::chrono::steady_clock::now());
    if (!bound) {
        desk_.refused(index, bound.error().detail);
        // Kept with its reason, and never decoded: it would be taken for the station's.
        (void)append(connection, piece.bytes, bound.error().detail);
        return connection.close(bound.error().detail);
    }
    connection.bad_in_a_row = 0;
    stations_[index].last_frame = std::chrono::steady_clock::now();
    pending_.push_back(
        {connection.shared_from_this(), index, std::string{piece.bytes}, std::move(message), around_.now()});
    if (pending_.size() == 1) around_.soon([this] { keep_pending(); });
}

/// All that has come since the last time, with one wait for the disk; only then is it answered.
void Hub::keep_pending()
{
    const auto together = std::exchange(pending_, {});
    std::vector<Frame> frames;
    frames.reserve(together.size());
    for (const auto& one : together) {
        Frame& frame = frames.emplace_back();
        frame.link = around_.link;
        frame.origin = one.connection->origin;
        frame.bytes = one.bytes;
        frame.received_at = one.received_at;
    }
    const bool durable = around_.inbox->append(frames);
    for (const auto& one : together) {
        if (durable)
            kept(one);
        else
            one.connection->close("the daemon is stopping");
    }
}

void Hub::kept(const Pending& frame)
{
    Connection& connection = *frame.connection;
    Station& station = stations_[frame.station];
    if (station.connection != &connection) return; // gone, or replaced, in the meantime: it is durable all the same
    const Header& header = frame.message.header;
    connection.last_good = station.last_frame = std::chrono::steady_clock::now();
    desk_.heard(frame.station, connection.origin, frame.received_at);
    if (!is_answer(header.cn) && header.wants_answer()) answer(connection, header);
    if (header.cn == cn_asks_time && station.settings.set_time_on_connect && station.session.idle())
        station.session.ask(set_time_request());
    station.session.heard(frame.message, connection.last_good);
    pump(frame.station, connection.last_good);
}

void Hub::answer(Connection& connection, const Header& header) const
{
    Header out;
    out.st = "91";
    out.cn = is_notice(header.cn) ? cn_notice_taken : cn_data_taken;
    out.pw = header.pw;
    out.mn = header.mn;
    const int edition = header.flag.value_or(0) >> flag_edition_shift;
    out.flag = edition << flag_edition_shift;
    std::string command_part;
    // 2005 names the exchange among the fields, later editions in the header.
    if (edition == static_cast<int>(Edition::y2005) && !header.qn.empty())
        command_part = fmt::format("QN={}", header.qn);
    else
        out.qn = header.qn;
    connection.send(encode_frame(out, command_part, settings_.checksum));
}

void Hub::pump(std::size_t index, SteadyTime now)
{
    Station& station = stations_[index];
    while (true) {
        while (auto finished = station.session.finished()) station.back_fill.finished(*finished, now);
        if (station.connection == nullptr) break;
        if (settings_.back_fill && station.session.idle())
            if (auto next = station.back_fill.next(now)) station.session.ask(std::move(*next));
        auto frame = station.session.due(now, around_.now());
        if (!frame) break;
        station.connection->send(std::move(*frame));
    }
    while (auto finished = station.session.finished()) station.back_fill.finished(*finished, now);
    desk_.request(index, station.session.line());
}

void Hub::look(SteadyTime now)
{
    std::vector<std::shared_ptr<Connection>> all; // closing one takes it out of the map
    all.reserve(connections_.size());
    for (const auto& row : connections_) all.push_back(row.second);
    for (const auto& connection : all) connection->look_at(now, settings_);
    for (std::size_t i = 0; i < stations_.size(); ++i)
        if (stations_[i].connection != nullptr) pump(i, now);
    std::erase_if(addresses_,
                  [&](const auto& row) { return row.second.open <= 0 && now - row.second.since >= minute; });
}

void Hub::back_fill(const std::vector<Owed>& owed)
{
    const HourEnding oldest = last_hour_over(around_.now(), around_.offset).plus(-24 * settings_.back_fill_days);
    for (auto& station : stations_) {
        std::vector<Owed> own;
        for (const auto& stretch : owed)
            if (stretch.station == station.settings.id) own.push_back(stretch);
        station.back_fill.owed(own, oldest);
    }
}

void Hub::ask(std::size_t index, std::vector<Request> requests)
{
    if (stations_[index].connection == nullptr) return desk_.refused(index, "an order: it is not connected any more");
    for (auto& request : requests)
        if (!stations_[index].session.ask(std::move(request)))
            desk_.refused(index, "an order: too many requests wait already");
    pump(index, std::chrono::steady_clock::now());
}

} // namespace aqi::drivers::hj212
