// The matrix file: its chunks, its bytes, and nothing of a failed writing.
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <csignal>

#include "table/matrix_writer.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

Result<> write(const std::string& path, std::size_t rows) {
  auto writer = MatrixWriter::create(
      path, {.features = {"a", "b"}, .target = "t", .classes = {"x", "y"}});
  if (!writer) return std::move(writer).fail();
  std::vector<float> x(rows * 2, 1.5f);
  std::vector<float> y(rows, 1);
  std::vector<std::int64_t> row(rows, 7);
  for (const char* part : {"train", "valid", "test"}) {
    auto done = writer->begin_part(part, rows);
    if (done) done = writer->append(x, y, row);
    if (!done) return done;
  }
  return writer->finish();
}

}  // namespace

TEST_CASE("a chunk of a matrix is at most 512 KiB, within its limits") {
  CHECK(matrix_chunk_rows(1) == 16384);
  CHECK(matrix_chunk_rows(8) == 16384);
  CHECK(matrix_chunk_rows(9) == 8192);
  CHECK(matrix_chunk_rows(128) == 1024);
  CHECK(matrix_chunk_rows(2048) == 64);
  CHECK(matrix_chunk_rows(100000) == 64);
}

TEST_CASE("the same matrices give the same bytes") {
  const Folder folder;
  REQUIRE(write(folder.at("a.h5"), 100));
  REQUIRE(write(folder.at("b.h5"), 100));
  CHECK(folder.get("a.h5") == folder.get("b.h5"));
  CHECK(write(folder.at("empty.h5"), 0));
}

TEST_CASE("a matrix file that is not finished leaves nothing") {
  const Folder folder;
  {
    auto writer = MatrixWriter::create(folder.at("a.h5"), {.features = {"a"}});
    REQUIRE(writer);
    REQUIRE(writer->begin_part("train", 3));
  }
  CHECK(folder.files().empty());
  const auto absent = write(folder.at("no/a.h5"), 1);
  REQUIRE_FALSE(absent);
  CHECK(absent.error().message.find("no/a.h5: ") != std::string::npos);
}

TEST_CASE("a disk that fills up under matrices leaves nothing", "[full_disk]") {
  const Folder folder;
  struct rlimit limit {};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const struct rlimit small { 64 << 10, limit.rlim_max };
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto done = write(folder.at("a.h5"), 50000);
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  REQUIRE_FALSE(done);
  CHECK(done.error().fault == Fault::data);
  CHECK(folder.files().empty());
}
