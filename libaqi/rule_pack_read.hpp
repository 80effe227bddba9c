// libaqi/rule_pack_read: the text of an edition or a guideline, section by section; refused with its place.
//
// Knows: the keys that schemas/rules/README.md describes, and what cannot be meant: bands that overlap, a gap a value can
// fall into, a report nobody can make.
// Does not know: which packs there are, or on which days they hold (rule_pack.cpp).
#pragma once

#include "libaqi/rule_pack.hpp"
#include "libaqi/settings.hpp"

namespace aqi {

/// Reads what `from` says over what `pack` has: a text that extends another names only the sections that differ.
void read_pack(const Settings& from, RulePack& pack);

GuidelinePack read_guideline(const Settings& from);

} // namespace aqi
