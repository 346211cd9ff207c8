// The spool of an attempt: what was written is read back, in pages that fit
// into a message, from anywhere, also after a torn or failed write.
#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>

#include "spool.h"

using namespace mlb;
using namespace mlb::worker;

namespace {

struct World {
  std::string dir;
  std::string path;
  World() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mlbXXXXXX").string();
    dir = ::mkdtemp(name.data());
    path = dir + "/items";
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { std::filesystem::remove_all(dir); }

  void add(std::uint64_t from, std::uint64_t upto, std::size_t bytes = 20) {
    std::vector<Item> items;
    for (auto n = from; n <= upto; ++n) {
      Item item;
      item.number = n;
      item.type = ItemType::message;
      item.message = std::string(bytes, 'x');
      items.push_back(std::move(item));
    }
    REQUIRE(append_to_spool(path, items));
  }
};

std::vector<std::uint64_t> numbers(const Result<std::vector<Item>>& items) {
  REQUIRE(items);
  std::vector<std::uint64_t> out;
  for (const auto& item : *items) out.push_back(item.number);
  return out;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("items are read on, back, and as far as asked") {
  World w;
  w.add(1, 5);
  SpoolReader reader(w.path);
  CHECK(numbers(reader.read(1, 2)) == Numbers{1, 2});
  CHECK(numbers(reader.read(3, 4)) == Numbers{3, 4});
  CHECK(numbers(reader.read(2, 9)) == Numbers{2, 3, 4, 5});
  CHECK(numbers(reader.read(6, 9)).empty());
  w.add(6, 7);
  CHECK(numbers(reader.read(6, 9)) == Numbers{6, 7});
  CHECK(numbers(SpoolReader(w.path).read(4, 5)) == Numbers{4, 5});
}

TEST_CASE("a page fits into one message, and pages leave no gap") {
  World w;
  w.add(1, 400, 1000);
  SpoolReader reader(w.path);
  std::uint64_t next = 1;
  int pages = 0;
  while (next <= 400) {
    const auto page = numbers(reader.read(next, 400));
    REQUIRE_FALSE(page.empty());
    CHECK(page.size() <= 56);
    for (const auto n : page) CHECK(n == next++);
    ++pages;
  }
  CHECK(pages <= 9);
  w.add(401, 401, 40'000);
  w.add(402, 402, 40'000);
  CHECK(numbers(reader.read(401, 402)) == Numbers{401});
}

TEST_CASE("a torn end is not read; a wrong number is an error") {
  World w;
  w.add(1, 3);
  const auto whole = std::filesystem::file_size(w.path);
  std::filesystem::resize_file(w.path, whole - 5);
  CHECK(numbers(SpoolReader(w.path).read(1, 9)) == Numbers{1, 2});
  World other;
  other.add(2, 3);
  const auto wrong = SpoolReader(other.path).read(1, 9);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().fault == Fault::integrity);
  CHECK_FALSE(SpoolReader(w.dir + "/none").read(1, 9));
}

TEST_CASE("a write that fails leaves the spool as it was") {
  World w;
  w.add(1, 3);
  const auto size = std::filesystem::file_size(w.path);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{size + 100, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  Item big;
  big.number = 4;
  big.type = ItemType::message;
  big.message = std::string(5000, 'x');
  const auto failed = append_to_spool(w.path, {big});
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK_FALSE(failed);
  CHECK(std::filesystem::file_size(w.path) == size);
  w.add(4, 4);
  CHECK(numbers(SpoolReader(w.path).read(1, 9)) == Numbers{1, 2, 3, 4});
}
