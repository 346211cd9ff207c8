// The content-addressed directory: what goes in comes out, or nothing does.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "blob/cas.h"
#include "blob_folder.h"

using namespace mlb;
using namespace mlb::blob;
namespace fs = std::filesystem;

namespace {

struct World {
  Folder folder;
  Cas cas = *Cas::open(folder.at("blobs"));
  std::string file = folder.at("data.csv");
  World() { write(file, "a,b\n1,2\n"); }
  Digest digest = sha256(view_of("a,b\n1,2\n"));
  std::size_t leftovers() const {
    return std::size_t(std::distance(fs::directory_iterator(cas.dir() + "/tmp"),
                                     fs::directory_iterator()));
  }
};

std::uint64_t inode(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

}  // namespace

TEST_CASE("a file is stored under its digest, read-only, whichever way") {
  const auto way = GENERATE(Way::link, Way::reflink, Way::copy);
  World w;
  const auto stored = w.cas.put_file(w.file, way);
  REQUIRE(stored);
  CHECK(*stored == Stored{w.digest, 8});
  CHECK(w.cas.size(w.digest) == 8u);
  const std::string hex = w.digest.text();
  CHECK(w.cas.path(w.digest) ==
        w.cas.dir() + "/" + hex.substr(0, 2) + "/" + hex.substr(2));
  CHECK(slurp(w.cas.path(w.digest)) == "a,b\n1,2\n");
  struct stat info {};
  REQUIRE(::stat(w.cas.path(w.digest).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0444);
  CHECK(w.leftovers() == 0);
}

TEST_CASE("a user's file is never linked, so that it may be edited") {
  World w;
  REQUIRE(w.cas.put_file(w.file, Way::reflink));
  CHECK(inode(w.cas.path(w.digest)) != inode(w.file));
  write(w.file, "edited");
  CHECK(slurp(w.cas.path(w.digest)) == "a,b\n1,2\n");
}

TEST_CASE("a file of ours is linked and shares its blocks") {
  World w;
  REQUIRE(w.cas.put_file(w.file, Way::link));
  CHECK(inode(w.cas.path(w.digest)) == inode(w.file));
  REQUIRE(w.cas.put_file(w.file, Way::link));
  CHECK(w.leftovers() == 0);
}

TEST_CASE("content other than expected is refused and leaves nothing") {
  World w;
  const auto other = sha256(view_of("other"));
  const auto stored = w.cas.put_file(w.file, Way::copy, other);
  REQUIRE_FALSE(stored);
  CHECK(stored.error().fault == Fault::integrity);
  CHECK_FALSE(w.cas.has(other));
  CHECK_FALSE(w.cas.has(w.digest));
  CHECK(w.leftovers() == 0);
}

TEST_CASE("a missing file, a folder and a pipe are errors, not hangs") {
  World w;
  CHECK_FALSE(w.cas.put_file(w.folder.at("none"), Way::copy));
  CHECK_FALSE(w.cas.put_file(w.folder.path, Way::copy));
  const auto pipe = w.folder.at("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto stored = w.cas.put_file(pipe, Way::copy);
  REQUIRE_FALSE(stored);
  CHECK(stored.error().message.find("not a regular file") != std::string::npos);
  CHECK(w.leftovers() == 0);
}

TEST_CASE("bytes can be stored, and removed again") {
  World w;
  const auto stored = w.cas.put_bytes(view_of("hello"));
  REQUIRE(stored);
  CHECK(slurp(w.cas.path(stored->digest)) == "hello");
  CHECK(w.cas.remove(stored->digest));
  CHECK_FALSE(w.cas.has(stored->digest));
  CHECK(w.cas.remove(stored->digest));
}

TEST_CASE("a blob is taken out whole, and never over another file") {
  const auto way = GENERATE(Way::link, Way::reflink, Way::copy);
  World w;
  REQUIRE(w.cas.put_file(w.file, Way::copy));
  const auto out = w.folder.at("out.csv");
  REQUIRE(w.cas.take_out(w.digest, out, way));
  CHECK(slurp(out) == "a,b\n1,2\n");
  const auto again = w.cas.take_out(w.digest, out, way);
  REQUIRE_FALSE(again);
  CHECK(again.error().message.find("exists") != std::string::npos);
}

TEST_CASE("a blob that rotted on disk is noticed when it is taken out") {
  World w;
  REQUIRE(w.cas.put_file(w.file, Way::copy));
  const auto path = w.cas.path(w.digest);
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  write(path, "a,b\n1,3\n");
  const auto out = w.folder.at("out.csv");
  const auto taken = w.cas.take_out(w.digest, out, Way::copy);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().fault == Fault::integrity);
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("only a directory made by us is opened as an existing one") {
  World w;
  CHECK(Cas::open_existing(w.cas.dir()));
  const auto other = Cas::open_existing(w.folder.path);
  REQUIRE_FALSE(other);
  CHECK(other.error().fault == Fault::not_found);
  CHECK_FALSE(Cas::open_existing(""));
  CHECK_FALSE(fs::exists(w.folder.at("tmp")));
}

TEST_CASE("opening clears what a crash left two days ago, nothing newer") {
  World w;
  const auto old = w.cas.dir() + "/tmp/put.1.0";
  const auto fresh = w.cas.dir() + "/tmp/put.1.1";
  write(old, "x");
  write(fresh, "x");
  fs::last_write_time(
      old, fs::file_time_type::clock::now() - std::chrono::hours(49));
  REQUIRE(Cas::open(w.cas.dir()));
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(fresh));
}

TEST_CASE("a directory that cannot be made is an error that names it") {
  World w;
  const auto cas = Cas::open(w.file + "/blobs");
  REQUIRE_FALSE(cas);
  CHECK(cas.error().message.find("data.csv/blobs") != std::string::npos);
}

TEST_CASE("what was of no use for the longest time goes first") {
  const World w;
  Cas cas = w.cas;
  std::vector<Digest> blobs;
  for (const char c : std::string_view("abcd")) {
    blobs.push_back(cas.put_bytes(view_of(std::string(100, c)))->digest);
    // An hour between each and the next.
    const auto age = std::chrono::hours(4 - static_cast<int>(blobs.size()));
    fs::last_write_time(cas.path(blobs.back()),
                        fs::file_time_type::clock::now() - age);
  }
  cas.touch(blobs[0]);
  cas.trim(400);
  for (const auto& blob : blobs) CHECK(cas.has(blob));
  const std::string out = w.folder.at("out");
  REQUIRE(cas.take_out(blobs[1], out, Way::link));
  cas.trim(250);
  CHECK(cas.has(blobs[0]));
  CHECK_FALSE(cas.has(blobs[1]));
  CHECK_FALSE(cas.has(blobs[2]));
  CHECK(cas.has(blobs[3]));
  CHECK(slurp(out) == std::string(100, 'b'));
  cas.trim(0);
  CHECK_FALSE(cas.has(blobs[0]));
}
