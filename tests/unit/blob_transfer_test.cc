// Transfers over a line that breaks, doubles, reorders and damages frames.
#include <catch2/catch.hpp>

#include <deque>
#include <filesystem>

#include "blob/frames.h"
#include "blob/transfer.h"
#include "blob_folder.h"

using namespace mlb;
using namespace mlb::blob;
namespace fs = std::filesystem;

namespace {

/// A server, a file, and a line between them whose faults a test sets.
struct World {
  Folder folder;
  Cas cas = *Cas::open(folder.at("blobs"));
  std::optional<Server> server = Server(cas);
  std::string text;
  Stored blob;
  Millis now{0};
  std::vector<Stored> stored;
  std::uint64_t to_server = 0;
  /// Sees every frame on its way up; returns false to lose it.
  std::function<bool(Bytes&)> up = [](Bytes&) { return true; };
  std::function<bool(Bytes&)> down = [](Bytes&) { return true; };

  explicit World(std::size_t size = 5 * kChunk + 17)
      : text(random_text(size, size)) {
    write(file(), text);
    blob = {sha256(view_of(text)), size};
  }
  std::string file() const { return folder.at("data"); }
  std::string target() const { return folder.at("fetched"); }
  void restart_server() { server.emplace(*Cas::open(cas.dir())); }
  void store() { REQUIRE(cas.put_file(file(), Way::copy)); }

  template <class Transfer>
  void pump(Transfer& transfer) {
    std::deque<Bytes> answers;
    const Millis end = now + 600s;
    while (transfer.status() == Status::running && now < end) {
      bool moved = false;
      while (auto frame = transfer.next(now)) {
        moved = true;
        to_server += frame->size();
        if (!up(*frame)) continue;
        auto reaction = server->handle(*frame, now);
        for (auto& each : reaction.frames) answers.push_back(std::move(each));
        stored.insert(stored.end(), reaction.stored.begin(),
                      reaction.stored.end());
      }
      while (!answers.empty()) {
        moved = true;
        auto frame = std::move(answers.front());
        answers.pop_front();
        if (down(frame)) transfer.receive(frame, now);
      }
      now += moved ? 1ms : 500ms;
    }
  }
  Uploader upload() {
    auto transfer = Uploader::open(file(), blob);
    REQUIRE(transfer);
    return std::move(*transfer);
  }
  Downloader download() {
    auto transfer = Downloader::open(target(), blob.digest);
    REQUIRE(transfer);
    return std::move(*transfer);
  }
};

/// Loses one frame in `every`, at random: a pattern could lock in step.
std::function<bool(Bytes&)> losing_one_in(std::uint64_t every) {
  return [rng = Rng(every), every](Bytes&) mutable {
    return rng.below(every) != 0;
  };
}

/// Loses what `lose` says of the n-th frame, n = 1, 2, ...
std::function<bool(Bytes&)> losing(std::function<bool(int)> lose) {
  return [n = 0, lose](Bytes&) mutable { return !lose(++n); };
}

}  // namespace

TEST_CASE("a blob goes up, is stored once, and is told once") {
  const auto size =
      GENERATE(std::size_t(0), std::size_t(1), std::size_t(kChunk),
               std::size_t(kChunk + 1), std::size_t(20 * kChunk));
  World w(size);
  auto transfer = w.upload();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(transfer.done() == size);
  CHECK(w.stored == std::vector<Stored>{w.blob});
  CHECK(slurp(w.cas.path(w.blob.digest)) == w.text);
  CHECK_FALSE(fs::exists(w.cas.incoming_path(w.blob.digest)));
}

TEST_CASE("what the broker has already is not sent again") {
  World w;
  w.store();
  auto transfer = w.upload();
  w.pump(transfer);
  CHECK(transfer.status() == Status::done);
  CHECK(w.to_server < 100);
  CHECK(w.stored.empty());
}

TEST_CASE("no more than eight chunks are under way") {
  World w(20 * kChunk);
  auto transfer = w.upload();
  auto put = transfer.next(w.now);
  REQUIRE(put);
  for (const auto& frame : w.server->handle(*put, w.now).frames) {
    transfer.receive(frame, w.now);
  }
  int sent = 0;
  while (transfer.next(w.now)) ++sent;
  CHECK(sent == int(kCredits));
}

TEST_CASE("lost frames in either direction only cost time") {
  World w(12 * kChunk);
  const auto every = GENERATE(2u, 3u, 5u);
  SECTION("up, towards the broker") {
    w.up = losing_one_in(every);
  }
  SECTION("up, the answers") {
    w.down = losing_one_in(every);
  }
  auto transfer = w.upload();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(w.stored == std::vector<Stored>{w.blob});
}

TEST_CASE("doubled frames change nothing") {
  World w;
  auto transfer = w.upload();
  w.up = [&](Bytes& frame) {
    for (const auto& each : w.server->handle(frame, w.now).stored) {
      w.stored.push_back(each);
    }
    return true;
  };
  w.pump(transfer);
  CHECK(transfer.status() == Status::done);
  CHECK(w.stored == std::vector<Stored>{w.blob});
}

