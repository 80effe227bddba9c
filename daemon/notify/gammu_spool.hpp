// daemon/notify/gammu_spool: the folders of gammu-smsd's FILES backend, and what became of the files left in them.
//
// The story. A message is one file, named by its priority, the moment it was issued, the recipient and a hash of its key; so the
// same message is always the same file, and whoever doubts can look where it is: waiting, sent or in error. What is still to be
// said about a file stands in a folder of our own, one small file each, so that nothing is forgotten over a restart.
//
// Traps of gammu-smsd 1.42, checked in its configuration where it can be read: without TransmitFormat it sends Chinese as 7-bit
// nonsense and reports success; a path without a slash at its end is searched one letter short and nothing is ever sent; text
// files are read by its locale, unless they are UTF-16 with a byte order mark, which is what is written here. A long reply comes as
// several files, written one after the other when all of it is there: they are joined before they are one reply.
//
// Thread: every function of GammuSpool that touches the disk is called on one thread, the caller's choice.
// Does not know: letters, channels, the loop.
#pragma once

#include "daemon/notify/channel.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aqi::notify {

struct GammuFolders {
    std::filesystem::path outbox, sent, error;
    std::filesystem::path inbox; ///< empty: replies are not read
    char priority = 'C';         ///< A is sent first, Z last
    bool delivery_reports = false;
    std::size_t spool_most = 2'000;
    std::chrono::seconds slow{600}; ///< waiting longer than this is reported
};

/// What is wrong with a gammu-smsdrc for these folders; empty: nothing.
std::string check_smsdrc(const std::string& text, const GammuFolders& folders, bool dummy);

struct GammuMessage {
    std::string key;
    std::string to;
    std::string text; ///< UTF-8
    int parts = 1;
    Instant issued;
};

/// What is found in the folders.
struct GammuNews {
    std::vector<Inbound::Report> reports;
    std::vector<Inbound::Reply> replies;
};

class GammuSpool {
public:
    /// `own`: a folder of ours, made when first written to.
    GammuSpool(GammuFolders folders, std::filesystem::path own);

    /// Leaves the file, durably; one that was left before is not left again.
    Receipt leave(const GammuMessage& message);
    /// Where the message of this key is now.
    Receipt look_for(const std::string& key);
    /// What has happened since the last look.
    GammuNews look();

private:
    struct Open {
        std::string key, to;
        int parts = 1;
        bool handed = false; ///< it was in the sent folder; a delivery report may still come
        int reports = 0;     ///< delivery reports that came, one a part
        std::int64_t since_s = 0;
        bool called_slow = false;
        bool missed = false; ///< in no folder at the last look
    };
    struct Arrival {
        std::uintmax_t size = 0;
        std::filesystem::file_time_type written;
        bool operator==(const Arrival&) const = default;
    };

    std::string name_of(const GammuMessage& message) const;
    std::string known_name(const std::string& note);
    std::string why_unfit() const;
    void keep(const std::string& name, const Open& open);
    void forget(const std::string& name);
    void load();
    void look_at_files(GammuNews& news);
    void look_at_inbox(GammuNews& news);
    void take(const std::vector<std::string>& names, const std::string& from, GammuNews& news);
    bool take_delivery(const std::string& from, const std::string& text, GammuNews& news);

    const GammuFolders folders_;
    const std::filesystem::path own_;
    bool loaded_ = false;
    std::map<std::string, Open> open_;         ///< by file name
    std::map<std::string, std::string> names_; ///< of every file of ours ever seen, by its note
    std::map<std::string, Arrival> arriving_;  ///< of the inbox: gammu-smsd writes them in place
    std::set<std::string> taken_;              ///< of the inbox: reported, but could not be moved away
};

} // namespace aqi::notify
