// Files that nobody needs after a restart.  See write_file_durably in file.h
// for those that must survive one.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace mlb {

/// Writes a file that other processes may read from now on, without a sync:
/// after a power cut it may be missing, short or empty.
Result<> write_scratch(const std::string& path, ByteView bytes);

}  // namespace mlb
