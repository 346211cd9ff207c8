// The serving end of a transfer: see transfer.h.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "blob/copy.h"
#include "blob/frames.h"
#include "blob/transfer.h"

namespace mlb::blob {
namespace {

constexpr Millis kSilent = 60s;
/// Open uploads; one more closes the one that was silent longest.
constexpr std::size_t kMostUploads = 256;

struct Upload {
  Fd file;
  std::uint64_t size = 0;
  std::uint64_t received = 0;
  Sha256 hash;
  Millis heard{0};
};

Bytes answer(FrameType type, const Digest& digest, std::uint64_t offset = 0) {
  return encode({.type = type, .digest = digest, .offset = offset});
}

/// Opens the partial file and digests what it holds.
Result<Upload> open_upload(const std::string& path, std::uint64_t size) {
  Upload out;
  out.size = size;
  out.file = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!out.file) return file_error(path, "cannot open");
  auto state = state_of(out.file.get(), path);
  if (!state) return std::move(state).fail();
  if (state->size > size && ::ftruncate(out.file.get(), 0) != 0) {
    return file_error(path, "cannot truncate");
  }
  Bytes buffer(kChunk);
  for (;;) {
    const ssize_t got = ::pread(out.file.get(), buffer.data(), buffer.size(),
                                off_t(out.received));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, "cannot read");
    if (got == 0) return out;
    out.hash.add(ByteView(buffer).first(std::size_t(got)));
    out.received += std::uint64_t(got);
  }
}

/// Writes at the end of what was received; counts only what is whole.
Result<> append(Upload& upload, ByteView bytes, const std::string& path) {
  if (::lseek(upload.file.get(), off_t(upload.received), SEEK_SET) < 0) {
    return file_error(path, "cannot seek");
  }
  if (!write_all(upload.file.get(), bytes)) {
    return file_error(path, "cannot write");
  }
  upload.hash.add(bytes);
  upload.received += bytes.size();
  return {};
}

}  // namespace

struct Server::Impl {
  explicit Impl(Cas store) : cas(std::move(store)) {}

  Cas cas;
  bool low = false;
  std::map<Digest, Upload> uploads;
  Digest read_digest;  ///< of read_file, the blob that was read last
  Fd read_file;

  Reaction put(const Frame& frame, Millis now);
  Reaction chunk(const Frame& frame, Millis now);
  Reaction get(const Frame& frame);
  Reaction complete(const Digest& digest);
  Result<Upload*> upload(const Digest& digest, std::uint64_t size, Millis now);
  void make_room();
  Reaction refuse(const Digest& digest, const Error& error);
};

void Server::Impl::make_room() {
  if (uploads.size() < kMostUploads) return;
  auto oldest = uploads.begin();
  for (auto it = uploads.begin(); it != uploads.end(); ++it) {
    if (it->second.heard < oldest->second.heard) oldest = it;
  }
  uploads.erase(oldest);
}

Reaction Server::Impl::refuse(const Digest& digest, const Error& error) {
  const bool full = error.fault == Fault::refused;
  return {
      {failure_frame(digest, full ? "disk_low" : "io_error", error.message)},
      {}};
}

/// The open upload of this digest, opened when necessary.
Result<Upload*> Server::Impl::upload(const Digest& digest, std::uint64_t size,
                                     Millis now) {
  auto it = uploads.find(digest);
  if (it != uploads.end() && it->second.size != size) {
    uploads.erase(it);
    it = uploads.end();
  }
  if (it == uploads.end()) {
    make_room();
    auto opened = open_upload(cas.incoming_path(digest), size);
    if (!opened) return std::move(opened).fail();
    it = uploads.emplace(digest, std::move(*opened)).first;
  }
  it->second.heard = now;
  return &it->second;
}

Reaction Server::Impl::put(const Frame& frame, Millis now) {
  if (cas.has(frame.digest)) {
    return {{answer(FrameType::stored, frame.digest)}, {}};
  }
  if (low) {
    return {{failure_frame(frame.digest, "disk_low",
                           "the broker's disk is nearly full")},
            {}};
  }
  auto found = upload(frame.digest, frame.size, now);
  if (!found) return refuse(frame.digest, found.error());
  Upload& open = **found;
  if (open.received == open.size) return complete(frame.digest);
  return {{answer(FrameType::ready, frame.digest, open.received)}, {}};
}

