// See chunk_queue.h.
#include "table/chunk_queue.h"

#include "base/check.h"
#include "table/checksum.h"
#include "table/deflate.h"

namespace mlb::table {

ChunkQueue::ChunkQueue(unsigned threads, bool compress) : compress_(compress) {
  if (!compress || threads < 2) return;
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

ChunkQueue::~ChunkQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  added_.notify_all();
  threads_.clear();
}

void ChunkQueue::pack(Chunk& chunk) const {
  const std::string_view raw(chunk.raw.data(), chunk.raw.size());
  chunk.sum = checksum(view_of(raw.substr(0, chunk.used)));
  if (!compress_) return;
  thread_local std::string planes;
  if (chunk.element > 1) shuffle(raw, chunk.element, planes);
  deflate_planes(chunk.element > 1 ? std::string_view(planes) : raw,
                 chunk.element, chunk.packed);
}

void ChunkQueue::add(Chunk chunk) {
  auto task = std::make_unique<Task>();
  task->chunk = std::move(chunk);
  if (!threads_.empty()) {
    const std::lock_guard lock(mutex_);
    todo_.push_back(task.get());
    added_.notify_one();
  }
  order_.push_back(std::move(task));
}

Chunk ChunkQueue::take() {
  CHECK(!order_.empty());
  const auto task = std::move(order_.front());
  order_.pop_front();
  if (threads_.empty()) {
    pack(task->chunk);
  } else {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return task->ready; });
  }
  return std::move(task->chunk);
}

void ChunkQueue::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    added_.wait(lock, [&] { return stop_ || !todo_.empty(); });
    if (stop_) return;
    Task* task = todo_.front();
    todo_.pop_front();
    lock.unlock();
    pack(task->chunk);
    lock.lock();
    task->ready = true;
    ready_.notify_one();
  }
}

}  // namespace mlb::table
