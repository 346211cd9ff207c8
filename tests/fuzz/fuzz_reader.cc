// Any bytes as a CSV: the exact machine is the oracle of the scanners, at any
// block size and with any threads.  Input: a byte that picks the options, then
// the file, as UTF-8: of a damaged gzip or UTF-16 file with a second fault
// the one that is met first is reported, which the block size decides.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
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

/// A file in memory that has a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes)
      : fd_(::memfd_create("csv", MFD_CLOEXEC)) {
    must(fd_ >= 0 && ::write(fd_, bytes.data(), bytes.size()) ==
                         static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
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
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1,
                              size - 1);
  if (text.find(kComment) != text.npos || text.starts_with("\x1f\x8b")) {
    return 0;
  }
  const MemoryFile file(text);
  CsvOptions options = options_of(data[0]);
  options.threads = 1;
  CsvOptions exact = options;
  exact.comment = kComment;
  const std::string want = as_text(file.path(), exact);
  options.block = 1u << 16;
  const std::string found = report(file.path(), options);
  for (const Simd simd : {Simd::best, Simd::sse2, Simd::scalar}) {
    options.simd = simd;
    for (const std::size_t block : {1u, 7u, 64u, 1u << 16}) {
      options.block = block;
      must(as_text(file.path(), options) == want);
    }
  }
  options.simd = Simd::best;
  options.block = 5;
  must(report(file.path(), options) == found);
  options.block = 64;
  options.threads = 2;
  must(report(file.path(), options) == found);
  return 0;
}
