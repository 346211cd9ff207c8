// Level 1 of ISA-L.  See deflate.h.
#include "table/deflate.h"

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/check.h"

namespace mlb::table {
namespace {

/// Enough to see whether a stretch shrinks; what shrinks less is stored.
constexpr std::size_t kSample = 4096;
constexpr double kWorthwhile = 0.97;
/// Of texts of a few bytes ISA-L 2.30 makes this or that, depending on where
/// they lie (7 % of those of 20 bytes, none of 3,200 above 1,000).
constexpr std::size_t kLeastForIsal = 1024;
constexpr std::size_t kMostStored = 65535;  // of one block, RFC 1951, 3.2.4
constexpr std::size_t kTable = ISAL_DEF_LVL1_SMALL;

/// The same as add_compressed() by zlib.
void add_by_zlib(std::string_view bytes, std::string& out) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) ==
        Z_OK);
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  const std::size_t before = out.size();
  const std::size_t room = deflateBound(&stream, stream.avail_in) + 64;
  out.resize(before + room);
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
  stream.avail_out = static_cast<uInt>(room);
  CHECK(deflate(&stream, Z_FULL_FLUSH) == Z_OK);
  out.resize(before + stream.total_out);
  deflateEnd(&stream);
}

/// Whole blocks of deflate up to a byte's border, none of them the last.
void add_compressed(std::string_view bytes, std::string& out) {
  if (bytes.size() < kLeastForIsal) {
    add_by_zlib(bytes, out);
    return;
  }
  thread_local std::vector<std::uint8_t> table(kTable);
  // ISA-L leaves some of both as it finds them (hist_bits, the hash table),
  // and what it found would show in its output.
  isal_zstream stream{};
  std::fill(table.begin(), table.end(), std::uint8_t{0});
  isal_deflate_stateless_init(&stream);
  stream.level = 1;
  stream.level_buf = table.data();
  stream.level_buf_size = static_cast<std::uint32_t>(table.size());
  stream.gzip_flag = IGZIP_DEFLATE;
  stream.flush = FULL_FLUSH;
  stream.end_of_stream = 0;
  // ISA-L does not write to its input.
  stream.next_in =
      reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<std::uint32_t>(bytes.size());
  const std::size_t before = out.size();
  // Stored blocks are the worst case.
  const std::size_t room = bytes.size() + bytes.size() / 1000 + 1024;
  out.resize(before + room);
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + before);
  stream.avail_out = static_cast<std::uint32_t>(room);
  CHECK(isal_deflate_stateless(&stream) == COMP_OK);
  CHECK(stream.avail_in == 0);
  out.resize(before + stream.total_out);
}

void add_stored(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), kMostStored);
    const auto low = static_cast<char>(size & 0xff);
    const auto high = static_cast<char>(size >> 8);
    out += '\0';
    out += {low, high, static_cast<char>(~low), static_cast<char>(~high)};
    out += bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
}

bool shrinks(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), kSample);
  const std::string_view sample = bytes.substr((bytes.size() - size) / 2, size);
  std::string out;
  add_compressed(sample, out);
  return static_cast<double>(out.size()) <
         kWorthwhile * static_cast<double>(size);
}

}  // namespace

std::string shuffled(std::string_view raw, std::size_t element) {
  if (element == 1) return std::string(raw);
  const std::size_t count = raw.size() / element;
  std::string out(raw.size(), '\0');
  // 64 elements at a time fill a cache line of each plane.
  constexpr std::size_t kStretch = 64;
  for (std::size_t from = 0; from < count; from += kStretch) {
    const std::size_t to = std::min(count, from + kStretch);
    for (std::size_t byte = 0; byte < element; ++byte) {
      char* plane = out.data() + byte * count;
      for (std::size_t i = from; i < to; ++i)
        plane[i] = raw[i * element + byte];
    }
  }
  return out;
}

std::string deflated(std::string_view bytes, std::size_t planes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 64 + 4096);
  out += "\x78\x01";
  const std::size_t plane = bytes.size() / planes;
  std::string_view together;  // planes in a row that shrink
  for (std::size_t i = 0; i < planes; ++i) {
    const std::string_view one = bytes.substr(i * plane, plane);
    if (shrinks(one)) {
      together = {together.empty() ? one.data() : together.data(),
                  together.size() + one.size()};
      continue;
    }
    if (!together.empty()) add_compressed(together, out);
    together = {};
    add_stored(one, out);
  }
  if (!together.empty()) add_compressed(together, out);
  out += std::string_view("\x01\x00\x00\xff\xff", 5);  // the last block
  const auto sum = static_cast<std::uint32_t>(
      adler32_z(1, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(sum >> shift & 0xff);
  }
  return out;
}

}  // namespace mlb::table
