// Blocks through threads: taken in order, worked on at once, handed over in
// order on the caller's thread.  Private to lib/table.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.h"
#include "table/csv_blocks.h"

namespace mlb::table {

/// `Load` has a member `Block block`; each is used again and again.
template <class Load>
class Pipeline {
 public:
  /// The next block; false at the end.  One thread at a time, in order.
  using Take = std::function<Result<bool>(Load&)>;
  /// On any thread; `worker` counts them from 0.
  using Work = std::function<void(Load&, unsigned worker)>;
  /// On the caller's thread, block after block.
  using Commit = std::function<Result<>(Load&)>;

  Pipeline(Take take, unsigned threads, Work work, Commit commit)
      : taker_(std::move(take)),
        threads_(threads),
        work_(std::move(work)),
        commit_(std::move(commit)) {}

  Result<> run() { return threads_ < 2 ? run_alone() : run_threads(); }

 private:
  Result<> run_alone() {
    Load load;
    for (;;) {
      auto taken = taker_(load);
      if (!taken) return std::move(taken).fail();
      if (!*taken) return {};
      work_(load, 0);
      auto done = commit_(load);
      if (!done) return done;
    }
  }

  Result<> run_threads() {
    // One block a thread and two on their way keep all busy.
    for (unsigned i = 0; i < threads_ + 2; ++i) {
      idle_.push_back(std::make_unique<Load>());
    }
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < threads_; ++i) {
      threads.emplace_back([this, i] { serve(i); });
    }
    auto done = commit_all();
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    threads.clear();
    return done;
  }

  Result<> commit_all() {
    for (std::uint64_t next = 0;; ++next) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] {
        return ready_.count(next) > 0 || (ended_ && next >= taken_);
      });
      if (ready_.count(next) == 0) return failure_;
      auto load = std::move(ready_.extract(next).mapped());
      if (load == nullptr) return failure_;
      lock.unlock();
      auto done = commit_(*load);
      if (!done) return done;
      lock.lock();
      idle_.push_back(std::move(load));
      changed_.notify_all();
    }
  }

  std::unique_ptr<Load> idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stop_ || ended_ || !idle_.empty(); });
    if (stop_ || ended_) return nullptr;
    auto out = std::move(idle_.back());
    idle_.pop_back();
    return out;
  }

  /// False when there is nothing more to take.
  bool take(Load& load) {
    const std::lock_guard taking(take_);
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || ended_) return false;
    }
    auto taken = taker_(load);
    const std::lock_guard lock(mutex_);
    if (taken && *taken) {
      taken_ = load.block.number + 1;
      return true;
    }
    ended_ = true;
    if (!taken) failure_ = std::move(taken).fail();
    changed_.notify_all();
    return false;
  }

  void serve(unsigned worker) {
    std::uint64_t number = 0;
    try {
      for (auto load = idle(); load != nullptr; load = idle()) {
        if (!take(*load)) return;
        number = load->block.number;
        work_(*load, worker);
        const std::lock_guard lock(mutex_);
        ready_[number] = std::move(load);
        changed_.notify_all();
      }
    } catch (const std::bad_alloc&) {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      failure_ = Error{Fault::data, "out of memory"};
      ready_[number] = nullptr;
      changed_.notify_all();
    }
  }

  Take taker_;
  unsigned threads_;
  Work work_;
  Commit commit_;
  std::mutex take_;  ///< held by the thread that takes a block
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::vector<std::unique_ptr<Load>> idle_;
  std::map<std::uint64_t, std::unique_ptr<Load>> ready_;
  std::uint64_t taken_ = 0;
  bool ended_ = false;
  bool stop_ = false;
  Result<> failure_;
};

}  // namespace mlb::table
