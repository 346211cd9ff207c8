// See checksum.h.
#include "table/checksum.h"

#include <isa-l/crc64.h>

namespace mlb::table {

std::uint64_t checksum(ByteView bytes, std::uint64_t before) {
  return crc64_ecma_refl(before, bytes.data(), bytes.size());
}

}  // namespace mlb::table
