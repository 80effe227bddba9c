// bench_frames [MILLIONS_OF_BYTES]: HJ 212 frames of six factors and weather through the framer, the parser and the whole
// driver, beside a plain scan of the same bytes. Prints "who seconds frames_a_second ns_a_frame x_scan"; all must find the
// same number of frames and readings.
#include "drivers/driver.hpp"
#include "drivers/hj212/encode.hpp"
#include "drivers/hj212/framer.hpp"
#include "libaqi/settings.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace aqi;
namespace hj212 = drivers::hj212;

constexpr std::int64_t minute_ms = 60'000;

std::vector<std::string> frames_of(std::size_t bytes)
{
    std::vector<std::string> out;
    std::size_t size = 0;
    for (int n = 0; size < bytes; ++n) {
        const Instant at{1'481'500'000'000 + n / 100 * minute_ms};
        hj212::Header header;
        header.qn = hj212::write_qn(at, {});
        header.st = "22";
        header.cn = "2051";
        header.pw = "123456";
        header.mn = fmt::format("M{:03}", n % 100);
        header.flag = 5;
        std::string part = fmt::format("DataTime={}", hj212::write_time(at, {}));
        for (const char* factor : {"a34002", "a34004", "a21026", "a21004", "a05024", "a21005"})
            part += fmt::format(";{0}-Min={1}.{2},{0}-Avg={1}.{3},{0}-Max={1}.9,{0}-Flag=N", factor, 1 + n % 9, n % 5,
                                5 + n % 4);
        part += ";a01001-Avg=3.5,a01001-Flag=N;a01002-Avg=41,a01002-Flag=N;a01007-Avg=2.1,a01007-Flag=N";
        out.push_back(hj212::encode_frame(header, part));
        size += out.back().size();
    }
    return out;
}

struct Found {
    std::size_t frames = 0;
    std::size_t readings = 0;
};

template <class Function>
double measure(const char* who, std::size_t frames, double scan, const Function& function)
{
    double best = 1e9;
    Found found;
    for (int round = 0; round < 5; ++round) {
        const auto began = std::chrono::steady_clock::now();
        found = function();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    }
    if (found.frames != frames) {
        fmt::print(stderr, "{} found {} frames of {}\n", who, found.frames, frames);
        std::exit(1);
    }
    const auto count = static_cast<double>(frames);
    fmt::print("{:<8} {:.4f} s {:>12.0f} frames/s {:>8.0f} ns/frame", who, best, count / best, best / count * 1e9);
    if (scan > 0) fmt::print(" {:>6.1f} x scan", best / scan);
    fmt::print("\n");
    return best;
}

std::string settings_text()
{
    std::string out = "[[link]]\nname = \"l\"\ndriver = \"hj212\"\nlisten = \"127.0.0.1:1\"\n";
    for (int n = 0; n < 100; ++n)
        out += fmt::format(
            "[[link.station]]\nid = \"S{0:03}\"\nmn = \"M{0:03}\"\nunit = \"ug/m3\"\nminute_interval = 1\n", n);
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t bytes = static_cast<std::size_t>(argc > 1 ? std::atol(argv[1]) : 50) * 1'000'000;
    const auto frames = frames_of(bytes);
    std::string stream;
    for (const auto& frame : frames) stream += frame;
    fmt::print("{} frames, {} bytes each\n", frames.size(), stream.size() / frames.size());

    const auto* driver = drivers::driver_named("hj212");
    const auto file = Settings::parse(settings_text(), "bench");
    const auto link = file.tables("link").front();
    const auto settings = driver->settings(link);

    const double scan = measure("scan", frames.size(), 0, [&] {
        Found out;
        const char* at = stream.data();
        const char* const end = at + stream.size();
        for (; at + 1 < end; ++at) out.frames += at[0] == '\r' && at[1] == '\n';
        return out;
    });
    measure("framer", frames.size(), scan, [&] {
        Found out;
        hj212::Framer framer;
        for (std::size_t at = 0; at < stream.size(); at += 4096) {
            framer.feed(std::string_view{stream}.substr(at, 4096));
            while (const auto piece = framer.take()) out.frames += piece->kind == hj212::Piece::Kind::frame;
        }
        return out;
    });
    measure("parse", frames.size(), scan, [&] {
        Found out;
        for (const auto& frame : frames)
            out.frames +=
                hj212::parse_frame(std::string_view{frame}.substr(0, frame.size() - 2), hj212::Checksum::hj212)
                    .has_value();
        return out;
    });
    measure("decode", frames.size(), scan, [&] {
        Found out;
        for (const auto& frame : frames) {
            drivers::Frame in;
            in.link = "l";
            in.origin = "10.0.0.7:40112";
            in.bytes = std::string_view{frame}.substr(0, frame.size() - 2);
            in.received_at = Instant{1'500'000'000'000};
            const auto decoded = driver->decode(in, settings, {});
            out.frames += decoded.faults.empty() && decoded.readings.size() == 1;
            out.readings += decoded.readings.size();
        }
        return out;
    });
    return 0;
}
