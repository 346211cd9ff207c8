// A data set checked against itself: nothing that changed goes unnoticed.
#include <catch2/catch.hpp>

#include <hdf5.h>

#include "table/seal.h"
#include "table/verify.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

constexpr const char* kCsv =
    "n,x,flag,kind,note,when,day\n"
    "1,1.5,true,red,\"a\",2022-03-05T10:00Z,2022-03-05\n"
    ",,,,,,\n"
    "3,-2.5,false,blue,b,2022-03-06T10:00Z,2022-03-06\n"
    "-4,4e10,true,red,c,2022-03-07T10:00Z,2022-03-07\n";

std::string made(const Folder& folder, const std::string& csv = kCsv) {
  CsvOptions options;
  options.delimiter = ',';
  options.columns = {{"note", ColumnType::text}};
  auto done = convert_csv(folder.put("in.csv", csv), folder.at("out.h5"),
                          {.csv = options, .compress = false});
  if (!done) FAIL(done.error().message);
  return folder.at("out.h5");
}

std::string bytes_of_made(const Folder& folder) {
  made(folder);
  return folder.get("out.h5");
}

/// "column: message" of each finding; "whole" when there is none.
std::vector<std::string> findings(const std::string& path) {
  auto done = verify(path);
  if (!done) return {without_path(done.error().message, path)};
  if (done->findings.empty()) return {"whole"};
  std::vector<std::string> out;
  for (const auto& f : done->findings) {
    out.push_back(f.column + ": " + f.message);
  }
  return out;
}

/// Changes a file as another program would, then seals it as we do.
template <class Change>
void tamper(const Folder& folder, const std::string& path, Change change) {
  const std::string sealed = folder.get("out.h5");
  folder.put("out.h5", sealed.substr(0, sealed.size() - kSealBytes));
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  REQUIRE(file >= 0);
  change(file);
  H5Fclose(file);
  REQUIRE(seal_file(path));
}

template <class T>
void overwrite(hid_t file, const char* name, hid_t type,
               const std::vector<T>& values) {
  const hid_t d = H5Dopen2(file, name, H5P_DEFAULT);
  REQUIRE(H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(d);
}

}  // namespace

TEST_CASE("a fresh data set is whole") {
  const Folder folder;
  CHECK(findings(made(folder)) == std::vector<std::string>{"whole"});
  auto done = verify(folder.at("out.h5"));
  CHECK(done->rows == 4);
  CHECK(done->columns == 7);
}

TEST_CASE("a data set of many chunks is whole") {
  std::string csv = "n,note\n";
  for (int i = 0; i < 70000; ++i) {
    csv += std::to_string(i) + ".25,t" + std::to_string(i) + "\n";
  }
  const Folder folder;
  CHECK(findings(made(folder, csv)) == std::vector<std::string>{"whole"});
}

TEST_CASE("a flipped bit in any byte is found") {
  const Folder folder;
  const std::string good = bytes_of_made(folder);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    auto done = verify(folder.put("bad.h5", bad));
    CAPTURE(at);
    REQUIRE(done);
    REQUIRE_FALSE(done->findings.empty());
  }
}

TEST_CASE("a value changed behind our back is found by its column's digest") {
  const Folder folder;
  const std::string path = made(folder);
  tamper(folder, path, [](hid_t file) {
    overwrite<std::int64_t>(file, "table/n/values", H5T_NATIVE_INT64,
                            {1, 0, 3, -5});
  });
  const auto found = findings(path);
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "n: its digest differs from the stored one");
  CHECK(found[1] == "n: min is -5.0; the report says -4.0");
  CHECK(found[2].starts_with("n: mean is "));
  CHECK(found[3].starts_with("n: std is "));
}

TEST_CASE("codes, dates and row numbers out of their range are found") {
  const Folder folder;
  const std::string path = made(folder);
  tamper(folder, path, [](hid_t file) {
    overwrite<std::int32_t>(file, "table/kind/codes", H5T_NATIVE_INT32,
                            {0, -1, 2, 0});
    overwrite<std::int64_t>(file, "table/day/values", H5T_NATIVE_INT64,
                            {1, 0, 0, 0});
    overwrite<std::int64_t>(file, "table/row", H5T_NATIVE_INT64, {1, 2, 4, 4});
  });
  CHECK(findings(path) ==
        std::vector<std::string>{
            ": row 3 is numbered 4",
            ": " + path + ": column 'kind': has a code without a category",
            ": " + path + ": column 'day': row 1 holds 1, which is no date"});
}

