// daemon/web/public_page: /public and /public/<area>: the air for everybody, readable without script, on a phone, on paper.
//
// Knows: HTML, and both languages of this page. Does not know: where a figure comes from (public_facts).
#pragma once

#include "daemon/web/public_facts.hpp"

#include <string>

namespace aqi::daemon::web {

/// A whole page. `area`: the page is about this one, whose facts are the only ones in `facts`; empty: about all.
std::string public_html(const PublicFacts& facts, std::string_view area, bool chinese);

/// The answer to /public and what is below it; `?lang=en` or `?lang=zh`. 404 is a page, too.
Reply public_page(const Request& request, const ReadSources& sources);

} // namespace aqi::daemon::web
