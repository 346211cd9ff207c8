// A job that is stopped and goes on elsewhere, as a whole: checkpoints out,
// checkpoint in, and the same result.
#include <catch2/catch.hpp>

#include <filesystem>

#include "base/digest.h"
#include "mljob_world.h"

namespace mlb::job_program {
namespace {

JobSpec job() {
  JobSpec out = World().spec;
  out.model = NetSpec{.layers = {{LayerType::dense, 8, true, 0},
                                 {LayerType::tanh, 0, true, 0},
                                 {LayerType::dropout, 0, true, 0.2}},
                      .input = {}};
  out.train.epochs = 6;
  out.train.batch_size = 40;
  return out;
}

/// metrics.csv without the column of the time.
std::string history(const World& w) {
  std::string out;
  for (const std::string& line : w.lines("metrics.csv")) {
    std::istringstream in(line);
    std::string cell;
    for (int i = 0; std::getline(in, cell, ','); ++i) {
      if (i != 2) out += cell + ",";
    }
    out += "\n";
  }
  return out;
}

std::vector<CheckpointMark> checkpoints(const World& w) {
  std::vector<CheckpointMark> out;
  for (const auto& item : w.told.items) {
    if (item.type == ItemType::checkpoint) out.push_back(item.checkpoint);
  }
  return out;
}

/// What the job says of its training, without the remark on its data.
std::string messages(const World& w) {
  std::string out;
  for (const auto& item : w.told.items) {
    if (item.type != ItemType::message) continue;
    if (!item.message.starts_with("warning: leak?")) out += item.message + "\n";
  }
  return out;
}

/// The job in a folder of its own that is given this checkpoint.
void resume(World& w, const std::string& checkpoint) {
  w.spec = job();
  blob::write(w.folder.at("resume"), checkpoint);
  w.run(World::flowers());
}

TEST_CASE("a job that is stopped anywhere ends as if it had not been") {
  World calm;
  calm.spec = job();
  calm.run(World::flowers());
  REQUIRE(calm.outcome.success);
  int resumed = 0;
  for (int questions = 1; questions < 60; questions += 2) {
    CAPTURE(questions);
    World stopped;
    stopped.spec = job();
    questions_before_stop = questions;
    stopped.run(World::flowers());
    const auto marks = checkpoints(stopped);
    if (marks.empty()) continue;  // before, or after the training
    const CheckpointMark& mark = marks.back();
    const std::string file = blob::slurp(stopped.folder.at(mark.file));
    CHECK(mark.bytes == file.size());
    CHECK(mark.digest == sha256(view_of(file)));
    World second;
    resume(second, file);
    REQUIRE(second.outcome.success);
    CHECK(second.outcome.exact);
    CHECK_FALSE(stopped.outcome.exact);
    CHECK(second.file("model.mlm") == calm.file("model.mlm"));
    CHECK(history(second) == history(calm));
    CHECK(messages(second).empty());
    CHECK(second.points().size() == calm.points().size() - mark.epoch);
    if (!second.points().empty()) {
      CHECK(second.points()[0].epoch == mark.epoch + 1);
    }
    ++resumed;
  }
  CHECK(resumed > 10);
}

TEST_CASE("checkpoints come as often as asked, and old files go") {
  World w;
  w.spec = job();
  w.spec.train.checkpoint = {{SpanUnit::epochs, 2}, 1};
  w.run(World::flowers());
  std::vector<std::uint32_t> epochs;
  for (const auto& mark : checkpoints(w)) epochs.push_back(mark.epoch);
  CHECK(epochs == std::vector<std::uint32_t>{2, 4, 6});
  CHECK_FALSE(std::filesystem::exists(w.folder.at("checkpoint-2")));
  CHECK(std::filesystem::exists(w.folder.at("checkpoint-3")));
}

TEST_CASE("a checkpoint that is damaged or of other work is not used") {
  World w;
  w.spec = job();
  w.spec.train.checkpoint.every = {SpanUnit::epochs, 3};
  w.run(World::flowers());
  const auto marks = checkpoints(w);
  REQUIRE(marks.size() == 2);
  const std::string file = blob::slurp(w.folder.at(marks[0].file));
  for (const std::size_t at : {0u, 9u, 30u, 100u}) {
    std::string bad = file;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    World other;
    resume(other, bad);
    CHECK(other.outcome.success);
    CHECK(other.file("model.mlm") == w.file("model.mlm"));
    CHECK(messages(other).find("training begins anew") != std::string::npos);
  }
  World other;
  other.spec = job();
  other.spec.seed = 99;
  blob::write(other.folder.at("resume"), file);
  other.run(World::flowers());
  CHECK(messages(other) ==
        "warning: the checkpoint is of another training; training begins "
        "anew\n");
}

TEST_CASE("training that two kinds of CPU took part in is not exact") {
  World w;
  w.spec = job();
  w.spec.train.checkpoint.every = {SpanUnit::epochs, 3};
  w.run(World::flowers());
  CHECK(w.outcome.exact);
  auto saved = learn::unpack_checkpoint(
      view_of(blob::slurp(w.folder.at(checkpoints(w)[0].file))));
  REQUIRE(saved);
  saved->numeric_class = "an abacus";
  World other;
  resume(other, std::string(text_of(learn::pack_checkpoint(*saved))));
  CHECK(other.outcome.success);
  CHECK_FALSE(other.outcome.exact);
  const auto& warnings = other.outcome.warnings;
  CHECK(std::any_of(warnings.begin(), warnings.end(), [](const auto& text) {
    return text.starts_with(
        "not exact: an earlier attempt computed with an abacus");
  }));
}

TEST_CASE("training may begin with the model of another job") {
  World first;
  first.spec = job();
  first.run(World::flowers());
  const auto loss = [](const World& w) {
    return w.points().front().metrics.at("train.loss");
  };
  World second;
  second.spec = job();
  second.spec.train.init_from.name = "model.mlm";
  blob::write(second.folder.at("model"), first.file("model.mlm"));
  second.run(World::flowers());
  CHECK(second.outcome.success);
  CHECK(loss(second) < loss(first));
  World other;
  other.spec = second.spec;
  other.spec.model = small_net();
  blob::write(other.folder.at("model"), first.file("model.mlm"));
  other.run(World::flowers());
  CHECK(other.outcome.failure == FailureClass::bad_data);
  CHECK(other.outcome.reason.starts_with(
      "train.init_from: the model has other layers"));
  blob::write(other.folder.at("model"), "nonsense");
  other.run(World::flowers());
  CHECK(other.outcome.reason ==
        "train.init_from: the model file does not begin like one of mlbatch");
}

TEST_CASE("training ends when its time is over, with what it has") {
  World w;
  w.spec = job();
  w.spec.train.epochs = 1'000'000;
  w.spec.train.early_stop_mode = EarlyStopMode::off;
  w.spec.train.time = Millis(300);
  w.run(World::flowers());
  CHECK(w.outcome.success);
  CHECK(messages(w).starts_with("training ended: train.time is over"));
  CHECK_FALSE(w.outcome.exact);
  CHECK_FALSE(w.points().empty());
}

}  // namespace
}  // namespace mlb::job_program
