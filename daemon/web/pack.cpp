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
constexpr int gzip_window = 15 + 16;   // "+ 16" asks for a gzip header
constexpr int raw_window = -15;        // negative: no header, no check sum
constexpr std::size_t flush_most = 16; // bytes of the mark that ends a piece, beyond what deflateBound counts

std::string deflated(std::string_view text, int level, int window, int flush)
{
    if (text.size() > std::numeric_limits<uInt>::max()) throw std::length_error("too much to pack at once");
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc{};
    std::string out(deflateBound(&stream, text.size()) + flush_most, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // zlib does not write there
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int code = deflate(&stream, flush);
    const bool is_whole =
        flush == Z_FINISH ? code == Z_STREAM_END : code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0;
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (!is_whole) throw std::runtime_error("zlib could not pack a text");
    return out;
}

} // namespace

std::string gzip(std::string_view text, int level) { return deflated(text, level, gzip_window, Z_FINISH); }

std::string_view gzip_begin()
{
    // RFC 1952, 2.3: magic, deflate, no flags, no time, nothing said of the effort, Unix.
    static constexpr char header[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, 3};
    return {header, sizeof header};
}

std::string gzip_piece(std::string_view text) { return deflated(text, quick, raw_window, Z_FULL_FLUSH); }

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
