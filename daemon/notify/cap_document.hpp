// daemon/notify/cap_document: a letter as a CAP 1.2 alert, and a folder of such alerts as an Atom feed.
//
// Everything in an alert follows from its letter and the settings, so that a later revision can name an earlier one to the letter:
// its identifier, and its time, which is the moment of issue at +08:00 without fractions.
//
// Knows: which level is which severity, urgency and response (warnings study B2), when an alert is over. Does not know: the XML of
// an alert (drivers/cap), what is sent when.
#pragma once

#include "daemon/notify/drop_folder.hpp"
#include "daemon/notify/template.hpp"
#include "drivers/cap.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace aqi::notify {

inline constexpr std::string_view feed_file = "feed.xml";
inline constexpr std::string_view canary_file = "canary.xml";

struct CapSettings {
    std::filesystem::path folder;
    std::string sender;
    Template identifier; ///< of cap_identifier_fields()
    std::string geocode_name = "CPEAS Geographic Code";
    cap::Pair event_code{"OET:v1.2", "OET-004"};
    std::array<std::string, 5> severity; ///< by level, none first
    bool domestic_times = false;         ///< 2016-12-30 00:00:00+08:00
    Template web;                        ///< of letter_fields()
    bool has_web = false;
    std::string contact;
    std::int64_t expires_h = 240;
    std::int64_t all_clear_h = 2;
    std::int64_t keep_h = 48;
    std::string base_url; ///< ends with '/'; empty: links are file names
    std::string feed_title;
    std::map<std::string, std::vector<std::string>, std::less<>> polygons; ///< by Area::id
};

/// What identifies a revision, early ones too: "id", "revision", "area_code", "time" (YYYYMMDDhhmmss).
std::span<const std::string_view> cap_identifier_fields();
/// The severities of the standard, by level, none first.
std::array<std::string, 5> standard_severities();

/// The document. Faults: an alarm, a digest, an all-clear; whatever cap::read() finds wrong with it.
Result<std::string> cap_document(const CapSettings& settings, const Letter& letter);

/// The feed of the documents in the folder: newest first, without those of warnings that ended longer than keep_h ago. What is
/// there and no alert is passed over.
std::string cap_feed(const CapSettings& settings, Mode mode, Instant now);

} // namespace aqi::notify
