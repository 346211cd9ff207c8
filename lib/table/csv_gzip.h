// Decompressing gzip as a stream, members in a row included.  Private to
// lib/table.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/result.h"

namespace mlb::table {

/// Gives stored bytes: up to so many to there; 0 at the end.
using ReadStored = std::function<Result<std::size_t>(char*, std::size_t)>;

class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// Up to `most` (>= 1) bytes; 0 at the end.  An error when the stream is
  /// damaged or cut.
  Result<std::size_t> read(const ReadStored& stored, char* to,
                           std::size_t most);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlb::table
