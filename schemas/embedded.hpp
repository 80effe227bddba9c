// schemas/embedded: the promises a program carries with it, so that one binary is enough.
//
// Knows: names and bytes of the files in schemas (openapi.json, rules, sql) and daemon/web/console as they were when the program was built.
// Does not know: what they mean (libaqi/rule_pack, daemon/store, daemon/web).
#pragma once

#include <string_view>
#include <vector>

namespace aqi::schemas {

struct File {
    std::string_view name; ///< "cn-2012.toml"
    std::string_view text;
};

std::vector<File> rule_packs();     ///< schemas/rules/*.toml, by name
std::vector<File> console_files();  ///< daemon/web/console/*
std::vector<File> api_documents();  ///< schemas/openapi.json
std::vector<File> sql_migrations(); ///< schemas/sql/*.sql, by name, which is their order

} // namespace aqi::schemas
