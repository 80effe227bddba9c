#include "daemon/web/pack.hpp"

#include "daemon/web/head.hpp"

#include <zlib.h>

#include <limits>
#include <stdexcept>

namespace aqi::daemon::web {
namespace {

/// Below this, packing costs more than it saves. Answers that carry a secret (a session's token) are far below: the length of
/// a packed text tells about secrets in it.
constexpr std::size_t worth_packing = 16 * 1024;
constexpr std::string_view packed_mark = "-gz";
constexpr int quick = 1;
constexpr int small = 9;
constexpr int gzip_window = 15 + 16; // "+ 16" asks for a gzip header

} // namespace

std::string gzip(std::string_view text, int level)
{
    if (text.size() > std::numeric_limits<uInt>::max()) throw std::length_error("too much to pack at once");
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc{};
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // zlib does not write there
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int code = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (code != Z_STREAM_END) throw std::runtime_error("zlib could not pack a text");
    return out;
}

void pack_reply(const Request& request, Reply& reply)
{
    const std::string_view text = reply.shared ? std::string_view{*reply.shared} : std::string_view{reply.body};
    if (text.size() < worth_packing) return;
    reply.headers.emplace_back("Vary", "Accept-Encoding");
    if (!accepts_gzip(request.accept_encoding)) return;
    reply.body = gzip(text, quick);
    reply.shared.reset();
    reply.headers.emplace_back("Content-Encoding", "gzip");
    for (auto& [name, value] : reply.headers)
        if (name == "ETag") value = packed_etag(std::move(value)); // another form is another entity
}

std::string packed_etag(std::string etag) { return etag.insert(etag.size() - 1, packed_mark); }

void Pack::add(std::string name, std::string type, std::string_view text)
{
    File file{std::move(type), etag_of(text), std::make_shared<const std::string>(text), nullptr};
    if (auto packed = gzip(text, small); packed.size() < text.size())
        file.packed = std::make_shared<const std::string>(std::move(packed));
    files_.insert_or_assign(std::move(name), std::move(file));
}

bool Pack::has(std::string_view name) const { return files_.find(name) != files_.end(); }

Reply Pack::reply(const Request& request, std::string_view name) const
{
    const File& file = files_.find(name)->second;
    const bool is_packed = file.packed && accepts_gzip(request.accept_encoding);
    // Two forms are two entities: a strong ETag must not name both.
    const std::string etag = is_packed ? packed_etag(file.etag) : file.etag;
    Reply out{
        200, file.type, {}, {{"Cache-Control", "no-cache"}, {"ETag", etag}, {"Vary", "Accept-Encoding"}}, nullptr};
    if (matches(request.if_none_match, etag)) {
        out.status = 304;
        return out;
    }
    if (is_packed) out.headers.emplace_back("Content-Encoding", "gzip");
    out.shared = is_packed ? file.packed : file.plain;
    return out;
}

std::size_t Pack::packed_bytes() const
{
    std::size_t out = 0;
    for (const auto& [name, file] : files_) out += file.packed ? file.packed->size() : file.plain->size();
    return out;
}

} // namespace aqi::daemon::web
