// What this machine can do at best: two threads that find the fields of a CSV
// and parse each as a number, and do nothing with it.  A measure of how much
// of the time of mlprep is more than that.
//   limits FILE DELIMITER   (bytes in the page cache; no quotes are expected)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "table/csv_scan.h"
#include "table/parse.h"

using namespace mlb::table;

namespace {

constexpr std::size_t kBlock = 4u << 20;

/// Sum of the numbers in text[from, to), which begins behind a line end.
double parse_all(std::string_view text, std::size_t from, std::size_t to,
                 char delimiter) {
  const Scanner& scanner = mlb::table::scanner(Simd::best);
  std::vector<char> block(kBlock + kScanPadding);
  std::vector<std::uint32_t> ends(kBlock + 64);
  double sum = 0;
  while (from < to) {
    std::size_t size = std::min(kBlock, to - from);
    std::memcpy(block.data(), text.data() + from, size);
    while (from + size < to && block[size - 1] != '\n') --size;
    ScanState state;
    const auto* const last = scanner.index(
        block.data(), 0, size, {delimiter, '"'}, state, ends.data());
    std::size_t begin = 0;
    for (const auto* end = ends.data(); end != last; ++end) {
      const std::string_view field(block.data() + begin, *end - begin);
      begin = *end + 1;
      if (const auto whole = parse_integer(field)) {
        sum += static_cast<double>(*whole);
      } else if (const auto real = parse_real(field)) {
        sum += *real;
      }
    }
    from += size;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int fd = ::open(argv[1], O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) return 1;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) return 1;
  const std::string_view text(static_cast<const char*>(map), size);
  const std::size_t middle = text.find('\n', size / 2) + 1;
  double first = 0;
  std::thread half([&] { first = parse_all(text, 0, middle, *argv[2]); });
  const double second = parse_all(text, middle, size, *argv[2]);
  half.join();
  std::printf("%g\n", first + second);
  return 0;
}
