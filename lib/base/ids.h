// Identifiers.  Each is a type of its own: a JobId never passes for a PeerId.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/rng.h"

namespace mlb {

using RawUuid = std::array<std::uint8_t, 16>;

/// "7f3a2c1e-...": 36 characters, lower case.
std::string uuid_text(const RawUuid& raw);
/// Exactly 36 characters in the form above, upper case allowed.
std::optional<RawUuid> parse_uuid(std::string_view text);
/// Version 4, from the system's randomness.
RawUuid random_uuid();
/// Version 4, from a generator: for tests and simulation.
RawUuid random_uuid(Rng& rng);

/// A UUID that names one sort of thing.  Default: nil ("none").
template <class Tag>
struct Uuid {
  RawUuid raw{};

  static Uuid random() { return {random_uuid()}; }
  static Uuid random(Rng& rng) { return {random_uuid(rng)}; }
  static std::optional<Uuid> parse(std::string_view text) {
    const auto raw = parse_uuid(text);
    if (!raw) return std::nullopt;
    return Uuid{*raw};
  }
  std::string text() const { return uuid_text(raw); }
  /// The first 8 digits, as shown in tables.
  std::string id8() const { return uuid_text(raw).substr(0, 8); }
  bool is_nil() const { return raw == RawUuid{}; }
  auto operator<=>(const Uuid&) const = default;
};

using JobId = Uuid<struct JobTag>;            ///< made by the client
using PeerId = Uuid<struct PeerTag>;          ///< a worker or a client process
using StoreId = Uuid<struct StoreTag>;        ///< one broker store
using TimelineId = Uuid<struct TimelineTag>;  ///< new after a restore

/// The name of a user.  Without authentication everyone is "local".
struct UserId {
  std::string name;
  auto operator<=>(const UserId&) const = default;
};

}  // namespace mlb

template <class Tag>
struct std::hash<mlb::Uuid<Tag>> {
  std::size_t operator()(const mlb::Uuid<Tag>& id) const {
    std::size_t out = 0;
    for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | id.raw[i];
    return out;
  }
};
