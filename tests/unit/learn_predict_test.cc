// Prediction from raw files: a row a row, by the names of columns, whatever
// else the file holds.
#include <catch2/catch.hpp>
#include <charconv>
#include <sstream>

#include "learn/predict.h"
#include "learn/row_groups.h"
#include "unit/learn_models.h"
#include "unit/learn_world.h"
#include "unit/table_world.h"

using namespace mlb;
using namespace mlb::learn;

namespace {

table::Table table_of_csv(const table::Folder& folder, const std::string& csv) {
  const std::string path = folder.put("train.csv", csv);
  REQUIRE(table::convert_csv(path, folder.at("train.h5"), {}));
  auto dataset = table::Dataset::open(folder.at("train.h5"));
  REQUIRE(dataset);
  auto table = dataset->read_table();
  REQUIRE(table);
  return std::move(*table);
}

StoredModel model_of(const table::Table& table, JobSpec spec) {
  prep::Rows rows(table.rows);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  std::vector<std::string> warnings;
  auto plan = prep::fit(table, rows, spec, warnings);
  if (!plan) FAIL(plan.error().message);
  Design train;
  train.x = *prep::apply(*plan, table, rows);
  train.y = *prep::target_of(*plan, table, rows);
  auto model = trained(spec, *plan, train);
  return {std::move(*plan), {}, std::move(model)};
}

JobSpec ridge_of(const std::string& target) {
  JobSpec out = spec_of(RidgeSpec{});
  out.target = target;
  return out;
}

/// What came out: the text, and the warnings and error without the folder.
struct Answer {
  std::string text;
  std::vector<std::string> warnings;
  std::string error;
};

class World {
 public:
  explicit World(const std::string& training = kTraining,
                 const JobSpec& spec = ridge_of("y"))
      : table_(table_of_csv(folder_, training)),
        model_(model_of(table_, spec)) {}

  Answer predict(const std::string& csv, const PredictOptions& options = {},
                 const table::CsvOptions& reading = {}) const {
    return predict_path(folder_.put("new.csv", csv), options, reading);
  }
  Answer predict_path(const std::string& path,
                      const PredictOptions& options = {},
                      const table::CsvOptions& reading = {}) const {
    return run(model_, path, options, reading);
  }
  static Answer run(const StoredModel& model, const std::string& path,
                    const PredictOptions& options,
                    const table::CsvOptions& reading) {
    Answer out;
    auto done =
        predict_file(model, path, reading, options, [&](std::string_view text) {
          out.text += text;
          return Result<>();
        });
    const std::string folder =
        std::filesystem::path(path).parent_path().string() + "/";
    const auto without = [&](std::string text) {
      const auto at = text.find(folder);
      return at == text.npos ? text : text.erase(at, folder.size());
    };
    if (!done) out.error = without(done.error().message);
    if (done) {
      for (const auto& w : done->warnings) out.warnings.push_back(without(w));
    }
    return out;
  }
  const table::Folder& folder() const { return folder_; }
  const StoredModel& model() const { return model_; }
  const table::Table& table() const { return table_; }

  static constexpr const char* kTraining =
      "age,kind,on,day,y\n1,a,true,2024-01-01,3\n2,b,false,2024-02-01,5.5\n"
      "3,a,true,2024-03-01,6\n,c,false,2024-04-01,8\n5,b,,2024-05-01,12\n";

 private:
  table::Folder folder_;
  table::Table table_;
  StoredModel model_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

/// The predictions alone.
std::vector<std::string> values_of(const Answer& answer) {
  std::vector<std::string> out;
  for (const auto& line : lines_of(answer.text)) {
    out.push_back(line.substr(line.find(',') + 1));
  }
  out.erase(out.begin());
  return out;
}

std::string float_text(float x) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, x).ptr);
}

}  // namespace

TEST_CASE("each row of the training file is predicted as in training") {
  const World world;
  const auto answer = world.predict(World::kTraining);
  CHECK(answer.error == "");
  CHECK(answer.warnings.empty());
  const auto lines = lines_of(answer.text);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "row,prediction");
  const auto x =
      prep::apply(world.model().plan, world.table(), {0, 1, 2, 3, 4});
  const auto p = world.model().model->predict(*x);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(lines[i + 1] ==
          std::to_string(i + 1) + "," + float_text(p->values[i]));
  }
}

TEST_CASE("columns are found by name, others are named, no target is wanted") {
  const World world;
  const auto plain = world.predict(World::kTraining);
  const auto other = world.predict(
      "day,note,kind,age,more,on\n2024-01-01,x,a,1,\"y,\n\",true\n"
      "2024-02-01,x,b,2,y,false\n2024-03-01,x,a,3,y,true\n"
      "2024-04-01,x,c,,y,false\n2024-05-01,x,b,5,y,\n");
  CHECK(other.error == "");
  CHECK(other.text == plain.text);
  CHECK(other.warnings ==
        std::vector<std::string>{
            "new.csv: the model does not use these columns: note, more"});
}

TEST_CASE("blanks and unseen levels go the way the plan says") {
  const World world;
  const char* const head = "age,kind,on,day\n";
  const auto given = world.predict(std::string(head) +
                                   ",zebra,NA,2024-03-01\n1e0, ,,2024-03-01\n");
  CHECK(given.error == "");
  table::Table same;
  same.rows = 1;
  for (const auto& column : world.table().columns) {
    same.columns.push_back(column);
  }
  same.columns[1].levels = {"zebra"};
  same.columns[1].codes = {0, 0, 0, 0, 0};
  same.columns[1].missing.clear();
  same.columns[0].missing = {1, 1, 1, 1, 1};
  same.columns[2].missing = {1, 1, 1, 1, 1};
  const auto x = prep::apply(world.model().plan, same, {2});
  REQUIRE(x);
  const auto p = world.model().model->predict(*x);
  CHECK(values_of(given).at(0) == float_text(p->values[0]));
}

TEST_CASE("all features that the file lacks are named") {
  const World world;
  CHECK(world.predict("on,row\ntrue,1\n").error ==
        "new.csv: the data lacks these features: age, kind, day");
}

TEST_CASE("a value that its column cannot have is an error with its line") {
  const World world;
  const std::string head = "age,kind,on,day\n1,a,true,2024-01-01\n";
  struct {
    const char* row;
    const char* error;
  } const cases[] = {{"old,a,true,2024-01-01",
                      "new.csv:3: column 'age' is 'old'; want a number"},
                     {"007,a,true,2024-01-01",
                      "new.csv:3: column 'age' is '007'; want a number"},
                     {"1,a,yes,2024-01-01",
                      "new.csv:3: column 'on' is 'yes'; want true or false"},
                     {"1,a,true,01/02/2024",
                      "new.csv:3: column 'day' is '01/02/2024'; want a date "
                      "written as %Y-%m-%d"},
                     {"1,a,true,2023-02-29",
                      "new.csv:3: column 'day' is '2023-02-29'; want a date "
                      "written as %Y-%m-%d"},
                     {"1,a,true", "new.csv:3:1: has 3 fields; want 4"}};
  for (const auto& c : cases) {
    const auto answer = world.predict(head + c.row + "\n1,a,true,2024-01-01\n");
    CHECK(answer.error.substr(0, std::string(c.error).size()) == c.error);
    if (std::string(c.error).find("column") == std::string::npos) continue;
    // What came before it was predicted.
    CHECK(lines_of(answer.text).size() == 2);
  }
}

TEST_CASE("of several bad values the first line is told, for any block") {
  const World world;
  std::string csv = "kind,day,on,age\n";
  for (int i = 0; i < 50; ++i) csv += "a,2024-01-01,true,1\n";
  const std::string bad =
      csv + "a,2024-01-01,maybe,1\na,2024-01-01,true,x\n" + csv.substr(16);
  for (const std::size_t block : {1, 64, 1 << 20}) {
    for (const unsigned threads : {1u, 3u}) {
      table::CsvOptions reading;
      reading.block = block;
      reading.threads = threads;
      const auto answer = world.predict(bad, {}, reading);
      CHECK(answer.error ==
            "new.csv:52: column 'on' is 'maybe'; want true or false");
      CHECK(lines_of(answer.text).size() == 51);
    }
  }
}

