// Bytes and a small little-endian writer and reader for our own binary
// formats (model payloads, transfer frames).  Messages use lib/wire instead.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace mlb {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Appends little-endian numbers and length-prefixed blocks to a buffer.
class Writer {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T value) {
    const std::size_t at = out_.size();
    out_.resize(at + sizeof value);
    std::memcpy(out_.data() + at, &value, sizeof value);
  }
  void raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  /// u64 length, then the bytes.
  void block(ByteView bytes) {
    number<std::uint64_t>(bytes.size());
    raw(bytes);
  }
  void text(std::string_view value) { block(view_of(value)); }
  /// u64 count, then the numbers as they lie in memory.
  template <class T>
  requires std::is_arithmetic_v<T>
  void numbers(std::span<const T> values) {
    number<std::uint64_t>(values.size());
    raw({reinterpret_cast<const std::uint8_t*>(values.data()),
         values.size_bytes()});
  }
  const Bytes& bytes() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what a Writer wrote.  Never reads past the end and never allocates
/// more than the input holds; a short input is an Error (Fault::integrity).
/// Keeps a view: the buffer must outlive the reader.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T> Result<T> number() {
    if (rest_.size() < sizeof(T)) return short_input();
    T value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }
  /// A view into the buffer.
  Result<ByteView> raw(std::size_t size) {
    if (rest_.size() < size) return short_input();
    const ByteView out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  Result<ByteView> block() {
    auto size = number<std::uint64_t>();
    if (!size) return std::move(size).fail();
    return raw(*size);
  }
  Result<std::string> text() {
    auto bytes = block();
    if (!bytes) return std::move(bytes).fail();
    return std::string(text_of(*bytes));
  }
  template <class T>
  requires std::is_arithmetic_v<T> Result<std::vector<T>> numbers() {
    auto count = number<std::uint64_t>();
    if (!count) return std::move(count).fail();
    if (*count > rest_.size() / sizeof(T)) return short_input();
    std::vector<T> out(*count);
    if (*count > 0) std::memcpy(out.data(), rest_.data(), *count * sizeof(T));
    rest_ = rest_.subspan(*count * sizeof(T));
    return out;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  static Error short_input() {
    return {Fault::integrity, "the data ends too early"};
  }
  ByteView rest_;
};

}  // namespace mlb
