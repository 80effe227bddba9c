// A concentration does not become a floating-point number by itself.
#include "libaqi/units.hpp"
#ifdef AQID_MAY_COMPILE
std::int64_t value = aqi::Concentration::from_ug_per_m3(1).ng_per_m3();
#else
double value = aqi::Concentration::from_ug_per_m3(1);
#endif
