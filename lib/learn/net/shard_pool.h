// Threads that each take shards of a batch.  How a batch is cut never depends
// on their number, so neither does the result.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mlb::learn {

class ShardPool {
 public:
  /// `threads` >= 1; the caller's own thread is one of them.
  explicit ShardPool(int threads);
  ~ShardPool();
  ShardPool(const ShardPool&) = delete;
  ShardPool& operator=(const ShardPool&) = delete;

  /// Runs work(0) ... work(shards - 1), each once; returns when all are done.
  void run(std::size_t shards, const std::function<void(std::size_t)>& work);

 private:
  void serve(std::size_t index);

  std::size_t stride_;  ///< threads in all
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable begin_;
  std::condition_variable done_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t shards_ = 0;
  std::size_t round_ = 0;
  std::size_t busy_ = 0;
  bool stop_ = false;
};

}  // namespace mlb::learn
