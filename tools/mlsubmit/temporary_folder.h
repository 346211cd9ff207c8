// A folder for files on their way.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "base/file.h"

namespace mlb::submit {

/// Goes with its owner.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::error_code error;
    return make_as(std::filesystem::temp_directory_path(error) /
                   "mlsubmit-XXXXXX");
  }
  /// On the file system of a file that is to be renamed out of it.
  static Result<TemporaryFolder> make_beside(std::filesystem::path file) {
    return make_as(file.replace_filename(".mlsubmit-XXXXXX"));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  static Result<TemporaryFolder> make_as(const std::filesystem::path& pattern) {
    std::string name = pattern.string();
    if (::mkdtemp(name.data()) == nullptr) {
      return Error{Fault::data, name + ": " + errno_text(errno)};
    }
    return TemporaryFolder(std::move(name));
  }
  std::string path_;
};

}  // namespace mlb::submit
