// The values of a file as they were read when its columns were judged, kept
// until the types are known, so that no text is read twice.  In memory up to a
// limit, then in a file without a name beside the output.  Private to
// lib/table.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "table/cells.h"
#include "table/slice.h"

namespace mlb::table {

/// How the values of a column of a block were stored.
struct StoredAs {
  Kept kept = Kept::nothing;
  unsigned char format = 0;  ///< of moments: of known_date_formats()
  bool operator==(const StoredAs&) const = default;
};

/// Where the values of a block are.
struct Spooled {
  std::size_t rows = 0;
  unsigned worker = 0;  ///< whose file
  std::uint64_t offset = 0;
  std::size_t size = 0;
  std::string bytes;  ///< in memory; else in the file
};

class Spool {
 public:
  /// `beside`: the file that is to be written; `workers`: that store blocks.
  Spool(std::string beside, unsigned workers)
      : beside_(std::move(beside)), files_(workers) {}

  /// What the slices keep of a block.  Thread-safe, with a buffer a thread.
  /// Each worker has a file of its own: two that write to one wait for it.
  Result<Spooled> store(const std::vector<ColumnSlice>& slices,
                        std::size_t rows, std::string& buffer, unsigned worker);
  /// The next block, in order; what its columns were kept as.
  void add(Spooled block, const std::vector<ColumnSlice>& slices);

  /// Forgets every block, and gives back what they took.
  void restart();

  std::size_t blocks() const { return blocks_.size(); }
  const Spooled& block(std::size_t number) const { return blocks_[number]; }
  /// The ways in which blocks of this column were stored.
  const std::vector<StoredAs>& stored(std::size_t column) const {
    return stored_[column];
  }
  /// The bytes of a block, which are those of `buffer` unless they are in
  /// memory.  Thread-safe.
  Result<std::string_view> bytes(std::size_t number, std::string& buffer) const;

 private:
  struct File {
    Fd fd;
    std::uint64_t end = 0;
  };
  Result<> open(File& file) const;
  Result<> append(File& file, std::span<const std::string_view> parts) const;

  std::string beside_;
  std::vector<File> files_;              ///< each of one worker
  std::atomic<std::uint64_t> memory_{};  ///< bytes that are kept there
  std::vector<Spooled> blocks_;
  std::vector<std::vector<StoredAs>> stored_;  ///< by column
};

/// One column of a block.
struct StoredColumn {
  StoredAs as;
  std::size_t width = 0;  ///< bytes of a whole number, or of a code
  std::size_t coder = 0;  ///< whose codes they are
  Cells cells;            ///< in the bytes of the block
};

/// Takes the columns of a block out of its bytes, one after the other.
class SpoolReader {
 public:
  SpoolReader(std::string_view bytes, std::size_t rows)
      : rest_(bytes), rows_(rows) {}
  StoredColumn next();

 private:
  const char* take(std::size_t size);
  std::string_view rest_;
  std::size_t rows_;
};

}  // namespace mlb::table
