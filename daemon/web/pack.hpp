// daemon/web/pack: files that never change while we run, packed once: gzip, a digest as their ETag.
//
// Knows: zlib (it stops in the .cpp). Does not know: which files, or what they are for (console).
#pragma once

#include "daemon/web/server.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

/// RFC 1952. `level`: 1 quick to 9 small.
std::string gzip(std::string_view text, int level);

/// What begins a stream of pieces; and one piece, which stands alone (no piece refers to another), so that one packing serves
/// every reader of the stream. The stream has no end: it is cut.
std::string_view gzip_begin();
std::string gzip_piece(std::string_view text);

/// Text that is worth it, packed for those who can read it; others get it as it is.
void pack_reply(const Request& request, Reply& reply);

/// The ETag of the packed form of what has this one.
std::string packed_etag(std::string etag);

class Pack {
public:
    void add(std::string name, std::string type, std::string_view text);
    bool has(std::string_view name) const;
    /// 200 or 304; `name` is there.
    Reply reply(const Request& request, std::string_view name) const;
    /// Bytes of all of them as they go to a browser.
    std::size_t packed_bytes() const;

private:
    struct File {
        std::string type, etag;
        std::shared_ptr<const std::string> plain, packed; ///< packed: absent where it would not be smaller
    };
    std::map<std::string, File, std::less<>> files_;
};

} // namespace aqi::daemon::web
