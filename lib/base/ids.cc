// See ids.h.
#include "base/ids.h"

#include <sys/random.h>

#include "base/check.h"

namespace mlb {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

RawUuid as_version_4(RawUuid raw) {
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0f) | 0x40);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3f) | 0x80);
  return raw;
}

}  // namespace

std::string uuid_text(const RawUuid& raw) {
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (dash_before(i)) out += '-';
    out += kDigits[raw[i] >> 4];
    out += kDigits[raw[i] & 15];
  }
  return out;
}

std::optional<RawUuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  RawUuid raw{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const int high = digit_value(text[at]);
    const int low = digit_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    raw[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return raw;
}

RawUuid random_uuid() {
  RawUuid raw{};
  CHECK(getrandom(raw.data(), raw.size(), 0) ==
        static_cast<ssize_t>(raw.size()));
  return as_version_4(raw);
}

RawUuid random_uuid(Rng& rng) {
  RawUuid raw{};
  for (auto& byte : raw) byte = static_cast<std::uint8_t>(rng.next());
  return as_version_4(raw);
}

}  // namespace mlb
