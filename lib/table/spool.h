// The values of a file as they were read when its columns were judged, kept
// until the types are known, so that no text is read twice.  In memory up to a
// limit, then in a file without a name beside the output.  Private to
// lib/table.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "table/cells.h"
#include "table/slice.h"

namespace mlb::table {

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

  std::size_t blocks() const { return blocks_.size(); }
  const Spooled& block(std::size_t number) const { return blocks_[number]; }
  /// Whether a block of this column was kept so.
  bool has(std::size_t column, Kept kept) const {
    return (kinds_[column] >> static_cast<unsigned>(kept) & 1) != 0;
  }
  /// The bytes of a block, which are those of `buffer` unless they are in
  /// memory.  Thread-safe.
  Result<std::string_view> bytes(std::size_t number, std::string& buffer) const;

 private:
  Result<> open();

  std::string beside_;
  std::mutex mutex_;
  Fd fd_;                     ///< guarded until all is stored, as these:
  std::uint64_t memory_ = 0;  ///< bytes that are kept there
  std::uint64_t end_ = 0;     ///< of the file
  std::vector<Spooled> blocks_;
  std::vector<unsigned char> kinds_;  ///< a bit for each Kept
};

/// Takes the columns of a block out of its bytes, one after the other.
class SpoolReader {
 public:
  SpoolReader(std::string_view bytes, std::size_t rows)
      : rest_(bytes), rows_(rows) {}
  Kept next(Piece& piece);

 private:
  std::string_view take(std::size_t size);
  std::string_view rest_;
  std::size_t rows_;
};

}  // namespace mlb::table
