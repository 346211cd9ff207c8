// Conversions are made once, whoever asks and whoever dies.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "blob_folder.h"
#include "run_job_cache.h"

using namespace mlb;
using namespace mlb::job_program;

namespace {

constexpr std::uint64_t kPlenty = 1u << 20;

bool never() {
  return false;
}

struct Cache {
  blob::Folder folder;
  CacheOptions options{folder.at("converted"), kPlenty};
  std::atomic<int> made{0};

  Result<Conversion> find(const std::string& key,
                          const std::string& content = "0123456789") {
    return find_or_convert(
        options, key,
        [&](const std::string& path) -> Result<> {
          ++made;
          blob::write(path, content);
          return {};
        },
        never);
  }
  bool has(const std::string& file) const {
    return std::filesystem::exists(options.dir + "/" + file);
  }
};

}  // namespace

TEST_CASE("what was converted is found again") {
  Cache cache;
  auto first = cache.find("a");
  REQUIRE(first);
  CHECK(first->made_here);
  auto second = cache.find("a");
  REQUIRE(second);
  CHECK_FALSE(second->made_here);
  CHECK(second->path == first->path);
  CHECK(blob::slurp(second->path) == "0123456789");
  CHECK(cache.find("b")->made_here);
  CHECK(cache.made == 2);
}

TEST_CASE("of several at once one converts and the others wait") {
  Cache cache;
  std::atomic<int> made_here{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto found = cache.find("a");
      if (found && found->made_here) ++made_here;
    });
  }
  for (auto& t : threads) t.join();
  CHECK(cache.made == 1);
  CHECK(made_here == 1);
}

TEST_CASE("a converter that dies blocks nobody and leaves nothing") {
  Cache cache;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    (void)!find_or_convert(
        cache.options, "a",
        [](const std::string& path) -> Result<> {
          blob::write(path + ".tmp.1", "half");
          ::_exit(9);
        },
        never);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WEXITSTATUS(status) == 9);
  REQUIRE(cache.has("a.h5.tmp.1"));
  auto found = cache.find("a");
  REQUIRE(found);
  CHECK(found->made_here);
  CHECK_FALSE(cache.has("a.h5.tmp.1"));
}

TEST_CASE("a conversion that fails is tried again by the next job") {
  Cache cache;
  auto failed = find_or_convert(
      cache.options, "a",
      [](const std::string&) -> Result<> {
        return Error{Fault::data, "line 3 is broken"};
      },
      never);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "line 3 is broken");
  CHECK_FALSE(cache.has("a.h5"));
  CHECK_FALSE(cache.has("a.lock"));
  CHECK(cache.find("a")->made_here);
}

TEST_CASE("over its limit the longest unused goes, what is in use stays") {
  Cache cache;
  cache.options.limit = 25;
  auto in_use = cache.find("a");
  REQUIRE(in_use);
  REQUIRE(cache.find("b"));
  CHECK(cache.has("b.h5"));
  REQUIRE(cache.find("c"));
  CHECK(cache.has("a.h5"));
  CHECK_FALSE(cache.has("b.h5"));
  CHECK_FALSE(cache.has("b.lock"));
  CHECK(cache.has("c.h5"));
  in_use->lock.reset();
  REQUIRE(cache.find("d"));
  CHECK_FALSE(cache.has("a.h5"));
}

TEST_CASE("one larger than the limit is used all the same") {
  Cache cache;
  cache.options.limit = 5;
  CHECK(cache.find("a"));
  CHECK(cache.has("a.h5"));
}

TEST_CASE("what is forgotten is converted anew, unless it is in use") {
  Cache cache;
  auto used = cache.find("a");
  REQUIRE(used);
  forget_conversion(cache.options, "a");
  CHECK(cache.has("a.h5"));
  used->lock.reset();
  forget_conversion(cache.options, "a");
  CHECK(cache.find("a")->made_here);
}
