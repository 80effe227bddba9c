// An hour is not a day, and neither is a number.
#include "libaqi/time.hpp"
#ifdef AQID_MAY_COMPILE
bool same(aqi::HourEnding hour, aqi::LocalDay day) { return hour.day() == day; }
#else
bool same(aqi::HourEnding hour, aqi::LocalDay day) { return hour == day; }
#endif