TEST_CASE("values that the plan refuses are errors with their line") {
  JobSpec spec = ridge_of("y");
  spec.columns = {{.pattern = "kind", .unknown = Unknown::error},
                  {.pattern = "age", .missing = Missing::error}};
  std::string training = World::kTraining;
  training.replace(training.find("\n,c"), 3, "\n4,c");
  const World world(training, spec);
  const std::string head = "age,kind,on,day\n1,a,true,2024-01-01\n";
  CHECK(
      world.predict(head + "1,z,true,2024-01-01\n,a,true,2024-01-01\n").error ==
      "new.csv:3: column 'kind' is 'z', which no training row has");
  CHECK(
      world.predict(head + ",a,true,2024-01-01\n1,z,true,2024-01-01\n").error ==
      "new.csv:3: column 'age' has no value; its rule has missing: error");
}

TEST_CASE("whole numbers that are levels are read as such") {
  JobSpec spec = ridge_of("y");
  spec.columns = {{.pattern = "zip", .encode = Encode::onehot}};
  const World world("zip,y\n10,1\n20,2\n10,3\n20,4.5\n", spec);
  const auto answer = world.predict("zip\n10\n20\n30\n");
  CHECK(answer.error == "");
  CHECK(values_of(answer)[0] != values_of(answer)[1]);
  CHECK(world.predict("zip\n10\n1.5\n").error ==
        "new.csv:3: column 'zip' is '1.5'; want a whole number");
}

TEST_CASE("a model of numbers takes reals where training had whole ones") {
  const World world;
  CHECK(world.predict("age,kind,on,day\n1.5,a,true,2024-01-01\n").error == "");
}

TEST_CASE("classes come with their probabilities, or without") {
  JobSpec spec = spec_of(LogisticSpec{});
  spec.target = "kind";
  const World world("x,kind\n1,\"a,b\"\n2,NA2\n3,\"a,b\"\n9,NA2\n8,NA2\n",
                    spec);
  const auto lines = lines_of(world.predict("x\n1\n9\n").text);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "row,prediction,p_NA2,\"p_a,b\"");
  CHECK(lines[1].substr(0, 10) == "1,\"a,b\",0.");
  CHECK(lines[2].substr(0, 8) == "2,NA2,0.");
  const auto bare = lines_of(
      world.predict("x\n1\n9\n", {.probabilities = Probabilities::left_out})
          .text);
  CHECK(bare ==
        std::vector<std::string>{"row,prediction", "1,\"a,b\"", "2,NA2"});
}

TEST_CASE("an id and other columns are copied as they are") {
  const World world("x,y\n1,1\n2,2.5\n3,3\n");
  const std::string csv =
      "who,x,note,note2\nann,1,\"NA\",5\" pipe\n\"b,ob\",2,,\"say "
      "\"\"x\"\"\"\n";
  const auto answer =
      world.predict(csv, {.id = "who", .input = {"note*", "x"}});
  const auto lines = lines_of(answer.text);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "row,who,note,note2,x,prediction");
  CHECK(lines[1].starts_with("1,ann,\"NA\",\"5\"\" pipe\",1,"));
  CHECK(lines[2].starts_with("2,\"b,ob\",,\"say \"\"x\"\"\",2,"));
  CHECK(answer.warnings.empty());
  CHECK(world.predict(csv, {.id = "whom"}).error ==
        "new.csv: id: there is no column 'whom'");
  CHECK(world.predict(csv, {.input = {"z*"}}).error ==
        "new.csv: input: there is no column like 'z*'");
  CHECK(world.predict("x,row\n1,2\n", {.input = {"*"}}).error ==
        "new.csv: input: the output has a column 'row' of its own");
}