Reaction Server::Impl::chunk(const Frame& frame, Millis now) {
  // After a restart of the server, a chunk begins the upload anew.
  if (!uploads.contains(frame.digest)) return put(frame, now);
  if (low) return put(frame, now);
  auto found = upload(frame.digest, frame.size, now);
  if (!found) return refuse(frame.digest, found.error());
  Upload& open = **found;
  if (frame.offset < open.received) {
    return {{answer(FrameType::ack, frame.digest, open.received)}, {}};
  }
  if (frame.offset > open.received) {
    return {{answer(FrameType::ready, frame.digest, open.received)}, {}};
  }
  if (frame.bytes.size() > open.size - open.received) {
    return {{failure_frame(frame.digest, "bad_frame",
                           "a chunk reaches past the end of its blob")},
            {}};
  }
  auto written = append(open, frame.bytes, cas.incoming_path(frame.digest));
  if (!written) return refuse(frame.digest, written.error());
  if (open.received == open.size) return complete(frame.digest);
  return {{answer(FrameType::ack, frame.digest, open.received)}, {}};
}

Reaction Server::Impl::complete(const Digest& digest) {
  auto node = uploads.extract(digest);
  Upload& open = node.mapped();
  const std::string path = cas.incoming_path(digest);
  const Digest found = open.hash.finish();
  if (found != digest) {
    ::unlink(path.c_str());
    return {{failure_frame(digest, "integrity",
                           "what arrived has the digest " + found.text() +
                               "; want " + digest.text())},
            {}};
  }
  auto adopted = cas.adopt(digest);
  if (!adopted) return refuse(digest, adopted.error());
  return {{answer(FrameType::stored, digest)}, {{digest, open.size}}};
}

Reaction Server::Impl::get(const Frame& frame) {
  const auto size = cas.size(frame.digest);
  if (!size) {
    return {{failure_frame(frame.digest, "not_found",
                           "no blob " + frame.digest.text() + " here")},
            {}};
  }
  if (frame.size == 0 || frame.size > kChunk || frame.offset > *size) {
    return {{failure_frame(frame.digest, "bad_frame",
                           "a request reaches past the end of its blob")},
            {}};
  }
  if (!read_file || read_digest != frame.digest) {
    auto opened = open_regular(cas.path(frame.digest));
    if (!opened) return refuse(frame.digest, opened.error());
    read_file = std::move(*opened);
    read_digest = frame.digest;
  }
  Bytes bytes(std::min(frame.size, *size - frame.offset));
  const ssize_t got =
      ::pread(read_file.get(), bytes.data(), bytes.size(), off_t(frame.offset));
  if (got < 0) {
    return refuse(frame.digest,
                  file_error(cas.path(frame.digest), "cannot read"));
  }
  bytes.resize(std::size_t(got));
  return {{encode({.type = FrameType::data,
                   .digest = frame.digest,
                   .size = *size,
                   .offset = frame.offset,
                   .bytes = bytes})},
          {}};
}

Server::Server(Cas cas) : impl_(std::make_unique<Impl>(std::move(cas))) {}
Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Reaction Server::handle(ByteView bytes, Millis now) {
  const auto frame = decode(bytes);
  const Error unreadable{Fault::bug, "this is no frame of a transfer"};
  if (!frame) {
    return {{failure_frame({}, "bad_frame", unreadable.message)}, {}};
  }
  switch (frame->type) {
    case FrameType::put: return impl_->put(*frame, now);
    case FrameType::chunk: return impl_->chunk(*frame, now);
    case FrameType::get: return impl_->get(*frame);
    case FrameType::ready:
    case FrameType::ack:
    case FrameType::stored:
    case FrameType::data:
    case FrameType::failure: break;
  }
  return {{failure_frame(frame->digest, "bad_frame",
                         "only a server sends this frame")},
          {}};
}

void Server::set_disk_low(bool low) {
  impl_->low = low;
}

void Server::tick(Millis now) {
  std::erase_if(impl_->uploads, [now](const auto& each) {
    return now - each.second.heard > kSilent;
  });
}

}  // namespace mlb::blob
