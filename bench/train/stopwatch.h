// Seconds and CPU seconds of repetitions, as a JSON line.
#pragma once

#include <chrono>
#include <string>
#include <vector>

class Stopwatch {
 public:
  void start();
  void stop();
  /// For what another process used.
  void stop(double cpu_seconds);
  void print(const std::string& check) const;

 private:
  std::chrono::steady_clock::time_point wall_;
  double cpu_ = 0;
  std::vector<double> seconds_;
  std::vector<double> cpus_;
};
