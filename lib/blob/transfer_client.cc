// The asking end of a transfer: see transfer.h.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "blob/copy.h"
#include "blob/frames.h"
#include "blob/transfer.h"

namespace mlb::blob {
namespace {

constexpr std::uint64_t kWindow = kChunk * kCredits;
constexpr Millis kTurn = 200ms;

bool is_due(const std::optional<Millis>& since, Millis now) {
  return !since || now - *since >= kAskAgain;
}

template <class Transfer>
Result<> drive(Transfer& transfer, const Line& line, Millis patience,
               const ShowProgress& show) {
  Millis heard = line.now();
  std::optional<Bytes> waiting;
  for (;;) {
    if (!waiting) waiting = transfer.next(line.now());
    while (waiting && line.send(*waiting)) {
      waiting = transfer.next(line.now());
    }
    if (transfer.status() == Status::failed) return transfer.error();
    if (transfer.status() == Status::done) return {};
    if (line.stop()) return Error{Fault::cancelled, "the transfer was stopped"};
    const auto frame = line.receive(kTurn);
    if (frame) {
      heard = line.now();
      transfer.receive(*frame, heard);
      if (show) show(transfer.done(), transfer.total());
    } else if (line.now() - heard >= patience) {
      return Error{Fault::unreachable,
                   "no answer on the transfer socket for " +
                       std::to_string(patience.count() / 1000) + " s"};
    }
  }
}

}  // namespace

// ---- up ----

Result<Uploader> Uploader::open(const std::string& path,
                                const Stored& expected) {
  auto file = open_regular(path);
  if (!file) return std::move(file).fail();
  auto state = state_of(file->get(), path);
  if (!state) return std::move(state).fail();
  if (state->size != expected.bytes) {
    return Error{Fault::data, path + ": has " + std::to_string(state->size) +
                                  " bytes, but had " +
                                  std::to_string(expected.bytes)};
  }
  Uploader out;
  out.file_ = std::move(*file);
  out.path_ = path;
  out.blob_ = expected;
  return out;
}

void Uploader::fail(Error error) {
  status_ = Status::failed;
  error_ = std::move(error).context(path_);
}

std::optional<Bytes> Uploader::next(Millis now) {
  if (status_ != Status::running) return std::nullopt;
  if (begun_ && sent_ < blob_.bytes && sent_ - acked_ < kWindow) {
    if (!asked_) asked_ = now;
    return chunk();
  }
  if (!is_due(asked_, now)) return std::nullopt;
  begun_ = false;
  asked_ = now;
  return encode(
      {.type = FrameType::put, .digest = blob_.digest, .size = blob_.bytes});
}

std::optional<Bytes> Uploader::chunk() {
  Bytes bytes(std::min(kChunk, blob_.bytes - sent_));
  const ssize_t got =
      ::pread(file_.get(), bytes.data(), bytes.size(), off_t(sent_));
  if (got < 0 || std::size_t(got) != bytes.size()) {
    fail({Fault::data, "changed while it was read"});
    return std::nullopt;
  }
  const std::uint64_t offset = sent_;
  sent_ += bytes.size();
  return encode({.type = FrameType::chunk,
                 .digest = blob_.digest,
                 .size = blob_.bytes,
                 .offset = offset,
                 .bytes = bytes});
}

void Uploader::receive(ByteView bytes, Millis now) {
  const auto frame = decode(bytes);
  if (!frame || frame->digest != blob_.digest) return;
  if (status_ != Status::running) return;
  asked_ = now;
  if (frame->type == FrameType::stored) {
    acked_ = sent_ = blob_.bytes;
    status_ = Status::done;
  } else if (frame->type == FrameType::ready) {
    go_on_from(frame->offset);
  } else if (frame->type == FrameType::ack) {
    acked_ = std::clamp(frame->offset, acked_, blob_.bytes);
    sent_ = std::max(sent_, acked_);
    rewound_to_.reset();
  } else if (frame->type == FrameType::failure) {
    hear_failure(error_of(*frame));
  }
}

void Uploader::go_on_from(std::uint64_t offset) {
  if (offset > blob_.bytes) {
    return fail({Fault::bug, "the broker asks for bytes past the end"});
  }
  // Every chunk behind a lost one is answered like this; once is enough.
  if (begun_ && rewound_to_ == offset) return;
  begun_ = true;
  rewound_to_ = offset;
  acked_ = sent_ = offset;
}

void Uploader::hear_failure(Error error) {
  // Bytes of an earlier, broken upload may be to blame: once more, from 0.
  if (error.fault == Fault::integrity && restarts_++ == 0) {
    begun_ = false;
    asked_.reset();
    rewound_to_.reset();
    acked_ = sent_ = 0;
    return;
  }
  fail(std::move(error));
}

// ---- down ----

Result<Downloader> Downloader::open(const std::string& path,
                                    const Digest& digest) {
  Downloader out;
  out.path_ = path;
  out.digest_ = digest;
  const std::string part = out.part();
  out.file_ = Fd(::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!out.file_) return file_error(part, "cannot create");
  Bytes buffer(kChunk);
  for (;;) {
    const ssize_t got = ::pread(out.file_.get(), buffer.data(), buffer.size(),
                                off_t(out.written_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(part, "cannot read");
    if (got == 0) break;
    out.hash_.add(ByteView(buffer).first(std::size_t(got)));
    out.written_ += std::uint64_t(got);
  }
  out.asked_upto_ = out.resumed_from_ = out.written_;
  return out;
}

std::string Downloader::part() const {
  return path_ + ".part";
}

void Downloader::fail(Error error) {
  status_ = Status::failed;
  error_ = std::move(error);
}

std::optional<Bytes> Downloader::next(Millis now) {
  if (status_ != Status::running) return std::nullopt;
  if (is_due(heard_, now)) {
    heard_ = now;
    asked_upto_ = written_;
  }
  // The first request also asks how large it is.
  const std::uint64_t end =
      total_ ? std::min(*total_, written_ + kWindow) : written_ + 1;
  if (asked_upto_ >= end) return std::nullopt;
  const std::uint64_t offset = asked_upto_;
  asked_upto_ += kChunk;
  return encode({.type = FrameType::get,
                 .digest = digest_,
                 .size = kChunk,
                 .offset = offset});
}

void Downloader::receive(ByteView bytes, Millis now) {
  const auto frame = decode(bytes);
  if (!frame || frame->digest != digest_) return;
  if (status_ != Status::running) return;
  if (frame->type == FrameType::failure) {
    auto error = error_of(*frame);
    // Too much on disk: the part belongs to something else.
    if (error.fault == Fault::bug && resumed_from_ > 0) return start_over();
    return fail(std::move(error));
  }
  if (frame->type != FrameType::data) return;
  heard_ = now;
  total_ = frame->size;
  // Doubles, and what follows a gap: it is asked for again.
  if (frame->offset != written_) return;
  auto taken = take(frame->bytes);
  if (taken && written_ >= *total_) taken = finish();
  if (!taken) fail(std::move(taken).fail());
}

Result<> Downloader::take(ByteView bytes) {
  if (::lseek(file_.get(), off_t(written_), SEEK_SET) < 0 ||
      !write_all(file_.get(), bytes)) {
    return file_error(part(), "cannot write");
  }
  hash_.add(bytes);
  written_ += bytes.size();
  return {};
}

void Downloader::start_over() {
  if (::ftruncate(file_.get(), 0) != 0) {
    return fail(file_error(part(), "cannot truncate"));
  }
  hash_ = Sha256();
  written_ = asked_upto_ = resumed_from_ = 0;
  total_.reset();
  heard_.reset();
}

Result<> Downloader::finish() {
  const Digest found = hash_.finish();
  if (found != digest_) {
    if (resumed_from_ > 0) {
      start_over();
      return {};
    }
    ::unlink(part().c_str());
    return Error{Fault::integrity, path_ + ": what arrived has the digest " +
                                       found.text() + "; want " +
                                       digest_.text()};
  }
  if (::fsync(file_.get()) != 0) return file_error(part(), "cannot sync");
  if (std::rename(part().c_str(), path_.c_str()) != 0) {
    return file_error(path_, "cannot rename to");
  }
  const auto parent = std::filesystem::path(path_).parent_path().string();
  auto synced = sync_directory(parent.empty() ? "." : parent);
  if (synced) status_ = Status::done;
  return synced;
}

Result<> run(Uploader& transfer, const Line& line, Millis patience,
             const ShowProgress& show) {
  return drive(transfer, line, patience, show);
}
Result<> run(Downloader& transfer, const Line& line, Millis patience,
             const ShowProgress& show) {
  return drive(transfer, line, patience, show);
}

}  // namespace mlb::blob
