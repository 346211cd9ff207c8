// Runs seeded schedules and stops at the first broken guarantee.
//   sim_test [--from SEED] [--seeds N] [--threads N] [--seeds-file FILE]
//            [--sqlite DIR] [--trace SEED]
#include <csignal>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "world.h"

namespace {

using namespace mlb;
using namespace mlb::sim;

thread_local std::uint64_t running_seed = 0;

/// A broken CHECK aborts: say which schedule did it.
extern "C" void on_abort(int) {
  char text[96];
  const int size = std::snprintf(
      text, sizeof text, "seed %llu: a CHECK failed; add it to seeds.txt\n",
      static_cast<unsigned long long>(running_seed));
  if (size > 0) (void)!::write(2, text, std::size_t(size));
  std::_Exit(1);
}

struct Wish {
  std::uint64_t from = 1;
  std::uint64_t seeds = 20000;
  unsigned threads = 2;
  std::string file;
  sim::Options options;
};

/// Empty when every guarantee held.
std::string run_one(std::uint64_t seed, const sim::Options& options) {
  running_seed = seed;
  const Schedule schedule = draw(seed);
  World world(schedule, options);
  try {
    world.run();
    return {};
  } catch (const Violation& v) {
    return "seed " + std::to_string(seed) + " at " +
           std::to_string(world.now().count()) + " ms: " + v.what();
  }
}

std::vector<std::uint64_t> all_seeds(const Wish& wish) {
  std::vector<std::uint64_t> out;
  std::ifstream file(wish.file);
  for (std::uint64_t seed; file >> seed;) out.push_back(seed);
  for (std::uint64_t i = 0; i < wish.seeds; ++i) out.push_back(wish.from + i);
  return out;
}

int run_all(const Wish& wish) {
  const auto seeds = all_seeds(wish);
  const auto began = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < wish.threads; ++t) {
    threads.emplace_back([&, t] {
      sim::Options options = wish.options;
      for (std::size_t i = next++; i < seeds.size() && !failed; i = next++) {
        if (!wish.options.sqlite_dir.empty()) {
          options.sqlite_dir = wish.options.sqlite_dir + "/" +
                               std::to_string(t) + "-" +
                               std::to_string(seeds[i]);
          std::filesystem::create_directories(options.sqlite_dir);
        }
        const std::string problem = run_one(seeds[i], options);
        if (!options.sqlite_dir.empty()) {
          std::filesystem::remove_all(options.sqlite_dir);
        }
        if (problem.empty()) continue;
        failed = true;
        std::fprintf(stderr, "%s\n  see it: sim_test --trace %llu\n",
                     problem.c_str(),
                     static_cast<unsigned long long>(seeds[i]));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (failed) return 1;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began)
          .count();
  std::printf("%zu schedules, every guarantee held; %.0f a second\n",
              seeds.size(), double(seeds.size()) / seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, on_abort);
  Wish wish;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--from") wish.from = std::stoull(value);
    if (flag == "--seeds") wish.seeds = std::stoull(value);
    if (flag == "--threads") wish.threads = unsigned(std::stoul(value));
    if (flag == "--seeds-file") wish.file = value;
    if (flag == "--sqlite") wish.options.sqlite_dir = value;
    if (flag == "--trace") {
      wish.options.trace = true;
      const std::string problem = run_one(std::stoull(value), wish.options);
      std::printf("%s\n", problem.empty() ? "all held" : problem.c_str());
      return problem.empty() ? 0 : 1;
    }
  }
  return run_all(wish);
}
