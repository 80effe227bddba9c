// daemon/web/read_openapi: GET /api/v1/openapi.json, the promise of schemas/openapi.json as it was when the program was built.
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

Reply read_openapi(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
