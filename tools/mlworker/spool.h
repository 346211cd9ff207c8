// The spool of an attempt: its items, on disk before the broker hears of one,
// until the broker has them all.  Numbers are 1, 2, ... in the order of the
// file, which is a sequence of u32 length and encoded item.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "job/state.h"

namespace mlb::worker {

/// Appends and syncs.  After a failure the file is as it was before.
Result<> append_to_spool(const std::string& path,
                         const std::vector<Item>& items);

/// Reads on from where it was, so that a long history is read once and not
/// once a message; going back begins at the start of the file.
class SpoolReader {
 public:
  explicit SpoolReader(std::string path) : path_(std::move(path)) {}
  /// Items from..upto, as many as one Progress may carry; at least one when
  /// there is one.
  Result<std::vector<Item>> read(std::uint64_t from, std::uint64_t upto);

 private:
  Result<Bytes> next_frame();

  std::string path_;
  Fd fd_;
  std::uint64_t number_ = 1;  ///< of the item at offset_
  std::uint64_t offset_ = 0;
  Bytes chunk_;  ///< of the file; chunk_at_ in it is offset_
  std::size_t chunk_at_ = 0;
};

}  // namespace mlb::worker
