// Adding two concentrations is never meant; averaging is.
#include "libaqi/mean.hpp"
#ifdef AQID_MAY_COMPILE
auto both() { return aqi::Mean::of_hours(aqi::Concentration::from_ug_per_m3(1).ng_per_m3() + 2'000, 2); }
#else
auto both() { return aqi::Concentration::from_ug_per_m3(1) + aqi::Concentration::from_ug_per_m3(2); }
#endif
