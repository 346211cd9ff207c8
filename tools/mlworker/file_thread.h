// A thread for what must not hold up the heartbeats: files, digests,
// transfers.  Tasks run in order; what they return runs later in the loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/file.h"

namespace mlb::worker {

/// Runs in the loop that owns the thread.
using Completion = std::function<void()>;
/// Runs in the thread; must not touch what the loop owns.
using Task = std::function<Completion()>;

class FileThread {
 public:
  FileThread();
  /// Finishes the tasks that were given, drops their completions.
  ~FileThread();
  FileThread(const FileThread&) = delete;
  FileThread& operator=(const FileThread&) = delete;

  void give(Task task);
  /// Readable when take() has something.
  int fd() const { return event_.get(); }
  std::vector<Completion> take();

 private:
  void run();

  Fd event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::vector<Completion> done_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace mlb::worker
