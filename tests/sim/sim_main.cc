// Runs seeded schedules and stops at the first broken guarantee.
//   sim_test [--from SEED] [--seeds N] [--threads N] [--seeds-file FILE]
//            [--sqlite DIR] [--trace SEED]
#include <csignal>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "world.h"

namespace {

using namespace mlb;
using namespace mlb::sim;

thread_local std::uint64_t running_seed = 0;
thread_local std::size_t running_number = 0;  // schedules before it

/// A broken CHECK aborts: say which schedule did it.
extern "C" void on_abort(int) {
  char text[160];
  const int size = std::snprintf(
      text, sizeof text,
      "seed %llu: a CHECK failed\n  after %zu schedules; add it to seeds.txt\n",
      static_cast<unsigned long long>(running_seed), running_number);
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

/// What the threads have in common.
struct Run {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  Figures figures;
};

/// Empty when every guarantee held.
std::string run_one(std::uint64_t seed, const sim::Options& options,
                    Figures& figures) {
  running_seed = seed;
  const sim::Schedule schedule = draw(seed);
  World world(schedule, options);
  try {
    world.run();
    figures += world.figures();
    return {};
  } catch (const Violation& v) {
    return "seed " + std::to_string(seed) + " at " +
           std::to_string(world.now().count()) + " ms: " + v.what();
  }
}

/// The same with a folder of its own for SQLite files, when they are wanted.
std::string run_in_folder(std::uint64_t seed, const Wish& wish,
                          Figures& figures) {
  sim::Options options = wish.options;
  if (options.sqlite_dir.empty()) return run_one(seed, options, figures);
  options.sqlite_dir += "/" + std::to_string(seed);
  std::filesystem::create_directories(options.sqlite_dir);
  std::string problem = run_one(seed, options, figures);
  std::filesystem::remove_all(options.sqlite_dir);
  return problem;
}

void work(const Wish& wish, const std::vector<std::uint64_t>& seeds, Run& run) {
  Figures figures;
  for (std::size_t i = run.next++; i < seeds.size() && !run.failed;
       i = run.next++) {
    running_number = i;
    const std::string problem = run_in_folder(seeds[i], wish, figures);
    if (problem.empty()) continue;
    if (run.failed.exchange(true)) return;
    std::fprintf(stderr,
                 "%s\n  after %zu schedules; see it: sim_test --trace %llu\n",
                 problem.c_str(), i, static_cast<unsigned long long>(seeds[i]));
  }
  const std::lock_guard lock(run.mutex);
  run.figures += figures;
}

std::vector<std::uint64_t> all_seeds(const Wish& wish) {
  std::vector<std::uint64_t> out;
  std::ifstream file(wish.file);
  for (std::uint64_t seed; file >> seed;) out.push_back(seed);
  for (std::uint64_t i = 0; i < wish.seeds; ++i) out.push_back(wish.from + i);
  return out;
}

/// What one schedule is made of, on average.
void print(const Figures& f, std::size_t schedules) {
  const auto each = [&](std::uint64_t n) {
    return double(n) / double(schedules);
  };
  std::printf(
      "each: %.0f events, %.1f jobs, %.1f attempts, %.1f faults, %.1f starts "
      "of processes, %.0f commits, %.0f frames (%.1f lost, %.1f doubled, %.1f "
      "overtaken)\n",
      each(f.events), each(f.jobs), each(f.attempts), each(f.faults),
      each(f.lives), each(f.commits), each(f.frames), each(f.lost),
      each(f.doubled), each(f.overtaken));
}

int run_all(const Wish& wish) {
  const auto seeds = all_seeds(wish);
  const auto began = std::chrono::steady_clock::now();
  const std::clock_t cpu_began = std::clock();
  Run run;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < wish.threads; ++t) {
    threads.emplace_back([&] { work(wish, seeds, run); });
  }
  for (auto& thread : threads) thread.join();
  if (run.failed) return 1;
  const std::chrono::duration<double> wall =
      std::chrono::steady_clock::now() - began;
  const double cpu = double(std::clock() - cpu_began) / CLOCKS_PER_SEC;
  const auto count = double(seeds.size());
  std::printf(
      "%zu schedules, every guarantee held; %.0f a second on %u threads, "
      "%.0f a second of processor time\n",
      seeds.size(), count / wall.count(), wish.threads, count / cpu);
  print(run.figures, seeds.size());
  return 0;
}

int trace(std::uint64_t seed, sim::Options options) {
  options.trace = true;
  Figures figures;
  const std::string problem = run_one(seed, options, figures);
  std::printf("%s\n", problem.empty() ? "all held" : problem.c_str());
  return problem.empty() ? 0 : 1;
}

int usage() {
  std::fputs(
      "usage: sim_test [--from SEED] [--seeds N] [--threads N]\n"
      "                [--seeds-file FILE] [--sqlite DIR]\n"
      "       sim_test --trace SEED\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, on_abort);
  Wish wish;
  if (argc % 2 == 0) return usage();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--trace") {
      return trace(std::stoull(value), wish.options);
    } else if (flag == "--from") {
      wish.from = std::stoull(value);
    } else if (flag == "--seeds") {
      wish.seeds = std::stoull(value);
    } else if (flag == "--threads") {
      wish.threads = unsigned(std::stoul(value));
    } else if (flag == "--seeds-file") {
      wish.file = value;
    } else if (flag == "--sqlite") {
      wish.options.sqlite_dir = value;
    } else {
      return usage();
    }
  }
  return run_all(wish);
}
