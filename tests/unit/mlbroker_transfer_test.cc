// The transfer thread over a real socket, as a tool talks to it.
#include <catch2/catch.hpp>

#include <filesystem>
#include <optional>

#include "base/time.h"
#include "blob/transfer.h"
#include "blob_folder.h"
#include "transfer_thread.h"

using namespace mlb;
using namespace mlb::tool;
using namespace mlb::blob;

namespace {

struct World {
  Folder folder;
  Cas cas = *Cas::open(folder.at("blobs"));
  transport::Context context;
  std::string url = "ipc://" + folder.at("s.blobs");
  std::optional<TransferThread> thread =
      *TransferThread::start(context, url, cas);
  transport::Dealer dealer = *transport::Dealer::connect(context, url);
  std::string text = random_text(5'000'000, 1);
  Stored blob{sha256(view_of(text)), 5'000'000};
  World() { write(folder.at("data"), text); }

  Line line() {
    return {.send =
                [this](ByteView frame) {
                  return dealer.send(frame) == transport::Sent::sent;
                },
            .receive = [this](Millis wait) -> std::optional<Bytes> {
              if (auto frame = dealer.receive()) return frame;
              transport::PollItem item{.socket = &dealer.socket()};
              transport::poll({&item, 1}, wait);
              return dealer.receive();
            },
            .now = [] { return read_clock().mono; }};
  }
  Result<> upload(const ShowProgress& show = {}) {
    auto transfer = Uploader::open(folder.at("data"), blob);
    REQUIRE(transfer);
    return run(*transfer, line(), 30s, show);
  }
};

}  // namespace

TEST_CASE("a file goes up, the loop is told, and it comes down again") {
  World w;
  REQUIRE(w.upload());
  std::array items{
      transport::PollItem{.socket = nullptr, .fd = w.thread->event_fd()}};
  CHECK(transport::poll(items, 10s) == 1);
  CHECK(w.thread->take_stored() == std::vector{w.blob});
  CHECK(transport::poll(items, 0ms) == 0);
  CHECK(w.thread->take_stored().empty());
  auto transfer = Downloader::open(w.folder.at("back"), w.blob.digest);
  REQUIRE(transfer);
  REQUIRE(run(*transfer, w.line(), 30s));
  CHECK(slurp(w.folder.at("back")) == w.text);
}

TEST_CASE("an upload goes on when the broker is restarted in the middle") {
  World w;
  bool restarted = false;
  REQUIRE(w.upload([&](std::uint64_t done, std::uint64_t) {
    if (restarted || done < 1'000'000) return;
    restarted = true;
    w.thread.reset();
    w.thread = *TransferThread::start(w.context, w.url, w.cas);
  }));
  CHECK(restarted);
  CHECK(slurp(w.cas.path(w.blob.digest)) == w.text);
  CHECK(w.thread->take_stored() == std::vector{w.blob});
}

TEST_CASE("a low disk is told to the thread") {
  World w;
  w.thread->set_disk_low(true);
  const auto refused = w.upload();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::refused);
  w.thread->set_disk_low(false);
  CHECK(w.upload());
}

TEST_CASE("a stopped thread leaves no socket behind") {
  World w;
  CHECK(std::filesystem::exists(w.folder.at("s.blobs")));
  w.thread.reset();
  CHECK_FALSE(std::filesystem::exists(w.folder.at("s.blobs")));
}
