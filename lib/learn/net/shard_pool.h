// Threads that each take shards of a batch.  How a batch is cut never depends
// on their number, so neither does the result.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace mlb::learn {

/// A net's batch takes some hundred microseconds and comes back several times:
/// threads look for work for a while before they sleep, since waking one takes
/// as long as a small shard.  Nobody waits for a thread that has not begun, so
/// that one without a free core holds up nothing.
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
  /// One number, so that a thread takes a shard of the round that it saw, or
  /// none: the round, its shards, and the next one to take.
  using Ticket = std::uint64_t;

  void offer(std::size_t shards);
  Ticket take();
  void serve();

  std::vector<std::thread> threads_;
  const std::function<void(std::size_t)>* work_ = nullptr;  ///< of the round
  std::uint64_t round_ = 0;
  std::atomic<Ticket> ticket_ = 0;
  std::atomic<std::size_t> done_ = 0;  ///< shards of the round
  std::atomic<bool> stop_ = false;
};

}  // namespace mlb::learn
