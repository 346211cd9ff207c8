// See stopwatch.h.
#include "stopwatch.h"

#include <time.h>

#include <cstdio>

namespace {

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

std::string list(const std::vector<double>& values) {
  std::string out;
  for (const double v : values) {
    out += (out.empty() ? "[" : ", ") + std::to_string(v);
  }
  return out + "]";
}

}  // namespace

void Stopwatch::start() {
  wall_ = std::chrono::steady_clock::now();
  cpu_ = cpu_seconds();
}

void Stopwatch::stop() {
  stop(cpu_seconds() - cpu_);
}

void Stopwatch::stop(double cpu) {
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - wall_;
  seconds_.push_back(took.count());
  cpus_.push_back(cpu);
}

void Stopwatch::print(const std::string& check) const {
  std::printf("{\"seconds\": %s, \"cpu\": %s, \"check\": \"%s\"}\n",
              list(seconds_).c_str(), list(cpus_).c_str(), check.c_str());
}
