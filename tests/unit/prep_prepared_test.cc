// /split, /features and /target: written, read back, and nothing by halves.
#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>

#include "blob_folder.h"
#include "prep/columns.h"
#include "prep/prepared.h"
#include "prep/split.h"
#include "prep_world.h"
#include "table/convert.h"
#include "table/dataset.h"

using namespace mlb;
using namespace mlb::prep;

namespace {

struct World {
  blob::Folder folder;
  JobSpec spec = spec_for("y");
  std::string table = folder.at("table.h5");

  World() {
    std::string csv = "x,k,y\n";
    for (int i = 0; i < 40; ++i) {
      csv += std::to_string(i) + "," + (i % 3 == 0 ? "a" : "b") + "," +
             (i == 7       ? ""
              : i % 2 == 0 ? "no"
                           : "yes") +
             "\n";
    }
    blob::write(folder.at("t.csv"), csv);
    auto made = table::convert_csv(folder.at("t.csv"), table, {});
    if (!made) FAIL(made.error().message);
  }
  table::Prepared prepared() {
    auto rows = table::Dataset::open(table)->read_table();
    if (!rows) FAIL(rows.error().message);
    std::vector<std::string> warnings;
    auto out = prepare(*rows, spec, {}, warnings);
    if (!out) FAIL(out.error().message);
    return std::move(*out);
  }
};

}  // namespace

TEST_CASE("every row has its part, its features and its target") {
  World w;
  const auto p = w.prepared();
  CHECK(p.feature_names == std::vector<std::string>{"x", "k=a", "k=b"});
  REQUIRE(p.split.size() == 40);
  CHECK(p.features.size() == 40 * 3);
  CHECK(p.classes == std::vector<std::string>{"no", "yes"});
  CHECK(p.split[7] == kNoPart);
  CHECK(std::isnan(p.targets[7]));
  CHECK(p.targets[8] == 0);
  CHECK(p.targets[9] == 1);
  CHECK(p.features[9 * 3 + 1] == 1);
  CHECK(p.features[8 * 3 + 1] == 0);
}

TEST_CASE("what is added is read back, and the table stays") {
  World w;
  const auto p = w.prepared();
  const std::string out = w.folder.at("out.h5");
  REQUIRE(table::add_prepared(w.table, out, p, true));
  CHECK(*table::read_split(out) == p.split);
  CHECK(table::read_split(w.table)->empty());
  CHECK(table::Dataset::open(out)->read_table()->rows == 40);
  const std::string again = w.folder.at("again.h5");
  REQUIRE(table::add_prepared(w.table, again, p, true));
  CHECK(blob::slurp(again) == blob::slurp(out));
}

TEST_CASE("what cannot be written leaves nothing") {
  World w;
  const auto p = w.prepared();
  CHECK_FALSE(table::add_prepared(w.table, w.folder.at("no/out.h5"), p, true));
  CHECK_FALSE(
      table::add_prepared(w.folder.at("t.csv"), w.folder.at("o.h5"), p, true));
  for (const auto& entry : std::filesystem::directory_iterator(w.folder.path)) {
    const auto name = entry.path().filename().string();
    CHECK((name == "t.csv" || name == "table.h5"));
  }
}
