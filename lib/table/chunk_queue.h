// Sums up and compresses chunks in threads and gives them back in the order in
// which they came.  Private to lib/table.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mlb::table {

struct Chunk {
  std::uint64_t target = 0;  ///< what the owner knows it by
  std::uint64_t first = 0;   ///< row
  std::size_t element = 1;   ///< bytes of a value
  std::size_t used = 0;      ///< bytes of `raw`, before the padding
  std::vector<char> raw;
  std::string packed = {};  ///< of a queue that compresses; else unused
  std::uint64_t sum = 0;    ///< checksum() of the used bytes
};

class ChunkQueue {
 public:
  /// `threads` < 2: chunks are packed when they are taken, without one.
  ChunkQueue(unsigned threads, bool compress);
  ~ChunkQueue();
  ChunkQueue(const ChunkQueue&) = delete;
  ChunkQueue& operator=(const ChunkQueue&) = delete;

  void add(Chunk chunk);
  bool is_empty() const { return order_.empty(); }
  /// The first that was added and not yet taken; waits until it is ready.
  Chunk take();

 private:
  struct Task {
    Chunk chunk;
    bool ready = false;
  };
  void work();
  void pack(Chunk& chunk) const;

  bool compress_;
  std::deque<std::unique_ptr<Task>> order_;  ///< of the owner's thread
  std::mutex mutex_;
  std::condition_variable added_;
  std::condition_variable ready_;
  std::deque<Task*> todo_;  ///< guarded
  bool stop_ = false;       ///< guarded
  std::vector<std::jthread> threads_;
};

}  // namespace mlb::table
