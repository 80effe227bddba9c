// The index of a station is not the index of an area.
#include "libaqi/network.hpp"
#ifdef AQID_MAY_COMPILE
aqi::PlaceIndex place(const aqi::Network& n, aqi::StationIndex s) { return n.place(s); }
#else
aqi::AreaIndex place(const aqi::Network&, aqi::StationIndex s) { return s; }
#endif
