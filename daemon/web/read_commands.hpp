// daemon/web/read_commands: questions of the control socket that change nothing, as GET.
//
// Parameters are those of the request (daemon/commands.hpp), answers are its answers; a refusal is 422.
//
// GET /api/v1/dispatch?most=50          {"ok", "rows": [...], "replies": [...]}    signed in: numbers stand in it
// GET /api/v1/deliveries?row=12&most=   {"ok", "deliveries": [...]}                signed in: numbers stand in it
// GET /api/v1/route-test?warning= | area=&level=&transition=&drill=   {"ok", "rehearsal", "rows": [...]}   signed in
// GET /api/v1/measures?...              {"ok", ...}
// GET /api/v1/review                    {"ok", "corrections", "sign_offs", "dust", "notices", "marks"}
// GET /api/v1/counts                    {"name": n, ...}
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

Reply read_dispatch(const Query& query, const ReadSources& sources);
Reply read_deliveries(const Query& query, const ReadSources& sources);
Reply read_route_test(const Query& query, const ReadSources& sources);
Reply read_measures(const Query& query, const ReadSources& sources);
Reply read_review(const Query& query, const ReadSources& sources);
Reply read_counts(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
