// Days move by days.
#include "libaqi/time.hpp"
#ifdef AQID_MAY_COMPILE
aqi::LocalDay next(aqi::LocalDay day) { return day.plus(1); }
#else
aqi::LocalDay next(aqi::LocalDay day) { return day + 1; }
#endif