TEST_CASE("a clustering gives the number of the nearest cluster") {
  JobSpec spec = spec_of(KmeansSpec{.k = 2});
  const World world("x\n1\n1.5\n0.5\n90\n91\n89\n", spec);
  const auto values = values_of(world.predict("x\n1\n90\n2\n88\n"));
  CHECK((values[0] == "0" || values[0] == "1"));
  CHECK(values[2] == values[0]);
  CHECK(values[1] == (values[0] == "0" ? "1" : "0"));
  CHECK(values[3] == values[1]);
}

TEST_CASE("a data set is predicted like the CSV that it was made of") {
  const World world;
  CHECK(world.predict_path(world.folder().at("train.h5")).text ==
        world.predict(World::kTraining).text);
  const auto copied = world.predict_path(world.folder().at("train.h5"),
                                         {.id = "kind", .input = {"day"}});
  CHECK(lines_of(copied.text)[1].starts_with("1,a,2024-01-01,"));
  world.folder().put("words.csv", "age,kind,on,day\nold,a,true,2024-01-01\n");
  REQUIRE(table::convert_csv(world.folder().at("words.csv"),
                             world.folder().at("words.h5"), {}));
  CHECK(world.predict_path(world.folder().at("words.h5")).error ==
        "words.h5: column 'age' is category; the model wants numbers");
}

TEST_CASE("rows that are left out have no number, and are told") {
  const World world("x,y\n1,1\n2,2.5\n3,3\n");
  table::CsvOptions reading;
  reading.ragged = table::Ragged::skip;
  const auto answer = world.predict("x\n1\n2,2\n3\n", {}, reading);
  CHECK(lines_of(answer.text).size() == 3);
  CHECK(lines_of(answer.text)[2].starts_with("2,"));
  CHECK(answer.warnings ==
        std::vector<std::string>{"new.csv:3: 1 rows with another number of "
                                 "fields than the first were left out, and "
                                 "have no number (lines 3)"});
}

TEST_CASE("a column that the header does not name is found again") {
  const World world("x,y,\n1,1,5\n2,2.5,3\n3,3,4\n");
  const auto answer = world.predict("x,y,\n1,1,5\n2,2.5,3\n");
  CHECK(answer.error.empty());
  CHECK(answer.warnings.empty());
  CHECK(lines_of(answer.text).size() == 3);
  // Where the model has no such column, a last delimiter is none.
  const World other("x,y\n1,1\n2,2.5\n3,3\n");
  const auto ended = other.predict("x,y,\n1,1,\n2,2.5,\n");
  CHECK(ended.error.empty());
  CHECK(ended.warnings.empty());
}

TEST_CASE("numbers that are all missing are missing in a data set, too") {
  const World world("x,z,y\n1,5,1\n2,6,2.5\n3,4,3\n");
  const std::string csv = "x,z\n1,\n2,\n";
  const auto from_csv = world.predict(csv);
  const std::string path = world.folder().at("new.h5");
  REQUIRE(table::convert_csv(world.folder().at("new.csv"), path, {}));
  const auto from_dataset = world.predict_path(path);
  CHECK(from_dataset.error.empty());
  CHECK(from_dataset.text == from_csv.text);
}

TEST_CASE("a file without rows, or that is none, is an error") {
  const World world("x,y\n1,1\n2,2.5\n3,3\n");
  CHECK(world.predict("x\n").error == "new.csv: has a header but no data row");
  CHECK_FALSE(world.predict("").error.empty());
  CHECK_FALSE(world.predict_path(world.folder().at("none.csv")).error.empty());
}

TEST_CASE("rows unlike those of training are warned about") {
  std::string training = "x,y\n";
  std::string shifted = "x\n";
  for (int i = 0; i < 300; ++i) {
    training += std::to_string(i) + "," + std::to_string(i % 7) + ".5\n";
    shifted += std::to_string(i + 200) + "\n";
  }
  const World world(training);
  CHECK(world.predict(training).warnings.empty());
  const auto warnings = world.predict(shifted).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].starts_with(
      "new.csv: column 'x' is not as it was in training: PSI "));
}