TEST_CASE("a column that is gone is found") {
  const Folder folder;
  const std::string path = made(folder);
  tamper(folder, path,
         [](hid_t file) { H5Ldelete(file, "table/x", H5P_DEFAULT); });
  CHECK(findings(path) ==
        std::vector<std::string>{": " + path + ": column 'x': is missing"});
}

TEST_CASE("statistics and digests that were tampered with are found") {
  const Folder folder;
  const std::string path = made(folder);
  const auto replace = [](hid_t file, const char* name, const char* from,
                          const char* to) {
    const hid_t a = H5Aopen(file, name, H5P_DEFAULT);
    const hid_t type = H5Aget_type(a);
    char* text = nullptr;
    H5Aread(a, type, static_cast<void*>(&text));
    std::string changed(text);
    const auto at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, std::string(from).size(), to);
    const char* pointer = changed.c_str();
    H5Awrite(a, type, &pointer);
    H5free_memory(text);
    H5Tclose(type);
    H5Aclose(a);
  };
  tamper(folder, path, [&](hid_t file) {
    replace(file, "report", "\"missing\":1", "\"missing\":2");
    replace(file, "report", "2022-03-05T10:00:00Z", "2022-03-05T11:00:00Z");
  });
  CHECK(findings(path) ==
        std::vector<std::string>{
            "n: missing is 1; the report says 2",
            "when: min is \"2022-03-05T10:00:00Z\"; the report says "
            "\"2022-03-05T11:00:00Z\""});
  tamper(folder, path, [&](hid_t file) {
    replace(file, "digests", "\"rows\":65536", "\"rows\":0");
  });
  CHECK(findings(path).front() == ": " + path + ": has damaged digests");
  tamper(folder, path, [&](hid_t file) { H5Adelete(file, "digests"); });
  CHECK(findings(path).front() ==
        ": " + path +
            ": has no digests: it was written by an older version; convert it "
            "again");
}

TEST_CASE("what was never a data set cannot be verified") {
  const Folder folder;
  CHECK(findings(folder.put("a.csv", "a,b\n1,2\n")).front() ==
        ": is not an HDF5 file, or is damaged");
  CHECK(findings(folder.at("absent")).front().find("No such file") !=
        std::string::npos);
  CHECK(findings(folder.path).front().find("directory") != std::string::npos);
  auto done = verify(folder.at("a.csv"));
  CHECK(done.error().fault == Fault::data);
}

TEST_CASE("verifying can be stopped") {
  const Folder folder;
  auto done =
      verify(made(folder), [](std::size_t, std::size_t) { return false; });
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::cancelled);
}

TEST_CASE("a data set of several chunks is whole, however it was read") {
  std::string csv = "n,note,when,kind\n";
  for (int i = 0; i < 70000; ++i) {
    csv += (i % 7 ? std::to_string(i) : "") + ",note " + std::to_string(i) +
           "," + (i % 5 ? "2022-03-05" : "NA") + "," + (i % 2 ? "a" : "b") +
           "\n";
  }
  const Folder folder;
  const std::string path = folder.put("in.csv", csv);
  for (const std::size_t block : {10000u, 4u << 20}) {
    CsvOptions options;
    options.block = block;
    options.threads = 2;
    REQUIRE(convert_csv(path, folder.at("out.h5"), {.csv = options}));
    CHECK(findings(folder.at("out.h5")) == std::vector<std::string>{"whole"});
  }
}

TEST_CASE("a report that stopped counting distinct values is no finding") {
  const Folder folder;
  SECTION("few values a column in a wide table") {
    constexpr int kColumns = 300;
    const auto rows = DistinctLimit::of(kColumns).values + 100;
    CsvOptions options;
    options.delimiter = ',';
    options.columns = {{"e*", ColumnType::integer}};
    std::string csv = "x";
    for (int i = 1; i < kColumns; ++i) csv += ",e" + std::to_string(i);
    for (std::size_t row = 0; row < rows; ++row) {
      csv += "\n" + std::to_string(row) + std::string(kColumns - 1, ',');
    }
    auto done = convert_csv(folder.put("in.csv", csv), folder.at("out.h5"),
                            {.csv = options});
    REQUIRE(done);
    CHECK(done->columns[0].stats.distinct == rows - 100);
  }
  SECTION("long texts") {
    std::string csv = "note,n\n";
    for (int i = 0; i < 20; ++i) {
      csv += std::to_string(i) + std::string(1u << 20, 'x') + ",1\n";
    }
    CHECK(inspected(csv).columns[0].stats.distinct == kDistinctLimit);
    made(folder, csv);
  }
  CHECK(findings(folder.at("out.h5")) == std::vector<std::string>{"whole"});
}
