// Model files of every kind that are damaged, or made by somebody who knows
// the format: refused or used, never a crash, a hang, or more memory than the
// file justifies.
#include <malloc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <new>

#include "base/rng.h"
#include "fuzz/use_model.h"
#include "learn/baseline.h"
#include "learn/predict.h"
#include "unit/learn_models.h"
#include "unit/plan_inputs.h"
#include "unit/table_world.h"

namespace {

std::atomic<std::size_t> live{0};
std::atomic<std::size_t> peak{0};

void* counted(std::size_t size) {
  void* out = std::malloc(size);
  if (out == nullptr) throw std::bad_alloc();
  const std::size_t now = live += ::malloc_usable_size(out);
  std::size_t most = peak;
  while (now > most && !peak.compare_exchange_weak(most, now)) {
  }
  return out;
}

void uncounted(void* memory) {
  if (memory == nullptr) return;
  live -= ::malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return counted(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  uncounted(memory);
}
void operator delete(void* memory) noexcept {
  uncounted(memory);
}
void operator delete[](void* memory) noexcept {
  uncounted(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  uncounted(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  uncounted(memory);
}

using namespace mlb;
using namespace mlb::learn;

namespace {

constexpr int kMutations = 2000;
/// Of memory, for each byte of the file, and besides: blocks of the
/// arithmetic, a JSON tree.
constexpr std::size_t kMostAByte = 200;
constexpr std::size_t kMostBesides = 48u << 20;
constexpr double kMostSeconds = 5;  // of CPU, for one file

/// Bytes that parsers trip over.
std::uint64_t nasty(Rng& rng) {
  constexpr std::uint64_t kValues[] = {0,
                                       1,
                                       2,
                                       0x7f,
                                       0x80,
                                       0xff,
                                       0xffff,
                                       0x7fffffff,
                                       0x80000000,
                                       0xffffffff,
                                       1ull << 32,
                                       ~0ull,
                                       0x7fffffffffffffff,
                                       0x7ff8000000000000,
                                       0x7ff0000000000000};
  return kValues[rng.below(std::size(kValues))];
}

void mutate(Bytes& body, Rng& rng) {
  if (body.empty()) return;
  const std::size_t at = rng.below(body.size());
  const std::size_t most = body.size() - at;
  const std::size_t count = 1 + rng.below(std::min<std::size_t>(16, most));
  const auto here = body.begin() + static_cast<long>(at);
  switch (rng.below(6)) {
    case 0:
      body[at] = static_cast<std::uint8_t>(body[at] ^ (1u << rng.below(8)));
      break;
    case 1: body[at] = static_cast<std::uint8_t>(rng.below(256)); break;
    case 2: {
      const std::uint64_t value = nasty(rng);
      std::memcpy(&body[at], &value, std::min<std::size_t>(8, most));
      break;
    }
    case 3: body.erase(here, here + static_cast<long>(count)); break;
    case 4: {
      const Bytes again(here, here + static_cast<long>(count));
      body.insert(here, again.begin(), again.end());
      break;
    }
    default: body.resize(at); break;
  }
}

}  // namespace

TEST_CASE("any flipped bit of a model of any kind is refused") {
  for (const auto& [name, file] : every_model()) {
    CAPTURE(name);
    REQUIRE(use_model(file));
    for (std::size_t i = 0; i < file.size(); ++i) {
      Bytes bad = file;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ (1u << i % 8));
      const auto found = unpack_model(bad);
      if (!found && found.error().fault == Fault::integrity) continue;
      FAIL("byte " << i);
    }
  }
}

TEST_CASE("a model of any kind that ends too early is refused") {
  for (const auto& [name, file] : every_model()) {
    CAPTURE(name);
    for (std::size_t n = 0; n < file.size(); ++n) {
      if (unpack_model(ByteView(file).first(n))) FAIL("cut at " << n);
    }
  }
}

TEST_CASE("a hostile model with a right digest does no harm") {
  for (const auto& [name, file] : every_model()) {
    CAPTURE(name);
    const ByteView body = ByteView(file).subspan(kModelHead);
    int taken = 0;
    for (std::uint64_t seed = 0; seed < kMutations; ++seed) {
      CAPTURE(seed);
      Rng rng = Rng::stream(seed, name);
      Bytes hostile(body.begin(), body.end());
      for (std::uint64_t i = 0; i <= rng.below(3); ++i) mutate(hostile, rng);
      const Bytes whole = sealed_model(hostile);
      peak = live.load();
      const std::size_t before = live;
      const std::clock_t begun = std::clock();
      taken += use_model(whole) ? 1 : 0;
      const double seconds =
          static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
      if (seconds > kMostSeconds) FAIL(seconds << " s");
      const std::size_t limit = kMostAByte * whole.size() + kMostBesides;
      if (peak - before > limit) FAIL(peak - before << " bytes");
    }
    // Both ends were reached: what is inside, and refusals.
    CHECK(taken > 0);
    CHECK(taken < kMutations);
  }
}

TEST_CASE("a plan claims no more buckets than a spec may ask for") {
  const auto with_buckets = [](std::uint32_t buckets) {
    prep::Plan plan;
    plan.task = prep::Task::regression;
    plan.target = "y";
    prep::Feature hash;
    hash.name = "z";
    hash.kind = prep::FeatureKind::hash;
    hash.buckets = buckets;
    plan.features = {hash};
    return pack_model(prep::with_inputs(plan), {}, BaselineModel({1.5}));
  };
  CHECK(use_model(with_buckets(65536)));
  CHECK_FALSE(use_model(with_buckets(65537)));
}

TEST_CASE("the wider a plan is, the fewer rows are predicted at a time") {
  constexpr std::size_t kColumns = 10;
  constexpr int kRows = 300;
  prep::Plan plan;
  plan.task = prep::Task::regression;
  plan.target = "y";
  std::string csv;
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
    prep::Feature hash;
    hash.name = "z" + std::to_string(i);
    hash.kind = prep::FeatureKind::hash;
    hash.buckets = 65536;
    csv += (i == 0 ? "" : ",") + hash.name;
    line += i == 0 ? "a" : ",a";
    plan.features.push_back(std::move(hash));
  }
  for (int row = 0; row < kRows; ++row) csv += "\n" + line;
  const table::Folder folder;
  const std::string path = folder.put("wide.csv", csv);
  const StoredModel model{
      prep::with_inputs(plan),
      {},
      std::make_unique<BaselineModel>(BaselineModel({1.5}))};
  std::size_t lines = 0;
  const std::size_t before = live;
  peak = before;
  auto done = predict_file(model, path, {}, {}, [&](std::string_view text) {
    lines +=
        static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return Result<>();
  });
  REQUIRE(done);
  CHECK(lines == kRows + 1);
  // All rows at once would be 786 MB.
  CHECK(peak - before < (64u << 20));
}
