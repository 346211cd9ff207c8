// The distinct values of a column in the order of their first appearance.
// Private to lib/table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlb::table {

/// A good 64-bit hash, other in every process: nothing that is written may
/// depend on it, and nobody can prepare a file that makes it bad.
std::uint64_t hash_text(std::string_view text);

class Levels {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// The place of a text among the levels, or kNone.
  std::uint32_t find(std::uint64_t hash, std::string_view text) const;
  /// Says that such a text will soon be added or looked for.
  void expect(std::uint64_t hash) const {
    if (slots_.empty()) return;
    // Of this slot and of the next one: two cache lines at most.
    const char* const at = reinterpret_cast<const char*>(
        slots_.data() + (hash & (slots_.size() - 1)));
    __builtin_prefetch(at);
    __builtin_prefetch(at + 2 * sizeof(Slot) - 1);
  }
  /// Its place; it is added unless it is there, and then was the last one.
  std::uint32_t add(std::uint64_t hash, std::string_view text);
  std::size_t size() const { return ends_.size(); }
  /// Of all texts together.
  std::size_t bytes() const { return texts_.size(); }
  std::string_view text(std::uint32_t level) const;
  void clear();

 private:
  /// All that a look-up needs of a text of up to 16 bytes, and most of others.
  struct Slot {
    std::uint64_t begin = 0;  ///< the first eight bytes
    std::uint64_t end = 0;    ///< the last eight, of longer ones
    std::uint32_t size = 0;
    std::uint32_t level = kNone;
  };
  static Slot slot_for(std::string_view text, std::uint32_t level);
  std::size_t slot_of(std::uint64_t hash, std::string_view text) const;
  void grow();

  std::vector<Slot> slots_;  ///< open addressing, at most 3/4 full
  std::vector<std::uint32_t> ends_;
  std::vector<std::uint64_t> hashes_;
  std::string texts_;
};

/// How many different texts there are, known by their hashes.
class HashSet {
 public:
  void expect(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[place(hash)]);
  }
  /// Whether it is new.
  bool add(std::uint64_t hash);
  std::size_t size() const { return size_; }
  void clear() { *this = {}; }

 private:
  std::size_t place(std::uint64_t hash) const {
    return static_cast<std::size_t>(hash) & (slots_.size() - 1);
  }
  std::uint64_t& slot(std::uint64_t hash);
  void grow();

  std::vector<std::uint64_t> slots_;  ///< 0: free
  std::size_t size_ = 0;
};

}  // namespace mlb::table
