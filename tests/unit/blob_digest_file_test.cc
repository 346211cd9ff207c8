// Digests of files and what may be remembered about them.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <utime.h>

#include <chrono>
#include <filesystem>

#include "blob/digest_file.h"
#include "blob_folder.h"

using namespace mlb;
using namespace mlb::blob;

namespace {

const FileState kState{
    .device = 1, .inode = 2, .size = 3, .modified = 4, .changed = 5};

}  // namespace

TEST_CASE("the digest of a file is that of its bytes") {
  Folder folder;
  const auto path = folder.at("a");
  const auto text = random_text(700'000, 1);
  write(path, text);
  std::uint64_t shown = 0;
  const auto stored =
      digest_file(path, nullptr, [&](std::uint64_t done, std::uint64_t total) {
        CHECK(done > shown);
        CHECK(total == 700'000);
        shown = done;
      });
  REQUIRE(stored);
  CHECK(*stored == Stored{sha256(view_of(text)), 700'000});
  CHECK(shown == 700'000);
}

TEST_CASE("a file that changes while it is read is an error") {
  Folder folder;
  const auto path = folder.at("a");
  write(path, random_text(700'000, 1));
  bool done = false;
  const auto stored =
      digest_file(path, nullptr, [&](std::uint64_t, std::uint64_t) {
        if (!done) std::ofstream(path, std::ios::app) << "more";
        done = true;
      });
  REQUIRE_FALSE(stored);
  CHECK(stored.error().fault == Fault::data);
  CHECK(stored.error().message.find("changed while") != std::string::npos);
}

TEST_CASE("a file touched while it is read is an error, size unchanged") {
  Folder folder;
  const auto path = folder.at("a");
  write(path, random_text(700'000, 1));
  bool done = false;
  const auto stored =
      digest_file(path, nullptr, [&](std::uint64_t, std::uint64_t) {
        if (!done) {
          std::fstream file(path, std::ios::in | std::ios::out);
          file << "other";
          file.close();
          const utimbuf times{1000, 1000};
          ::utime(path.c_str(), &times);
        }
        done = true;
      });
  CHECK_FALSE(stored);
}

TEST_CASE("a file written a moment ago is not remembered") {
  Folder folder;
  write(folder.at("a"), "x");
  auto cache = DigestCache::load(folder.at("cache"));
  REQUIRE(digest_file(folder.at("a"), &cache));
  REQUIRE(cache.save());
  CHECK_FALSE(std::filesystem::exists(folder.at("cache")));
}

TEST_CASE("what was remembered is answered without reading") {
  Folder folder;
  const auto path = folder.at("a");
  write(path, "abc");
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  const auto nanos = [](const timespec& t) {
    return std::int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
  };
  const FileState state{.device = info.st_dev,
                        .inode = info.st_ino,
                        .size = 3,
                        .modified = nanos(info.st_mtim),
                        .changed = nanos(info.st_ctim)};
  // A digest that the content does not have shows where it came from.
  const auto marker = sha256(view_of("marker"));
  auto cache = DigestCache::load(folder.at("cache"));
  cache.remember(state, marker);
  const auto stored = digest_file(path, &cache);
  REQUIRE(stored);
  CHECK(*stored == Stored{marker, 3});
}

TEST_CASE("a cache survives its file; another state is not found") {
  Folder folder;
  const auto path = folder.at("deep/er/cache");
  auto cache = DigestCache::load(path);
  cache.remember(kState, sha256(view_of("x")));
  REQUIRE(cache.save());
  const auto again = DigestCache::load(path);
  CHECK(again.find(kState) == sha256(view_of("x")));
  auto other = kState;
  other.changed = 6;
  CHECK_FALSE(again.find(other));
}

TEST_CASE("a damaged cache is read as far as it makes sense") {
  Folder folder;
  write(folder.at("cache"), "1 2 3\nnonsense\n\n1 2 3 4 5 " +
                                sha256(view_of("x")).text() + "\n1 2 x");
  const auto cache = DigestCache::load(folder.at("cache"));
  CHECK(cache.find(kState) == sha256(view_of("x")));
}

TEST_CASE("a cache keeps the newest thousand") {
  Folder folder;
  auto cache = DigestCache::load(folder.at("cache"));
  for (std::uint64_t i = 0; i < 1001; ++i) {
    auto state = kState;
    state.inode = i;
    cache.remember(state, sha256(view_of("x")));
  }
  REQUIRE(cache.save());
  const auto again = DigestCache::load(folder.at("cache"));
  auto first = kState;
  first.inode = 0;
  CHECK_FALSE(again.find(first));
  first.inode = 1;
  CHECK(again.find(first));
}
