// See csv_encoding.h.  The table of cp1252 is that of Unicode's
// VENDORS/MICSFT/WINDOWS/CP1252.TXT.
#include "table/csv_encoding.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace mlb::table {
namespace {

/// 0x80 to 0x9f; 0 where nothing is assigned.
constexpr std::array<std::uint16_t, 32> kCp1252{
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

std::string hex(unsigned value, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "0x";
  for (int i = digits - 1; i >= 0; --i) out += kDigits[(value >> (4 * i)) & 15];
  return out;
}

}  // namespace

std::string_view name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::automatic: return "auto";
    case Encoding::utf8: return "utf-8";
    case Encoding::latin1: return "latin1";
    case Encoding::cp1252: return "cp1252";
    case Encoding::utf16: return "utf-16";
  }
  return "?";
}

Error Decoder::bad(const std::string& what) const {
  return {Fault::data, std::to_string(line_) + ":" + std::to_string(column_) +
                           ": " + what + " at offset " +
                           std::to_string(offset_)};
}

void Decoder::put(unsigned c) {
  const std::size_t before = out_.size();
  const auto tail = [&](int shift) {
    out_ += static_cast<char>(0x80 | ((c >> shift) & 0x3f));
  };
  if (c < 0x80) {
    out_ += static_cast<char>(c);
  } else if (c < 0x800) {
    out_ += static_cast<char>(0xc0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out_ += static_cast<char>(0xe0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out_ += static_cast<char>(0xf0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
  column_ += out_.size() - before;
  if (c != '\n' && c != '\r') {
    cr_ = false;
    return;
  }
  line_ += c == '\n' && cr_ ? 0 : 1;
  cr_ = c == '\r';
  column_ = 1;
}

Result<> Decoder::single(unsigned char byte) {
  const bool table = from_ == From::cp1252 && byte >= 0x80 && byte < 0xa0;
  const unsigned character = table ? kCp1252[byte - 0x80u] : byte;
  if (table && character == 0) {
    return bad("byte " + hex(byte, 2) +
               " is not assigned in cp1252; try --encoding latin1;");
  }
  put(character);
  ++offset_;
  return {};
}

Result<> Decoder::unit(unsigned value) {
  const bool is_high = value >= 0xd800 && value < 0xdc00;
  const bool is_low = value >= 0xdc00 && value < 0xe000;
  if (is_low != (high_ != 0)) {
    return bad("half of a surrogate pair (" + hex(is_low ? value : high_, 4) +
               ") is not valid UTF-16");
  }
  if (is_high) {
    high_ = value;
  } else if (is_low) {
    put(0x10000 + ((high_ - 0xd800) << 10) + (value - 0xdc00));
    high_ = 0;
  } else {
    put(value);
  }
  offset_ += 2;
  return {};
}

Result<> Decoder::add_utf16(bool last) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(rest_[i]));
  };
  std::size_t i = 0;
  for (; i + 2 <= rest_.size(); i += 2) {
    auto done = unit(from_ == From::utf16_le ? byte(i) | byte(i + 1) << 8
                                             : byte(i + 1) | byte(i) << 8);
    if (!done) return done;
  }
  rest_.erase(0, i);
  if (last && (!rest_.empty() || high_ != 0)) {
    return bad("the text ends in half a character of UTF-16");
  }
  return {};
}

Result<> Decoder::add(std::string_view bytes, bool last) {
  out_.erase(0, taken_);
  taken_ = 0;
  if (from_ == From::utf16_le || from_ == From::utf16_be) {
    rest_ += bytes;
    return add_utf16(last);
  }
  for (const char c : bytes) {
    auto done = single(static_cast<unsigned char>(c));
    if (!done) return done;
  }
  return {};
}

std::size_t Decoder::take(char* to, std::size_t most) {
  const std::size_t size = std::min(most, out_.size() - taken_);
  std::memcpy(to, out_.data() + taken_, size);
  taken_ += size;
  return size;
}

}  // namespace mlb::table
