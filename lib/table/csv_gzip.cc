// See csv_gzip.h.
#include "table/csv_gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

namespace mlb::table {
namespace {

constexpr std::size_t kInput = 64u << 10;
constexpr int kGzip = 15 + 16;  // a window of 32 KiB, gzip wrapping

}  // namespace

struct Gunzip::Impl {
  z_stream stream{};
  std::array<char, kInput> input{};
  bool open = false;
  bool between = false;  ///< a member has ended
  bool ended = false;

  Impl() { open = inflateInit2(&stream, kGzip) == Z_OK; }
  ~Impl() {
    if (open) inflateEnd(&stream);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<> refill(const ReadStored& stored) {
    auto got = stored(input.data(), input.size());
    if (!got) return std::move(got).fail();
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(*got);
    if (*got == 0 && !between) {
      return Error{Fault::data, "the gzip stream ends too early"};
    }
    ended = *got == 0;
    return {};
  }
};

Gunzip::Gunzip() : impl_(std::make_unique<Impl>()) {}
Gunzip::~Gunzip() = default;

Result<std::size_t> Gunzip::read(const ReadStored& stored, char* to,
                                 std::size_t most) {
  Impl& g = *impl_;
  if (!g.open) return Error{Fault::data, "zlib cannot begin"};
  g.stream.next_out = reinterpret_cast<Bytef*>(to);
  g.stream.avail_out = static_cast<uInt>(std::min<std::size_t>(most, 1u << 30));
  const uInt room = g.stream.avail_out;
  while (g.stream.avail_out == room && !g.ended) {
    if (g.stream.avail_in == 0) {
      auto filled = g.refill(stored);
      if (!filled) return std::move(filled).fail();
      if (g.ended) break;
    }
    if (g.between) inflateReset2(&g.stream, kGzip);
    g.between = false;
    const int status = inflate(&g.stream, Z_NO_FLUSH);
    g.between = status == Z_STREAM_END;
    if (status == Z_OK || g.between) continue;
    return Error{Fault::data,
                 std::string("the gzip stream is damaged") +
                     (g.stream.msg == nullptr ? "" : ": ") +
                     (g.stream.msg == nullptr ? "" : g.stream.msg)};
  }
  return static_cast<std::size_t>(room - g.stream.avail_out);
}

}  // namespace mlb::table
