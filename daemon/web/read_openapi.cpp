#include "daemon/web/read_openapi.hpp"

#include "libaqi/result.hpp"
#include "schemas/embedded.hpp"

namespace aqi::daemon::web {

Reply read_openapi(const Query& query, const ReadSources&)
{
    query.only({});
    // One text for everybody who ever asks.
    static const auto document = [] {
        const auto files = schemas::api_documents();
        AQI_CHECK(files.size() == 1);
        return std::make_shared<const std::string>(files.front().text);
    }();
    Reply out;
    out.type = json_type;
    out.shared = document;
    return out;
}

} // namespace aqi::daemon::web
