// daemon/frame_book: the newest frames of every link as they came, for people who look into a station's trouble.
//
// Knows: how many are worth their memory, and what in a frame is nobody's business: masked() takes it out before anything is shown.
// Does not know: what a frame means (drivers). In memory only; the inbox is what is durable. Used on the loop only.
#pragma once

#include "daemon/inbox.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon {

struct KeptFrame {
    std::string link, origin, bytes, refused;
    Instant received_at;
    std::size_t size = 0; ///< as it came; `bytes` may hold only the beginning
    bool retained = false;
    bool cut() const { return bytes.size() < size; }
};

class FrameBook {
public:
    static constexpr std::size_t frames_most = 128;            ///< of a link
    static constexpr std::size_t bytes_most = 512 * 1024;      ///< of a link
    static constexpr std::size_t frame_bytes_most = 32 * 1024; ///< of a frame

    void note(const InboxEntry& entry);
    /// Newest first; an empty link: of all. They are as they came: show them by masked() alone.
    std::vector<const KeptFrame*> newest(std::string_view link) const;

private:
    struct Shelf {
        std::deque<KeptFrame> frames; ///< oldest first
        std::size_t bytes = 0;
    };
    std::map<std::string, Shelf, std::less<>> shelves_;
};

/// The bytes with what proves somebody's identity replaced by six stars: PW= of HJ 212, and the values of keys such as password,
/// passwd, pwd, token, secret, api_key, authorization in JSON, in queries and in "key: value" lines.
struct Masked {
    std::string bytes;
    bool any = false;
};
Masked masked(std::string_view bytes);

/// The bytes as a text that can be shown: UTF-8 stays, all else and controls become \r \n \t \\ \xNN.
std::string shown_text(std::string_view bytes);
std::string shown_hex(std::string_view bytes, std::size_t most);

} // namespace aqi::daemon
