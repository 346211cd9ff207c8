// See h5.h.
#include "table/h5.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

namespace mlb::table::h5 {
namespace {

/// Shuffle and deflate: stock filters, so that every reader has them.
constexpr unsigned kDeflateLevel = 1;

/// Deflate shrinks to one part in 1032 at best (zlib's technical notes).
constexpr std::uint64_t kMostCompression = 1032;

Error failed(const std::string& what) {
  return {Fault::data, "HDF5: cannot " + what};
}

Handle scalar() {
  return Handle(H5Screate(H5S_SCALAR));
}

Handle attribute(hid_t owner, const char* name, hid_t type, hid_t space) {
  return Handle(H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
}

}  // namespace

void Handle::reset() {
  if (id_ < 0) return;
  switch (H5Iget_type(id_)) {
    case H5I_FILE: H5Fclose(id_); break;
    case H5I_GROUP: H5Gclose(id_); break;
    case H5I_DATATYPE: H5Tclose(id_); break;
    case H5I_DATASPACE: H5Sclose(id_); break;
    case H5I_DATASET: H5Dclose(id_); break;
    case H5I_ATTR: H5Aclose(id_); break;
    case H5I_GENPROP_LST: H5Pclose(id_); break;
    default: H5Idec_ref(id_); break;
  }
  id_ = -1;
}

void be_quiet() {
  static const herr_t told = H5dont_atexit();
  (void)told;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Handle create_file(const std::string& path) {
  be_quiet();
  const Handle create(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_obj_track_times(create.get(), false);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V110);
  return Handle(
      H5Fcreate(path.c_str(), H5F_ACC_TRUNC, create.get(), access.get()));
}

void begin_writeback(hid_t file) {
  void* driver = nullptr;
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, &driver) < 0) return;
  ::sync_file_range(*static_cast<const int*>(driver), 0, 0,
                    SYNC_FILE_RANGE_WRITE);
}

Handle create_group(hid_t parent, const std::string& name) {
  const Handle create(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_obj_track_times(create.get(), false);
  return Handle(
      H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, create.get(), H5P_DEFAULT));
}

Handle open_object(hid_t parent, const std::string& name) {
  return Handle(H5Oopen(parent, name.c_str(), H5P_DEFAULT));
}

Handle boolean_type() {
  Handle type(H5Tenum_create(H5T_STD_I8LE));
  const signed char values[2] = {0, 1};
  H5Tenum_insert(type.get(), "FALSE", &values[0]);
  H5Tenum_insert(type.get(), "TRUE", &values[1]);
  return type;
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Handle create_column(hid_t parent, const std::string& name, hid_t type,
                     const ColumnShape& shape) {
  const Handle create(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(create.get(), false);
  const hsize_t rows = shape.rows;
  if (shape.chunk > 0 && rows > 0) {
    const hsize_t chunk = shape.chunk;
    H5Pset_chunk(create.get(), 1, &chunk);
    if (shape.compress) {
      H5Pset_shuffle(create.get());
      H5Pset_deflate(create.get(), kDeflateLevel);
    }
  }
  // One slot of the cache, and room in it for the chunk that is being filled.
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  const std::size_t kept = static_cast<std::size_t>(shape.chunk) *
                           std::max<std::size_t>(1, H5Tget_size(type));
  H5Pset_chunk_cache(access.get(), 1, shape.whole_chunks ? 0 : kept, 1);
  const Handle space(H5Screate_simple(1, &rows, nullptr));
  return Handle(H5Dcreate2(parent, name.c_str(), type, space.get(), H5P_DEFAULT,
                           create.get(), access.get()));
}

Result<> write_chunk(hid_t column, std::uint64_t first,
                     std::string_view bytes) {
  const hsize_t offset = first;
  if (H5Dwrite_chunk(column, H5P_DEFAULT, 0, &offset, bytes.size(),
                     bytes.data()) < 0) {
    return failed("write a chunk; is the disk full?");
  }
  return {};
}

Result<> write_rows(hid_t column, hid_t memory_type, std::uint64_t first,
                    std::uint64_t count, const void* data) {
  if (count == 0) return {};
  const hsize_t start = first;
  const hsize_t size = count;
  const Handle file_space(H5Dget_space(column));
  const Handle memory_space(H5Screate_simple(1, &size, nullptr));
  H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, &start, nullptr, &size,
                      nullptr);
  if (H5Dwrite(column, memory_type, memory_space.get(), file_space.get(),
               H5P_DEFAULT, data) < 0) {
    return failed("write rows; is the disk full?");
  }
  return {};
}

Result<> read_rows(hid_t column, hid_t memory_type, std::uint64_t count,
                   void* data) {
  auto length = length_of(column);
  if (!length) return std::move(length).fail();
  if (*length != count) return failed("read a column of another length");
  if (count > 0 &&
      H5Dread(column, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    return failed("read a column; is the file damaged?");
  }
  return {};
}

Result<> write_texts(hid_t column, std::uint64_t first,
                     std::span<const std::string> texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const auto& text : texts) pointers.push_back(text.c_str());
  return write_texts(column, first, pointers);
}

Result<> write_texts(hid_t column, std::uint64_t first,
                     std::span<const char* const> texts) {
  return write_rows(column, text_type().get(), first, texts.size(),
                    texts.data());
}

Result<std::vector<std::string>> read_texts(hid_t column, std::uint64_t count) {
  const Handle space(H5Dget_space(column));
  const Handle type = text_type();
  std::vector<char*> pointers(count, nullptr);
  auto read = read_rows(column, type.get(), count, pointers.data());
  std::vector<std::string> out;
  out.reserve(count);
  for (const char* p : pointers) out.emplace_back(p == nullptr ? "" : p);
  if (count > 0) {
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, pointers.data());
  }
  if (!read) return std::move(read).fail();
  return out;
}

Result<> write_attribute(hid_t owner, const char* name,
                         const std::string& value) {
  const Handle type = text_type();
  const Handle a = attribute(owner, name, type.get(), scalar().get());
  const char* pointer = value.c_str();
  if (!a || H5Awrite(a.get(), type.get(), &pointer) < 0) {
    return failed(std::string("write the attribute ") + name);
  }
  return {};
}

Result<> write_attribute(hid_t owner, const char* name, std::int64_t value) {
  const Handle a = attribute(owner, name, H5T_STD_I64LE, scalar().get());
  if (!a || H5Awrite(a.get(), H5T_NATIVE_INT64, &value) < 0) {
    return failed(std::string("write the attribute ") + name);
  }
  return {};
}

Result<> write_boolean_attribute(hid_t owner, const char* name, bool value) {
  const Handle type = boolean_type();
  const Handle a = attribute(owner, name, type.get(), scalar().get());
  const signed char byte = value ? 1 : 0;
  if (!a || H5Awrite(a.get(), type.get(), &byte) < 0) {
    return failed(std::string("write the attribute ") + name);
  }
  return {};
}

Result<> write_attribute(hid_t owner, const char* name,
                         std::span<const std::string> values) {
  const Handle type = text_type();
  const hsize_t count = values.size();
  const Handle space(H5Screate_simple(1, &count, nullptr));
  const Handle a = attribute(owner, name, type.get(), space.get());
  std::vector<const char*> pointers;
  for (const auto& value : values) pointers.push_back(value.c_str());
  if (!a || H5Awrite(a.get(), type.get(), pointers.data()) < 0) {
    return failed(std::string("write the attribute ") + name);
  }
  return {};
}

Result<std::string> read_text_attribute(hid_t owner, const char* name) {
  const Handle a(H5Aopen(owner, name, H5P_DEFAULT));
  const Handle type = text_type();
  char* pointer = nullptr;
  if (!a || H5Aread(a.get(), type.get(), static_cast<void*>(&pointer)) < 0 ||
      pointer == nullptr) {
    return failed(std::string("read the attribute ") + name);
  }
  std::string out(pointer);
  H5free_memory(pointer);
  return out;
}

Result<std::int64_t> read_integer_attribute(hid_t owner, const char* name) {
  const Handle a(H5Aopen(owner, name, H5P_DEFAULT));
  std::int64_t out = 0;
  if (!a || H5Aread(a.get(), H5T_NATIVE_INT64, &out) < 0) {
    return failed(std::string("read the attribute ") + name);
  }
  return out;
}

Result<std::uint64_t> length_of(hid_t column) {
  const Handle space(H5Dget_space(column));
  if (!space || H5Sget_simple_extent_ndims(space.get()) != 1) {
    return failed("read the length of a column");
  }
  hsize_t length = 0;
  H5Sget_simple_extent_dims(space.get(), &length, nullptr);
  const Handle type(H5Dget_type(column));
  const std::uint64_t element =
      std::max<std::size_t>(1, H5Tget_size(type.get()));
  if (length / kMostCompression > H5Dget_storage_size(column) / element) {
    return Error{Fault::data, "claims more rows than the file can hold"};
  }
  return static_cast<std::uint64_t>(length);
}

std::string link_name(const std::string& column) {
  if (column == ".") return "%2E";
  if (column == "row") return "%row";  // "row" is the index
  std::string out;
  for (const char c : column) {
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace mlb::table::h5
