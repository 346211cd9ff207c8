// See levels.h.
#include "table/levels.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace mlb::table {
namespace {

constexpr std::size_t kFirstSlots = 16;

std::uint64_t load(const char* p, std::size_t size) {
  std::uint64_t out = 0;
  std::memcpy(&out, p, size);
  return out;
}

/// The 128-bit product folded, after Wang Yi's wyhash.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^
         static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t random_odd() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32 | device()) | 1;
}

}  // namespace

std::uint64_t hash_text(std::string_view text) {
  static const std::uint64_t seed = random_odd();
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  const char* p = text.data();
  std::size_t size = text.size();
  std::uint64_t hash = seed ^ mix(size ^ kOdd, seed);
  for (; size > 16; size -= 16, p += 16) {
    hash = mix(load(p, 8) ^ seed, load(p + 8, 8) ^ hash);
  }
  std::uint64_t a = 0, b = 0;
  if (size >= 8) {
    a = load(p, 8);
    b = load(p + size - 8, 8);
  } else if (size >= 4) {
    a = load(p, 4);
    b = load(p + size - 4, 4);
  } else if (size > 0) {
    a = static_cast<std::uint64_t>(static_cast<unsigned char>(p[0])) << 16 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(p[size / 2]))
            << 8 |
        static_cast<unsigned char>(p[size - 1]);
  }
  return mix(mix(a ^ seed, b ^ hash) ^ kOdd, seed);
}

namespace {

/// The first eight bytes, or all of a shorter text; no byte behind it is read.
std::uint64_t head(std::string_view t) {
  const char* const p = t.data();
  const std::size_t size = t.size();
  if (size >= 8) return load(p, 8);
  // Overlapping loads agree where they overlap.
  if (size >= 4) return load(p, 4) | load(p + size - 4, 4) << (8 * (size - 4));
  std::uint64_t out = 0;
  for (const std::size_t i : {std::size_t{0}, size / 2, size - 1}) {
    if (size > 0) out |= load(p + i, 1) << (8 * i);
  }
  return out;
}

}  // namespace

Levels::Slot Levels::slot_for(std::string_view t, std::uint32_t level) {
  Slot out;
  out.size = static_cast<std::uint32_t>(t.size());
  out.level = level;
  out.begin = head(t);
  if (t.size() > 8) out.end = load(t.data() + t.size() - 8, 8);
  return out;
}

std::size_t Levels::slot_of(std::uint64_t hash, std::string_view t) const {
  const Slot wanted = slot_for(t, kNone);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  for (;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.level == kNone) return at;
    if (slot.begin != wanted.begin || slot.end != wanted.end ||
        slot.size != wanted.size) {
      continue;
    }
    if (t.size() <= 16 || text(slot.level) == t) return at;
  }
}

std::uint32_t Levels::find(std::uint64_t hash, std::string_view t) const {
  return slots_.empty() ? kNone : slots_[slot_of(hash, t)].level;
}

std::uint32_t Levels::add(std::uint64_t hash, std::string_view t) {
  if (ends_.size() * 4 >= slots_.size() * 3) grow();
  Slot& slot = slots_[slot_of(hash, t)];
  if (slot.level != kNone) return slot.level;
  slot = slot_for(t, static_cast<std::uint32_t>(ends_.size()));
  texts_ += t;
  ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
  hashes_.push_back(hash);
  return slot.level;
}

std::string_view Levels::text(std::uint32_t level) const {
  const std::size_t begin = level == 0 ? 0 : ends_[level - 1];
  return std::string_view(texts_).substr(begin, ends_[level] - begin);
}

void Levels::grow() {
  slots_.assign(slots_.empty() ? kFirstSlots : slots_.size() * 2, {});
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t level = 0; level < ends_.size(); ++level) {
    std::size_t at = static_cast<std::size_t>(hashes_[level]) & mask;
    while (slots_[at].level != kNone) at = (at + 1) & mask;
    slots_[at] = slot_for(text(level), level);
  }
}

void Levels::clear() {
  *this = {};
}

std::uint64_t& HashSet::slot(std::uint64_t hash) {
  std::size_t at = place(hash);
  while (slots_[at] != 0 && slots_[at] != hash) at = place(at + 1);
  return slots_[at];
}

bool HashSet::add(std::uint64_t hash) {
  if (size_ * 4 >= slots_.size() * 3) grow();
  if (hash == 0) hash = 1;
  std::uint64_t& at = slot(hash);
  if (at == hash) return false;
  at = hash;
  ++size_;
  return true;
}

void HashSet::grow() {
  std::vector<std::uint64_t> before(std::max(kFirstSlots, slots_.size() * 2));
  before.swap(slots_);
  for (const std::uint64_t hash : before) {
    if (hash != 0) slot(hash) = hash;
  }
}

}  // namespace mlb::table
