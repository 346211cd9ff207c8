// Moving blobs in chunks, resumable at any byte, verified at both ends.  Pure
// over frames: sockets and clocks belong to the caller.  docs/transfer.md has
// the frames.  Server: mlbroker's transfer thread.  Clients: mlsubmit (data
// up, artefacts down) and mlworker (data down, artefacts up).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/result.h"
#include "base/time.h"
#include "blob/cas.h"

namespace mlb::blob {

inline constexpr std::uint64_t kChunk = 256 * 1024;
/// Chunks that may be under way in one transfer.
inline constexpr std::uint64_t kCredits = 8;
/// A client that heard nothing for this long asks again.
inline constexpr Millis kAskAgain = 3s;

/// What the server does with a frame: answers to the same peer, and blobs
/// that became durable (already synced).
struct Reaction {
  std::vector<Bytes> frames;
  std::vector<Stored> stored;
};

/// Keeps no state a peer; uploads are known by digest, so that another
/// connection may go on where one broke off, also after a restart.
class Server {
 public:
  explicit Server(Cas cas);
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  /// Any bytes are a valid argument; nonsense is answered by an error frame.
  Reaction handle(ByteView frame, Millis now);
  /// While set, uploads are refused with "disk_low".
  void set_disk_low(bool low);
  /// Closes the files of uploads that were silent for a minute; the bytes
  /// stay for a later resume.
  void tick(Millis now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

enum class Status { running, done, failed };

/// Sends one file.  Call next() until it has nothing, deliver every frame
/// that arrives to receive(), and call next() again at least every second.
class Uploader {
 public:
  /// `expected` must have been computed from this file.  `path` may be any
  /// readable file.
  static Result<Uploader> open(const std::string& path, const Stored& expected);
  /// A frame to send now, or nothing.
  std::optional<Bytes> next(Millis now);
  void receive(ByteView frame, Millis now);
  Status status() const { return status_; }
  const Error& error() const { return error_; }  ///< when failed
  std::uint64_t done() const { return acked_; }
  std::uint64_t total() const { return blob_.bytes; }

 private:
  Uploader() = default;
  std::optional<Bytes> chunk();
  void go_on_from(std::uint64_t offset);
  void hear_failure(Error error);
  void fail(Error error);
  Fd file_;
  std::string path_;
  Stored blob_;
  std::uint64_t acked_ = 0;
  std::uint64_t sent_ = 0;
  std::optional<std::uint64_t> rewound_to_;
  bool begun_ = false;  ///< the server said from where to send
  int restarts_ = 0;
  std::optional<Millis> asked_;
  Status status_ = Status::running;
  Error error_;
};

/// Fetches one blob into a file.  Used like Uploader.
class Downloader {
 public:
  /// `path` appears when all is there and verified; until then the bytes are
  /// in "path.part", from where a later Downloader goes on.  An existing
  /// `path` is replaced.
  static Result<Downloader> open(const std::string& path, const Digest& digest);
  std::optional<Bytes> next(Millis now);
  void receive(ByteView frame, Millis now);
  Status status() const { return status_; }
  const Error& error() const { return error_; }  ///< when failed
  std::uint64_t done() const { return written_; }
  std::uint64_t total() const { return total_.value_or(0); }

 private:
  Downloader() = default;
  void fail(Error error);
  std::string part() const;
  Result<> take(ByteView bytes);
  void start_over();
  Result<> finish();
  Fd file_;
  std::string path_;
  Digest digest_;
  Sha256 hash_;
  std::uint64_t written_ = 0;
  std::uint64_t asked_upto_ = 0;
  std::uint64_t resumed_from_ = 0;
  std::optional<std::uint64_t> total_;
  std::optional<Millis> heard_;
  Status status_ = Status::running;
  Error error_;
};

/// How run() reaches the server.
struct Line {
  std::function<bool(ByteView)> send;                   ///< false: try later
  std::function<std::optional<Bytes>(Millis)> receive;  ///< waits that long
  std::function<Millis()> now;                          ///< monotonic
  std::function<bool()> stop = [] { return false; };    ///< asked each turn
};
using ShowProgress =
    std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Drives one transfer to its end.  Without any answer for `patience` it is
/// Fault::unreachable; stopped, Fault::cancelled.
Result<> run(Uploader& transfer, const Line& line, Millis patience = 60s,
             const ShowProgress& show = {});
Result<> run(Downloader& transfer, const Line& line, Millis patience = 60s,
             const ShowProgress& show = {});

}  // namespace mlb::blob