TEST_CASE("after a restart of client and broker an upload goes on") {
  World w(20 * kChunk);
  {
    auto transfer = w.upload();
    w.up = losing([](int n) { return n > 11; });
    w.pump(transfer);
    CHECK(transfer.status() == Status::running);
  }
  w.restart_server();
  w.up = [](Bytes&) { return true; };
  w.to_server = 0;
  auto transfer = w.upload();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(w.to_server < 11 * kChunk);
  CHECK(slurp(w.cas.path(w.blob.digest)) == w.text);
}

TEST_CASE("a broker that restarts in the middle is told where to go on") {
  World w(20 * kChunk);
  auto transfer = w.upload();
  w.up = [&, n = 0](Bytes&) mutable {
    if (++n == 12) w.restart_server();
    return true;
  };
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(w.stored == std::vector<Stored>{w.blob});
  CHECK(w.to_server < 30 * kChunk);
}

TEST_CASE("a chunk damaged on the way is noticed, and sent once more") {
  World w;
  auto transfer = w.upload();
  w.up = [n = 0](Bytes& frame) mutable {
    if (++n == 3) frame[frame.size() - 1] ^= 1;
    return true;
  };
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(slurp(w.cas.path(w.blob.digest)) == w.text);
}

TEST_CASE("a line that damages always ends as an integrity error") {
  World w;
  auto transfer = w.upload();
  w.up = [](Bytes& frame) {
    if (frame.size() > 100) frame[frame.size() - 1] ^= 1;
    return true;
  };
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::failed);
  CHECK(transfer.error().fault == Fault::integrity);
  CHECK(w.stored.empty());
  CHECK_FALSE(w.cas.has(w.blob.digest));
  CHECK_FALSE(fs::exists(w.cas.incoming_path(w.blob.digest)));
}

TEST_CASE("a file edited after its digest was taken is never stored") {
  World w;
  auto transfer = w.upload();
  std::fstream(w.file(), std::ios::in | std::ios::out) << "edited";
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::failed);
  CHECK(transfer.error().fault == Fault::integrity);
  CHECK_FALSE(w.cas.has(w.blob.digest));
}

TEST_CASE("a file of another size than its digest is refused at once") {
  World w;
  write(w.file(), "short");
  const auto transfer = Uploader::open(w.file(), w.blob);
  REQUIRE_FALSE(transfer);
  CHECK(transfer.error().fault == Fault::data);
}

TEST_CASE("a nearly full disk refuses uploads and still serves") {
  World w;
  w.server->set_disk_low(true);
  auto refused = w.upload();
  w.pump(refused);
  REQUIRE(refused.status() == Status::failed);
  CHECK(refused.error().fault == Fault::refused);
  w.store();
  auto fetched = w.download();
  w.pump(fetched);
  CHECK(fetched.status() == Status::done);
}

TEST_CASE("a blob comes down whole, whatever its size") {
  const auto size =
      GENERATE(std::size_t(0), std::size_t(1), std::size_t(kChunk),
               std::size_t(kChunk + 1), std::size_t(20 * kChunk));
  World w(size);
  w.store();
  auto transfer = w.download();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(slurp(w.target()) == w.text);
  CHECK_FALSE(fs::exists(w.target() + ".part"));
}

TEST_CASE("a download over a lossy line arrives, too") {
  World w(12 * kChunk);
  w.store();
  const auto every = GENERATE(2u, 3u, 5u);
  SECTION("the requests") {
    w.up = losing_one_in(every);
  }
  SECTION("the answers") {
    w.down = losing_one_in(every);
  }
  auto transfer = w.download();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(slurp(w.target()) == w.text);
}

TEST_CASE("a download that was broken off goes on where it stopped") {
  World w(20 * kChunk);
  w.store();
  {
    auto transfer = w.download();
    w.up = losing([](int n) { return n > 11; });
    w.pump(transfer);
    CHECK(transfer.status() == Status::running);
    CHECK_FALSE(fs::exists(w.target()));
  }
  int asked = 0;
  w.up = [&](Bytes&) { return ++asked > 0; };
  auto transfer = w.download();
  CHECK(transfer.done() == 11 * kChunk);
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(asked == 9);
  CHECK(slurp(w.target()) == w.text);
}

TEST_CASE("a part that belongs to something else is dropped") {
  World w;
  w.store();
  const auto size = GENERATE(std::size_t(100), std::size_t(5 * kChunk + 17),
                             std::size_t(9 * kChunk));
  write(w.target() + ".part", std::string(size, 'x'));
  auto transfer = w.download();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::done);
  CHECK(slurp(w.target()) == w.text);
}

