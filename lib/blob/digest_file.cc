// See digest_file.h.  The cache is text, one line a file:
// device inode size modified changed digest, oldest first.
#include "blob/digest_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "blob/copy.h"

namespace mlb::blob {
namespace {

constexpr std::size_t kKept = 1000;
constexpr std::uint64_t kLargestCache = 1 << 20;
constexpr auto kTooFresh = std::chrono::seconds(2);

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// A file written just now may be written again within one tick of the file
/// system's clock and look the same.
bool is_settled(const FileState& state) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::chrono::nanoseconds newest(
      std::max(state.modified, state.changed));
  return now - newest > kTooFresh;
}

}  // namespace

std::string DigestCache::default_path() {
  const std::string cache = variable("XDG_CACHE_HOME");
  if (!cache.empty()) return cache + "/mlbatch/digests";
  const std::string home = variable("HOME");
  return (home.empty() ? "/tmp" : home) + "/.cache/mlbatch/digests";
}

DigestCache DigestCache::load(const std::string& path) {
  DigestCache out;
  out.path_ = path;
  const auto text = read_file(path, kLargestCache);
  if (!text) return out;
  std::istringstream lines(*text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    FileState state;
    std::string hex;
    words >> state.device >> state.inode >> state.size >> state.modified >>
        state.changed >> hex;
    const auto digest = Digest::parse(hex);
    if (words && digest) {
      out.entries_[state] = {*digest, out.next_age_++};
    }
  }
  return out;
}

std::optional<Digest> DigestCache::find(const FileState& state) const {
  const auto it = entries_.find(state);
  if (it == entries_.end()) return std::nullopt;
  return it->second.digest;
}

void DigestCache::remember(const FileState& state, const Digest& digest) {
  entries_[state] = {digest, next_age_++};
  dirty_ = true;
}

Result<> DigestCache::save() const {
  if (!dirty_) return {};
  std::vector<std::pair<std::uint64_t, std::string>> lines;
  for (const auto& [state, entry] : entries_) {
    std::ostringstream line;
    line << state.device << ' ' << state.inode << ' ' << state.size << ' '
         << state.modified << ' ' << state.changed << ' ' << entry.digest.text()
         << '\n';
    lines.emplace_back(entry.age, line.str());
  }
  std::sort(lines.begin(), lines.end());
  const std::size_t first = lines.size() > kKept ? lines.size() - kKept : 0;
  std::string text;
  for (std::size_t i = first; i < lines.size(); ++i) text += lines[i].second;
  std::error_code failed;
  std::filesystem::create_directories(
      std::filesystem::path(path_).parent_path(), failed);
  return write_file_durably(path_, view_of(text));
}

Result<Stored> digest_file(const std::string& path, DigestCache* cache,
                           const ShowBytes& show) {
  auto file = open_regular(path);
  if (!file) return std::move(file).fail();
  const auto state = state_of(file->get(), path);
  if (!state) return state.error();
  if (cache) {
    if (const auto known = cache->find(*state)) {
      return Stored{*known, state->size};
    }
  }
  auto stored = read_through(file->get(), -1, path, show);
  if (stored && cache && is_settled(*state)) {
    cache->remember(*state, stored->digest);
  }
  return stored;
}

}  // namespace mlb::blob
