// A bare number has no unit.
#include "libaqi/units.hpp"
#ifdef AQID_MAY_COMPILE
aqi::Concentration value = aqi::Concentration::from_ug_per_m3(35);
#else
aqi::Concentration value = 35;
#endif
