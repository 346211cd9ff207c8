// See shard_pool.h.
#include "learn/net/shard_pool.h"

#include <immintrin.h>

namespace mlb::learn {
namespace {

/// About 50 microseconds.
constexpr int kLooks = 1000;

/// Returns when `value` is no longer `old`.
void await_change(const std::atomic<std::size_t>& value, std::size_t old) {
  for (int i = 0; i < kLooks; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    _mm_pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

ShardPool::ShardPool(int threads) {
  for (int i = 1; i < threads; ++i) {
    threads_.emplace_back([this] { serve(); });
  }
}

ShardPool::~ShardPool() {
  stop_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ShardPool::run(std::size_t shards,
                    const std::function<void(std::size_t)>& work) {
  if (threads_.empty() || shards <= 1) {
    for (std::size_t i = 0; i < shards; ++i) work(i);
    return;
  }
  work_ = &work;
  shards_ = shards;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(threads_.size(), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take();
  for (std::size_t busy = busy_.load(std::memory_order_acquire); busy != 0;
       busy = busy_.load(std::memory_order_acquire)) {
    await_change(busy_, busy);
  }
}

void ShardPool::take() {
  for (;;) {
    const std::size_t i = next_.fetch_add(1, std::memory_order_relaxed);
    if (i >= shards_) return;
    (*work_)(i);
  }
}

void ShardPool::serve() {
  std::size_t seen = 0;
  for (;;) {
    await_change(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (stop_) return;
    take();
    // Release: what this thread wrote is there for the caller.
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

}  // namespace mlb::learn
