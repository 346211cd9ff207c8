// The threads that share a batch.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "learn/net/shard_pool.h"

namespace mlb::learn {
namespace {

TEST_CASE("a pool runs each shard once and shows the caller what they wrote") {
  for (const int threads : {1, 2, 5}) {
    ShardPool pool(threads);
    std::vector<int> times(40);
    for (std::size_t round = 1; round <= 3000; ++round) {
      const std::size_t shards = round % times.size();
      std::ranges::fill(times, 0);
      pool.run(shards, [&](std::size_t i) { ++times[i]; });
      const std::vector<int> wanted(shards, 1);
      REQUIRE(std::equal(wanted.begin(), wanted.end(), times.begin()));
      REQUIRE(std::count(times.begin(), times.end(), 0) ==
              static_cast<long>(times.size() - shards));
    }
  }
}

TEST_CASE("a pool ends whatever its threads are doing") {
  for (std::size_t i = 0; i < 2000; ++i) {
    ShardPool pool(3);
    std::atomic<std::size_t> done = 0;
    pool.run(i % 5, [&](std::size_t) { ++done; });
    REQUIRE(done == i % 5);
  }
}

}  // namespace
}  // namespace mlb::learn
