// Data set files that are damaged, cut, foreign or hostile: an error each.
#include <catch2/catch.hpp>

#include <hdf5.h>

#include <random>

#include "base/rng.h"
#include "table/seal.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

std::string small_dataset(const Folder& folder) {
  std::string csv = "n,x,kind,note\n";
  for (int i = 0; i < 300; ++i) {
    csv += (i % 7 == 0 ? "" : std::to_string(i)) + "," + std::to_string(i) +
           ".5,k" + std::to_string(i % 3) + ",t" + std::to_string(i / 2) + "\n";
  }
  auto done = convert_csv(folder.put("in.csv", csv), folder.at("good.h5"), {});
  if (!done) FAIL(done.error().message);
  return folder.get("good.h5");
}

/// The error of opening and reading; "read" when it is read.
std::string opened(const std::string& path) {
  auto dataset = Dataset::open(path);
  if (!dataset) return without_path(dataset.error().message, path);
  auto table = dataset->read_table();
  if (!table) return without_path(table.error().message, path);
  for (const auto& c : table->columns) {
    for (std::size_t row = 0; row < table->rows; ++row) (void)c.text_of(row);
  }
  return "read";
}

/// A file like ours with these attributes and no table.
struct Foreign {
  std::string path;
  hid_t file = -1;
  explicit Foreign(const std::string& name)
      : path(name),
        file(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {
  }
  ~Foreign() {
    if (file >= 0) close();
  }
  void close() {
    H5Fclose(file);
    file = -1;
    if (!seal_file(path)) FAIL("cannot seal " + path);
  }
  void text(const char* name, const std::string& value) const {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t a =
        H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const char* pointer = value.c_str();
    H5Awrite(a, type, &pointer);
    H5Aclose(a);
    H5Sclose(space);
    H5Tclose(type);
  }
  void number(const char* name, std::int64_t value) const {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t a =
        H5Acreate2(file, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(a, H5T_NATIVE_INT64, &value);
    H5Aclose(a);
    H5Sclose(space);
  }
  void root(const std::string& schema, std::int64_t rows,
            std::int64_t version = 1) const {
    text("format", "mlbatch-dataset");
    number("version", version);
    number("rows", rows);
    text("schema", schema);
    text("report", R"({"rows":1,"dialect":{"delimiter":",","header":true},)"
                   R"("columns":[],"warnings":[]})");
    text("source_name", "x.csv");
  }
  /// A column that claims `rows` rows and holds none.
  void empty_column(const char* name, hid_t type, std::uint64_t rows) const {
    const hid_t group =
        H5Gcreate2(file, "table", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t size = rows;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = std::min<hsize_t>(rows, 1024);
    H5Pset_chunk(create, 1, &chunk);
    const hid_t d =
        H5Dcreate2(group, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    H5Dclose(d);
    H5Pclose(create);
    H5Sclose(space);
    H5Gclose(group);
  }
};

}  // namespace

TEST_CASE("what is no HDF5 file is refused") {
  const Folder folder;
  CHECK(opened(folder.put("a.h5", "a,b\n1,2\n")) ==
        ": is not an HDF5 file, or is damaged");
  CHECK(opened(folder.put("b.h5", "")) ==
        ": is not an HDF5 file, or is damaged");
  CHECK(opened(folder.at("absent.h5")) == ": No such file or directory");
}

TEST_CASE("an HDF5 file of someone else is refused") {
  const Folder folder;
  Foreign(folder.at("f.h5")).number("version", 1);
  CHECK(opened(folder.at("f.h5")) == ": is not a data set of mlbatch");
  const std::string sealed = folder.get("f.h5");
  CHECK(opened(
            folder.put("g.h5", sealed.substr(0, sealed.size() - kSealBytes))) ==
        ": is no data set of mlbatch, or was cut or changed after it was "
        "written");
}

TEST_CASE("a newer or impossible version is refused") {
  const Folder folder;
  Foreign(folder.at("f.h5")).root("[]", 1, 2);
  CHECK(opened(folder.at("f.h5")) ==
        ": is of version 2; this program reads up to 1");
  Foreign(folder.at("g.h5")).root("[]", 1, 0);
  CHECK(opened(folder.at("g.h5")).starts_with(": is of version 0"));
}

TEST_CASE("claims of rows that are not there allocate nothing") {
  const Folder folder;
  Foreign(folder.at("a.h5")).root("[]", -1);
  CHECK(opened(folder.at("a.h5")) == ": claims an impossible number of rows");
  const std::int64_t huge = std::int64_t{1} << 39;
  for (const char* type : {"real", "integer", "boolean", "text", "category"}) {
    const std::string path = folder.at(std::string(type) + ".h5");
    Foreign f(path);
    f.root(R"([{"name":"x","type":")" + std::string(type) +
               R"(","integral":false}])",
           huge);
    f.empty_column("x", H5T_IEEE_F64LE, static_cast<std::uint64_t>(huge));
    f.close();
    CAPTURE(type);
    CHECK(opened(path) ==
          ": column 'x': claims more rows than the file can hold");
  }
}

