#include "drivers/modbus/plan.hpp"

#include <algorithm>

namespace aqi::drivers::modbus {
namespace {

ReadRequest request_of(const Place& place)
{
    return {static_cast<std::uint8_t>(place.function), static_cast<std::uint16_t>(place.address),
            static_cast<std::uint16_t>(place.registers())};
}

std::vector<ReadRequest> wanted(const RegisterMap& map)
{
    std::vector<ReadRequest> out;
    for (const auto& field : map.fields) out.push_back(request_of(field.place));
    for (const auto& status : map.statuses) out.push_back(request_of(status.place));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

/// Joins sorted pieces, each of them whole, where they touch or nearly so.
std::vector<ReadRequest> joined(const std::vector<ReadRequest>& pieces, int gap)
{
    std::vector<ReadRequest> out;
    for (const auto& piece : pieces) {
        if (!out.empty() && out.back().function == piece.function && piece.start <= out.back().end() + gap) {
            const int end = std::max(out.back().end(), piece.end());
            if (end - out.back().start <= count_most(piece.function)) {
                out.back().count = static_cast<std::uint16_t>(end - out.back().start);
                continue;
            }
        }
        out.push_back(piece);
    }
    return out;
}

} // namespace

std::vector<ReadRequest> plan_reads(const RegisterMap& map, int gap)
{
    auto out = joined(wanted(map), gap);
    std::stable_partition(out.begin(), out.end(), [](const ReadRequest& r) { return !reads_bits(r.function); });
    return out;
}

std::vector<ReadRequest> plan_references(const RegisterMap& map)
{
    std::vector<ReadRequest> out;
    for (const auto& reference : map.references) out.push_back(request_of(reference.place));
    return out;
}

std::vector<ReadRequest> take_apart(const ReadRequest& refused, const RegisterMap& map)
{
    std::vector<ReadRequest> out;
    for (const auto& piece : wanted(map))
        if (piece.function == refused.function && piece.start >= refused.start && piece.end() <= refused.end())
            out.push_back(piece);
    return out;
}

std::vector<ReadRequest> plan_stored(const Stored& stored, int first, int last)
{
    std::vector<ReadRequest> pieces;
    for (const auto& series : stored.series)
        for (int place = first; place <= last; ++place) {
            Place at = series.field.place;
            at.address += place * series.stride;
            if (at.address + at.registers() > 65'536) break;
            pieces.push_back(request_of(at));
        }
    std::sort(pieces.begin(), pieces.end());
    return joined(pieces, 0);
}

} // namespace aqi::drivers::modbus
