// When the disk counts as low, and what becomes of the reserve.
#include <catch2/catch.hpp>

#include <filesystem>

#include "blob_folder.h"
#include "disk_watch.h"

using namespace mlb::tool;
using mlb::blob::Folder;
namespace fs = std::filesystem;

TEST_CASE("with space enough a reserve is kept and nothing is low") {
  Folder folder;
  DiskWatch disk(folder.path, 1 << 20);
  CHECK_FALSE(disk.look());
  CHECK(disk.free_bytes() > 1 << 20);
  CHECK(fs::file_size(folder.at("reserve")) == 1 << 20);
  CHECK_FALSE(DiskWatch(folder.path, 1 << 20).look());
}

TEST_CASE("when hardly anything is free the reserve is given up") {
  Folder folder;
  {
    DiskWatch disk(folder.path, 1 << 20);
    REQUIRE_FALSE(disk.look());
  }
  // So much that any disk is below a quarter of it.
  DiskWatch disk(folder.path, 1ull << 60);
  mlb::blob::write(folder.at("reserve"), "");
  fs::resize_file(folder.at("reserve"), 32 << 20);
  DiskWatch again(folder.path, 1ull << 60);
  CHECK(again.look());
  CHECK_FALSE(fs::exists(folder.at("reserve")));
  CHECK(again.look());
}

TEST_CASE("a minimum of zero is never low, even where nothing can be seen") {
  CHECK_FALSE(DiskWatch("/nowhere", 0).look());
  CHECK(DiskWatch("/nowhere", 1).look());
}
