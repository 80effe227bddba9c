// An archive from anywhere through the whole replay.
#include "schemas/embedded.hpp"
#include "tools/command_error.hpp"
#include "tools/replay/replay_run.hpp"

#include <cstdint>

using namespace aqi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const RuleBook book = [] {
        std::vector<RuleText> texts;
        for (const auto& file : schemas::rule_packs())
            texts.push_back({std::string{file.name}, std::string{file.text}});
        return load_rules(texts);
    }();
    tools::ReplayRequest request;
    request.edition = "auto";
    request.keep_going = true;
    request.days_most = 400; // the year 0001 beside the year 9999 is a long run, not a bug
    try {
        tools::replay_archive(std::string{reinterpret_cast<const char*>(data), size}, book, request);
    } catch (const tools::CommandError&) {}
    return 0;
}
