// CRC-64 (ECMA-182, reflected, as in xz): against damage it does what a SHA-256
// does, a tenth of the time; against forgery neither helps without a key.
// Private to lib/table.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace mlb::table {

/// `before`: of the bytes in front of these.
std::uint64_t checksum(ByteView bytes, std::uint64_t before = 0);

}  // namespace mlb::table
