// A damaged inbox file never ends the daemon: whatever it holds is entries, or damage that is said.
#include "daemon/inbox.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace aqi::daemon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const std::string folder = [] {
        std::string name = (std::filesystem::temp_directory_path() / "aqid-fuzz.XXXXXX").string();
        return std::string{::mkdtemp(name.data())};
    }();
    for (const auto& file : std::filesystem::directory_iterator{folder}) std::filesystem::remove(file);
    std::ofstream{folder + "/00000000000000000000.inbox", std::ios::binary}.write(reinterpret_cast<const char*>(data),
                                                                                  static_cast<std::streamsize>(size));
    InboxLog inbox{folder, Durability::process, 0};
    aqi::drivers::Frame frame;
    frame.bytes = "after";
    if (!inbox.append(frame)) std::abort();
    InboxPosition at = 0;
    std::string last;
    while (at < inbox.end()) {
        const auto batch = inbox.read(at, 1'000);
        if (!batch) std::abort();
        if (batch->entries.empty() && !batch->damaged_until) std::abort(); // stuck
        if (!batch->entries.empty()) {
            at = batch->entries.back().end;
            last = batch->entries.back().bytes;
        }
        if (batch->damaged_until) at = *batch->damaged_until;
    }
    if (last != "after") std::abort();
    return 0;
}
