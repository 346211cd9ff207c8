// See shard_pool.h.
#include "learn/net/shard_pool.h"

#include <immintrin.h>

#include "base/check.h"

namespace mlb::learn {
namespace {

constexpr unsigned kBits = 24;  // of the next shard, and of their number
constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;

std::size_t next_of(std::uint64_t ticket) {
  return ticket & kMask;
}

std::size_t shards_of(std::uint64_t ticket) {
  return (ticket >> kBits) & kMask;
}

/// Returns when `value` is no longer `old`.
template <class T>
void await_change(const std::atomic<T>& value, T old) {
  constexpr int kLooks = 1000;  // some 20 microseconds
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
  offer(0);
  for (auto& thread : threads_) thread.join();
}

void ShardPool::offer(std::size_t shards) {
  ++round_;
  ticket_.store(round_ << 2 * kBits | shards << kBits,
                std::memory_order_release);
  ticket_.notify_all();
}

void ShardPool::run(std::size_t shards,
                    const std::function<void(std::size_t)>& work) {
  CHECK(shards < kMask);
  if (threads_.empty() || shards <= 1) {
    for (std::size_t i = 0; i < shards; ++i) work(i);
    return;
  }
  // All shards of the last round were taken: nobody reads these.
  work_ = &work;
  done_.store(0, std::memory_order_relaxed);
  offer(shards);
  take();
  for (std::size_t done = done_.load(std::memory_order_acquire); done != shards;
       done = done_.load(std::memory_order_acquire)) {
    await_change(done_, done);
  }
}

/// Takes shards until none is left; returns the ticket that said so.
ShardPool::Ticket ShardPool::take() {
  Ticket ticket = ticket_.load(std::memory_order_acquire);
  while (next_of(ticket) < shards_of(ticket)) {
    if (!ticket_.compare_exchange_weak(ticket, ticket + 1,
                                       std::memory_order_acq_rel)) {
      continue;
    }
    (*work_)(next_of(ticket));
    // Release: what this thread wrote is there for the caller.
    const std::size_t before = done_.fetch_add(1, std::memory_order_acq_rel);
    if (before + 1 == shards_of(ticket)) done_.notify_one();
    ticket = ticket_.load(std::memory_order_acquire);
  }
  return ticket;
}

void ShardPool::serve() {
  for (;;) {
    const Ticket ticket = take();
    // Behind take(): it may have seen the last ticket, after which none comes.
    if (stop_) return;
    await_change(ticket_, ticket);
  }
}

}  // namespace mlb::learn
