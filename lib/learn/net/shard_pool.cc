// See shard_pool.h.
#include "learn/net/shard_pool.h"

namespace mlb::learn {

ShardPool::ShardPool(int threads) : stride_(static_cast<std::size_t>(threads)) {
  for (int i = 1; i < threads; ++i) {
    threads_.emplace_back([this, i] { serve(static_cast<std::size_t>(i)); });
  }
}

ShardPool::~ShardPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  begin_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ShardPool::run(std::size_t shards,
                    const std::function<void(std::size_t)>& work) {
  if (threads_.empty() || shards == 1) {
    for (std::size_t i = 0; i < shards; ++i) work(i);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    shards_ = shards;
    busy_ = threads_.size();
    ++round_;
  }
  begin_.notify_all();
  for (std::size_t i = 0; i < shards; i += stride_) work(i);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
}

void ShardPool::serve(std::size_t index) {
  std::size_t seen = 0;
  for (;;) {
    std::unique_lock lock(mutex_);
    begin_.wait(lock, [&] { return stop_ || round_ != seen; });
    if (stop_) return;
    seen = round_;
    const auto* work = work_;
    const std::size_t shards = shards_;
    lock.unlock();
    for (std::size_t i = index; i < shards; i += stride_) (*work)(i);
    lock.lock();
    if (--busy_ == 0) done_.notify_one();
  }
}

}  // namespace mlb::learn
