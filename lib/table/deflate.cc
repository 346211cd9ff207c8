// Level 1 of ISA-L.  See deflate.h.
#include "table/deflate.h"

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "base/check.h"

namespace mlb::table {
namespace {

/// Enough to see whether a stretch shrinks; what shrinks less is stored.
constexpr std::size_t kSample = 4096;
constexpr double kWorthwhile = 0.97;
constexpr double kCodes = 64;          // bytes that describe a block's codes
constexpr std::size_t kRepeats = 8;    // one place in so many, at least
constexpr std::size_t kLastSeen = 12;  // bits of a hash of four bytes
/// Of texts of a few bytes ISA-L 2.30 makes this or that, depending on where
/// they lie (7 % of those of 20 bytes, none of 3,200 above 1,000).
constexpr std::size_t kLeastForIsal = 1024;
constexpr std::size_t kMostStored = 65535;  // of one block, RFC 1951, 3.2.4
constexpr std::size_t kTable = ISAL_DEF_LVL1_SMALL;
constexpr std::size_t kPrelude = 8;

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

/// `bytes` through the stream, to a byte's border.
void pack(isal_zstream& stream, std::string_view bytes, int flush) {
  // ISA-L does not write to its input.
  stream.next_in =
      reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<std::uint32_t>(bytes.size());
  stream.flush = static_cast<std::uint16_t>(flush);
  CHECK(isal_deflate(&stream) == COMP_OK);
  CHECK(stream.avail_in == 0);
  CHECK(stream.internal_state.state == ZSTATE_NEW_HDR);
}

/// Whole blocks of deflate up to a byte's border, none of them the last.
void add_compressed(std::string_view bytes, std::string& out) {
  if (bytes.size() < kLeastForIsal) {
    add_by_zlib(bytes, out);
    return;
  }
  thread_local const auto stream = std::make_unique<isal_zstream>();
  thread_local std::vector<std::uint8_t> table(kTable);
  thread_local std::vector<std::uint8_t> packed;  // kept: zeros take as long
  // ISA-L leaves some of both as it finds them (hist_bits, the hash table), and
  // what it found would show in its output.
  *stream = {};
  std::fill(table.begin(), table.end(), std::uint8_t{0});
  isal_deflate_init(stream.get());
  stream->level = 1;
  stream->level_buf = table.data();
  stream->level_buf_size = static_cast<std::uint32_t>(table.size());
  stream->gzip_flag = IGZIP_DEFLATE;
  // Stored blocks are the worst case.
  const std::size_t room = bytes.size() + bytes.size() / 1000 + 1024;
  if (packed.size() < room) packed.resize(room);
  stream->next_out = packed.data();
  stream->avail_out = static_cast<std::uint32_t>(room);
  // The loop of ISA-L 2.30 over many bytes enters its third one under the hash
  // of a register, which still holds the stream's address: right, but at one
  // address in thousands not the same bytes.  What goes through so few first
  // takes another loop, which does not.
  pack(*stream, bytes.substr(0, kPrelude), SYNC_FLUSH);
  pack(*stream, bytes.substr(kPrelude), FULL_FLUSH);
  out.append(reinterpret_cast<const char*>(packed.data()), stream->total_out);
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

/// How many bytes the codes of Huffman make of it, at best: Shannon's entropy,
/// with the correction of Miller (1955) for a sample.
double coded_size(std::string_view bytes) {
  std::array<std::array<std::uint16_t, 256>, 2> halves{};
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    ++halves[0][static_cast<unsigned char>(bytes[i])];
    ++halves[1][static_cast<unsigned char>(bytes[i + 1])];
  }
  const auto size = static_cast<double>(bytes.size());
  double bits = size * std::log2(size) + 1 / (-2 * std::log(2));
  for (std::size_t i = 0; i < 256; ++i) {
    const double count = halves[0][i] + halves[1][i];
    if (count == 0) continue;
    bits += 1 / (2 * std::log(2)) - count * std::log2(count);
  }
  return bits / 8;
}

/// Whether four bytes in a row are often those of an earlier place.
bool repeats(std::string_view bytes) {
  std::array<std::uint16_t, std::size_t{1} << kLastSeen> last{};
  std::size_t found = 0;
  for (std::size_t i = 1; i + 4 <= bytes.size(); ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    std::uint16_t& at = last[word * 0x9e3779b1u >> (32 - kLastSeen)];
    found += at != 0 && std::memcmp(bytes.data() + at, &word, 4) == 0 ? 1 : 0;
    at = static_cast<std::uint16_t>(i);
  }
  return found * kRepeats > bytes.size();
}

bool shrinks(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), kSample);
  const std::string_view sample = bytes.substr((bytes.size() - size) / 2, size);
  if (size < 8) return true;
  return coded_size(sample) + kCodes <
             kWorthwhile * static_cast<double>(size) ||
         repeats(sample);
}

/// Elements from, from + 1, ... as planes of `count` bytes, one by one.
void shuffle_rest(std::string_view raw, std::size_t element, std::size_t from,
                  char* planes) {
  const std::size_t count = raw.size() / element;
  for (std::size_t byte = 0; byte < element; ++byte) {
    char* const plane = planes + byte * count;
    for (std::size_t i = from; i < count; ++i) {
      plane[i] = raw[i * element + byte];
    }
  }
}

#if defined(__SSE2__)
/// 16 elements at a time; gives how many were done.  What is a place in the
/// bytes of 16 elements, its bits turned by one with each round of unpacking,
/// is after four rounds the place in their planes.
template <std::size_t kElement>
std::size_t shuffle_many(std::string_view raw, char* planes) {
  constexpr std::size_t kHalf = kElement / 2;
  const std::size_t count = raw.size() / kElement;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m128i now[kElement];
    for (std::size_t r = 0; r < kElement; ++r) {
      now[r] = _mm_loadu_si128(
          reinterpret_cast<const __m128i*>(raw.data() + i * kElement + r * 16));
    }
    for (int round = 0; round < 4; ++round) {
      __m128i before[kElement];
      std::copy(std::begin(now), std::end(now), before);
      for (std::size_t r = 0; r < kHalf; ++r) {
        now[2 * r] = _mm_unpacklo_epi8(before[r], before[r + kHalf]);
        now[2 * r + 1] = _mm_unpackhi_epi8(before[r], before[r + kHalf]);
      }
    }
    for (std::size_t r = 0; r < kElement; ++r) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(planes + r * count + i),
                       now[r]);
    }
  }
  return i;
}
#else
template <std::size_t kElement>
std::size_t shuffle_many(std::string_view, char*) {
  return 0;
}
#endif

}  // namespace

void shuffle(std::string_view raw, std::size_t element, std::string& out) {
  if (out.size() != raw.size()) out.resize(raw.size());
  std::size_t done = 0;
  if (element == 4) done = shuffle_many<4>(raw, out.data());
  if (element == 8) done = shuffle_many<8>(raw, out.data());
  shuffle_rest(raw, element, done, out.data());
}

void deflate_planes(std::string_view bytes, std::size_t planes,
                    std::string& out) {
  out.clear();
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
  const std::uint32_t sum = isal_adler32(
      1, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(sum >> shift & 0xff);
  }
}

}  // namespace mlb::table
