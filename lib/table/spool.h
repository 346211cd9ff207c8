// The values of a file as they were read when its columns were judged, kept
// until the types are known, so that no text is read twice.  In memory up to a
// limit, then in a file without a name beside the output.  Private to
// lib/table.
#pragma once

#include <cstdint>
#include <mutex>
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
  std::uint64_t offset = 0;
  std::size_t size = 0;
  std::string bytes;  ///< in memory; else in the file
};

class Spool {
 public:
  /// `beside`: the file that is to be written.
  explicit Spool(std::string beside) : beside_(std::move(beside)) {}

  /// What the slices keep of a block.  Thread-safe, with a buffer a thread.
  Result<Spooled> store(const std::vector<ColumnSlice>& slices,
                        std::size_t rows, std::string& buffer);
  /// The next block, in order; what its columns were kept as.
  void add(Spooled block, const std::vector<ColumnSlice>& slices);

  /// Forgets every block.
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
  Result<> open();
  Result<> write(std::span<const std::string_view> parts, std::uint64_t offset);

  std::string beside_;
  std::mutex mutex_;
  Fd fd_;                     ///< guarded until all is stored, as these:
  std::uint64_t memory_ = 0;  ///< bytes that are kept there
  std::uint64_t end_ = 0;     ///< of the file
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