TEST_CASE("damage on the way down is an integrity error, no file appears") {
  World w;
  w.store();
  auto transfer = w.download();
  w.down = [](Bytes& frame) {
    frame.back() ^= 1;
    return true;
  };
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::failed);
  CHECK(transfer.error().fault == Fault::integrity);
  CHECK_FALSE(fs::exists(w.target()));
  CHECK_FALSE(fs::exists(w.target() + ".part"));
}

TEST_CASE("an unknown blob is not found") {
  World w;
  auto transfer = w.download();
  w.pump(transfer);
  REQUIRE(transfer.status() == Status::failed);
  CHECK(transfer.error().fault == Fault::not_found);
}

TEST_CASE("nonsense, short frames and requests past the end do no harm") {
  World w;
  w.store();
  const auto code = [&](ByteView frame) {
    const auto reaction = w.server->handle(frame, w.now);
    REQUIRE(reaction.frames.size() == 1);
    CHECK(reaction.stored.empty());
    const auto answer = decode(reaction.frames[0]);
    REQUIRE(answer);
    CHECK(answer->type == FrameType::failure);
    const std::string text(text_of(answer->bytes));
    return text.substr(0, text.find('\n'));
  };
  CHECK(code({}) == "bad_frame");
  CHECK(code(view_of("../../../etc/passwd")) == "bad_frame");
  const auto digest = w.blob.digest;
  const Bytes whole = encode({.type = FrameType::get,
                              .digest = digest,
                              .size = kChunk,
                              .offset = w.blob.bytes + 1});
  CHECK(code(whole) == "bad_frame");
  CHECK(code(ByteView(whole).first(whole.size() - 1)) == "bad_frame");
  CHECK(code(encode(
            {.type = FrameType::get, .digest = digest, .size = kChunk + 1})) ==
        "bad_frame");
  CHECK(code(encode({.type = FrameType::ack, .digest = digest})) ==
        "bad_frame");
  const auto other = sha256(view_of("other"));
  w.server->handle(encode({.type = FrameType::put, .digest = other, .size = 3}),
                   w.now);
  CHECK(code(encode({.type = FrameType::chunk,
                     .digest = other,
                     .size = 3,
                     .bytes = view_of("four")})) == "bad_frame");
  const Bytes large(kChunk + 1, 0);
  CHECK(code(encode({.type = FrameType::chunk,
                     .digest = other,
                     .size = 1 << 30,
                     .bytes = large})) == "bad_frame");
}

TEST_CASE("every name that a frame can ask for stays inside the folder") {
  World w;
  Frame frame{.type = FrameType::put, .size = 4};
  const std::string evil = "../../../../../../../../etc/passwd";
  std::copy(evil.begin(), evil.begin() + 32, frame.digest.raw.begin());
  w.server->handle(encode(frame), w.now);
  for (const auto& path :
       {w.cas.path(frame.digest), w.cas.incoming_path(frame.digest)}) {
    const auto inside = fs::path(path).lexically_relative(w.cas.dir());
    CHECK(inside.string().find("..") == std::string::npos);
    CHECK(fs::path(path).lexically_normal() == fs::path(path));
  }
  CHECK(fs::exists(w.cas.incoming_path(frame.digest)));
}

TEST_CASE("a transfer without answers gives up as unreachable") {
  World w;
  auto transfer = w.upload();
  Millis clock{0};
  const Line line{.send = [](ByteView) { return true; },
                  .receive = [&](Millis wait) -> std::optional<Bytes> {
                    clock += wait;
                    return std::nullopt;
                  },
                  .now = [&] { return clock; }};
  const auto done = run(transfer, line, 10s);
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::unreachable);
  CHECK(clock >= 10s);
  CHECK(clock < 11s);
}

TEST_CASE("run drives a transfer to its end and shows how far it is") {
  World w;
  auto transfer = w.upload();
  std::deque<Bytes> answers;
  bool busy = false;
  const Line line{
      .send =
          [&](ByteView frame) {
            busy = !busy;
            if (busy) return false;
            for (auto& each : w.server->handle(frame, w.now).frames) {
              answers.push_back(std::move(each));
            }
            return true;
          },
      .receive = [&](Millis) -> std::optional<Bytes> {
        if (answers.empty()) return std::nullopt;
        auto out = std::move(answers.front());
        answers.pop_front();
        return out;
      },
      .now = [&] { return w.now; }};
  std::uint64_t last = 0;
  REQUIRE(run(transfer, line, 60s, [&](std::uint64_t done, std::uint64_t all) {
    CHECK(done >= last);
    CHECK(all == w.blob.bytes);
    last = done;
  }));
  CHECK(last == w.blob.bytes);
  CHECK(w.cas.has(w.blob.digest));
}

TEST_CASE("a transfer that is stopped says so") {
  World w;
  auto transfer = w.upload();
  const Line line{.send = [](ByteView) { return true; },
                  .receive = [](Millis) { return std::nullopt; },
                  .now = [] { return Millis(0); },
                  .stop = [] { return true; }};
  const auto done = run(transfer, line);
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::cancelled);
}
