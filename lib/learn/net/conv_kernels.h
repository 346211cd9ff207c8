// The inner loops of convolutions.  Filters lie in registers' lanes and several
// places of an image are done at once, straight from the image: patches are
// never copied side by side.  Each number is a sum in one order, so the bits
// depend neither on the library of products nor on how rows are cut.
#pragma once

#include <cstddef>
#include <vector>

namespace mlb::learn::conv {

/// Numbers in a register; what lies behind an image must be that many longer,
/// as registers are read and written whole.
template <class T>
inline constexpr std::size_t kLanes = 32 / sizeof(T);

/// How the filters of a group lie on an image with its frame of zeros.
struct Grid {
  std::size_t height = 0;    ///< places
  std::size_t width = 0;     ///< places
  std::size_t step = 0;      ///< numbers from a place to the next
  std::size_t row_step = 0;  ///< numbers from a row of places to the next
  std::size_t filters = 0;
  /// A filter looks at runs of numbers that lie side by side.
  std::size_t run = 0;
  std::vector<std::size_t> runs;  ///< where they begin, from the place

  std::size_t places() const { return height * width; }
  std::size_t taps() const { return run * runs.size(); }
};

/// Numbers that the packed filters take: of forward() and weigh(), of back().
template <class T>
std::size_t packed_size(const Grid& grid);
template <class T>
std::size_t packed_back_size(const Grid& grid);

/// `weights` is taps x filters.
template <class T>
void pack(const Grid& grid, const T* weights, const T* bias, T* packed);
template <class T>
void pack_back(const Grid& grid, const T* weights, T* packed);

/// out = places x filters, and kLanes behind.
template <class T>
void forward(const Grid& grid, const T* packed, const T* image, T* out);

/// Adds to `packed`, laid out as pack() has it, the gradient of weights and
/// bias; `gradient` is places x filters, and kLanes behind.
template <class T>
void weigh(const Grid& grid, const T* image, const T* gradient, T* packed);
/// Adds what weigh() made to taps x filters `weights`, and to `bias`.
template <class T>
void unpack(const Grid& grid, const T* packed, T* weights, T* bias);

/// Adds the gradient of the image, which has kLanes behind.
template <class T>
void back(const Grid& grid, const T* packed_back, const T* gradient, T* image);

}  // namespace mlb::learn::conv
