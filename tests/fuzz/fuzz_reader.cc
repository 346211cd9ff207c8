// Any bytes as a CSV: the exact machine is the oracle of the scanners, at any
// block size and with any threads.  Input: a byte that picks the options, then
// the file, as UTF-8: of a damaged gzip or UTF-16 file with a second fault
// the one that is met first is reported, which the block size decides.  Which
// scanner, block size and threads are compared with the machine follows from
// the bytes: one way an input, for all of them take 15 times as long.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "table/convert.h"
#include "table/csv.h"

using namespace mlb;
using namespace mlb::table;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

/// A file in memory that has a path; the same one for every input.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("csv", MFD_CLOEXEC)) { must(fd_ >= 0); }
  void put(std::string_view bytes) const {
    must(::ftruncate(fd_, 0) == 0 &&
         ::pwrite(fd_, bytes.data(), bytes.size(), 0) ==
             static_cast<ssize_t>(bytes.size()));
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

/// A block that holds every input: not larger, for clearing it takes longest.
constexpr std::size_t kWhole = 4096;

/// Numbers that follow from the bytes (FNV-1a).
class Picks {
 public:
  explicit Picks(std::string_view bytes) {
    for (const char c : bytes) {
      left_ = (left_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  std::size_t below(std::size_t bound) {
    const std::size_t out = (left_ >> 32) % bound;
    left_ *= 0x9e3779b97f4a7c15;
    return out;
  }

 private:
  std::uint64_t left_ = 0xcbf29ce484222325;
};

CsvOptions options_of(unsigned char byte) {
  constexpr char kDelimiters[] = {',', ';', '\t', ' '};
  constexpr Ragged kRagged[] = {Ragged::error, Ragged::fill, Ragged::skip,
                                Ragged::error};
  CsvOptions out;
  out.encoding = Encoding::utf8;
  out.delimiter = kDelimiters[byte & 3];
  out.ragged = kRagged[byte >> 2 & 3];
  if ((byte & 16) != 0) out.escape = '\\';
  if ((byte & 32) != 0) out.header = Header::absent;
  if ((byte & 64) != 0) out.quote = '\0';
  if ((byte & 128) != 0) out.max_field = 16;
  return out;
}

/// Every record with its line and what is quoted, then the error.
std::string as_text(const std::string& path, const CsvOptions& options) {
  auto reader = CsvReader::open(path, options);
  if (!reader) return reader.error().message;
  std::string out;
  Record record;
  for (;;) {
    auto got = reader->next(record);
    if (!got) return out + got.error().message;
    if (!*got) return out;
    out += std::to_string(record.line) + ":";
    for (const auto& f : record.fields) {
      out += (f.quoted ? "<q " : "<") + std::to_string(f.text.size()) + ">";
      out += f.text;
    }
  }
}

std::string report(const std::string& path, const CsvOptions& options) {
  auto done = inspect_csv(path, options);
  if (!done) return done.error().message;
  return done->digest.text() +
         to_json(*done).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  // No text of it begins a comment; that it may be one calls the machine.
  constexpr char kComment = '\x01';
  if (size < 2 || size > kWhole) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  if (text.find(kComment) != text.npos || text.starts_with("\x1f\x8b")) {
    return 0;
  }
  static const MemoryFile file;
  file.put(text);
  CsvOptions options = options_of(data[0]);
  options.threads = 1;
  CsvOptions exact = options;
  exact.comment = kComment;
  const std::string want = as_text(file.path(), exact);
  options.block = kWhole;
  const std::string found = report(file.path(), options);
  constexpr Simd kScanners[] = {Simd::best, Simd::sse2, Simd::scalar};
  constexpr std::size_t kBlocks[] = {1, 5, 7, 64, kWhole};
  Picks picks(text);
  options.simd = kScanners[picks.below(std::size(kScanners))];
  options.block = kBlocks[picks.below(std::size(kBlocks))];
  must(as_text(file.path(), options) == want);
  options.block = kBlocks[picks.below(std::size(kBlocks) - 1)];
  options.threads = picks.below(8) == 0 ? 2 : 1;
  must(report(file.path(), options) == found);
  return 0;
}
