// Conversions that jobs of this worker share: one file a content and way of
// reading it.  Processes meet here by locks on files, so that the first one
// converts, the others wait for it, and one that dies blocks nobody.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace mlb::job_program {

struct CacheOptions {
  std::string dir;          ///< "": there is none
  std::uint64_t limit = 0;  ///< bytes of all conversions that may stay
};

/// A conversion in use: it is not removed while this lives.
struct Conversion {
  std::string path;
  bool made_here = false;  ///< else another job had made it
  Fd lock = {};
};

/// Writes the conversion to a path, whole or not at all.
using Convert = std::function<Result<>(const std::string&)>;
/// Asked when a signal interrupts the waiting.
using StopWaiting = bool (*)();

/// The conversion called `key`, made by `convert` unless it is there.  Then
/// the ones that were not used for the longest time go, if all together are
/// larger than the limit; what is in use stays.
Result<Conversion> find_or_convert(const CacheOptions& cache,
                                   const std::string& key,
                                   const Convert& convert, StopWaiting stop);

/// Removes a conversion that turned out to be damaged; unless it is in use.
void forget_conversion(const CacheOptions& cache, const std::string& key);

}  // namespace mlb::job_program
