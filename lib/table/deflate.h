// Chunks as HDF5's shuffle and deflate filters would store them, so that every
// reader of HDF5 reads them.  Thread-safe.  Private to lib/table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mlb::table {

/// Byte 0 of every element, then byte 1 of every element, and so on.  `raw`
/// holds whole elements.  `out` is used again and again: it is not cleared.
void shuffle(std::string_view raw, std::size_t element, std::string& out);

/// `out` becomes a zlib stream (RFC 1950) of `planes` stretches of equal
/// length. Stretches that do not shrink are stored: the low bytes of
/// measurements are noise, and that is most of them.
void deflate_planes(std::string_view bytes, std::size_t planes,
                    std::string& out);

}  // namespace mlb::table
