// Any bytes as a data set file: refused, never a crash.  Input that begins
// like HDF5 is the file itself; other input is put as the texts of the
// attributes (schema, report, digests, one a line) of a file that is sound
// and sealed otherwise, so that our own checks are reached.
#include <hdf5.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "table/dataset.h"
#include "table/h5.h"
#include "table/seal.h"
#include "table/verify.h"

using namespace mlb;
using namespace mlb::table;

namespace {

const std::string& path() {
  static const std::string name =
      "/tmp/mlb_fuzz_dataset." + std::to_string(::getpid()) + ".h5";
  return name;
}

std::string cut_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string line(rest.substr(0, end));
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return line;
}

void write_attributes(std::string_view rest) {
  h5::Handle file = h5::create_file(path());
  const hid_t root = file.get();
  (void)h5::write_attribute(root, "format", std::string("mlbatch-dataset"));
  (void)h5::write_attribute(root, "version", std::int64_t{1});
  (void)h5::write_attribute(root, "rows", std::int64_t{2});
  (void)h5::write_attribute(root, "source_name", std::string("x.csv"));
  for (const char* name : {"schema", "report", "digests"}) {
    (void)h5::write_attribute(root, name, cut_line(rest));
  }
  const h5::Handle table = h5::create_group(root, "table");
  const h5::Handle x =
      h5::create_column(table.get(), "x", H5T_STD_I64LE, {2, 0, false});
  const std::int64_t values[2] = {1, 2};
  (void)h5::write_rows(x.get(), H5T_NATIVE_INT64, 0, 2, values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with("\x89HDF")) {
    std::ofstream(path(), std::ios::binary) << text;
  } else {
    write_attributes(text);
    (void)seal_file(path());
  }
  auto dataset = Dataset::open(path());
  if (dataset) (void)dataset->read_table();
  (void)verify(path());
  ::unlink(path().c_str());
  return 0;
}
