// The little of HDF5 that we use, with owned handles and Results.  Private to
// lib/table.  One thread.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mlb::table::h5 {

/// Closes itself; which close function fits is asked of the library.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, -1);
    }
    return *this;
  }
  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  void reset();

 private:
  hid_t id_ = -1;
};

/// To be called before anything else of HDF5.  It prints its error stack by
/// default; we return errors instead.  And at exit it would close what is
/// open, which crashes after a failed write; we close everything ourselves.
void be_quiet();

/// A new file whose bytes depend on its content only (no timestamps).
Handle create_file(const std::string& path);
/// Has the disk begin with what was written so far: less to wait for at the
/// end.
void begin_writeback(hid_t file);
Handle create_group(hid_t parent, const std::string& name);
/// A group or a data set.
Handle open_object(hid_t parent, const std::string& name);
/// The enum that h5py and anndata read as bool.
Handle boolean_type();
Handle text_type();

struct ColumnShape {
  std::uint64_t rows = 0;
  std::uint64_t chunk = 0;
  bool compress = false;
  /// Chunks are handed over whole (write_chunk): none is kept in memory.
  bool whole_chunks = false;
};
Handle create_column(hid_t parent, const std::string& name, hid_t type,
                     const ColumnShape& shape);
/// Writes rows first..first+count of a data set from memory.
Result<> write_rows(hid_t column, hid_t memory_type, std::uint64_t first,
                    std::uint64_t count, const void* data);
/// Writes the chunk that begins with row `first`, as the filters left it.
Result<> write_chunk(hid_t column, std::uint64_t first, std::string_view bytes);
Result<> read_rows(hid_t column, hid_t memory_type, std::uint64_t count,
                   void* data);
Result<> write_texts(hid_t column, std::uint64_t first,
                     std::span<const std::string> texts);
/// The same of texts that end in NUL.
Result<> write_texts(hid_t column, std::uint64_t first,
                     std::span<const char* const> texts);
Result<std::vector<std::string>> read_texts(hid_t column, std::uint64_t count);

Result<> write_attribute(hid_t owner, const char* name,
                         const std::string& value);
Result<> write_attribute(hid_t owner, const char* name, std::int64_t value);
Result<> write_attribute(hid_t owner, const char* name,
                         std::span<const std::string> values);
Result<> write_boolean_attribute(hid_t owner, const char* name, bool value);
Result<std::string> read_text_attribute(hid_t owner, const char* name);
Result<std::int64_t> read_integer_attribute(hid_t owner, const char* name);

/// Length of a one-dimensional data set.  An error when it claims more than
/// the bytes that are stored can hold, so that nobody allocates for it.
Result<std::uint64_t> length_of(hid_t column);

/// '/' and '%' cannot stand in a link; nor can "." alone; "row" is taken.
std::string link_name(const std::string& column);

}  // namespace mlb::table::h5
