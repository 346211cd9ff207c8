// SHA-256 (FIPS 180-4) through OpenSSL: names of files, checks of containers.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace mlb {

/// A SHA-256 value.  Default: all zero ("none").
struct Digest {
  std::array<std::uint8_t, 32> raw{};

  /// 64 lower-case hex digits.
  std::string text() const;
  static std::optional<Digest> parse(std::string_view hex);
  bool is_none() const { return raw == std::array<std::uint8_t, 32>{}; }
  auto operator<=>(const Digest&) const = default;
};

Digest sha256(ByteView bytes);

/// SHA-256 of a stream.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(ByteView bytes);
  /// The digest of all that was added; the object is spent afterwards.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlb
