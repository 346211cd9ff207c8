// Threads that each take shards of a batch.  How a batch is cut never depends
// on their number, so neither does the result.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace mlb::learn {

/// A net's batch takes some hundred microseconds and comes back several times:
/// threads look for work for a while before they sleep, since waking one takes
/// as long as a small shard.
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
  void serve();
  void take();

  std::vector<std::thread> threads_;
  // Written before round_ is, read after it: what is to be done.
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t shards_ = 0;
  bool stop_ = false;
  std::atomic<std::size_t> next_ = 0;   ///< the shard to take
  std::atomic<std::size_t> busy_ = 0;   ///< threads that still work
  std::atomic<std::size_t> round_ = 0;  ///< counts calls of run()
};

}  // namespace mlb::learn
