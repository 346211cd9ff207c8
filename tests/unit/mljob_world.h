// An attempt in a folder of its own, run in this process: spec and input go
// in, outcome, files and progress come out.
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "base/file.h"
#include "blob_folder.h"
#include "progress_pipe.h"
#include "run_job.h"
#include "wire/wire.h"

namespace mlb::job_program {

/// When stop_asked() begins to say yes: after so many questions.
extern int questions_before_stop;

struct World {
  blob::Folder folder;
  JobSpec spec;
  Outcome outcome;
  worker::Reported told;

  World() {
    spec.data.path = "/home/ann/flowers.csv";
    spec.target = "y";
    spec.seed = 3;
    questions_before_stop = 1'000'000'000;
  }
  /// y is "yes" where x > 0; z says nothing; some cells are empty.
  static std::string flowers(int rows = 200) {
    std::string csv = "x,z,y\n";
    for (int i = 0; i < rows; ++i) {
      const int x = (i * 37) % rows - rows / 2;
      csv += std::to_string(x) + "," +
             (i % 9 == 0 ? "" : std::to_string(i % 7) + ".5") + "," +
             (x > 0 ? "yes" : "no") + "\n";
    }
    return csv;
  }
  /// y = 2 x + 1.
  static std::string line(int rows = 100) {
    std::string csv = "x,y\n";
    for (int i = 0; i < rows; ++i) {
      csv += std::to_string(i) + ".5," + std::to_string(2 * i + 2) + ".0\n";
    }
    return csv;
  }
  World& run(const std::string& input) {
    blob::write(folder.at("input"), input);
    const Bytes bytes = wire::encode_spec(spec);
    blob::write(folder.at("spec"), std::string(text_of(bytes)));
    return run_folder();
  }
  World& run_folder() {
    const std::string path = folder.at("progress");
    {
      const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
      REQUIRE(fd);
      outcome = run_job(folder.path, fd.get());
    }
    worker::ProgressPipe pipe(Fd(::open(path.c_str(), O_RDONLY)));
    told = {};
    while (!told.closed) {
      worker::Reported part = pipe.read();
      CHECK(part.problem.empty());
      std::move(part.items.begin(), part.items.end(),
                std::back_inserter(told.items));
      std::move(part.live.begin(), part.live.end(),
                std::back_inserter(told.live));
      told.closed = part.closed;
    }
    return *this;
  }
  std::string file(const std::string& name) const {
    return blob::slurp(folder.at("out/" + name));
  }
  std::vector<std::string> lines(const std::string& name) const {
    std::istringstream in(file(name));
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  std::vector<Point> points() const {
    std::vector<Point> out;
    for (const auto& item : told.items) {
      if (item.type == ItemType::point) out.push_back(item.point);
    }
    return out;
  }
  /// Stages in order, each once.
  std::string stages() const {
    std::string out;
    std::string last;
    for (const auto& live : told.live) {
      if (live.stage != last) out += (out.empty() ? "" : " ") + live.stage;
      last = live.stage;
    }
    return out;
  }
};

/// A small net, fast to train.
inline NetSpec small_net() {
  return NetSpec{
      {{LayerType::dense, 8, true, 0}, {LayerType::tanh, 0, true, 0}}};
}

}  // namespace mlb::job_program
