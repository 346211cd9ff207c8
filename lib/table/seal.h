// The seal of a data set file: its length and CRC-64 in 24 bytes behind the
// HDF5 data, where no reader of HDF5 looks.  libhdf5 crashes on some damaged
// files (heaps of texts have no checksum), so it is asked only about whole
// ones.  Private to lib/table.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace mlb::table {

inline constexpr std::uint64_t kSealBytes = 8 + 8 + 8;

/// Appends the seal to a finished file and makes the file durable.
Result<> seal_file(const std::string& path);

/// Whether the file ends in a seal, whole or damaged: the magic is there, or
/// the length is that of the file.  One flipped byte cannot take both.
Result<bool> has_seal(const std::string& path);

/// An error unless the file is as it was when it was sealed.
Result<> check_seal(const std::string& path);

}  // namespace mlb::table