TEST_CASE("a damaged schema or report is refused") {
  const Folder folder;
  int n = 0;
  for (const char* schema :
       {"", "{}", "[1]", "[[]]", R"([{"type":"real"}])",
        R"([{"name":1,"type":"real","integral":false}])",
        R"([{"name":"x","type":2,"integral":false}])",
        R"([{"name":"x","type":"real","integral":"no"}])", "[\"\xff\"]"}) {
    const std::string path = folder.at(std::to_string(++n) + ".h5");
    Foreign(path).root(schema, 1);
    CAPTURE(schema);
    CHECK(opened(path) == ": has a damaged schema or report");
  }
  for (const char* report :
       {"[]", "{}", R"({"rows":1,"dialect":{},"columns":[],"warnings":[]})",
        R"({"rows":1,"dialect":{"delimiter":",","header":true},)"
        R"("columns":[{}],"warnings":[]})",
        R"({"rows":1,"dialect":{"delimiter":",","header":true},)"
        R"("columns":[],"warnings":[{}]})"}) {
    const std::string path = folder.at(std::to_string(++n) + ".h5");
    Foreign f(path);
    f.root("[]", 1);
    H5Adelete(f.file, "report");
    f.text("report", report);
    f.close();
    CAPTURE(report);
    CHECK(opened(path) == ": has a damaged schema or report");
  }
}

TEST_CASE("a column that is absent, of another kind or length is named") {
  const Folder folder;
  const std::string schema =
      R"([{"name":"x","type":"integer","integral":false}])";
  Foreign(folder.at("a.h5")).root(schema, 1);
  CHECK(opened(folder.at("a.h5")) == ": column 'x': is missing");
  {
    Foreign f(folder.at("b.h5"));
    f.root(schema, 1);
    f.empty_column("x", H5T_STD_I64LE, 2);
  }
  CHECK(opened(folder.at("b.h5")) == ": column 'x': has 2 rows; want 1");
  {
    Foreign f(folder.at("c.h5"));
    f.root(R"([{"name":"x","type":"complex","integral":false}])", 1);
    f.empty_column("x", H5T_STD_I64LE, 1);
  }
  CHECK(opened(folder.at("c.h5")) == ": column 'x': is of an unknown type");
}

TEST_CASE("a cut file is refused wherever it is cut") {
  const Folder folder;
  const std::string good = small_dataset(folder);
  for (std::size_t size = 0; size < good.size(); size += 37) {
    CAPTURE(size);
    CHECK(opened(folder.put("cut.h5", good.substr(0, size))) != "read");
  }
}

TEST_CASE("a flipped byte is found wherever it is") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  const Folder folder;
  const std::string good = small_dataset(folder);
  CHECK(opened(folder.put("same.h5", good)) == "read");
  for (int round = 0; round < 600; ++round) {
    std::string bad = good;
    // The last bytes are the seal itself: try each of them.
    const auto place = static_cast<std::size_t>(round);
    const std::size_t at =
        place < kSealBytes ? bad.size() - 1 - place : rng.below(bad.size());
    bad[at] = static_cast<char>(bad[at] ^ (1 << rng.below(8)));
    CAPTURE(round, at);
    REQUIRE(opened(folder.put("bad.h5", bad)) != "read");
  }
}
