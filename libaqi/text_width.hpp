// libaqi/text_width: how many columns of a terminal a text takes.
#pragma once

#include <string_view>

namespace aqi {

/// Chinese, kana, hangul, full-width forms and the blocks of pictures take two columns, combining marks and joiners none,
/// everything else one. "Ambiguous" characters (– ³ Ⅲ “ ”) count as one, as terminals draw them unless told otherwise. A
/// byte that is no UTF-8 counts as one.
int text_width(std::string_view utf8);

} // namespace aqi
