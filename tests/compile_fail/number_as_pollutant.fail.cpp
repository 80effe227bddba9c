// A pollutant indexes what is per pollutant; a number does not.
#include "libaqi/pollutant.hpp"
#ifdef AQID_MAY_COMPILE
int of(const aqi::PerPollutant<int>& all) { return all[aqi::Pollutant::pm10]; }
#else
int of(const aqi::PerPollutant<int>& all) { return all[2]; }
#endif