TEST_CASE("what stops the reading stops the prediction") {
  const World world("x,y\n1,1\n2,2.5\n3,3\n");
  const std::string path = world.folder().put("new.csv", "x\n1\n");
  const auto ok = [](std::string_view) { return Result<>(); };
  auto stopped =
      predict_file(world.model(), path, {}, {}, ok,
                   [](std::uint64_t, std::uint64_t) { return false; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().fault == Fault::cancelled);
  auto full = predict_file(world.model(), path, {}, {}, [](std::string_view) {
    return Result<>(Error{Fault::data, "the disk is full"});
  });
  REQUIRE_FALSE(full);
  CHECK(full.error().message == "the disk is full");
}

TEST_CASE("the answer for a row does not depend on its neighbours") {
  const Layer conv{.type = LayerType::conv2d,
                   .units = 16,
                   .size = 3,
                   .stride = 1,
                   .padding = Padding::same};
  const Layer relu{.type = LayerType::relu};
  const NetSpec dense{.layers = {{.type = LayerType::dense, .units = 64},
                                 relu,
                                 {.type = LayerType::dense, .units = 32}},
                      .input = {}};
  const NetSpec image{.layers = {conv, relu, {.type = LayerType::flatten}},
                      .input = ImageSize{2, 10, 1}};
  const auto plan = classes_plan(20, {"a", "b", "c"});
  Rng rng(4);
  Design train;
  train.x = make_matrix(301, 20);
  for (float& v : train.x.values) v = static_cast<float>(rng.normal());
  for (std::size_t i = 0; i < train.x.rows; ++i) {
    train.y.push_back(static_cast<float>(i % 3));
  }
  RandomForestSpec forest;
  forest.trees = 5;
  JobSpec pca = spec_of(LogisticSpec{});
  pca.pca = 7;
  for (JobSpec spec :
       {spec_of(dense), spec_of(image), spec_of(LogisticSpec{}),
        spec_of(LinearSvmSpec{}), spec_of(SvmSpec{}), spec_of(KnnSpec{}),
        spec_of(NaiveBayesSpec{}), spec_of(forest), pca}) {
    spec.train.epochs = 1;
    const auto model = trained(spec, plan, train);
    CAPTURE(model->kind(), spec.model.index());
    const auto all = predict_rows(*model, train.x);
    REQUIRE(all);
    for (const std::size_t count : {1, 2, 13, 77}) {
      for (std::size_t first = 0; first + count <= 301; first += count) {
        prep::Matrix some{count, 20, {}};
        some.values.assign(
            train.x.values.begin() + static_cast<long>(first * 20),
            train.x.values.begin() + static_cast<long>((first + count) * 20));
        const auto part = predict_rows(*model, some);
        REQUIRE(part);
        if (!std::equal(part->values.begin(), part->values.end(),
                        all->values.begin() + static_cast<long>(first * 3))) {
          FAIL("rows " << first << " and " << count << " in all");
        }
      }
    }
  }
}

TEST_CASE("no block size and no number of threads changes a byte") {
  constexpr int kRows = 700;
  Rng rng(5);
  std::string csv = "o,n,z,c\n";
  for (int i = 0; i < kRows; ++i) {
    const char* const levels[] = {"low", "high", "odd", ""};
    csv += std::string(levels[rng.below(4)]) + ",";
    if (rng.below(5) > 0) csv += table::number_text(rng.normal());
    csv += ",z" + std::to_string(rng.below(50)) + ",";
    csv += std::string("ab").substr(rng.below(2), 1) + "\n";
  }
  const table::Folder folder;
  const std::string path = folder.put("new.csv", csv);
  for (const auto& [name, file] : every_model()) {
    CAPTURE(name);
    auto model = unpack_model(file);
    REQUIRE(model);
    std::string first;
    for (const std::size_t block : {1, 100, 3000, 1 << 20}) {
      for (const unsigned threads : {1u, 2u, 5u}) {
        table::CsvOptions reading;
        reading.block = block;
        reading.threads = threads;
        const auto answer = World::run(*model, path, {}, reading);
        REQUIRE(answer.error == "");
        if (first.empty()) first = answer.text;
        CHECK(lines_of(answer.text).size() == kRows + 1);
        if (answer.text != first) FAIL("block " << block << ", " << threads);
      }
    }
  }
}
